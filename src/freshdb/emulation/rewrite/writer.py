"""What the parts of the rewriter share: written expressions, names in scope, and the writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from freshdb.emulation import values
from freshdb.emulation.catalog import Catalog, Column, Table, collation_of, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.types import ANY, CI, NATIVE_NUMBERS, TEXTS, SqlType
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.functions.context import Context

NOTHING = object()
EXPLICIT, OF_COLUMN, OF_CONSTANT = 0, 2, 4


@dataclass(slots=True)
class Written:
    """An expression as SQLite takes it, with the type that MySQL gives it.

    Attributes:
        is_raw: its values have the form in which columns are stored, without a tag.
        is_collated: SQLite compares it by `type.collation` without being told.
        literal: the constant's value in Python, where it is one.
        strength: how binding its collation is, as MySQL's coercibility: less is stronger.
        wide: the SQL of the same value with the digits that the server goes on calculating with;
            a quotient has more of them than it shows.
        is_ours: it is a column whose values MySQL's rules have normalised when they were stored.
    """

    sql: str
    type: SqlType
    is_raw: bool = False
    is_collated: bool = False
    literal: Any = NOTHING
    strength: int = OF_CONSTANT
    column: Column | None = None
    is_ours: bool = False
    has_aggregate: bool = False
    wide: str | None = None

    def __copy__(self) -> Written:
        # `copy.copy` of a dataclass with slots goes the way of pickles, ten times as slow.
        made = Written.__new__(Written)
        for name in Written.__slots__:
            setattr(made, name, getattr(self, name))
        return made

    @property
    def exact(self) -> str:
        """The expression for a calculation."""
        return self.wide or self.number

    @property
    def kind(self) -> str:
        """The kind of its type."""
        return self.type.kind

    @property
    def is_number(self) -> bool:
        """Whether SQLite's own comparison of numbers is right for it."""
        kind = self.type.kind
        if kind in {"decimal", "uint"}:
            return self.is_raw and not self.type.is_long_decimal
        return kind in NATIVE_NUMBERS

    @property
    def is_text(self) -> bool:
        """Whether it is text without a tag."""
        return self.type.kind in TEXTS

    @property
    def is_mixed(self) -> bool:
        """Whether its values may be tagged."""
        return self.type.is_tagged and not self.is_raw

    @property
    def typed(self) -> str:
        """The expression in the form that functions take: tagged where its type is."""
        if self.type.name == "float" and self.column is not None and self.type.scale is None:
            return f"my_typed({self.sql}, 'float')"
        if self.type.kind == "bit" and self.column is not None:
            return f"my_typed({self.sql}, 'bit', {self.type.length or 1})"
        if not self.is_raw:
            return self.sql
        kind = self.type.kind
        if isinstance(self.literal, bytes):
            return values.sql_literal("hex", self.literal.hex())
        if self.literal is not NOTHING and kind == "decimal":
            return values.sql_literal("decimal", str(self.literal))
        if kind == "decimal":
            scale = "" if self.type.scale is None else f", {self.type.scale}"
            return f"my_typed({self.sql}, 'decimal'{scale})"
        if kind in {"datetime", "time"}:
            return f"my_typed({self.sql}, '{kind}', {self.type.scale or 0})"
        if kind in {"date", "uint", "json"}:
            return f"my_typed({self.sql}, '{kind}')"
        return self.sql

    @property
    def number(self) -> str:
        """The expression where a number is asked for: members of an ENUM count as their index."""
        if self.type.kind == "bit" or self.type.name == "float":
            return self.sql
        if self.wide is not None and self.type.kind == "text":
            return self.wide
        if self.type.kind in {"enum", "set"} and self.column is not None:
            members = values.quote("\x1f".join(self.type.members))
            return f"fd_{self.type.kind}_number({self.sql}, {members})"
        if isinstance(self.literal, bytes) and self.type.kind == "hex":
            number = int.from_bytes(self.literal[-8:], "big")
            return str(number) if number < 1 << 63 else values.sql_literal("uint", str(number))
        return self.typed

    @property
    def compared(self) -> str:
        """The expression for a comparison: bits and short floats count as what they are."""
        is_column_number = self.type.kind == "bit" or self.type.name == "float"
        return self.number if is_column_number and self.column is not None else self.typed

    @property
    def truth(self) -> str:
        """The expression as a condition of SQLite's."""
        may_be_long = self.type.kind == "uint" and self.type.name == "bigint"
        if (self.is_number and not may_be_long) or self.type.kind == "null":
            return self.sql
        return f"my_bool({self.number})"

    @property
    def ordered(self) -> str:
        """The expression as a key to sort or group by."""
        kind = self.type.kind
        if kind in {"enum", "set"} and self.column is not None:
            return self.number
        if kind == "time" and self.is_raw:
            return f"{self.typed} COLLATE mysql_ci"
        return self.collated

    @property
    def collated(self) -> str:
        """The expression with its collation, where SQLite would take another one."""
        if self.is_text or self.type.kind == "json":
            if self.is_collated:
                return self.sql
            return f"{self.sql} COLLATE {collation_of(self.type.collation)}"
        if self.is_mixed:
            return f"{self.sql} COLLATE mysql_ci"
        return self.sql


