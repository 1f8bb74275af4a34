"""ALTER TABLE as far as SQLite can, and TRUNCATE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import tables, types
from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.columns import (
    add_column,
    add_constraint,
    alter_column,
    default_of,
    drop_constraint,
)
from freshdb.emulation.postgres.definitions import Step
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of, only, quote, quote_name, refused
from freshdb.emulation.postgres.writer import Columns

SUPPORTED = "ADD, ALTER, DROP and RENAME of a column, RENAME TO, ADD and DROP CONSTRAINT are"


def alter(node: Any, catalog: Catalog) -> list[Step]:
    """Return ALTER TABLE of columns, or of the table's name.

    Raises:
        PostgresError: 42P01, where there is no such table.
        EmulationError: SQLite would have to make the table anew.
    """
    only(node, "this", "kind", "actions", "exists")
    name = name_of(node.this.this)
    if name not in catalog.columns:
        if node.args.get("exists"):
            return []
        raise PostgresError("42P01", f'relation "{name}" does not exist')
    if node.args.get("kind") != "TABLE" or name in catalog.views:
        raise refused(f"ALTER {node.args.get('kind')}")
    columns = dict(catalog.columns[name])
    found: list[Step] = []
    for one in node.args.get("actions") or []:
        if _is_rewritten(one):
            found += _rewritten(one, name, catalog)
            continue
        if isinstance(one, exp.ColumnDef):
            found += _added(one, name, columns)
            continue
        found += [f"ALTER TABLE {quote_name(name)} {sql}" for sql in _action(one, name, columns)]
    return found


def _is_rewritten(node: Any) -> bool:
    """Tell whether an action changes what SQLite keeps of CREATE TABLE."""
    is_dropped = isinstance(node, exp.Drop) and node.args.get("kind") == "CONSTRAINT"
    return is_dropped or isinstance(node, (exp.AlterColumn, exp.AddConstraint))


def _rewritten(node: Any, table: str, catalog: Catalog) -> list[Step]:
    if isinstance(node, exp.AlterColumn):
        return alter_column(node, table, catalog)
    if isinstance(node, exp.Drop):
        return drop_constraint(node, table, catalog)
    (one,) = node.expressions
    inner = one.expressions[0] if isinstance(one, exp.Constraint) else one
    if isinstance(inner, exp.UniqueColumnConstraint):
        return [_unique(one, inner, table, catalog.columns[table])]
    return add_constraint(one, table, catalog)


def _unique(one: Any, inner: Any, table: str, columns: Columns) -> str:
    """Return ADD CONSTRAINT … UNIQUE, which an index does as well."""
    label = name_of(one.this) if isinstance(one, exp.Constraint) else ""
    names = [name_of(each) for each in inner.this.expressions]
    for each in names:
        _find(each, table, columns)
    label = label or f"{table}_{'_'.join(names)}_key"
    listed = ", ".join(map(quote_name, names))
    return f"CREATE UNIQUE INDEX {quote_name(label)} ON {quote_name(table)} ({listed})"


def _added(node: Any, table: str, columns: Columns) -> list[Step]:
    """Return ADD COLUMN."""
    only(node, "this", "kind", "constraints", "exists")
    added = name_of(node.this)
    if added in columns and node.args.get("exists"):
        return []
    if added in columns:
        text = f'column "{added}" of relation "{table}" already exists'
        raise PostgresError("42701", text)
    kinds = {name: kind for name, (kind, _) in columns.items()}
    kinds[added] = types.type_of(node.args["kind"])[0]
    columns[added] = kinds[added], None
    definition = tables.column(node, set(), kinds, table)
    default = default_of(definition, added)
    if default is not None:
        return add_column(definition, table, added, default)
    return [f"ALTER TABLE {quote_name(table)} ADD COLUMN {definition}"]


def _action(node: Any, table: str, columns: Columns) -> list[str]:
    if isinstance(node, exp.RenameColumn):
        only(node, "this", "to")
        old, new = name_of(node.this.this), name_of(node.args["to"].this)
        _find(old, table, columns)
        return [f"RENAME COLUMN {quote_name(old)} TO {quote_name(new)}"]
    if isinstance(node, exp.AlterRename):
        return [f"RENAME TO {quote_name(name_of(node.this.this))}"]
    if isinstance(node, exp.Drop) and node.args.get("kind") == "COLUMN":
        only(node, "tables", "kind", "exists", "cascade")
        if len(node.args["tables"]) == 1:
            dropped = name_of(node.args["tables"][0].this)
            if dropped not in columns and node.args.get("exists"):
                return []
            _find(dropped, table, columns)
            return [f"DROP COLUMN {quote_name(dropped)}"]
    raise refused(f"this form of ALTER TABLE ({type(node).__name__})", SUPPORTED)


def _find(name: str, table: str, columns: Columns) -> None:
    if name not in columns:
        raise PostgresError("42703", f'column "{name}" of relation "{table}" does not exist')


def truncate(node: Any, known: dict[str, Columns], referring: dict[str, set[str]]) -> list[str]:
    """Return what empties tables, those first that refer to others.

    Args:
        node: what was parsed.
        known: the tables that there are.
        referring: of each table the others with a foreign key to it.

    Raises:
        PostgresError: 42P01 or 0A000, where there is no such table, or another refers to it.
    """
    only(node, "expressions", "identity", "option")
    names = [name_of(one.this) for one in node.expressions]
    for name in names:
        if name not in known:
            raise PostgresError("42P01", f'relation "{name}" does not exist')
    emptied = reached(names, referring)
    if emptied != set(names) and node.args.get("option") != "CASCADE":
        text = "cannot truncate a table referenced in a foreign key constraint"
        raise PostgresError("0A000", text)
    ordered = sorted(emptied, key=lambda one: len(reached([one], referring)))
    found = [f"DELETE FROM {quote_name(name)}" for name in ordered]
    if node.args.get("identity") == "RESTART" and "sqlite_sequence" in known:
        listed = ", ".join(map(quote, ordered))
        found.append(f"DELETE FROM sqlite_sequence WHERE name IN ({listed})")
    return found


def reached(names: list[str], referring: dict[str, set[str]]) -> set[str]:
    """Return tables with all that refer to them, directly or not."""
    found, waiting = set(names), list(names)
    while waiting:
        for one in referring.get(waiting.pop(), ()):
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found
