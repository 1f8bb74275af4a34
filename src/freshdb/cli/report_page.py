"""`freshdb report`: the record of a run as a page to look at."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from freshdb.errors import RecordError
from freshdb.report.page import page_of
from freshdb.report.record import read_record


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("record", type=Path, help="what `pytest --freshdb-record=FILE` has written")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("report.html"), help="the page (report.html)"
    )
    parser.add_argument(
        "--hunt", type=Path, metavar="FILE", help="show what `freshdb hunt --json` has printed too"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the page, and print where it is."""
    record = read_record(arguments.record)
    hunt = _hunt(arguments.hunt) if arguments.hunt is not None else None
    arguments.output.write_text(page_of(record, hunt), encoding="utf-8")
    print(arguments.output)
    return 0


def _hunt(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(
            f"`{path}` cannot be read as what a hunt has found: {error}",
            hint="write it with `freshdb hunt --json > hunt.json`",
        ) from None
    if not isinstance(found, dict) or "causes" not in found:
        raise RecordError(
            f"`{path}` is not what a hunt has found",
            hint="write it with `freshdb hunt --json > hunt.json`",
        )
    return found
