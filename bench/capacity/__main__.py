"""`python -m bench.capacity`: measure the constants, and check the model by a simulation.

    python -m bench.capacity [--write]

About a minute. With `--write`, the tables go to `bench/CAPACITY.md`, and into the page
`docs/explanation/capacity.md` between the two marks.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bench.capacity.constants import measured
from bench.capacity.model import Constants, Plan, limit, needs, tests_per_second
from bench.capacity.simulate import simulated_tests_per_second
from bench.environments import machine, versions
from bench.report import Table, as_markdown, as_text, rows_in_markdown
from bench.runs import workshop

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "bench" / "CAPACITY.md"
PAGE = ROOT / "docs" / "explanation" / "capacity.md"
BEGIN, END = "<!-- figures: python -m bench.capacity --write -->", "<!-- end of figures -->"
PLANS = tuple(
    Plan(workers, client_cores, server_cores)
    for workers, client_cores, server_cores in (
        (1, 2, 2), (4, 4, 4), (16, 16, 4), (64, 16, 4), (64, 64, 4), (64, 64, 16),
    )
)  # fmt: skip
CONSTANTS = (
    "Per test of one worker: how long it takes, and how long processors work for it, at the worker "
    "and at the server; what a worker and a connection hold, and what a branch is on disk. The "
    "start of a run is not in it."
)
CHECKED = (
    "The model's tests per second, and those of a simulation in which the workers queue for "
    "processors. Connections, memory of workers and server, and files, by the model."
)


def main(arguments: Sequence[str]) -> int:
    """Measure, compare, print."""
    with workshop() as place:
        constants = measured(place, lambda step: print(f"… {step}", file=sys.stderr, flush=True))
    tables = [_constants_table(constants), _checked_table(constants)]
    facts = ("`python -m bench.capacity --write`", versions(), machine())
    print(as_text(facts, tables), end="")
    if "--write" in arguments:
        FIGURES.write_text(as_markdown(facts, tables), encoding="utf-8")
        _write_into_page(tables)
    return 0


def _write_into_page(tables: Sequence[Table]) -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    shown = "\n\n".join([BEGIN, machine() + ":", *map(rows_in_markdown, tables), END])
    PAGE.write_text(before + shown + rest.partition(END)[2], encoding="utf-8")


def _constants_table(constants: Mapping[str, Constants]) -> Table:
    header = ("a test", "ms", "worker ms", "server ms", "connections", "MiB each", "worker MiB",
              "branch MiB")  # fmt: skip
    rows = tuple(
        (label, f"{one.wall_s * 1000:.2f}", f"{one.client_s * 1000:.2f}",
         f"{one.server_s * 1000:.2f}", str(one.connections), f"{one.backend_mib:.1f}",
         f"{one.worker_mib:.0f}", f"{one.branch_mib:.1f}")
        for label, one in constants.items()
    )  # fmt: skip
    return Table("Constants", CONSTANTS, header, rows)


def _checked_table(constants: Mapping[str, Constants]) -> Table:
    header = (
        "", "workers", "their cores", "server's cores", "model, tests/s", "simulated, tests/s",
        "ratio", "limit", "connections", "GiB", "GiB of files",
    )  # fmt: skip
    rows = tuple(_checked(label, one, plan) for label, one in constants.items() for plan in PLANS)
    return Table("Plans", CHECKED, header, rows)


def _checked(label: str, constants: Constants, plan: Plan) -> tuple[str, ...]:
    bound = tests_per_second(constants, plan)
    simulated = simulated_tests_per_second(constants, plan)
    connections, memory_mib, files_mib = needs(constants, plan)
    return (
        label, str(plan.workers), str(plan.client_cores), str(plan.server_cores), f"{bound:,.0f}",
        f"{simulated:,.0f}", f"{simulated / bound:.2f}", limit(constants, plan), str(connections),
        f"{memory_mib / 1024:.1f}", f"{files_mib / 1024:.2f}",
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
