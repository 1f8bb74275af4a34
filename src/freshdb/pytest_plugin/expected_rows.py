"""The rows that a case expects the tables to hold when its test has ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pytest

from freshdb.pytest_plugin.run import RUN
from freshdb.runtime import FreshDB

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from freshdb.case.case import Case


def check_expected_rows(config: pytest.Config, case: Case) -> None:
    """Find what does not fit the project's tables, before any test runs."""
    run = config.stash.get(RUN, None)
    if case.expected_rows is None or run is None:
        return
    from freshdb.case.table_rows import expected_tables

    tables = run.freshdb.known_tables()
    if tables:
        expected_tables(case, tables)


def require_rows(item: pytest.Item, cases: Sequence[Case]) -> None:
    """Fail a test unless the tables hold what its cases expect."""
    run = item.config.stash.get(RUN, None)
    for case in cases:
        if case.expected_rows is None:
            continue
        if run is None:
            pytest.fail("`expected_rows` needs freshdb's branches, and it is off", pytrace=False)
        lines = _differing_rows(run.freshdb, case)
        if lines:
            text = "\n".join(f"  {line}" for line in lines)
            pytest.fail(
                f"the tables do not hold what case `{case.id}` expects ({case.place})\n{text}",
                pytrace=False,
            )


def _differing_rows(freshdb: FreshDB, case: Case) -> list[str]:
    """Return in which rows the running test's tables are not what its case expects."""
    return [line for name in case.expected_rows for line in _differing_in(freshdb, case, name)]


def _differing_in(freshdb: FreshDB, case: Case, name: str) -> list[str]:
    from freshdb.case.table_rows import differing_rows, expected_tables
    from freshdb.seeds.layers import target_in

    branch = freshdb.branch_with(name)
    if branch is None:
        return [f"the test has connected to no database with a table `{name}`"]
    target = target_in(branch.backend, branch.place, freshdb.known_tables(), {})
    labels = freshdb.seeds.layers.labels_in(branch.baseline)

    def differing(connection: Connection) -> list[str]:
        known = target.tables_for(connection, [name])
        (expected,) = (one for one in expected_tables(case, known) if one.table is known[name])
        return differing_rows(case, expected, connection, labels)

    return target.run(differing)
