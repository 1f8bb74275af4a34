"""`python -m bench.scaling`: measure how costs grow, and draw it; less than 10 minutes.

    python -m bench.scaling [--quick] [--write]

Prints the figures. With `--write`, they go to `bench/SCALING.md`, and the plots, as SVG, to
`docs/explanation/scaling/`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.environments import machine, versions
from bench.report import Table, as_markdown, as_text
from bench.runs import RunFailedError, workshop
from bench.scaling.lines import FULL, QUICK, Plot, plots
from bench.scaling.svg import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "bench" / "SCALING.md"
DRAWINGS = ROOT / "docs" / "explanation" / "scaling"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and write if asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, for a first look")
    parser.add_argument("--write", action="store_true", help="also write the figures and the plots")
    options = parser.parse_args(arguments)
    try:
        with workshop() as place:
            measured = plots(QUICK if options.quick else FULL, place, _tell)
    except RunFailedError as error:
        print(f"a measured run failed:\n{error}", file=sys.stderr)
        return 1
    tables = [_table(plot) for plot in measured]
    command = f"`python -m bench.scaling{' --quick' if options.quick else ''} --write`"
    facts = (command, versions(), machine())
    print(as_text(facts, tables), end="")
    if options.write:
        FIGURES.write_text(as_markdown(facts, tables), encoding="utf-8")
        DRAWINGS.mkdir(exist_ok=True)
        for plot in measured:
            (DRAWINGS / f"{plot.name}.svg").write_text(draw(plot), encoding="utf-8")
    return 0


def _table(plot: Plot) -> Table:
    sizes = [size for size, _ in plot.lines[0].points]
    rows = tuple(
        (line.label, *(f"{value:,.3g}" for _, value in line.points)) for line in plot.lines
    )
    header = (f"{plot.y}; {plot.x}", *(f"{size:,g}" for size in sizes))
    return Table(plot.title, TEXTS[plot.name], header, rows)


TEXTS = {
    "tests": (
        "The difference of a test with freshdb and without, each the median of the last tenth of a "
        "run; in runs of 1 and 10 it holds the start."
    ),
    "tables": "A test inserts one row into one table and commits.",
    "baseline": "The rows are made before the first test. What is copied is flushed to no disk.",
    "workers": "The start of the workers is not in it.",
}


def _tell(step: str) -> None:
    print(f"… {step}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
