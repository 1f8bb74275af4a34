"""CREATE VIEW, and CREATE TABLE … AS."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.catalog import VIEW, Catalog
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of, only, quote_name, refused
from freshdb.emulation.postgres.tables import is_temporary
from freshdb.emulation.postgres.writer import Outputs, Writer, settled_outputs


def _named(node: Any, outputs: Outputs) -> tuple[str, Outputs]:
    """Return the name of what is made, and its columns."""
    outputs = settled_outputs(outputs)
    if not isinstance(node.this, exp.Schema):
        return name_of(node.this.this), outputs
    names = [name_of(one) for one in node.this.expressions]
    renamed = [*names, *(name for name, _ in outputs[len(names) :])]
    kinds = [kind for _, kind in outputs]
    return name_of(node.this.this.this), list(zip(renamed, kinds, strict=True))


def create_view(writer: Writer, node: Any, catalog: Catalog) -> list[str]:
    """Return CREATE VIEW; what types its columns have, stands in a comment."""
    only(node, "this", "kind", "replace", "expression", "properties")
    sql, outputs = writer.query(node.expression)
    name, outputs = _named(node, outputs)
    if len({column for column, _ in outputs}) != len(outputs):
        raise PostgresError("42701", "column specified more than once")
    statements = []
    if name in catalog.columns:
        if not node.args.get("replace") or name not in catalog.views:
            raise PostgresError("42P07", f'relation "{name}" already exists')
        before = catalog.columns[name]
        kinds = dict(outputs[: len(before)])
        if list(kinds.items()) != [(column, kind) for column, (kind, _) in before.items()]:
            raise PostgresError("42P16", f'cannot change the columns of view "{name}"')
        statements.append(f"DROP VIEW {quote_name(name)}")
    listed = ", ".join(quote_name(column) for column, _ in outputs)
    shown = " ".join(kind for _, kind in outputs)
    word = "TEMP VIEW" if is_temporary(node) else "VIEW"
    statements.append(f"CREATE {word} {quote_name(name)} ({listed}) AS /* {VIEW} {shown} */ {sql}")
    return statements


def create_table_as(writer: Writer, node: Any) -> list[str]:
    """Return CREATE TABLE with the rows of a query."""
    only(node, "this", "kind", "exists", "expression", "properties")
    if node.args.get("exists"):
        raise refused("CREATE TABLE IF NOT EXISTS … AS", "leave IF NOT EXISTS out")
    sql, outputs = writer.query(node.expression)
    name, outputs = _named(node, outputs)
    if any(kind == "numeric" for _, kind in outputs):
        hint = "create the table with NUMERIC(p, s), and write INSERT … SELECT"
        raise refused("CREATE TABLE … AS with a numeric", hint)
    columns = ", ".join(
        f"{quote_name(column)} {'INT' if kind == 'int4' else types.storage(kind)}"
        for column, kind in outputs
    )
    word = "TEMP TABLE" if is_temporary(node) else "TABLE"
    return [
        f"CREATE {word} {quote_name(name)} ({columns})",
        f"INSERT INTO {quote_name(name)} SELECT * FROM ({sql})",
    ]
