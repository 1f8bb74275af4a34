"""What names mean in a statement, and what expressions are written as, with their types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError

INTEGERS = ("int2", "int4", "int8")
NUMBERS = (*INTEGERS, "numeric", "float8")
STAMPS = ("date", "timestamp", "timestamptz")


_SYSTEM = ("ctid", "xmin", "xmax", "cmin", "cmax", "tableoid")


@dataclass(slots=True)
class Written:
    """An expression as SQLite takes it; `kind` is its type, `unknown` of a mere constant.

    A list stands for several bound values of whatever type is asked for.
    """

    sql: str
    kind: str
    literal: str | None = None
    is_list: bool = False


@dataclass
class Source:
    """Something that FROM names: its columns with what they are written as."""

    name: str
    columns: dict[str, Written]
    hidden: set[str] = field(default_factory=set)
    """Columns that another source has by USING: only a name with the table's finds them."""
    table: str | None = None
    """The table that it is, if it is one."""
    is_outer: bool = False
    """An outer join may make all its columns NULL."""
    is_value: bool = False
    """It is a function that gives one value, which its own name means too."""
    is_partial: bool = False
    """The server's has more columns."""


@dataclass
class Scope:
    """The names that an expression may use."""

    sources: list[Source] = field(default_factory=list)
    outer: Scope | None = None

    def find(self, name: str, table: str = "") -> Written:
        """Return the column that a name means.

        Raises:
            PostgresError: 42703, 42702 or 42P01, where there is none or several.
        """
        scope: Scope | None = self
        while scope is not None:
            found = [
                source.columns[name]
                for source in scope.sources
                if name in source.columns
                and (source.name == table if table else name not in source.hidden)
            ]
            if len(found) > 1:
                raise PostgresError("42702", f'column reference "{name}" is ambiguous')
            if not found and not table:
                found = [
                    next(iter(source.columns.values()))
                    for source in scope.sources
                    if source.is_value and source.name == name
                ]
            if found:
                return found[0]
            scope = scope.outer
        if name in _SYSTEM:
            raise refused(f"the system column {name}", "name the row by its key")
        if any(source.is_partial for source in self.sources):
            raise refused(f"the column {name} of the catalog", "ask a real Postgres")
        if table and not self.has(table):
            text = f'missing FROM-clause entry for table "{table}"'
            raise PostgresError("42P01", text)
        shown = f"{table}.{name}" if table else f'"{name}"'
        raise PostgresError("42703", f"column {shown} does not exist")

    def has(self, table: str) -> bool:
        """Tell whether there is a source of this name."""
        if any(source.name == table for source in self.sources):
            return True
        return self.outer is not None and self.outer.has(table)


Emit = Callable[[Any, Any], Written]
EMITTERS: dict[type, Emit] = {}


def emits(*kinds: type) -> Callable[[Emit], Emit]:
    """Declare what writes nodes of these kinds."""

    def declare(function: Emit) -> Emit:
        for kind in kinds:
            EMITTERS[kind] = function
        return function

    return declare


_REAL = "test what needs it on a real Postgres (freshdb makes branches of those too)"
# The nearest form that is supported, where there is one.
_NEAREST = {
    "CASCADE of DROP": "leave CASCADE out, and drop what refers to it first",
    "SKIP LOCKED": "leave it out: SQLite lets one connection write at a time",
}


def refused(what: str, hint: str = "") -> EmulationError:
    """Return the refusal of a construct."""
    nearest = hint or _NEAREST.get(what, _REAL)
    return EmulationError(f"{what} is not supported", hint=nearest)


def only(node: Any, *names: str) -> None:
    """Refuse a node with more parts than those that are written, so that none gets lost.

    Raises:
        EmulationError: it has one.
    """
    for name, value in node.args.items():
        if value and name not in names and not name.startswith("_"):
            raise refused(f"{name.strip('_').upper()} of {type(node).__name__.upper()}")


def quote(text: str) -> str:
    """Return a text as SQLite's constant."""
    return "'" + text.replace("'", "''") + "'"


def name_of(identifier: Any) -> str:
    """Return a name as Postgres folds it: in lower case where it is not quoted."""
    return str(identifier.name) if identifier.args.get("quoted") else str(identifier.name).lower()


def quote_name(name: str) -> str:
    """Return a name as SQLite takes it."""
    return '"' + name.replace('"', '""') + '"'
