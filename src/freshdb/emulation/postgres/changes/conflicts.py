"""ON CONFLICT: what it is about, and what is done then."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.changes.common import facts
from freshdb.emulation.postgres.changes.updating import settings
from freshdb.emulation.postgres.indexes import bare_writer
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Source, Written, name_of, only, quote_name
from freshdb.emulation.postgres.writer import Writer


def conflict(writer: Writer, node: Any, catalog: Catalog, table: str) -> str:
    """Return ON CONFLICT."""
    if node is None:
        return ""
    only(node, "conflict_keys", "action", "expressions", "where", "constraint", "index_predicate")
    target = f" ON CONFLICT{_target(node, catalog, table)}"
    if str(node.args.get("action")).upper() == "DO NOTHING":
        return f"{target} DO NOTHING"
    if target == " ON CONFLICT":
        text = "ON CONFLICT DO UPDATE requires inference specification or constraint name"
        raise PostgresError("42601", text)
    own = writer.scope.sources[0]
    columns = {
        name: Written(one.sql.replace(f"{quote_name(own.name)}.", "excluded."), one.kind)
        for name, one in own.columns.items()
    }
    excluded = Source("excluded", columns, hidden=set(columns))
    writer.scope.sources.append(excluded)
    sets = settings(writer, node.expressions, catalog, table)
    where = node.args.get("where")
    more = f" WHERE {writer.condition(where.this)}" if where is not None else ""
    writer.scope.sources[:] = [own]
    return f"{target} DO UPDATE SET {sets}{more}"


def _target(node: Any, catalog: Catalog, table: str) -> str:
    """Return the columns or expressions that must be unique together."""
    if node.args.get("constraint") is not None:
        name = name_of(node.args["constraint"])
        columns = facts(catalog, table).constraints.get(name)
        if columns is None:
            text = f'constraint "{name}" for table "{table}" does not exist'
            raise PostgresError("42704", text)
        return f" ({', '.join(map(quote_name, columns))})"
    keys = [one.this if isinstance(one, exp.Ordered) else one
            for one in node.args.get("conflict_keys") or ()]  # fmt: skip
    if not keys:
        return ""
    bare = bare_writer(catalog.columns, table)
    written = []
    names = []
    for key in keys:
        column = key if isinstance(key, exp.Column) else None
        if isinstance(key, exp.Identifier):
            column = exp.Column(this=key)
        written.append(bare.write(column if column is not None else key).sql)
        names.append(name_of(column.this) if column is not None else "")
    predicate = node.args.get("index_predicate")
    if predicate is not None:
        return f" ({', '.join(written)}) WHERE {bare.condition(predicate.this)}"
    known = [*map(set, facts(catalog, table).constraints.values()), set(facts(catalog, table).key)]
    if "" not in names and set(names) not in known:
        text = "there is no unique or exclusion constraint matching the ON CONFLICT specification"
        raise PostgresError("42P10", text)
    return f" ({', '.join(written)})"
