"""The writer of one statement: expressions, queries inside it, and names in scope."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.ordering import with_nulls
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import (
    EMITTERS,
    NUMBERS,
    Scope,
    Source,
    Written,
    name_of,
    quote_name,
    refused,
)

Columns = dict[str, tuple[str, int | None]]
Outputs = list[tuple[str, str]]
Compose = Callable[["Writer", Any], tuple[str, Outputs]]
QUERIES: dict[type, Compose] = {}


def composes(*kinds: type) -> Callable[[Compose], Compose]:
    """Declare what writes queries of these kinds."""

    def declare(function: Compose) -> Compose:
        for kind in kinds:
            QUERIES[kind] = function
        return function

    return declare


class Writer:
    """Writes one statement.

    Args:
        tables: of each table its columns, with their types.
        kinds: of each parameter the type of what is bound to it.
    """

    def __init__(self, tables: dict[str, Columns], kinds: Sequence[Any]) -> None:
        self.tables = tables
        self.kinds = kinds
        self.scope = Scope()
        self.ctes: dict[str, Outputs] = {}
        self.returned: dict[str, Outputs] = {}
        self.has_aggregate = False
        self.windows: dict[str, Any] = {}
        self.primary_keys: dict[str, frozenset[str]] = {}
        self.views: Container[str] = ()
        self.required: dict[str, set[str]] = {}
        self.rows: str | None = None

    def write(self, node: Any) -> Written:
        """Return an expression with its type; refuse what is not known."""
        emit = EMITTERS.get(type(node))
        if emit is None:
            raise refused(f"the construct {type(node).__name__}")
        return emit(self, node)

    def condition(self, node: Any) -> str:
        """Return a condition, which has to be a boolean."""
        one = self.write(node)
        if one.kind not in ("bool", "null", "unknown"):
            raise PostgresError(
                "42804", f"argument must be type boolean, not type {types.shown(one.kind)}"
            )
        return types.as_kind(one, "bool").sql

    def text(self, node: Any) -> str:
        """Return an argument that is a text."""
        one = self.write(node)
        if one.kind not in ("text", "unknown", "null"):
            text = f"no function takes {types.shown(one.kind)} for text"
            raise PostgresError("42883", text)
        return one.sql

    def integer(self, node: Any) -> str:
        """Return an argument that is an integer."""
        one = self.write(node)
        if one.kind not in ("int2", "int4", "unknown", "null"):
            raise PostgresError("42883", f"no function takes {one.kind} for integer")
        return types.as_kind(one, "int4").sql

    def number(self, node: Any) -> Written:
        """Return an argument that is a number."""
        one = self.write(node)
        if one.kind in ("unknown", "null"):
            return types.as_kind(one, "float8")
        if one.kind not in NUMBERS:
            raise PostgresError("42883", f"no function takes {one.kind} for a number")
        return one

    def parameter(self, number: int) -> Written:
        """Return what is bound to a place."""
        kind = self.kinds[number - 1] if 0 < number <= len(self.kinds) else "unknown"
        return Written(f":p{number}", kind)

    def key(self, node: Any) -> str:
        """Return what groups or partitions rows."""
        return types.collated(self.write(node))

    def ordered(self, node: Any) -> str:
        """Return one key of ORDER BY: NULL sorts last, and first where it descends."""
        descends = bool(node.args.get("desc"))
        sql = self.key(node.this)
        return with_nulls(sql, node, descends=descends)

    def subquery(self, node: Any) -> tuple[str, list[Written]]:
        """Return a query inside a statement, and its columns."""
        sql, outputs = self.query(node)
        return sql, [Written("", kind) for _, kind in outputs]

    @staticmethod
    def single(sql: str) -> str:
        """Return a scalar subquery that may have one row at most."""
        return f"SELECT pg_single(x, n) FROM (SELECT *, COUNT(*) OVER () AS n FROM ({_named(sql)}))"

    def query(self, node: Any) -> tuple[str, Outputs]:
        """Return a query and its columns."""
        before, aggregated, known = self.scope, self.has_aggregate, dict(self.ctes)
        windows = self.windows
        try:
            prefix = self.with_clause(node)
            compose = QUERIES.get(type(node))
            if compose is None:
                raise refused(f"the query {type(node).__name__}")
            sql, outputs = compose(self, node)
            return prefix + sql, outputs
        finally:
            self.scope, self.has_aggregate = before, aggregated
            self.ctes, self.windows = known, windows

    def with_clause(self, node: Any) -> str:
        """Return WITH, and bring its queries into scope."""
        from freshdb.emulation.postgres.queries.common_tables import with_clause

        return with_clause(self, node)

    def add_source(self, alias: str, outputs: Outputs) -> None:
        """Bring the columns of a query inside FROM, or of one in WITH, into scope."""
        columns = {
            name: Written(f"{quote_name(alias)}.{quote_name(name)}", kind)
            for name, kind in settled_outputs(outputs)
        }
        self.scope.sources.append(Source(alias, columns))

    def add_table(self, table: str, alias: str) -> None:
        """Bring a table's columns into scope, each in the form that expressions have."""
        found = self.tables.get(table)
        if found is None:
            raise PostgresError("42P01", f'relation "{table}" does not exist')
        if table in self.views:
            self.add_source(alias, [(name, kind) for name, (kind, _) in found.items()])
            return
        columns = {
            name: as_expression(f"{quote_name(alias)}.{quote_name(name)}", kind, scale)
            for name, (kind, scale) in found.items()
        }
        self.scope.sources.append(Source(alias, columns, table=table))

    @contextmanager
    def for_table(self, table: str, alias: str) -> Iterator[None]:
        """Resolve names in a table that is changed."""
        before, self.scope = self.scope, Scope()
        self.add_table(table, alias)
        try:
            yield
        finally:
            self.scope = before


def as_expression(sql: str, kind: str, scale: int | None) -> Written:
    """Return what a column holds, in the form that expressions have."""
    if kind == "numeric":
        digits = f", 1000, {scale}" if scale is not None else ""
        sql = f"pg_cast({sql}, 'numeric', 'numeric'{digits})"
    elif kind in ("timestamp", "timestamptz", "uuid", "jsonb"):
        sql = f"pg_cast({sql}, 'text', '{kind}')"
    return Written(sql, kind)


def _named(sql: str) -> str:
    return f"SELECT * FROM (WITH q(x) AS ({sql}) SELECT x FROM q)"


def settled_outputs(outputs: Outputs) -> Outputs:
    """Return columns with a type for mere constants: they are texts at last."""
    return [(name, "text" if kind in ("unknown", "null") else kind) for name, kind in outputs]


def renamed(outputs: Outputs, alias: Any) -> Outputs:
    """Return columns by the names that an alias gives them."""
    outputs = settled_outputs(outputs)
    names = [name_of(one) for one in alias.args.get("columns") or ()]
    return [
        (names[at] if at < len(names) else name, kind) for at, (name, kind) in enumerate(outputs)
    ]
