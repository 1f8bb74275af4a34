"""Postgres's SQL in texts inside SQLAlchemy's constructs, and calls of its functions there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sqlglot import exp

from freshdb.emulation.fragments.speaking import Convert, Piece, Place, Source, Value
from freshdb.emulation.postgres import types, values
from freshdb.emulation.postgres.binding import stored
from freshdb.emulation.postgres.calls.aggregates import AGGREGATES
from freshdb.emulation.postgres.calls.declaring import CALLS
from freshdb.emulation.postgres.compiling import refusing_forms
from freshdb.emulation.postgres.functions.array_texts import array_shown
from freshdb.emulation.postgres.ordering import position_of, with_nulls
from freshdb.emulation.postgres.parsing import parsed
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.items import select_list
from freshdb.emulation.postgres.queries.sources import from_clause
from freshdb.emulation.postgres.queries.sources.functions import ROWS
from freshdb.emulation.postgres.scope import (
    Scope,
    Written,
    name_of,
    only,
    quote,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.scope import Source as Named
from freshdb.emulation.postgres.session import latest_catalog
from freshdb.emulation.postgres.writer import Writer, as_expression

_APART = ("interval", "json", "jsonb")
"""Types whose values SQLite's operators would not take for what they are."""


class PostgresSpeaker:
    """Writes fragments of Postgres's SQL."""

    @staticmethod
    def stored(value: Any) -> Any:
        """Return a bound value: a list as the constant that its place makes an array of."""
        if isinstance(value, (list, tuple)):
            return array_shown([None if one is None else str(stored(one)) for one in value])
        return stored(value)

    def fragment(self, text: str, place: Place) -> list[Piece]:
        """Return what a fragment is written as; an error of the server's comes when it is run."""
        try:
            with refusing_forms(f"the text `{text}`"):
                pieces = _WRITE[place.role](text, place)
        except PostgresError as error:
            name = "error" if place.role == "columns" else None
            return [Piece(f"pg_raise({quote(error.state)}, {quote(error.message)})", name)]
        _check_lists(place, pieces)
        return pieces

    def default(self, text: str) -> str | None:
        """Return a column's default; an error of the server's comes from SQLite then."""
        try:
            with refusing_forms(f"the default `{text}`"):
                written = Writer({}, ()).write(_only_one(text))
        except PostgresError:
            return None
        return written.sql if written.literal is not None else f"({written.sql})"

    def writes(self, name: str, arguments: Sequence[str | None]) -> bool:
        """Tell whether a function is one of the server's."""
        if name in ROWS or name in _ORDERED_SETS:
            what = f"the function {name} inside SQLAlchemy's SQL"
            raise refused(what, "write the whole query in text()")
        return self.knows(name)

    def knows(self, name: str) -> bool:
        """Tell whether a call may stand inside a fragment."""
        return name in CALLS or name in AGGREGATES


_ORDERED_SETS = ("percentile_cont", "percentile_disc", "mode")


def _check_lists(place: Place, pieces: list[Piece]) -> None:
    """Refuse a list that stands elsewhere than alone behind IN, or needs a helper."""
    sql = " ".join(one.sql for one in pieces)
    for one in place.bound.values():
        if one.is_list and sql.count(one.sql) != sql.count(f" IN ({one.sql})"):
            raise refused("an expanding list of such values", "write = ANY(:values)")


def _argument(one: Value) -> Written:
    """Return an argument with its type, which of a text that is bound is told by its use."""
    kind, scale = types.declared(one.declared) if one.declared else ("any", None)
    if one.is_list:
        return Written(one.sql, "unknown", is_list=True)
    if one.is_bound and kind in ("any", "text"):
        return Written(one.sql, "unknown")
    return as_expression(one.sql, kind, scale)


def _converter(kind: str) -> Convert | None:
    if kind in ("text", "unknown", "int2", "int4", "int8", "null"):
        return None
    return partial(values.to_python, kind)


# Fragments by what they are to the statement


def _columns(text: str, place: Place) -> list[Piece]:
    node = parsed(f"SELECT {text}")
    only(node, "expressions")
    writer = _writer(place)
    items = select_list(writer, node)
    if writer.rows is not None:
        raise refused("a function that returns rows inside SQLAlchemy's SQL", "write it in text()")
    write: Callable[[Written], str] = _shown if place.is_result else _as_value
    return [Piece(write(one), name, _converter(one.kind)) for name, one in items]


def _only_one(text: str) -> Any:
    node = parsed(f"SELECT {text}")
    only(node, "expressions")
    if len(node.expressions) != 1:
        raise refused(f"the text `{text}`", "write one expression")
    return node.expressions[0]


