"""CREATE TABLE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.assigning import assigned
from freshdb.emulation.postgres.catalog import IDENTITY
from freshdb.emulation.postgres.scope import (
    Scope,
    Source,
    Written,
    name_of,
    only,
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
    """Return CREATE TABLE."""
    only(node, "this", "kind", "exists", "properties")
    exists = "IF NOT EXISTS " if node.args.get("exists") else ""
    if node.args["kind"] != "TABLE" or not isinstance(node.this, exp.Schema):
        raise refused(f"CREATE {node.args['kind']}")
    elements = node.this.expressions
    primary = {name for one in elements if isinstance(one, exp.PrimaryKey) for name in _names(one)}
    kinds = {
        name_of(one.this): types.type_of(one.args["kind"])[0]
        for one in elements
        if isinstance(one, exp.ColumnDef)
    }
    table = name_of(node.this.this.this)
    parts = [_part(one, primary, kinds, table) for one in elements]
    word = "TEMP TABLE" if is_temporary(node) else "TABLE"
    return f"CREATE {word} {exists}{quote_name(table)} ({', '.join(parts)})"


def is_temporary(node: Any) -> bool:
    """Tell whether CREATE says TEMP; refuse what else it may say."""
    properties = node.args.get("properties")
    listed = properties.expressions if properties is not None else []
    for one in listed:
        if not isinstance(one, (exp.TemporaryProperty, exp.UnloggedProperty)):
            raise refused(f"{one.sql('postgres')} of CREATE")
    return any(isinstance(one, exp.TemporaryProperty) for one in listed)


def _names(node: Any) -> list[str]:
    listed = [one.this if isinstance(one, exp.Ordered) else one for one in node.expressions]
    return [name_of(one) for one in listed]


def _listed(names: list[str]) -> str:
    return ", ".join(map(quote_name, names))


def _part(node: Any, primary: set[str], kinds: dict[str, str], table: str) -> str:
    if isinstance(node, exp.ColumnDef):
        return column(node, primary, kinds, table)
    if isinstance(node, exp.CheckColumnConstraint):
        return f"CONSTRAINT {quote_name(_name_of_check(node, table))} {_check(node, kinds)}"
    if isinstance(node, exp.Constraint) and len(node.expressions) == 1:
        (inner,) = node.expressions
        if isinstance(inner, exp.CheckColumnConstraint):
            part = _check(inner, kinds)
        else:
            part = _part(inner, primary, kinds, table)
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


def constraint(node: Any, kinds: dict[str, str], table: str) -> str:
    """Return a CHECK or FOREIGN KEY of a table."""
    if isinstance(node, exp.CheckColumnConstraint):
        return _check(node, kinds)
    return _part(node, set(), kinds, table)


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


def _name_of_check(node: Any, table: str, column: str = "") -> str:
    """Return the name that the server gives to a CHECK that has none."""
    found = {name_of(one.this) for one in node.find_all(exp.Column)}
    column = column or (found.pop() if len(found) == 1 else "")
    return "_".join([table, *([column] if column else []), "check"])


def _check(node: Any, kinds: dict[str, str]) -> str:
    only(node, "this")
    writer = Writer({}, ())
    columns = {name: Written(quote_name(name), kind) for name, kind in kinds.items()}
    writer.scope = Scope(sources=[Source("", columns)])
    return f"CHECK ({writer.condition(node.this)})"


def column(node: Any, primary: set[str], kinds: dict[str, str], table: str = "") -> str:
    """Return a column's definition; `kinds` are the types of all of the table's."""
    only(node, "this", "kind", "constraints", "exists")
    own = name_of(node.this)
    name = quote_name(own)
    kind, numbers = types.type_of(node.args["kind"])
    constraints = [
        _constraint(one, kind, kinds, f"{table}.{own}")
        for one in node.args.get("constraints") or ()
    ]
    is_serial = "SERIAL" in node.args["kind"].sql("postgres").upper()
    if is_serial or _COUNTED in constraints or _ALWAYS in constraints:
        if "PRIMARY KEY" not in constraints and primary != {own}:
            raise refused("a column that counts and is not the primary key", "make it the key")
        always = "_always" if _ALWAYS in constraints else ""
        more = " AUTOINCREMENT" if "PRIMARY KEY" in constraints or primary == {own} else ""
        primary.discard(own)
        return f"{name} INTEGER CONSTRAINT {IDENTITY}{kind}{always} PRIMARY KEY{more}"
    if "PRIMARY KEY" in constraints or own in primary:
        constraints.append("NOT NULL")  # SQLite's keys may be NULL
    if kind == "text" and numbers:
        check = f"CHECK (length({name}) <= {numbers[0]})"
        constraints.append(f"CONSTRAINT {TOO_LONG}{numbers[0]} {check}")
    digits = f"({', '.join(map(str, numbers))})" if numbers else ""
    # A key that is declared INTEGER would count by itself.
    storage = "INT" if kind == "int4" else types.storage(kind)
    return " ".join([name, storage + digits, *constraints])


_COUNTED, _ALWAYS = "IDENTITY", "ALWAYS IDENTITY"


def _constraint(node: Any, kind: str, kinds: dict[str, str], place: str) -> str:
    this = node.args["kind"]
    if isinstance(this, exp.PrimaryKeyColumnConstraint):
        return "PRIMARY KEY"
    if isinstance(this, exp.NotNullColumnConstraint):
        return "NULL" if this.args.get("allow_null") else "NOT NULL"
    if isinstance(this, exp.UniqueColumnConstraint) and this.args.get("this") is None:
        return "UNIQUE"
    if isinstance(this, exp.DefaultColumnConstraint):
        one = Writer({}, ()).write(this.this)
        value = assigned(one, kind).sql
        # A constant stands without parentheses, as ADD COLUMN needs it.
        is_constant = one.literal is not None or value in ("0", "1", "NULL") or value.isdigit()
        return f"DEFAULT {value}" if is_constant else f"DEFAULT ({value})"
    if isinstance(this, exp.CheckColumnConstraint):
        table, _, column = place.rpartition(".")
        label = name_of(node.this) if node.this is not None else _name_of_check(this, table, column)
        return f"CONSTRAINT {quote_name(label)} {_check(this, kinds)}"
    if isinstance(this, exp.ComputedColumnConstraint):
        writer = Writer({}, ())
        columns = {name: Written(quote_name(name), kind) for name, kind in kinds.items()}
        writer.scope = Scope(sources=[Source("", columns)])
        value = assigned(writer.write(this.this), kind).sql
        return f"GENERATED ALWAYS AS ({value}) STORED"
    if isinstance(this, exp.CollateColumnConstraint) and this.this.name in ("C", "POSIX"):
        return ""
    if isinstance(this, exp.Reference):
        return _reference(this)
    if isinstance(this, exp.GeneratedAsIdentityColumnConstraint):
        only(this, "this")
        return _ALWAYS if this.this else _COUNTED
    raise refused(f"{type(this).__name__} in CREATE TABLE")
