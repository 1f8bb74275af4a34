"""What names mean in a statement, and what expressions are written as, with their types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from freshdb.emulation.postgres.values import PostgresError
from freshdb.errors import EmulationError

INTEGERS = ("int2", "int4", "int8")
NUMBERS = (*INTEGERS, "numeric", "float8")
STAMPS = ("date", "timestamp", "timestamptz")


@dataclass(slots=True)
class Written:
    """An expression as SQLite takes it; `kind` is its type, `unknown` of a mere constant."""

    sql: str
    kind: str
    literal: str | None = None


@dataclass
class Source:
    """Something that FROM names: its columns with what they are written as."""

    name: str
    columns: dict[str, Written]


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
                if (not table or source.name == table) and name in source.columns
            ]
            if len(found) > 1:
                raise PostgresError("42702", f'column reference "{name}" is ambiguous')
            if found:
                return found[0]
            scope = scope.outer
        shown = f"{table}.{name}" if table else f'"{name}"'
        raise PostgresError("42703", f"column {shown} does not exist")


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
    "CONCURRENTLY of CREATE": "leave CONCURRENTLY out",
    "WHERE of INDEXPARAMETERS": "leave the index out, unless it is UNIQUE: no answer depends on it",
    "CASCADE of DROP": "leave CASCADE out, and drop what refers to it first",
    "SKIP LOCKED": "leave it out: SQLite lets one connection write at a time",
    "the function all": "write NOT IN (…)",
    "the function array_agg": "write string_agg(…), or select the rows",
    "the function unnest": "write IN (…), or VALUES (…), (…)",
    "the function generate_series": "write FROM generate_series(…)",
    "the construct Array": "write IN (…), or = ANY(ARRAY[…])",
}


def refused(what: str, hint: str = "") -> EmulationError:
    """Return the refusal of a construct."""
    nearest = hint or _NEAREST.get(what, _REAL)
    if not hint and what.startswith("the type "):
        nearest = "declare TEXT, or JSONB for an array"
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
