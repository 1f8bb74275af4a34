"""`python -m bench`: measure, print the tables, and write them down if asked to."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import ways
from bench.branches.table import branch_costs, branches_table
from bench.clones import clone_costs
from bench.comparison import compare
from bench.endurance import endure
from bench.environments import machine, versions
from bench.hunt.__main__ import SIZES
from bench.hunt.table import hunted, hunts_table
from bench.report import MARIADB as IN_PYTEST
from bench.report import POSTGRES, STATE, Table, as_markdown, as_text, cost_table, endurance_table
from bench.runs import RunFailedError, workshop
from bench.state.table import keep, keeping_table
from bench.subjects import MARIADB_SUBJECTS, POSTGRES_SUBJECTS, STATE_SUBJECTS, SUBJECTS, Subject
from bench.two_workers import workers_table

if TYPE_CHECKING:
    from collections.abc import Sequence

KEEPER = "state-keeper"
CLONES = "pg-clones"
WORKERS = "pg-workers"
MARIADB = "mariadb"
BRANCHES = "branches"
HUNT = "hunt"
_SUBJECTS = (*SUBJECTS, *POSTGRES_SUBJECTS, *MARIADB_SUBJECTS, *STATE_SUBJECTS)
NAMES = (*(one.name for one in _SUBJECTS), CLONES, WORKERS, MARIADB, KEEPER, BRANCHES, HUNT)


# What takes longest, or differs little from something else that is measured.
SLOW = frozenset({
    "create-memory", "create-async-file", "create-async-memory", "sqla-async",
    "pg-1gb", "pg-10mb", "pg-loop-psycopg", "pg-rollback-loop", "pg-clone", "pg-py-pglite",
    "state-10", "state-10-changes", "state-100-changes", "hygiene-10", WORKERS, MARIADB, HUNT,
})  # fmt: skip


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        share: of the full number of tests and rows.
        rounds: pairs of runs.
        most_tests: of the longest run.
        endurance_rounds: runs of each length, but for the longest.
        left_out: what is not measured unless it is named.
    """

    share: float
    rounds: int
    most_tests: int
    endurance_rounds: int
    left_out: frozenset[str] = frozenset()


FULL = Extent(share=1.0, rounds=5, most_tests=10_000, endurance_rounds=3)
QUICK = Extent(share=0.2, rounds=2, most_tests=1_000, endurance_rounds=1, left_out=SLOW)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for."""
    options = _parser().parse_args(arguments)
    extent = _extent(options)
    only = options.only or [name for name in NAMES if name not in extent.left_out]
    try:
        tables = _measure(only, extent)
    except RunFailedError as error:
        print(f"a measured run failed:\n{error}", file=sys.stderr)
        return 1
    facts = (f"`{_command(options)}`", versions(), machine())
    print(as_text(facts, tables), end="")
    if options.write is not None:
        options.write.write_text(as_markdown(facts, tables), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure what isolation costs each test."
    )
    parser.add_argument("--quick", action="store_true", help="fewer tests, for a first look")
    parser.add_argument(
        "--only", metavar="NAME", action="append", choices=NAMES,
        help=f"measure this one; may be given again: {', '.join(NAMES)}",
    )  # fmt: skip
    parser.add_argument(
        "--rounds", metavar="N", type=_positive,
        help=f"so many pairs of runs, instead of {FULL.rounds} ({QUICK.rounds} with --quick)",
    )  # fmt: skip
    parser.add_argument("--write", metavar="FILE", type=Path, help="also write Markdown")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _extent(options: argparse.Namespace) -> Extent:
    extent = QUICK if options.quick else FULL
    if options.rounds is None:
        return extent
    fewest = min(options.rounds, extent.endurance_rounds)
    return replace(extent, rounds=options.rounds, endurance_rounds=fewest)


def _measure(names: Sequence[str], extent: Extent) -> list[Table]:
    """Measure the subjects of these names, and the keeper if its name is among them."""
    with workshop() as place:
        tables = _databases(_named(SUBJECTS, names), extent, place)
        on_postgres = _named(POSTGRES_SUBJECTS, names)
        if on_postgres:
            compared = compare(on_postgres, extent.share, extent.rounds, place, _tell)
            tables.append(cost_table(compared, "Postgres: cost per test", POSTGRES))
        if CLONES in names:
            tables.append(clone_costs(extent.share, extent.rounds, place, _tell))
        if WORKERS in names:
            tables.append(workers_table(extent.share, extent.rounds, place, _tell))
        on_mariadb = _named(MARIADB_SUBJECTS, names)
        if on_mariadb:
            compared = compare(on_mariadb, extent.share, extent.rounds, place, _tell)
            tables.append(cost_table(compared, "MariaDB: cost per test", IN_PYTEST))
        if MARIADB in names:
            tables.append(ways.cost_table(ways.measure(extent.rounds, _tell)))
        of_state = _named(STATE_SUBJECTS, names)
        if of_state:
            compared = compare(of_state, extent.share, extent.rounds, place, _tell)
            tables.append(cost_table(compared, "Process state: cost per test", STATE))
        if KEEPER in names:
            tables.append(keeping_table(keep(place, _tell)))
        if BRANCHES in names:
            rows = int(1_000_000 * extent.share)
            tables.append(branches_table(branch_costs(place, rows, _tell)))
        if HUNT in names:
            tables.append(hunts_table(hunted(SIZES, _tell)))
    return tables


def _databases(subjects: tuple[Subject, ...], extent: Extent, place: Path) -> list[Table]:
    if not subjects:
        return []
    compared = compare(subjects, extent.share, extent.rounds, place, _tell)
    endured = endure(subjects, extent.most_tests, extent.endurance_rounds, place, _tell)
    return [cost_table(compared), *([endurance_table(endured)] if endured else [])]


def _named(subjects: tuple[Subject, ...], names: Sequence[str]) -> tuple[Subject, ...]:
    return tuple(one for one in subjects if one.name in names)


def _command(options: argparse.Namespace) -> str:
    """Return the command that measures the same again."""
    words = ["--quick"] if options.quick else []
    words += ["--rounds", str(options.rounds)] if options.rounds else []
    words += [word for name in options.only or () for word in ("--only", name)]
    return shlex.join(["python", "-m", "bench", *words])


def _tell(step: str) -> None:
    print(f"… {step}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
