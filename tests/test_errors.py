"""Errors say fact, cause and cure, cross processes, and are documented."""

from __future__ import annotations

import inspect
import pickle
from pathlib import Path

import pytest

from freshdb import errors
from freshdb.errors import FreshDBError, OwnerGoneError, SettingError, masked

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, FreshDBError)
]


def _made(kind: type[FreshDBError]) -> FreshDBError:
    """Return an error with a value for each of its facts."""
    parameters = inspect.signature(kind).parameters
    return kind(**{name: f"the {name}" for name in parameters})


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_pickling(kind: type[FreshDBError]) -> None:
    error = _made(kind)

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is kind
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize("kind", KINDS)
def test_the_hint_comes_after_a_blank_line(kind: type[FreshDBError]) -> None:
    assert str(_made(kind)).endswith("\n\nhint: the hint")


def test_an_error_without_a_hint_is_its_fact() -> None:
    assert str(FreshDBError("it broke")) == "it broke"


def test_facts_are_attributes() -> None:
    assert OwnerGoneError("late", owner="test_a").owner == "test_a"
    assert SettingError("bad", name="strict", source="command line").source == "command line"


def test_every_error_has_its_place_in_the_documentation() -> None:
    page = Path(__file__).parent.parent / "docs" / "reference" / "errors.md"
    documented = {
        line.removeprefix("## ").strip()
        for line in page.read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    }

    assert documented == {kind.__name__ for kind in KINDS}


@pytest.mark.parametrize("password", ["secret", "p@ss", "it's", "two words", ""])
def test_no_password_is_shown(password: str) -> None:
    text = f"('postgresql://joe:{password}@db/shop', 'sqlite:////shop.db')"

    assert masked(text) == "('postgresql://joe:***@db/shop', 'sqlite:////shop.db')"
