"""Results in, text out: one set of tables, as plain text or as Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.endurance import Endured, ends_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.comparison import Compared

READING = (
    "Every test that connects inserts one row and commits. Times are taken inside the pytest "
    "process, from the start of a test's setup to the end of its teardown and reports, without "
    "start-up. Runs without and with isolation take turns; `cost` is the difference of their "
    "medians, `p95` that of the slowest twentieth, `pairs` the lowest and highest cost that a "
    "single pair of runs showed. Everything is on a file system in memory where there is one; on a "
    "disk, what commits to the project's own file takes longer. Rows of freshdb are of the "
    "database alone, with `state = off`, but for those that name process state. freshdb's own "
    "figure is its summary line: the time it spent on branches, without what SQLAlchemy and the "
    "driver do to connect anew."
)
POSTGRES = (
    "The same on a private Postgres in memory, forty tables. Runs without isolation commit to one "
    "database. Peers and the recipe run in environments of their own, with the same versions. "
    "py-pglite brings a Postgres of its own, in WebAssembly, which npm installs when it starts."
)
MARIADB = (
    "The same on a private MariaDB in memory. Most of the time the server is at work while pytest "
    "is."
)
STATE = (
    "Tests that use no database, in a project whose package holds as much state as a real one's "
    "(52 modules, 2,245 globals, 7,400 containers), or ten times that. Each test changes nothing, "
    "or so many of the package's dicts, which freshdb puts back. pytest-hygiene looks at the "
    "environment, the working directory, logging and the like, and at no module's state."
)
ENDURING = (
    "Runs of growing length: the time of a test in the first and in the last tenth, without and "
    "with isolation, and the difference; and what the process held at the beginning and at the end "
    "of the test loop. Memory includes pytest's own growth, which the column beside it shows. "
    "`files left` counts what the ended process left where freshdb keeps branches. Up to "
    "1,000 tests the times are medians of several runs; the longest run is made once, so a busy "
    "machine shows in it."
)


@dataclass(frozen=True)
class Table:
    """A table with a title and a text under it; the first column is words, the others numbers."""

    title: str
    text: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def cost_table(
    compared: Sequence[Compared], title: str = "Cost per test", text: str = READING
) -> Table:
    """Return the subjects side by side, times in milliseconds per test."""
    header = (
        "ms per test", "without", "with", "cost", "p95", "pairs", "ratio", "target", "met",
        "own median", "own p95",
    )  # fmt: skip
    return Table(title, text, header, tuple(_cost_row(one) for one in compared))


def endurance_table(endured: Sequence[Endured]) -> Table:
    """Return the runs of growing length, times in milliseconds per test."""
    header = (
        "ms per test", "tests", "without", "with", "cost", "descriptors", "threads", "MiB",
        "MiB without", "files left",
    )  # fmt: skip
    return Table("Endurance", ENDURING, header, tuple(_endurance_row(one) for one in endured))


def as_text(facts: Sequence[str], tables: Sequence[Table]) -> str:
    """Return everything as plain text for a terminal."""
    return "\n\n".join(["\n".join(facts), *(_text_of(table) for table in tables)]) + "\n"


def as_markdown(facts: Sequence[str], tables: Sequence[Table]) -> str:
    """Return everything as a Markdown page."""
    listed = "\n".join(f"- {fact}" for fact in facts)
    return "\n\n".join(["# Results", listed, *(_markdown_of(table) for table in tables)]) + "\n"


def _cost_row(one: Compared) -> tuple[str, ...]:
    label, cost, target_ms = one.subject.label, one.cost, one.subject.target_ms
    if cost is None:
        return (f"{label} ({one.problem})", *[""] * 10)
    return (
        label,
        f"{cost.without_ms:.2f}",
        f"{cost.with_ms:.2f}",
        f"{cost.median_ms:.3f}",
        f"{cost.p95_ms:.3f}",
        f"{cost.lowest_ms:.2f} to {cost.highest_ms:.2f}",
        f"{cost.ratio:.1f}",
        "" if target_ms is None else f"{target_ms:g}",
        "" if target_ms is None else _yes_or_no(cost.median_ms <= target_ms),
        "" if one.own_cost is None else f"{one.own_cost.median_ms:.2f}",
        "" if one.own_cost is None else f"{one.own_cost.p95_ms:.2f}",
    )


def _endurance_row(one: Endured) -> tuple[str, ...]:
    without, with_it = ends_of(one.without), ends_of(one.with_it)
    cost = with_it - without
    last_run, last_without = one.with_it[-1], one.without[-1]
    return (
        one.subject.label,
        f"{one.tests:,}",
        f"{without.first:.2f} to {without.last:.2f}",
        f"{with_it.first:.2f} to {with_it.last:.2f}",
        f"{cost.first:.2f} to {cost.last:.2f}",
        _change(last_run.before.descriptors, last_run.after.descriptors),
        _change(last_run.before.threads, last_run.after.threads),
        _change(last_run.before.memory_kib // 1024, last_run.after.memory_kib // 1024),
        _change(last_without.before.memory_kib // 1024, last_without.after.memory_kib // 1024),
        str(max(run.files_left for run in one.with_it)),
    )


def _change(before: int, after: int) -> str:
    return f"{before} to {after}"


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _text_of(table: Table) -> str:
    lines = [table.header, *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.header))]
    aligned = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    aligned.insert(1, "-" * max(len(line) for line in aligned))
    return "\n".join([table.title, "", *aligned])


def _markdown_of(table: Table) -> str:
    return "\n".join([f"## {table.title}", "", table.text, "", rows_in_markdown(table)])


def rows_in_markdown(table: Table) -> str:
    """Return a table without its title and text."""
    ruler = ["---", *["---:"] * (len(table.header) - 1)]
    lines = [f"| {' | '.join(line)} |" for line in (table.header, ruler, *table.rows)]
    return "\n".join(lines)
