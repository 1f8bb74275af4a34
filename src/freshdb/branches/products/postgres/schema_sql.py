"""SQL that changes a Postgres schema, made from what `pg_dump` says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from freshdb.branches.diff.model import TablePair
from freshdb.branches.diff.patching import Altering
from freshdb.branches.products import SchemaObject
from freshdb.branches.products.postgres.reading import default_is_constant
from freshdb.branches.products.postgres.server import FORMS

_ONE = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_NAME = rf"({_ONE}\.{_ONE})"
_PART = rf"({_ONE})"
# What a dump makes when the rows are in.
_AFTER_ROWS = frozenset({
    "constraint", "fk constraint", "index", "index attach", "trigger", "rule", "event trigger",
    "policy", "row security", "statistics", "materialized view data", "check constraint",
})  # fmt: skip
# How a thing goes, by how it was made.
_DROPS = [
    (re.compile(pattern, re.DOTALL), drop)
    for pattern, drop in (
        (rf"CREATE (?:UNLOGGED )?TABLE {_NAME}", "DROP TABLE {0}"),
        (rf"CREATE (VIEW|MATERIALIZED VIEW|SEQUENCE|TYPE|DOMAIN|STATISTICS) {_NAME}",
         "DROP {0} {1}"),
        (rf"CREATE (SCHEMA|EXTENSION)(?: IF NOT EXISTS)? {_PART}", "DROP {0} {1}"),
        (rf"CREATE (?:UNIQUE )?INDEX {_PART} ON (?:ONLY )?{_PART}\.", "DROP INDEX {1}.{0}"),
        (rf"ALTER TABLE (?:ONLY )?{_NAME}\s+ADD CONSTRAINT {_PART}",
         "ALTER TABLE {0} DROP CONSTRAINT {1}"),
        (rf"ALTER TABLE (?:ONLY )?{_NAME} ALTER COLUMN {_PART} SET DEFAULT",
         "ALTER TABLE {0} ALTER COLUMN {1} DROP DEFAULT"),
        (rf"ALTER TABLE (?:ONLY )?{_NAME} ALTER COLUMN {_PART} ADD GENERATED",
         "ALTER TABLE {0} ALTER COLUMN {1} DROP IDENTITY"),
        (rf"ALTER SEQUENCE {_NAME} OWNED BY", "ALTER SEQUENCE {0} OWNED BY NONE"),
        (rf"ALTER TABLE {_NAME} ENABLE ROW LEVEL SECURITY",
         "ALTER TABLE {0} DISABLE ROW LEVEL SECURITY"),
        (rf"CREATE (?:CONSTRAINT )?(TRIGGER) {_PART} .*? ON {_NAME}", "DROP {0} {1} ON {2}"),
        (rf"CREATE (POLICY) {_PART} ON {_NAME}", "DROP {0} {1} ON {2}"),
        (rf"CREATE (RULE) {_PART} AS\s+ON \w+ TO {_NAME}", "DROP {0} {1} ON {2}"),
        (r"(REFRESH) MATERIALIZED VIEW", "SELECT 1"),
        (r"COMMENT ON (.+?) IS ", "COMMENT ON {0} IS NULL"),
    )
]  # fmt: skip
_ROUTINE = re.compile(rf"CREATE (FUNCTION|PROCEDURE) {_NAME}")
_HOLDS_OTHERS = {"table", "function", "procedure", "type", "domain", "view", "constraint"}
_HELD = {"view", "materialized view", "rule", "fk constraint"}
_COLUMN = re.compile(
    rf"    {_PART} (?P<type>.+?)(?: DEFAULT (?P<default>.+?))?(?P<not_null> NOT NULL)?,?"
)
_TABLE = re.compile(r"(CREATE .*?TABLE [^\n]+ \()\n(.*?)\n?(\)[^\n]*)", re.DOTALL)


class PostgresSchemaSQL:
    """How Postgres changes a schema, in one transaction."""

    # Triggers and foreign keys are off for whoever replicates; so are they here.
    begin: Sequence[str] = (
        "BEGIN", "SET LOCAL session_replication_role = replica",
        "SET LOCAL check_function_bodies = off",
        *(f"SET LOCAL {form}" for form in FORMS),
    )  # fmt: skip
    end: Sequence[str] = ("COMMIT",)
    after_rows = _AFTER_ROWS
    silenced = ""
    used = frozenset({"type", "domain", "function", "procedure", "schema", "extension"})

    def drop(self, one: SchemaObject) -> str | None:
        routine = _ROUTINE.match(one.sql)
        if routine:
            arguments = one.name[one.name.index("(") :]
            return f"DROP {routine[1]} {routine[2]}{arguments}"
        for pattern, drop in _DROPS:
            found = pattern.match(one.sql)
            if found:
                return drop.format(*found.groups())
        return None

    def dependents(self, kinds: set[str]) -> set[str]:
        return _HELD if kinds & _HOLDS_OTHERS else set()

    def alter(self, pair: TablePair, old: str, new: str) -> Altering | None:
        before, after = _parsed(old), _parsed(new)
        if before is None or after is None or before.frame != after.frame:
            return None
        kept = [name for name in before.columns if name in after.columns]
        added = [name for name in after.columns if name not in before.columns]
        # A new column comes last; so where it is not last in the other, there is no way.
        if [*kept, *added] != list(after.columns):
            return None
        steps = [f"DROP COLUMN {name}" for name in before.columns if name not in after.columns]
        late = []
        for name in kept:
            changes = _changes(before.columns[name], after.columns[name])
            if changes is None:
                return None
            steps += [f"ALTER COLUMN {name} {change}" for change in changes]
            if after.columns[name].is_not_null and not before.columns[name].is_not_null:
                late.append(f"ALTER COLUMN {name} SET NOT NULL")
        for name in added:
            early, is_filled = _adding(name, after.columns[name])
            steps += early
            late += [] if is_filled else [f"ALTER COLUMN {name} SET NOT NULL"]
        table = f"ALTER TABLE {before.name} "
        return Altering([table + step for step in steps], [table + step for step in late])


@dataclass(frozen=True)
class _Column:
    """A column as its table's definition has it."""

    sql: str
    type: str
    default: str | None
    is_not_null: bool


