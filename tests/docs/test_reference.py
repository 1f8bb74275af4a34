"""The reference has all that there is: probes, verbs and options, fixtures, public names."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator

import pytest

import freshdb
import freshdb.pytest_plugin
from freshdb.cli import VERBS, Verb
from freshdb.errors import FreshDBError
from freshdb.state import PROBES
from freshdb.state.exempt import EXEMPTIONS
from tests.docs.pages import DOCS, Page

REFERENCE = DOCS / "reference"


def test_every_probe_is_in_the_table_in_its_place() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", _page("probes").text, flags=re.MULTILINE)

    assert rows == list(PROBES)


def test_every_exemption_is_explained() -> None:
    page = Page.read(DOCS / "explanation" / "process-state.md")
    explained = {line.rpartition(" | ")[2].removesuffix(" |") for line in page.prose}

    assert {one.reason for one in EXEMPTIONS} - explained == set()


def test_every_verb_has_a_section() -> None:
    headings = [one for one in _page("command-line").headings if one.startswith("freshdb ")]

    assert headings == [f"freshdb {verb.name}" for verb in VERBS]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_every_option_of_a_verb_is_in_its_section(verb: Verb) -> None:
    parser = argparse.ArgumentParser()
    verb.part("add_arguments")(parser)
    section = _page("command-line").text.split(f"## freshdb {verb.name}\n")[1].split("\n## ")[0]

    missing = [word for word in _words_of(parser) if word not in section]

    assert missing == []


def test_every_fixture_has_a_section() -> None:
    documented = {one for one in _page("fixtures").headings if re.fullmatch(r"`\w+`", one)}

    assert documented == {f"`{name}`" for name in freshdb.pytest_plugin.__all__}


def test_every_public_name_has_its_place() -> None:
    fixtures, errors = _page("fixtures"), _page("errors")
    missing = [
        name
        for name in freshdb.__all__
        if name not in errors.headings and f"`freshdb.{name}`" not in fixtures.headings
    ]

    assert missing == []


def test_every_error_is_public() -> None:
    documented = [one for one in _page("errors").headings if one.endswith("Error")]

    assert [name for name in documented if not _is_error(name)] == []


def _page(name: str) -> Page:
    return Page.read(REFERENCE / f"{name}.md")


def _words_of(parser: argparse.ArgumentParser) -> Iterator[str]:
    """Yield the options of a command, and the names and options of commands below it."""
    for action in parser._actions:
        yield from (option for option in action.option_strings if option.startswith("--"))
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield name
                yield from _words_of(below)


def _is_error(name: str) -> bool:
    kind = getattr(freshdb, name, None)
    return isinstance(kind, type) and issubclass(kind, FreshDBError)
