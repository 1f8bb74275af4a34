"""Cases of functions: one file per family, `expression → what PyMySQL returned from MariaDB`.

A file is made of lines:

    # a remark
    ! NAME: how ours differs from the server's
    LEFT('hello', 2) → 'he'
    1 DIV 'a' → error 1365
    SOUNDEX('été') → 'é300' ≠ 'É300'

After `≠` stands what ours gives where it is known to differ. `python -m tests.emulation.oracle
--write` asks a real server for every answer again; without `--write` it only compares.
"""

from __future__ import annotations

import datetime  # noqa: ICN001  # answers are written with its name
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"
ARROW = " → "
UNLIKE = " ≠ "
# The time that NOW() tells, here and on the server.
NOW = datetime.datetime(2024, 6, 1, 12, 0, 0, 123456, tzinfo=datetime.UTC)
_NAMES = {"Decimal": Decimal, "datetime": datetime}


@dataclass(frozen=True, slots=True)
class ServerError:
    """An answer that is an error; two are equal when their codes are."""

    code: int

    def __repr__(self) -> str:
        return f"error {self.code}"


@dataclass(frozen=True, slots=True)
class Case:
    """One expression with the server's answer.

    Attributes:
        ours: what the emulation gives where it is known to differ, else None.
    """

    family: str
    line: int
    expression: str
    answer: str
    ours: str | None = None

    def __str__(self) -> str:
        unlike = f"{UNLIKE}{self.ours}" if self.ours is not None else ""
        return f"{self.expression}{ARROW}{self.answer}{unlike}"


def families() -> list[Path]:
    """Return the files, by name."""
    return sorted(FOLDER.glob("*.txt"))


def read(path: Path) -> Iterator[Case]:
    """Yield the cases of a file."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line[:2] in {"#", "# ", "! "}:
            continue
        expression, arrow, rest = line.partition(ARROW)
        assert arrow, f"{path.name}:{number}: no arrow in {line!r}"
        answer, unlike, ours = rest.partition(UNLIKE)
        yield Case(path.stem, number, expression, answer, ours if unlike else None)


def differences() -> dict[str, str]:
    """Return what the files say of functions that differ: name → how."""
    found: dict[str, str] = {}
    for path in families():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("! "):
                name, _, how = line[2:].partition(": ")
                found[name] = how
    return found


def value_of(answer: str) -> Any:
    """Return the value that an answer is written as."""
    if answer.startswith("error "):
        return ServerError(int(answer.split()[1]))
    # The files are our own: `eval` reads Decimal('1.50') and datetime.date(2024, 1, 31).
    return eval(answer, {"__builtins__": {}}, dict(_NAMES))


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two answers are equal in type and value; doubles to their last digit or two."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return math.isclose(one, other, rel_tol=1e-14)
    return str(one) == str(other) if isinstance(one, Decimal) else bool(one == other)


def functions_in(expression: str) -> set[str]:
    """Return the names that an expression calls, in upper case."""
    bare = re.sub(r"'(?:[^'\\]|\\.|'')*'", "''", expression)
    return {name.upper() for name in re.findall(r"\b([A-Za-z_][A-Za-z_0-9]*)\s*\(", bare)}
