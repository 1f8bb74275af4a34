"""CREATE INDEX: a unique one is kept exactly; of others the name, as no answer depends on them."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Scope, Source, Written, name_of, only, quote_name
from freshdb.emulation.postgres.writer import Columns, Writer


def create_index(node: Any, known: dict[str, Columns]) -> str:
    """Return CREATE INDEX.

    Raises:
        PostgresError: 42P01, where there is no such table.
    """
    only(node, "this", "kind", "exists", "unique", "concurrently")
    this, params = node.this, node.this.args["params"]
    table = name_of(this.args["table"].this)
    if table not in known:
        raise PostgresError("42P01", f'relation "{table}" does not exist')
    keys = [one.this.this if isinstance(one.this, exp.Opclass) else one.this
            for one in params.args["columns"]]  # fmt: skip
    names = [name_of(one.this) if isinstance(one, exp.Column) else "expr" for one in keys]
    for one in keys:
        if isinstance(one, exp.Column) and name_of(one.this) not in known[table]:
            raise PostgresError("42703", f'column "{name_of(one.this)}" does not exist')
    name = name_of(this.this) if this.this is not None else "_".join([table, *names, "idx"])
    exists = "IF NOT EXISTS " if node.args.get("exists") else ""
    head = f"INDEX {exists}{quote_name(name)} ON {quote_name(table)}"
    if not node.args.get("unique"):
        return f"CREATE {head} ({quote_name(next(iter(known[table])))})"
    only(params, "using", "columns", "where", "include")
    writer = bare_writer(known, table)
    listed = ", ".join(writer.write(one).sql for one in keys)
    where = params.args.get("where")
    more = f" WHERE {writer.condition(where.this)}" if where is not None else ""
    return f"CREATE UNIQUE {head} ({listed}){more}"


def bare_writer(known: dict[str, Columns], table: str) -> Writer:
    """Return a writer of expressions over one table's columns, as an index has them."""
    writer = Writer(known, ())
    columns = {name: Written(quote_name(name), kind) for name, (kind, _) in known[table].items()}
    writer.scope = Scope(sources=[Source(table, columns, table=table)])
    return writer
