"""The writer of one statement: expressions, queries inside it, and names in scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.ordering import with_nulls
from freshdb.emulation.postgres.scope import (
    EMITTERS,
    NUMBERS,
    Scope,
    Source,
    Written,
    name_of,
    only,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError

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
        kinds: what is bound to each parameter; of a list a tuple of what is in it.
    """

    def __init__(self, tables: dict[str, Columns], kinds: Sequence[Any]) -> None:
        self.tables = tables
        self.kinds = kinds
        self.scope = Scope()
        self.ctes: dict[str, Outputs] = {}
        self.has_aggregate = False
        self.windows: dict[str, Any] = {}

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
            raise PostgresError("42804", f"argument must be type boolean, not type {one.kind}")
        return types.as_kind(one, "bool").sql

    def text(self, node: Any) -> str:
        """Return an argument that is a text."""
        one = self.write(node)
        if one.kind not in ("text", "unknown", "null"):
            raise PostgresError("42883", f"no function takes {one.kind} for text")
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
        if isinstance(kind, tuple):
            raise refused("a list that is bound", "write column = ANY(…) around it")
        return Written(f":p{number}", kind)

    def listed(self, number: int) -> list[Written]:
        """Return the values of a list that is bound to a place."""
        kinds = self.kinds[number - 1]
        if not isinstance(kinds, tuple):
            raise PostgresError("42809", "op ANY/ALL (array) requires array on right side")
        return [Written(f":p{number}_{at}", kind) for at, kind in enumerate(kinds)]

    def key(self, node: Any) -> str:
        """Return what groups or partitions rows."""
        one = self.write(node)
        if one.kind in ("interval", "json", "jsonb"):
            raise refused(f"groups by {one.kind}")
        return f"{one.sql} COLLATE pg_numeric" if one.kind == "numeric" else one.sql

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
        before, aggregated = self.scope, self.has_aggregate
        try:
            prefix = self._with(node)
            compose = QUERIES.get(type(node))
            if compose is None:
                raise refused(f"the query {type(node).__name__}")
            sql, outputs = compose(self, node)
            return prefix + sql, outputs
        finally:
            self.scope, self.has_aggregate = before, aggregated

    def _with(self, node: Any) -> str:
        found = node.args.get("with_")
        if found is None:
            return ""
        if found.args.get("recursive"):
            raise refused("WITH RECURSIVE")
        parts = []
        for one in found.expressions:
            only(one, "this", "alias")
            if not isinstance(one.this, exp.Query):
                raise refused("a statement that changes rows in WITH")
            sql, outputs = self.query(one.this)
            name = name_of(one.args["alias"].this)
            self.ctes[name] = renamed(outputs, one.args["alias"])
            listed = ", ".join(quote_name(column) for column, _ in self.ctes[name])
            parts.append(f"{quote_name(name)} ({listed}) AS ({sql})")
        return f"WITH {', '.join(parts)} "

    def add_source(self, alias: str, outputs: Outputs) -> None:
        """Bring the columns of a query inside FROM, or of one in WITH, into scope."""
        columns = {
            name: Written(f"{quote_name(alias)}.{quote_name(name)}", kind) for name, kind in outputs
        }
        self.scope.sources.append(Source(alias, columns))

    def add_table(self, table: str, alias: str) -> None:
        """Bring a table's columns into scope, each in the form that expressions have."""
        found = self.tables.get(table)
        if found is None:
            raise PostgresError("42P01", f'relation "{table}" does not exist')
        columns = {}
        for name, (kind, scale) in found.items():
            sql = f"{quote_name(alias)}.{quote_name(name)}"
            if kind == "numeric":
                digits = f", 1000, {scale}" if scale is not None else ""
                sql = f"pg_cast({sql}, 'numeric', 'numeric'{digits})"
            elif kind in ("timestamp", "timestamptz", "uuid", "jsonb"):
                sql = f"pg_cast({sql}, 'text', '{kind}')"
            columns[name] = Written(sql, kind)
        self.scope.sources.append(Source(alias, columns))

    @contextmanager
    def for_table(self, table: str, alias: str) -> Iterator[None]:
        """Resolve names in a table that is changed."""
        before, self.scope = self.scope, Scope()
        self.add_table(table, alias)
        try:
            yield
        finally:
            self.scope = before


def _named(sql: str) -> str:
    return f"SELECT * FROM (WITH q(x) AS ({sql}) SELECT x FROM q)"


def renamed(outputs: Outputs, alias: Any) -> Outputs:
    """Return columns by the names that an alias gives them."""
    names = [name_of(one) for one in alias.args.get("columns") or ()]
    return [
        (names[at] if at < len(names) else name, kind) for at, (name, kind) in enumerate(outputs)
    ]
