"""Each page does what it says: its files are written, its commands run, its output compared."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from freshdb.settings import load_settings
from tests.docs.pages import PAGES, Page
from tests.docs.reader import Reader, Warm
from tests.docs.sameness import plain


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm.started() as warm:
        yield warm


every_page = pytest.mark.parametrize(
    "page", [Page.read(path) for path in PAGES], ids=lambda page: page.name
)


@every_page
@pytest.mark.timeout(300)  # some pages run twenty programs
def test_commands_print_what_the_page_says(page: Page, warm: Warm, tmp_path: Path) -> None:
    for command, printed in Reader(warm, tmp_path).work_through(page):
        where = f"{page.name}:{command.first}: {command.words} (`make docs-update` rewrites)"
        assert plain(printed) == plain(command.output), where


@every_page
def test_parts_of_files_parse(page: Page) -> None:
    for block in page.blocks:
        if block.language == "python":
            ast.parse(block.text, filename=f"{page.name}:{block.line}")
        elif block.language == "toml":
            tomllib.loads(block.text)


@every_page
def test_settings_on_the_page_are_valid(page: Page, tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    for block in page.blocks:
        if block.language == "toml":
            pyproject.write_text(block.text, encoding="utf-8")
            load_settings(pyproject, {}, {})
