"""The writer of one statement, to which every kind of node has declared how it is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from freshdb.emulation.catalog import Catalog, Column, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.scope import Output, Scope, Source
from freshdb.emulation.rewrite.written import OF_COLUMN, Written
from freshdb.emulation.types import TEXTS, SqlType
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.functions.context import Context


Emit = Callable[["Writer", Any], Written]


class Writer:
    """Writes one statement.

    Args:
        catalog: the tables there are.
        context: the connection's facts: flavor, database, modes.
        parameters: for each placeholder in order, what kind of value is bound.
    """

    emitters: dict[type, Emit] = {}  # noqa: RUF012  # filled by the modules that write

    def __init__(
        self,
        catalog: Catalog,
        context: Context,
        parameters: Sequence[str] = (),
    ) -> None:
        self.catalog = catalog
        self.context = context
        self.parameters = parameters
        self.scope = Scope()
        self.ctes: dict[str, list[Output]] = {}
        self.clause = "field list"
        self.masked: dict[str, SqlType] = {}
        self.new_values: dict[str, Written] = {}
        self.windows: dict[str, Any] = {}
        self.has_bare_columns = self.rounds_groups = False
        self.is_strict_change = False
        self._names = 0
        self._depth = 0

    # Expressions

    def write(self, node: Any) -> Written:
        """Return an expression as SQLite takes it.

        Raises:
            EmulationError: the construct is not supported.
            MySQLError: the server would have refused it.
        """
        emit = self.emitters.get(type(node))
        if emit is None:
            raise unsupported(node)
        self._depth += 1
        if self._depth > 200:
            raise EmulationError(
                "the expression is nested too deeply", hint="nest it less than 200 levels deep"
            )
        try:
            written = emit(self, node)
        finally:
            self._depth -= 1
        if self.masked and written.sql in self.masked:
            return Written(
                "NULL", replace(written.type), is_raw=written.is_raw, column=written.column
            )
        return written

    def condition(self, node: Any, clause: str) -> str:
        """Return a condition of WHERE, ON or HAVING."""
        with self.in_clause(clause):
            truth = self.write(node).truth
            if not truth.startswith("my_json_equals(") or self.context.is_mysql8:
                return truth
            # As a condition of its own, MariaDB takes it for true where an argument is NULL.
            tests = (f"{self.write(one).sql} IS NULL" for one in node.expressions)
            return f"COALESCE({truth}, {' OR '.join(tests)})"

    @contextmanager
    def in_clause(self, clause: str) -> Iterator[None]:
        """Name the clause that an unknown column is reported for."""
        before, self.clause = self.clause, clause
        try:
            yield
        finally:
            self.clause = before

    @contextmanager
    def in_scope(self, scope: Scope) -> Iterator[Scope]:
        """Resolve names in another scope."""
        before, self.scope = self.scope, scope
        try:
            yield scope
        finally:
            self.scope = before

    @contextmanager
    def grouping(self, *, has_bare_columns: bool, rounds_groups: bool) -> Iterator[None]:
        """Remember how the SELECT that is written makes its groups.

        Args:
            has_bare_columns: it shows columns of no particular row.
            rounds_groups: the server keeps its sums in a table, with no more digits than are shown.
        """
        before = self.has_bare_columns, self.rounds_groups
        self.has_bare_columns, self.rounds_groups = has_bare_columns, rounds_groups
        try:
            yield
        finally:
            self.has_bare_columns, self.rounds_groups = before

    @contextmanager
    def unmasked(self) -> Iterator[None]:
        """Write the arguments of an aggregate: ROLLUP leaves them as they are."""
        before, self.masked = self.masked, {}
        try:
            yield
        finally:
            self.masked = before

    def new_name(self) -> str:
        """Return a name that no user's SQL has."""
        self._names += 1
        return f"_fd{self._names}"

    # Names

    def column(self, name: str, table: str | None = None) -> Written:
        """Return the column that a name means.

        Raises:
            MySQLError: 1054 where there is none, 1052 where there are several.
        """
        scope: Scope | None = self.scope
        while scope is not None:
            found = scope.find(name, table)
            if not found and table is None and scope is not self.scope:
                found = [one for one in (scope.inner_aliases.get(name.lower()),) if one is not None]
            if len(found) > 1 and table is None and name.lower() in scope.aliases:
                return scope.aliases[name.lower()]
            if len(found) > 1 and len({one.sql for one in found}) > 1:
                shown = f"{table}.{name}" if table else name
                raise MySQLError(1052, "23000", f"Column '{shown}' in {self.clause} is ambiguous")
            if found:
                self._must_reach(scope, found[0])
                return found[0]
            scope = scope.outer
        raise self.unknown_column(name, table, self.clause)

    def unknown_column(self, name: str, table: str | None, clause: str) -> MySQLError:
        """Return the error of a name that no column has, in the server's word for the clause."""
        shown = f"{table}.{name}" if table else name
        if not self.context.is_mysql8:
            clause = _CLAUSES.get(clause, clause)
        return MySQLError(1054, "42S22", f"Unknown column '{shown}' in '{clause}'")

    def _must_reach(self, scope: Scope, found: Written) -> None:
        """Refuse an outer query's column whose table a query inside it has by the same name."""
        inner = self.scope
        while inner is not scope:
            for source in inner.sources:
                if found.sql.startswith(f"{quote_name(source.name)}."):
                    raise EmulationError(
                        f"a query inside names a column of the outer `{source.name}`, and has a "
                        f"`{source.name}` of its own",
                        hint="give one of them another alias",
                    )
            assert inner.outer is not None
            inner = inner.outer

    def table(self, name: str, database: str | None = None) -> Table:
        """Return a table of the catalog.

        Raises:
            MySQLError: 1146 where there is none.
        """
        found = self.catalog.table(name)
        if found is None:
            shown = database or self.context.database
            raise MySQLError(1146, "42S02", f"Table '{shown}.{name}' doesn't exist")
        return found

    def source_of(self, table: Table, alias: str) -> Source:
        """Return a table of the catalog under the name that the query gives it."""
        quoted = quote_name(alias)
        outputs = [
            Output(one.name, self.stored(f"{quoted}.{quote_name(one.name)}", one, table))
            for one in table.columns
        ]
        return Source(alias, outputs, table, is_opaque=table.is_open)

    @staticmethod
    def stored(sql: str, column: Column, table: Table) -> Written:
        """Return a column's values as they are stored."""
        kind = column.type
        return Written(
            sql,
            kind,
            is_raw=kind.is_tagged
            and kind.kind not in {"enum", "set", "any"}
            and not kind.is_long_decimal,
            is_collated=column.is_collated and kind.kind in TEXTS,
            strength=OF_COLUMN,
            column=column,
            is_ours=table.is_ours,
        )


_CLAUSES = {
    "field list": "SELECT",
    "where clause": "WHERE",
    "on clause": "ON",
    "group statement": "GROUP BY",
    "order clause": "ORDER BY",
    "having clause": "HAVING",
}
"""MariaDB's words for what MySQL calls by these names."""


def unsupported(node: Any) -> EmulationError:
    """Return the refusal of a construct, by its name."""
    name = type(node).__name__
    return EmulationError(
        f"the construct {name} is not supported",
        hint="test what needs it on a real server (freshdb makes branches of those too), or write "
        "it in a portable form",
    )


def emits(*kinds: type) -> Callable[[Emit], Emit]:
    """Declare what writes nodes of these kinds."""

    def declare(function: Emit) -> Emit:
        for kind in kinds:
            Writer.emitters[kind] = function
        return function

    return declare