def _condition(text: str, place: Place) -> list[Piece]:
    return [Piece(_writer(place).condition(_only_one(text)))]


def _value(text: str, place: Place) -> list[Piece]:
    found = _writer(place).write(_only_one(text))
    if place.is_result:
        return [Piece(_shown(found), None, _converter(found.kind))]
    is_stored = place.role == "assigned" and found.kind in ("json", "jsonb")
    if not is_stored and (found.kind in _APART or types.element(found.kind)):
        what = f"{types.shown(found.kind)} inside an expression of SQLAlchemy's"
        raise refused(what, "write the whole expression in text()")
    return [Piece(_as_value(found), None, _converter(found.kind))]


def _keys(text: str, place: Place) -> list[Piece]:
    node = parsed(f"SELECT 1 ORDER BY {text}")
    only(node, "expressions", "order")
    writer = _writer(place)
    return [Piece(_key(writer, one, place)) for one in node.args["order"].expressions]


def _key(writer: Writer, node: Any, place: Place) -> str:
    label = _label(writer, node.this, place)
    if label is None:
        return writer.ordered(node)
    return with_nulls(label, node, descends=bool(node.args.get("desc")))


def _label(writer: Writer, node: Any, place: Place) -> str | None:
    """Return the column of the result that a key means; None where it is an expression."""
    position = position_of(node)
    if position is not None:
        return str(position)
    is_name = isinstance(node, exp.Column) and not node.args.get("table")
    name = name_of(node.this) if is_name else ""
    if not name:
        return None
    if name not in place.labels and not any(
        name == each
        for text in place.listed
        for each, _ in select_list(writer, parsed(f"SELECT {text}"))
    ):
        return None
    return quote_name(name)


def _groups(text: str, place: Place) -> list[Piece]:
    node = parsed(f"SELECT 1 GROUP BY {text}")
    only(node, "expressions", "group")
    only(node.args["group"], "expressions")
    writer = _writer(place)
    found = []
    for one in node.args["group"].expressions:
        label = _label(writer, one, place)
        is_column = isinstance(one, exp.Column) and any(
            name_of(one.this) in each.columns for each in place.sources
        )
        found.append(Piece(writer.key(one) if label is None or is_column else label))
    return found


def _source(text: str, place: Place) -> list[Piece]:
    writer = Writer(latest_catalog().columns, ())
    return [Piece(_from(writer, text).removeprefix(" FROM "))]


def _from(writer: Writer, text: str) -> str:
    node = parsed(f"SELECT 1 FROM {text}")
    only(node, "expressions", "from_", "joins")
    return from_clause(writer, node)


_WRITE = {
    "columns": _columns,
    "condition": _condition,
    "assigned": _value,
    "value": _value,
    "keys": _keys,
    "groups": _groups,
    "source": _source,
}


# Names and values


def _writer(place: Place) -> Writer:
    """Return a writer that knows the names of a place."""
    catalog = latest_catalog()
    writer = Writer(catalog.columns, ())
    writer.primary_keys, writer.views = catalog.keys, catalog.views
    writer.scope = Scope(outer=Scope(sources=[_known(writer, one) for one in place.outer]))
    writer.scope.sources = [_known(writer, one) for one in place.sources]
    for text in place.texts:
        _from(writer, text)
    bound = {label: _argument(one) for label, one in place.bound.items()}
    if bound:
        writer.scope.sources.append(Named("", bound))
    return writer


def _known(writer: Writer, source: Source) -> Named:
    """Return a source with its columns: a table's as it was created, others as SQLAlchemy says."""
    if source.table is not None and source.table in writer.tables:
        scope, writer.scope = writer.scope, Scope()
        writer.add_table(source.table, source.name)
        (found,), writer.scope = writer.scope.sources, scope
        return found
    columns = {}
    for name, declared in source.columns.items():
        kind, scale = types.declared(declared) if declared else ("any", None)
        sql = f"{quote_name(source.name)}.{quote_name(name)}"
        columns[name] = as_expression(sql, kind, scale)
    return Named(source.name, columns)


def _as_value(one: Written) -> str:
    """Return an expression as SQLite's operators and SQLAlchemy's columns have it."""
    return f"CAST({one.sql} AS NUMERIC)" if one.kind == "numeric" else one.sql


def _shown(one: Written) -> str:
    """Return an expression for the result, by which the statement may be sorted or grouped, too."""
    return types.collated(one) if one.kind != "json" else one.sql
