"""Chance questions in Postgres's SQL: calls and operators of applications, over odd values."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).with_suffix(".txt")


def _sections() -> dict[str, list[str]]:
    """Return the lines of the file, by the headings that stand before them."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines()[1:]:
        if line.startswith("# "):
            lines = found.setdefault(line[2:], [])
        elif line:
            lines.append(line)
    return found


def _named(prefix: str) -> dict[str, list[str]]:
    return {
        name.removeprefix(f"{prefix}: "): lines
        for name, lines in SECTIONS.items()
        if name.startswith(f"{prefix}: ")
    }


SECTIONS = _sections()
CONSTANTS, FORMS = _named("constants"), _named("forms")
AGGREGATES, WINDOWS = SECTIONS["aggregates:"], SECTIONS["windows:"]
CLAUSES = SECTIONS["clauses:"]
TABLE, *ROWS = SECTIONS["table:"]
COLUMNS: dict[str, list[str]] = {
    "int": ["i", "id"], "big": ["bi"], "small": ["si"], "numeric": ["nu", "nf"], "float": ["fl"],
    "text": ["tx", "vc"], "date": ["da"], "stamp": ["ts"], "zoned": ["tz"], "interval": ["iv"],
    "jsonb": ["jb"], "json": ["js"], "bool": ["bo"],
    "uuid": ["uu"], "ints": ["ai"], "texts": ["at"],
}  # fmt: skip
ANYTHING = [
    *["int", "big", "numeric", "float", "text", "date", "stamp", "zoned", "interval", "jsonb"],
    *["json", "bool", "uuid", "ints", "texts"],
]
SORTED = ["int", "numeric", "text", "date", "stamp", "float", "interval"]
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass
class Generator:
    """Makes statements; of calls over constants, or over the columns of a table."""

    chance: random.Random

    def constant(self, kind: str) -> str:
        """Return a constant of a kind."""
        return self.chance.choice(CONSTANTS[kind])

    def expression(self, family: str, *, columns: bool = False, depth: int = 0) -> str:
        """Return a call or an operator of a family."""
        return self.filled(self.chance.choice(FORMS[family]), columns=columns, depth=depth)

    def filled(self, form: str, *, columns: bool = False, depth: int = 0) -> str:
        """Return a form with something in its places."""

        def fill(name: str) -> str:
            return self._place(name, columns=columns, depth=depth)

        return _PLACE.sub(lambda match: fill(match[1]), form)

    def _place(self, name: str, *, columns: bool, depth: int) -> str:
        if name == "number":
            name = self.chance.choice(["int", "big", "numeric", "float"])
        if name in ("any", "any0"):
            name = self.chance.choice(ANYTHING)
        if name == "key0":
            name = self.chance.choice(
                ["int", "numeric", "text", "date", "stamp", "float", "interval"]
            )
        if name == "bool0":
            return self.expression("compare", columns=True, depth=1)
        if name == "agg":
            return self.filled(self.chance.choice(AGGREGATES), columns=True)
        if name == "window":
            return self.filled(self.chance.choice(WINDOWS), columns=True)
        if name == "call":
            return self.expression(self.chance.choice(list(FORMS)), columns=True)
        if columns and name in COLUMNS and self.chance.random() < 0.8:
            return self.chance.choice(COLUMNS[name])
        return self.constant(name)

    def statement(self, family: str) -> str:
        """Return a statement."""
        if family == "clauses":
            return self.filled(self.chance.choice(CLAUSES), columns=True)
        if family == "columns":
            inner = self.expression(self.chance.choice(list(FORMS)), columns=True)
            return f"SELECT {inner} FROM every ORDER BY id"
        return f"SELECT {self.expression(family)}"


FAMILIES = [*FORMS, "columns", "clauses"]
