"""ON DUPLICATE KEY UPDATE."""

from __future__ import annotations

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.changes.assignments import is_changed, write_assignments
from freshdb.emulation.rewrite.changes.rows import target_columns
from freshdb.emulation.rewrite.scope import Output, Scope, Source
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


def write_upsert(writer: Writer, table: Table, this: s.Insert) -> str:
    scope = Scope()
    source = writer.source_of(table, table.name)
    scope.sources = [source]
    new = {
        one.name.lower(): writer.stored(f"excluded.{quote_name(one.name)}", one, table)
        for one in table.columns
    }
    if this.row_alias is not None:
        aliases = this.column_aliases or [one.name for one in target_columns(table, this)]
        outputs = [
            Output(alias, new[column.name.lower()])
            for alias, column in zip(aliases, target_columns(table, this), strict=False)
        ]
        scope.sources.append(Source(this.row_alias, outputs))
    writer.new_values = new
    with writer.in_scope(scope):
        pairs = [(exp.column(name), value) for name, value in this.updates]
        try:
            assignments = write_assignments(writer, table, source, pairs, lenient=this.ignore)
        except MySQLError as error:
            if error.code == 1054 and this.query is not None:
                raise EmulationError(
                    f"ON DUPLICATE KEY UPDATE names a column of the query: {error.message}",
                    hint="name what would have been inserted: VALUES(column)",
                ) from None
            raise
    writer.new_values = {}
    sets = ", ".join(f"{quote_name(column.name)} = {sql}" for column, sql in assignments)
    changed = is_changed(table.name, assignments)
    counter = table.auto_increment
    row = f"{quote_name(table.name)}.{quote_name(counter.name)}" if counter is not None else "NULL"
    row = next((sql for column, sql in assignments if column is counter), row)
    action = f"DO UPDATE SET {sets} WHERE fd_upsert({changed}, {row})"
    # MySQL takes the first key that is violated, in the order of the keys; so does SQLite of
    # clauses.
    unique = [key for key in table.keys if key.is_unique and table.is_ours]
    if len(unique) < 2:
        return f" ON CONFLICT {action}"
    targets = [", ".join(quote_name(one) for one in key.columns) for key in unique]
    return "".join(f" ON CONFLICT ({target}) {action}" for target in targets)


def write_overwriting(table: Table) -> str:
    """Return what makes REPLACE overwrite the row that is there already."""
    columns = [one for one in table.columns if one.generated is None]
    pairs = [(one, f"excluded.{quote_name(one.name)}") for one in columns]
    sets = ", ".join(f"{quote_name(column.name)} = {sql}" for column, sql in pairs)
    return (
        f" ON CONFLICT DO UPDATE SET {sets} WHERE fd_upsert({is_changed(table.name, pairs)}, NULL)"
    )
