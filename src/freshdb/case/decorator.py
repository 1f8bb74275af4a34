"""`@freshdb.cases(file)`: run a test once for each case of a data file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "freshdb_cases"


@dataclass(frozen=True)
class CasesFile:
    """Which file a test takes its cases from, and by which argument.

    Attributes:
        name: the path as it is written.
        base: the folder that it is relative to: that of the test's own file.
        argument: the test's argument.
    """

    name: str
    base: Path
    argument: str

    @property
    def path(self) -> Path:
        return (self.base / self.name).resolve()


def cases(file: str | Path, *, argument: str = "case") -> Callable[[Any], Any]:
    """Run a test, or each test of a class, once for each case of a data file.

        @freshdb.cases("data/monthly_report.yaml")
        async def test_monthly_report(case, db_session):
            assert await monthly_report(db_session, **case.input) == case.expected

    Args:
        file: relative to the file of the test: YAML, TOML, JSON, JSONL, CSV, or a folder with a
            file for each case.
        argument: which argument of the test is the case.

    Returns:
        A decorator. A file that cannot be used stops the collection of the test's module.
    """
    import pytest

    base = Path(sys._getframe(1).f_code.co_filename).parent
    return getattr(pytest.mark, MARK)(CasesFile(str(file), base, argument))  # type: ignore[no-any-return]  # a MarkDecorator
