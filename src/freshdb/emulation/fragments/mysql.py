"""MySQL's SQL in texts inside SQLAlchemy's constructs.

What type a column has is asked of the schema that was seen last, and where names are not known,
helpers decide by the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import (
    Catalog,
    Column,
    Table,
    latest_catalog,
    quote_name,
)
from freshdb.emulation.compiling import parsed
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.fragments.speaking import Piece, Place, Source
from freshdb.emulation.functions.context import Context
from freshdb.emulation.plan import converter
from freshdb.emulation.rewrite.queries.items import write_items
from freshdb.emulation.rewrite.queries.order import order_key, ordinal
from freshdb.emulation.rewrite.scope import Scope
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, CI, stored_type
from freshdb.emulation.values import from_python


class MySQLSpeaker:
    """Writes fragments of MySQL's SQL.

    Args:
        flavor: `mariadb` or `mysql8`.
    """

    stored = staticmethod(from_python)

    def __init__(self, flavor: str) -> None:
        self._context = Context(flavor=flavor)  # type: ignore[arg-type]

    def fragment(self, text: str, place: Place) -> list[Piece] | None:
        """Return what a fragment is written as; as it was where it does not parse."""
        try:
            query = parsed(_QUERIES.get(place.role, "SELECT {}").format(text), self._context)
        except MySQLError:
            return None
        if place.role == "source" or not isinstance(getattr(query, "query", None), exp.Select):
            return None
        catalog = latest_catalog()
        writer = Writer(catalog, self._context)
        writer.scope = _Anything(catalog, place)
        return _write(writer, query.query, place)

    def default(self, text: str) -> str | None:
        """Leave defaults of SQLAlchemy's tables as they are."""
        return None

    def writes(self, name: str, arguments: Sequence[str | None]) -> bool:
        """Leave calls alone, but for INTERVAL and units: functions are there by their own names."""
        return self.knows(name) and any(one is not None for one in arguments)

    def knows(self, name: str) -> bool:
        """Tell whether a call may stand inside a fragment."""
        return name in _WITH_UNITS


_WITH_UNITS = ("date_add", "date_sub", "adddate", "subdate", "timestampadd", "timestampdiff")
_QUERIES = {"keys": "SELECT 1 ORDER BY {}", "groups": "SELECT 1 GROUP BY {}"}


def _write(writer: Writer, node: Any, place: Place) -> list[Piece] | None:
    if place.role in ("keys", "groups"):
        clause = node.args["order" if place.role == "keys" else "group"]
        return [Piece(_key(writer, one)) for one in clause.expressions]
    if any(value for name, value in node.args.items() if name != "expressions"):
        return None
    if place.role == "columns":
        return [_column(one.name, one.written) for one in write_items(writer, node, writer.scope)]
    if len(node.expressions) != 1:
        return None
    written = writer.write(node.expressions[0])
    if place.is_result:
        return [_column(None, written)]
    mixed = written.is_mixed or written.kind == "any"
    return [Piece(f"fd_plain({written.typed})" if mixed else written.sql)]


def _key(writer: Writer, node: Any) -> str:
    direction = " DESC" if node.args.get("desc") else ""
    position = ordinal(node.this)
    return (str(position) if position else order_key(writer, node.this, [])) + direction


def _column(name: str | None, written: Written) -> Piece:
    convert = converter(written.type, is_raw=written.is_raw, is_column=written.column is not None)
    return Piece(written.collated, name, convert)


class _Anything(Scope):
    """A scope in which every name is a column."""

    def __init__(self, catalog: Catalog, place: Place) -> None:
        super().__init__()
        self._catalog = catalog
        self._place = place

    def find(self, name: str, table: str | None) -> list[Written]:
        """Return a column of this name: with its type where that is known for sure."""
        value = self._place.bound.get(name)
        if value is not None:
            is_typed = value.declared is not None and not value.is_bound and not value.is_list
            return [_declared(value.sql, name, value.declared if is_typed else None)]
        known = [
            one
            for one in self._place.sources or self._place.outer
            if name in one.columns and (table is None or one.name.lower() == table.lower())
        ]
        if len(known) == 1:
            return [self._of_source(known[0], name)]
        return [self._guessed(name, table)]

    def _of_source(self, source: Source, name: str) -> Written:
        sql = f"{quote_name(source.name)}.{quote_name(name)}"
        table = self._catalog.tables.get((source.table or "").lower())
        column = table.column(name) if table is not None else None
        if table is not None and column is not None:
            return Writer.stored(sql, column, table)
        return _declared(sql, name, source.columns[name])

    def _guessed(self, name: str, table: str | None) -> Written:
        """Return a column with its type where all tables agree on it."""
        sql = f"{quote_name(table)}.{quote_name(name)}" if table else quote_name(name)
        found: list[tuple[Column, Table]] = []
        for one in self._catalog.tables.values():
            column = one.column(name)
            if column is not None and (table is None or one.name.lower() == table.lower()):
                found.append((column, one))
        if found and len({column.type for column, _ in found}) == 1:
            return Writer.stored(sql, *found[0])
        return Written(sql, ANY)


def _declared(sql: str, name: str, declared: str | None) -> Written:
    """Return what SQLAlchemy has compiled, with the type that it tells."""
    if declared is None:
        return Written(sql, ANY)
    return Writer.stored(sql, Column(name, stored_type(declared, CI), True), Table("", []))
