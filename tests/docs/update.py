"""Rewrite what commands print on the pages: `python -m tests.docs.update [--numbers] [PAGE …]`.

What differs only by times, addresses and the like is let be, unless `--numbers` is given: use it
on a machine that does nothing else.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.docs.pages import PAGES, Page
from tests.docs.reader import Reader, Warm
from tests.docs.sameness import is_same


def main(arguments: list[str]) -> None:
    """Rewrite the pages that are named, or all."""
    numbers_too = "--numbers" in arguments
    names = [argument for argument in arguments if argument != "--numbers"]
    with Warm.started() as warm:
        for path in [Path(name).resolve() for name in names] or PAGES:
            page = Page.read(path)
            updated = _updated(page, warm, numbers_too)
            if updated != page.text:
                path.write_text(updated, encoding="utf-8")
                print(f"rewrote {page.name}")


def _updated(page: Page, warm: Warm, numbers_too: bool) -> str:
    """Return the page with the outputs of now."""
    with tempfile.TemporaryDirectory() as place:
        outputs = [
            command.output if not numbers_too and is_same(printed, command.output) else printed
            for command, printed in Reader(warm, Path(place)).work_through(page)
        ]
    return page.with_outputs(outputs)


if __name__ == "__main__":
    main(sys.argv[1:])
