"""INSERT, with ON CONFLICT and RETURNING."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.changes.common import (
    facts,
    is_default,
    kept,
    kind_of,
    returning,
    stored,
    target,
)
from freshdb.emulation.postgres.changes.conflicts import conflict
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, name_of, only, quote_name, refused
from freshdb.emulation.postgres.writer import Outputs, Writer


def insert(writer: Writer, node: Any, catalog: Catalog, *, overrides: bool) -> tuple[str, Outputs]:
    """Return an INSERT; `overrides` says that it says OVERRIDING SYSTEM VALUE."""
    only(node, "this", "expression", "conflict", "returning", "with_", "default")
    has_names = isinstance(node.this, exp.Schema)
    table, alias = target(_table_of(node), catalog)
    names = [name_of(one) for one in node.this.expressions] if has_names else []
    for name in names:
        kind_of(catalog, table, name)
    if len(set(names)) != len(names):
        raise PostgresError("42701", "column specified more than once")
    prefix = writer.with_clause(node)
    sql = f"{prefix}INSERT INTO {quote_name(table)} AS {quote_name(alias)} "
    if node.args.get("default"):
        sql += "DEFAULT VALUES"
    else:
        sql += _rows(writer, node.expression, catalog, table, names, overrides=overrides)
    with writer.for_table(table, alias):
        sql += conflict(writer, node.args.get("conflict"), catalog, table)
        return returning(writer, node, sql)


def _table_of(node: Any) -> Any:
    found = node.this.this if isinstance(node.this, exp.Schema) else node.this
    alias = node.this.args.get("alias")
    if alias is not None and not found.args.get("alias"):
        found = found.copy()
        found.set("alias", alias.copy())
    return found


def _rows(
    writer: Writer,
    node: Any,
    catalog: Catalog,
    table: str,
    names: list[str],
    *,
    overrides: bool,
) -> str:
    if isinstance(node, exp.Values):
        return _values(writer, node, catalog, table, names, overrides=overrides)
    if not isinstance(node, (exp.Query, exp.Subquery)):
        raise refused("this form of INSERT")
    sql, outputs = writer.query(node)
    shown = _matching(names, list(catalog.columns[table]), len(outputs))
    _check_always(catalog, table, shown, overrides=overrides)
    places = [f"c{at}" for at in range(len(shown))]
    values = ", ".join(
        kept(catalog, table, name, Written(place, kind))
        for place, name, (_, kind) in zip(places, shown, outputs, strict=True)
    )
    listed = ", ".join(map(quote_name, shown))
    # SQLite takes ON behind a SELECT for a join's, but for this.
    inner = f"WITH q({', '.join(places)}) AS ({sql}) SELECT {values} FROM q"
    return f"({listed}) SELECT * FROM ({inner}) WHERE true"


def _matching(names: list[str], columns: list[str], count: int) -> list[str]:
    """Return the columns that get a value: without names the first ones."""
    shown = names or columns[:count]
    if count > len(shown):
        raise PostgresError("42601", "INSERT has more expressions than target columns")
    if count < len(shown):
        raise PostgresError("42601", "INSERT has more target columns than expressions")
    return shown


def _check_always(catalog: Catalog, table: str, names: list[str], *, overrides: bool) -> None:
    found = facts(catalog, table)
    for name in names:
        if name in found.generated or (name in found.always and not overrides):
            text = f'cannot insert a non-DEFAULT value into column "{name}"'
            raise PostgresError("428C9", text)


def _values(
    writer: Writer,
    node: Any,
    catalog: Catalog,
    table: str,
    names: list[str],
    *,
    overrides: bool,
) -> str:
    rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
    if len({len(row) for row in rows}) != 1:
        raise PostgresError("42601", "VALUES lists must all be the same length")
    shown = _matching(names, list(catalog.columns[table]), len(rows[0]))
    # What is DEFAULT in all rows is left out, so that SQLite gives it.
    given = [at for at in range(len(shown)) if not all(is_default(row[at]) for row in rows)]
    _check_always(catalog, table, [shown[at] for at in given], overrides=overrides)
    if not given:
        if len(rows) > 1:
            raise refused("several rows of DEFAULT", "insert them one by one")
        return "DEFAULT VALUES"
    listed = ", ".join(quote_name(shown[at]) for at in given)
    parts = [
        f"({', '.join(stored(writer, catalog, table, shown[at], row[at]) for at in given)})"
        for row in rows
    ]
    return f"({listed}) VALUES {', '.join(parts)}"