@dataclass
class Output:
    """One column of a query's result."""

    name: str
    written: Written


@dataclass
class Source:
    """Something that FROM names; `hidden` are columns that a join has merged into others."""

    name: str
    columns: list[Output]
    table: Table | None = None
    hidden: set[str] = field(default_factory=set)
    is_opaque: bool = False


@dataclass
class Scope:
    """The names that an expression may use; `aliases` are those of the select list."""

    sources: list[Source] = field(default_factory=list)
    outer: Scope | None = None
    aliases: dict[str, Written] = field(default_factory=dict)
    prefers_aliases: bool = False
    inner_aliases: dict[str, Written] = field(default_factory=dict)
    merged: dict[str, Written] = field(default_factory=dict)

    def find(self, name: str, table: str | None) -> list[Written]:
        """Return what a name may mean in this scope alone."""
        lower = name.lower()
        if table is None and self.prefers_aliases and lower in self.aliases:
            return [self.aliases[lower]]
        if table is None and lower in self.merged:
            return [self.merged[lower]]
        found = []
        for source in self.sources:
            if table is not None and source.name.lower() != table.lower():
                continue
            found += [one.written for one in source.columns if one.name.lower() == lower]
            if source.is_opaque and not found:
                found.append(Written(f"{quote_name(source.name)}.{quote_name(name)}", ANY))
        if not found and table is None and lower in self.aliases:
            return [self.aliases[lower]]
        return found


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
        self.has_bare_columns = False
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
            return self.write(node).truth

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
    def picking_rows(self, has_bare_columns: bool) -> Iterator[None]:
        """Remember whether the SELECT that is written shows columns of no particular row."""
        before, self.has_bare_columns = self.has_bare_columns, has_bare_columns
        try:
            yield
        finally:
            self.has_bare_columns = before

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


def pick_collation(*operands: Written) -> tuple[str, int]:
    """Return the collation by which MySQL compares texts: the most binding one.

    Of two that bind alike the one by code points wins, and UTF-8 over what is narrower.

    Raises:
        MySQLError: 1267, where neither wins.
    """
    best, strength = CI, 9
    for one in operands:
        if not (one.is_text or one.kind == "json"):
            continue
        if one.strength < strength:
            best, strength = one.type.collation, one.strength
        elif one.strength == strength and one.type.collation != best:
            best = _stronger(best, one.type.collation, strength)
    return best, strength


def _stronger(one: str, other: str, strength: int) -> str:
    if strength >= OF_CONSTANT or "binary" in (one, other):
        return "binary" if "binary" in (one, other) else one
    if strength == OF_COLUMN:
        charsets = [name.split("_")[0] for name in (one, other)]
        if charsets[0] != charsets[1]:
            return other if charsets[1].startswith("utf8mb4") else one
        for name in (one, other):
            if name.endswith("_bin"):
                return name
    word = "EXPLICIT" if strength == EXPLICIT else "IMPLICIT"
    text = f"Illegal mix of collations ({one},{word}) and ({other},{word}) for operation '='"
    raise MySQLError(1267, "HY000", text)


def emits(*kinds: type) -> Callable[[Emit], Emit]:
    """Declare what writes nodes of these kinds."""

    def declare(function: Emit) -> Emit:
        for kind in kinds:
            Writer.emitters[kind] = function
        return function

    return declare
