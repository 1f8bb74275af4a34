"""ALTER COLUMN, and constraints that are added to a table or dropped: its text is written anew."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import tables, types
from freshdb.emulation.postgres.assigning import assigned
from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.changes.common import kept
from freshdb.emulation.postgres.definitions import (
    Check,
    Definition,
    Edit,
    Step,
    breaking,
    is_counted,
    set_default,
    set_type,
    without,
)
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of, only, quote_name, refused
from freshdb.emulation.postgres.tables import TOO_LONG
from freshdb.emulation.postgres.writer import Writer


def alter_column(node: Any, table: str, catalog: Catalog) -> list[Step]:
    """Return ALTER COLUMN: its default, NOT NULL or type."""
    only(node, "this", "drop", "allow_null", "default", "dtype", "using")
    name, facts = name_of(node.this), catalog.tables[table]
    if name not in catalog.columns[table]:
        text = f'column "{name}" of relation "{table}" does not exist'
        raise PostgresError("42703", text)
    if node.args.get("drop") and node.args.get("allow_null") and name in facts.key:
        raise PostgresError("42P16", f'column "{name}" is in a primary key')
    if is_counted(Definition(facts.sql).column(name)) or name in facts.generated:
        raise refused("ALTER COLUMN of a column that counts or is generated", "make the table anew")
    if node.args.get("dtype") is not None:
        return _retyped(node, table, name, catalog)
    if node.args.get("allow_null") is not None:
        return _nullable(table, name, is_allowed=bool(node.args["allow_null"]))
    default = node.args.get("default")
    kind = catalog.columns[table][name][0]
    value = assigned(Writer({}, ()).write(default), kind).sql if default is not None else None
    return [Edit(table, lambda definition: set_default(definition.column(name), value))]


def _nullable(table: str, name: str, *, is_allowed: bool) -> list[Step]:
    def change(definition: Definition) -> None:
        part = definition.column(name)
        without(part, "NOT", "NULL")
        if not is_allowed:
            part += ["NOT", "NULL"]

    if is_allowed:
        return [Edit(table, change)]
    text = f'column "{name}" of relation "{table}" contains null values'
    query = breaking(table, f"{quote_name(name)} IS NOT NULL")
    return [Check(query, PostgresError("23502", text)), Edit(table, change)]


def _retyped(node: Any, table: str, name: str, catalog: Catalog) -> list[Step]:
    """Return ALTER COLUMN … TYPE: every value becomes one of the new type."""
    facts = catalog.tables[table]
    if name in facts.indexed or name in facts.key:
        hint = "add a column, copy the values, and drop the old one"
        raise refused("ALTER COLUMN TYPE of a column in an index or key", hint)
    kind, numbers = types.type_of(node.args["dtype"])
    before = catalog.columns[table][name][0]
    with (writer := Writer(catalog.columns, ())).for_table(table, table):
        using = node.args.get("using") or exp.column(name, quoted=True)
        one = writer.write(using)
        if kind != before and not node.args.get("using"):
            _check_automatic(before, kind, name)
        # What is too long for VARCHAR(n) is an error, and not cut off as by a cast.
        digits = [] if kind == "text" else numbers
        value = types.as_kind(assigned(one, kind, name), kind, *digits)
    if facts.defaults.get(name) is not None and kind != before:
        raise refused("ALTER COLUMN TYPE of a column with a default", "drop the default before")
    changed = Catalog(
        {table: {**catalog.columns[table], name: (kind, numbers[1] if len(numbers) > 1 else None)}},
        {table: facts},
    )
    if kind == "numeric":
        facts.digits.pop(name, None)
        if numbers:
            facts.digits[name] = numbers[0], numbers[1] if len(numbers) > 1 else 0
    stored = kept(changed, table, name, value)
    update = f"UPDATE {quote_name(table)} SET {quote_name(name)} = {stored}"
    return [Edit(table, lambda one: _retype(one.column(name), kind, numbers)), update]


def _retype(part: list[str], kind: str, numbers: list[int]) -> None:
    """Give a column another type, with the length that texts may have."""
    for at, word in enumerate(part):
        if word.upper() == "CONSTRAINT" and TOO_LONG in part[at + 1]:
            del part[at : at + 4]
            break
    digits = f"({', '.join(map(str, numbers))})" if numbers else ""
    set_type(part, types.storage(kind) + digits)
    if kind == "text" and numbers:
        check = f"CHECK (length({part[0]}) <= {numbers[0]})"
        part += ["CONSTRAINT", f"{TOO_LONG}{numbers[0]}", check]


def _check_automatic(before: str, kind: str, name: str) -> None:
    families = [{"int2", "int4", "int8", "numeric", "float8"}, {"date", "timestamp", "timestamptz"}]
    if kind == "text" or any({before, kind} <= one for one in [*families, {"json", "jsonb"}]):
        return
    text = f'column "{name}" cannot be cast automatically to type {types.shown(kind)}'
    raise PostgresError("42804", text)


def add_constraint(node: Any, table: str, catalog: Catalog) -> list[Step]:
    """Return ADD CONSTRAINT of a CHECK or a FOREIGN KEY, which the rows have to fulfil."""
    inner = node.expressions[0] if isinstance(node, exp.Constraint) else node
    kinds = {name: kind for name, (kind, _) in catalog.columns[table].items()}
    if not isinstance(inner, (exp.CheckColumnConstraint, exp.ForeignKey)):
        raise refused(
            "ADD CONSTRAINT but UNIQUE, CHECK and FOREIGN KEY", "write it into CREATE TABLE"
        )
    label = name_of(node.this) if isinstance(node, exp.Constraint) else ""
    if isinstance(inner, exp.ForeignKey) and not label:
        label = f"{table}_{'_'.join(name_of(one) for one in inner.expressions)}_fkey"
    sql = tables.constraint(inner, kinds, table)
    edit = Edit(table, lambda one: one.add(f"CONSTRAINT {quote_name(label)} {sql}"))
    if isinstance(inner, exp.ForeignKey):
        text = f'insert or update on table "{table}" violates foreign key constraint "{label}"'
        query = f"SELECT 1 FROM pragma_foreign_key_check({_text(table)})"
        return [edit, Check(query, PostgresError("23503", text, label))]
    condition = sql.removeprefix("CHECK ")
    text = f'check constraint "{label}" of relation "{table}" is violated by some row'
    return [Check(breaking(table, condition), PostgresError("23514", text, label)), edit]


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def drop_constraint(node: Any, table: str, catalog: Catalog) -> list[Step]:
    """Return DROP CONSTRAINT."""
    only(node, "tables", "kind", "exists", "cascade", "restrict")
    name = name_of(node.args["tables"][0].this)
    facts = catalog.tables[table]
    definition = Definition(facts.sql)
    if name in facts.indexes:
        return [f"DROP INDEX {quote_name(name)}"]
    if definition.drop(name):
        return [Edit(table, lambda one: one.drop(name))]
    if name in facts.constraints:
        raise refused("DROP CONSTRAINT of a key that CREATE TABLE has made", "make the table anew")
    if name.endswith("_fkey"):
        raise refused("DROP CONSTRAINT of a foreign key without a name", "name it in CREATE TABLE")
    if node.args.get("exists"):
        return []
    text = f'constraint "{name}" of relation "{table}" does not exist'
    raise PostgresError("42704", text)


def add_column(definition: str, table: str, name: str, default: str) -> list[Step]:
    """Return ADD COLUMN with a default that is an expression: every row gets its value now."""
    part = Definition(f"({definition})").column(name)
    bare = part.copy()
    set_default(bare, None)
    without(bare, "NOT", "NULL")

    def change(one: Definition) -> None:
        one.column(name)[:] = part

    return [
        f"ALTER TABLE {quote_name(table)} ADD COLUMN {' '.join(bare)}",
        f"UPDATE {quote_name(table)} SET {quote_name(name)} = {default}",
        Edit(table, change),
    ]


def default_of(definition: str, name: str) -> str | None:
    """Return the default of a column that is an expression; None of others."""
    part = Definition(f"({definition})").column(name)
    upper = [one.upper() for one in part]
    found = part[upper.index("DEFAULT") + 1] if "DEFAULT" in upper else ""
    return found if found.startswith("(") else None