@dataclass(frozen=True)
class _Parsed:
    """A table's definition.

    Attributes:
        frame: all of it that is no column.
    """

    name: str
    columns: dict[str, _Column]
    frame: tuple[str, ...]


def _parsed(sql: str) -> _Parsed | None:
    """Return the parts of a `CREATE TABLE`; None where a line is no whole column."""
    found = _TABLE.fullmatch(sql)
    if found is None:
        return None
    columns, frame = {}, [found[1], found[3]]
    for line in found[2].splitlines():
        if line.startswith("    CONSTRAINT "):
            frame.append(line.rstrip(","))
            continue
        column = _COLUMN.fullmatch(line)
        if column is None or line.count("'") % 2:
            return None
        columns[column[1]] = _Column(
            line.strip().rstrip(","), column["type"], column["default"], bool(column["not_null"])
        )
    name = re.search(_NAME, found[1])
    return None if name is None else _Parsed(name[1], columns, tuple(frame))


def _changes(old: _Column, new: _Column) -> list[str] | None:
    """Return how a column becomes the other; None where a value might not make the way."""
    changes = []
    if old.type != new.type:
        if not _is_wider(old.type, new.type):
            return None
        changes.append(f"TYPE {new.type}")
    if old.default != new.default:
        changes.append("DROP DEFAULT" if new.default is None else f"SET DEFAULT {new.default}")
    if old.is_not_null and not new.is_not_null:
        changes.append("DROP NOT NULL")
    return changes


def _adding(name: str, column: _Column) -> tuple[list[str], bool]:
    """Return how a column is added, and whether it is then all that it is to be.

    Rows that get the same as they would by the default are not written, so they must get it; and a
    default that is not the same for all rows must give them nothing.
    """
    is_constant = column.default is not None and default_is_constant(column.default)
    if is_constant or not (column.default or column.is_not_null):
        return [f"ADD COLUMN {column.sql}"], True
    steps = [f"ADD COLUMN {name} {column.type}"]
    if column.default is not None:
        steps.append(f"ALTER COLUMN {name} SET DEFAULT {column.default}")
    return steps, not column.is_not_null


_INTEGERS = ["smallint", "integer", "bigint", "numeric"]


def _is_wider(old: str, new: str) -> bool:
    """Tell whether all values of a type are values of the other, written in the same way."""
    if old in _INTEGERS and new in _INTEGERS:
        return _INTEGERS.index(old) < _INTEGERS.index(new)
    length = re.fullmatch(r"character varying(?:\((\d+)\))?", old)
    other = re.fullmatch(r"character varying(?:\((\d+)\))?", new)
    if length and other:
        return other[1] is None or (length[1] is not None and int(length[1]) <= int(other[1]))
    return new == "text" and (length is not None or old in _INTEGERS)
