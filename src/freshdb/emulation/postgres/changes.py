"""INSERT, UPDATE, DELETE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.queries.items import select_list
from freshdb.emulation.postgres.queries.sources import source
from freshdb.emulation.postgres.scope import Source, Written, name_of, only, quote_name, refused
from freshdb.emulation.postgres.values import PostgresError
from freshdb.emulation.postgres.writer import Outputs, Writer


def insert(writer: Writer, node: Any) -> tuple[str, Outputs]:
    """Return an INSERT, with ON CONFLICT and RETURNING."""
    only(node, "this", "expression", "conflict", "returning")
    target = node.this.this if isinstance(node.this, exp.Schema) else node.this
    table = name_of(target.this)
    columns = writer.tables.get(table)
    if columns is None:
        raise PostgresError("42P01", f'relation "{table}" does not exist')
    names = (
        [name_of(one) for one in node.this.expressions] if isinstance(node.this, exp.Schema) else []
    )
    shown = names or list(columns)
    rows = _rows(writer, node.expression, [_kind(columns, table, name) for name in shown])
    listed = ", ".join(map(quote_name, shown))
    sql = f"INSERT INTO {quote_name(table)} ({listed}) {rows}"
    with writer.for_table(table, table):
        sql += _conflict(writer, node.args.get("conflict"), table)
        return returning(writer, node, sql)


def _kind(columns: Any, table: str, name: str) -> str:
    if name not in columns:
        raise PostgresError("42703", f'column "{name}" of relation "{table}" does not exist')
    return str(columns[name][0])


def _rows(writer: Writer, node: Any, kinds: list[str]) -> str:
    if isinstance(node, exp.Values):
        rows = []
        for row in node.expressions:
            parts = row.expressions if isinstance(row, exp.Tuple) else [row]
            if len(parts) > len(kinds):
                raise PostgresError("42601", "INSERT has more expressions than target columns")
            if len(parts) < len(kinds):
                raise PostgresError("42601", "INSERT has more target columns than expressions")
            pairs = zip(parts, kinds, strict=True)
            rows.append(f"({', '.join(stored(writer, one, kind) for one, kind in pairs)})")
        return f"VALUES {', '.join(rows)}"
    if not isinstance(node, exp.Query):
        raise refused("this form of INSERT")
    sql, outputs = writer.query(node)
    if [kind for _, kind in outputs] != kinds:
        raise refused("INSERT … SELECT of other types than the columns'", "cast them")
    # SQLite takes ON behind a SELECT for a join's, but for this.
    return f"SELECT * FROM ({sql}) WHERE true"


def stored(writer: Writer, node: Any, kind: str) -> str:
    """Return a value as a column keeps it."""
    if isinstance(node, exp.Var) and node.name.upper() == "DEFAULT":
        raise refused("DEFAULT among values", "leave the column out")
    if isinstance(node, exp.Column) and node.name.upper() == "DEFAULT" and not node.this.quoted:
        raise refused("DEFAULT among values", "leave the column out")
    one = writer.write(node)
    if kind == "any":
        raise refused("a column of a type that is not known")
    families = ({"int2", "int4", "int8", "numeric", "float8"}, {"date", "timestamp", "timestamptz"})
    together = any({one.kind, kind} <= family for family in families)
    if one.kind not in (kind, "unknown", "null", "any") and not together:
        message = f"column is of type {kind} but expression is of type {one.kind}"
        raise PostgresError("42804", message)
    return types.as_kind(one, kind).sql


def _conflict(writer: Writer, node: Any, table: str) -> str:
    if node is None:
        return ""
    only(node, "conflict_keys", "action", "expressions", "where")
    keys = ", ".join(quote_name(name_of(one.this if isinstance(one, exp.Ordered) else one))
                     for one in node.args.get("conflict_keys") or ())  # fmt: skip
    target = f" ON CONFLICT ({keys})" if keys else " ON CONFLICT"
    if str(node.args.get("action")).upper() == "DO NOTHING":
        return f"{target} DO NOTHING"
    excluded = {
        name: Written(one.sql.replace(f"{quote_name(table)}.", "excluded."), one.kind)
        for name, one in writer.scope.sources[0].columns.items()
    }
    own = writer.scope.sources[0]
    writer.scope.sources.append(Source("excluded", excluded))
    settings = _settings(writer, node.expressions, table)
    where = node.args.get("where")
    more = f" WHERE {writer.condition(where.this)}" if where is not None else ""
    writer.scope.sources[:] = [own]
    return f"{target} DO UPDATE SET {settings}{more}"


def _settings(writer: Writer, nodes: list[Any], table: str) -> str:
    parts = []
    for one in nodes:
        if not isinstance(one, exp.EQ) or not isinstance(one.this, exp.Column):
            raise refused("SET of several columns at once")
        name = name_of(one.this.this)
        kind = _kind(writer.tables[table], table, name)
        parts.append(f"{quote_name(name)} = {stored(writer, one.expression, kind)}")
    return ", ".join(parts)


def update(writer: Writer, node: Any) -> tuple[str, Outputs]:
    """Return an UPDATE, of one table with the rows of another where FROM names one."""
    only(node, "this", "expressions", "where", "returning", "from_")
    table, alias = _target(node.this)
    with writer.for_table(table, alias):
        others = _from(writer, node.args.get("from_"))
        settings = _settings(writer, node.expressions, table)
        sql = f"UPDATE {quote_name(table)} AS {quote_name(alias)} SET {settings}{others}"
        return returning(writer, node, sql + _where(writer, node))


def _from(writer: Writer, node: Any) -> str:
    if node is None:
        return ""
    return f" FROM {_joined(writer, node.this, 'UPDATE … FROM')}"


def _joined(writer: Writer, node: Any, what: str) -> str:
    """Return a table whose columns a change may name beside its own."""
    if isinstance(node, exp.Subquery) and what == "UPDATE … FROM":
        return source(writer, node)
    if not isinstance(node, exp.Table):
        raise refused(f"{what} a query", "name a table, or write a subquery")
    table, alias = _target(node)
    writer.add_table(table, alias)
    return f"{quote_name(table)} AS {quote_name(alias)}"


def delete(writer: Writer, node: Any) -> tuple[str, Outputs]:
    """Return a DELETE; what USING names is a subquery to SQLite."""
    only(node, "this", "where", "returning", "using")
    table, alias = _target(node.this)
    others = node.args.get("using") or []
    if others and node.args.get("returning") is not None:
        raise refused("DELETE … USING with RETURNING", "write WHERE column IN (SELECT …)")
    with writer.for_table(table, alias):
        listed = [_joined(writer, one, "DELETE … USING") for one in others]
        where = _where(writer, node)
        if listed:
            where = f" WHERE EXISTS (SELECT 1 FROM {', '.join(listed)}{where})"
        sql = f"DELETE FROM {quote_name(table)} AS {quote_name(alias)}{where}"
        return returning(writer, node, sql)


def _target(node: Any) -> tuple[str, str]:
    only(node, "this", "alias", "db")
    table = name_of(node.this)
    return table, name_of(node.args["alias"].this) if node.args.get("alias") else table


def _where(writer: Writer, node: Any) -> str:
    where = node.args.get("where")
    return f" WHERE {writer.condition(where.this)}" if where is not None else ""


def returning(writer: Writer, node: Any, sql: str) -> tuple[str, Outputs]:
    """Return a change with its RETURNING; SQLite knows no alias there."""
    found = node.args.get("returning")
    if found is None:
        return sql, []
    items = select_list(writer, found)
    source = writer.scope.sources[0]
    prefix = f"{quote_name(source.name)}."
    listed = ", ".join(
        f"{one.sql.replace(prefix, '')} AS {quote_name(name)}" for name, one in items
    )
    return f"{sql} RETURNING {listed}", [
        (name, "text" if one.kind == "unknown" else one.kind) for name, one in items
    ]
