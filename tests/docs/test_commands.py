"""The commands of each page print what it says; they need the extra `docs`: `make test-docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, Page
from tests.docs.reader import Reader, Warm
from tests.docs.sameness import plain

WITH_COMMANDS = [page for page in map(Page.read, PAGES) if page.commands]
LONGEST_FIRST = sorted(WITH_COMMANDS, key=lambda page: -len(page.commands))


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    with Warm.started() as warm:
        yield warm


@pytest.mark.parametrize(
    "page",
    LONGEST_FIRST,
    ids=lambda page: page.name,
)
@pytest.mark.timeout(300)  # some pages run twenty programs
def test_commands_print_what_the_page_says(page: Page, warm: Warm, tmp_path: Path) -> None:
    for command, printed in Reader(warm, tmp_path).work_through(page):
        where = f"{page.name}:{command.first}: {command.words} (`make docs-update` rewrites)"
        assert plain(printed) == plain(command.output), where
