"""Links of the documentation lead somewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, Page


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_lead_somewhere(path: Path) -> None:
    broken = [link for link in Page.read(path).links if not _leads_somewhere(path, link)]

    assert broken == []


def _leads_somewhere(page: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.is_file():
        return False
    return not anchor or anchor in _anchors(target)


@cache
def _anchors(path: Path) -> set[str]:
    """Return the anchors that MkDocs and GitHub both give to the headings of a page."""
    headings = [heading.replace("`", "") for heading in Page.read(path).headings]
    return {_in_mkdocs(heading) for heading in headings} & {_on_github(one) for one in headings}


def _in_mkdocs(heading: str) -> str:
    ascii_only = heading.encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", ascii_only).strip().lower())


def _on_github(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_every_page_is_linked_from_the_first() -> None:
    index = Page.read(DOCS / "index.md")
    linked = {(DOCS / link).resolve() for link in index.links}

    assert [page for page in PAGES if page not in linked | {index.path}] == []
