"""CREATE TABLE, CREATE INDEX, DROP."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.scope import (
    INTEGERS,
    Scope,
    Source,
    Written,
    name_of,
    only,
    quote,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.writer import Writer

TOO_LONG = "pg_too_long_"
_REACTIONS = frozenset(
    f"ON {event} {action}"
    for event in ("DELETE", "UPDATE")
    for action in ("CASCADE", "RESTRICT", "NO ACTION", "SET NULL", "SET DEFAULT")
)


def create(node: Any) -> str:
    """Return CREATE TABLE or CREATE INDEX."""
    only(node, "this", "kind", "exists", "unique")
    exists = "IF NOT EXISTS " if node.args.get("exists") else ""
    if node.args["kind"] == "INDEX":
        return _index(node, exists)
    if node.args["kind"] != "TABLE" or not isinstance(node.this, exp.Schema):
        raise refused(f"CREATE {node.args['kind']}")
    elements = node.this.expressions
    primary = {name for one in elements if isinstance(one, exp.PrimaryKey) for name in _names(one)}
    kinds = {
        name_of(one.this): types.type_of(one.args["kind"])[0]
        for one in elements
        if isinstance(one, exp.ColumnDef)
    }
    parts = [_part(one, primary, kinds) for one in elements]
    return f"CREATE TABLE {exists}{quote_name(name_of(node.this.this.this))} ({', '.join(parts)})"


def drop(node: Any) -> str:
    """Return DROP TABLE or DROP INDEX of one."""
    only(node, "this", "tables", "kind", "exists")
    listed = node.args.get("tables") or [node.this]
    kind = node.args["kind"]
    if len(listed) != 1:
        raise refused(f"DROP {kind} of several at once", "drop them one by one")
    exists = "IF EXISTS " if node.args.get("exists") else ""
    return f"DROP {kind} {exists}{quote_name(name_of(listed[0].this))}"


def _index(node: Any, exists: str) -> str:
    this = node.this
    unique = "UNIQUE " if node.args.get("unique") else ""
    hint = "" if unique else "leave it out: no answer depends on it"
    if this.this is None:
        raise refused("CREATE INDEX without a name", "give it one")
    only(this.args["params"], "using", "columns")
    columns = [one.this for one in this.args["params"].args["columns"]]
    if not all(isinstance(one, exp.Column) and not one.args.get("table") for one in columns):
        raise refused("an index on an expression", hint)
    listed = ", ".join(quote_name(name_of(one.this)) for one in columns)
    table = quote_name(name_of(this.args["table"].this))
    return f"CREATE {unique}INDEX {exists}{quote_name(name_of(this.this))} ON {table} ({listed})"


def _names(node: Any) -> list[str]:
    listed = [one.this if isinstance(one, exp.Ordered) else one for one in node.expressions]
    return [name_of(one) for one in listed]


def _listed(names: list[str]) -> str:
    return ", ".join(map(quote_name, names))


def _part(node: Any, primary: set[str], kinds: dict[str, str]) -> str:
    if isinstance(node, exp.ColumnDef):
        return column(node, primary, kinds)
    if isinstance(node, exp.CheckColumnConstraint):
        return _check(node, kinds)
    if isinstance(node, exp.Constraint) and len(node.expressions) == 1:
        part = _part(node.expressions[0], primary, kinds)
        return f"CONSTRAINT {quote_name(name_of(node.this))} {part}"
    if isinstance(node, exp.PrimaryKey):
        only(node, "expressions", "include")
        if node.args.get("include") is not None:
            only(node.args["include"])
        return f"PRIMARY KEY ({_listed(_names(node))})"
    if isinstance(node, exp.UniqueColumnConstraint):
        return f"UNIQUE ({_listed([name_of(one) for one in node.this.expressions])})"
    if isinstance(node, exp.ForeignKey):
        only(node, "expressions", "reference")
        own = _listed([name_of(one) for one in node.expressions])
        return f"FOREIGN KEY ({own}) {_reference(node.args['reference'])}"
    raise refused(f"{type(node).__name__} in CREATE TABLE")


def _reference(node: Any) -> str:
    only(node, "this", "options")
    target = node.this
    columns = ""
    if isinstance(target, exp.Schema):
        columns = f" ({_listed([name_of(one) for one in target.expressions])})"
        target = target.this
    options = [str(one).upper() for one in node.args.get("options") or ()]
    for one in options:
        if one not in _REACTIONS:
            raise refused(f"{one} of REFERENCES")
    return " ".join([f"REFERENCES {quote_name(name_of(target.this))}{columns}", *options])


def _check(node: Any, kinds: dict[str, str]) -> str:
    only(node, "this")
    writer = Writer({}, ())
    columns = {name: Written(quote_name(name), kind) for name, kind in kinds.items()}
    writer.scope = Scope(sources=[Source("", columns)])
    return f"CHECK ({writer.condition(node.this)})"


def column(node: Any, primary: set[str], kinds: dict[str, str]) -> str:
    """Return a column's definition; `kinds` are the types of all of the table's."""
    only(node, "this", "kind", "constraints")
    name = quote_name(name_of(node.this))
    kind, numbers = types.type_of(node.args["kind"])
    constraints = [_constraint(one, kind, kinds) for one in node.args.get("constraints") or ()]
    is_serial = "SERIAL" in node.args["kind"].sql("postgres").upper() or _COUNTED in constraints
    if is_serial:
        if "PRIMARY KEY" not in constraints:
            raise refused("a column that counts and is not the primary key")
        return f"{name} INTEGER PRIMARY KEY AUTOINCREMENT"
    if "PRIMARY KEY" in constraints or name_of(node.this) in primary:
        constraints.append("NOT NULL")  # SQLite's keys may be NULL
    if kind == "text" and numbers:
        check = f"CHECK (length({name}) <= {numbers[0]})"
        constraints.append(f"CONSTRAINT {TOO_LONG}{numbers[0]} {check}")
    digits = f"({', '.join(map(str, numbers))})" if numbers else ""
    # A key that is declared INTEGER would count by itself.
    storage = "INT" if kind == "int4" else types.STORAGE[kind]
    return " ".join([name, storage + digits, *constraints])


_COUNTED = "IDENTITY"


def _constraint(node: Any, kind: str, kinds: dict[str, str]) -> str:
    this = node.args["kind"]
    if isinstance(this, exp.PrimaryKeyColumnConstraint):
        return "PRIMARY KEY"
    if isinstance(this, exp.NotNullColumnConstraint):
        return "NULL" if this.args.get("allow_null") else "NOT NULL"
    if isinstance(this, exp.UniqueColumnConstraint) and this.args.get("this") is None:
        return "UNIQUE"
    if isinstance(this, exp.DefaultColumnConstraint):
        one = Writer({}, ()).write(this.this)
        if one.literal is not None and kind == "text":
            return f"DEFAULT {quote(one.literal)}"  # a constant, as ADD COLUMN needs it
        if kind in INTEGERS and one.sql.isdigit():
            return f"DEFAULT {one.sql}"
        return f"DEFAULT ({types.as_kind(one, kind).sql})"
    if isinstance(this, exp.CheckColumnConstraint):
        return _check(this, kinds)
    if isinstance(this, exp.Reference):
        return _reference(this)
    if isinstance(this, exp.GeneratedAsIdentityColumnConstraint):
        only(this, "this")
        if this.this:
            raise refused("GENERATED ALWAYS AS IDENTITY", "write GENERATED BY DEFAULT AS IDENTITY")
        return _COUNTED
    raise refused(f"{type(this).__name__} in CREATE TABLE")
