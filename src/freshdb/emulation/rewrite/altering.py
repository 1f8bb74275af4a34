"""ALTER TABLE: the table as it shall be, filled from the table as it is."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Column, Table, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.storing import default_of, stored
from freshdb.emulation.rewrite.tables.counters import next_auto_increment, set_auto_increment
from freshdb.emulation.rewrite.tables.ddl import create_statements, rename_statements
from freshdb.emulation.rewrite.tables.describing import (
    add_column,
    add_foreign,
    add_key,
    condition_sql,
    set_default,
)
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import SqlType

NEW = "_freshdb_new"


def altered(writer: Writer, this: s.Alter) -> Plan:
    """Compile ALTER TABLE: what SQLite cannot do in place is done by a copy of the table."""
    old = writer.table(this.table.name, this.table.database)
    if old.is_view:
        raise MySQLError(
            1347, "HY000", f"'{writer.context.database}.{old.name}' is not of type 'BASE TABLE'"
        )
    table = deepcopy(old)
    table.is_ours = True
    work = _Alteration(writer, old, table)
    for action in this.actions:
        getattr(work, f"_{action[0]}")(*action[1:])
    return work.plan()


class _Alteration:
    """One ALTER TABLE: `origin` tells where each column's values come from."""

    def __init__(self, writer: Writer, old: Table, table: Table) -> None:
        self.writer = writer
        self.old = old
        self.table = table
        self.origin: dict[str, Column | None] = {one.name: one for one in old.columns}
        self.new_name: str | None = None
        self.counter: int | None = None
        self.is_rebuilt = False
        # Whether the server copies the rows too, and so reports them.
        self.copies_rows = False

    # Actions

    def _nothing(self) -> None:
        return

    def _rename(self, name: s.TableName) -> None:
        self.new_name = name.name

    def _options(self, options: dict[str, str]) -> None:
        self.is_rebuilt = True
        self.table.options.update(options)
        if options.get("auto_increment", "").isdigit():
            self.counter = int(options["auto_increment"])

    def _convert(self, collation: str | None) -> None:
        self.is_rebuilt = True
        if collation is not None:
            for one in self.table.columns:
                if one.type.kind in ("text", "enum", "set"):
                    one.type = replace(one.type, collation=collation)

    def _add_columns(
        self, columns: list[s.Column], place: tuple[str, ...] | None, exists: bool
    ) -> None:
        self.is_rebuilt = True
        for one in columns:
            if exists and self.table.column(one.name) is not None:
                continue
            add_column(self.writer, self.table, one, self._index_of(place))
            self.origin[one.name] = None

    def _index_of(self, place: tuple[str, ...] | None) -> int | None:
        if place is None:
            return None
        if place[0] == "first":
            return 0
        return self.table.columns.index(self._column(place[1])) + 1

    def _column(self, name: str) -> Column:
        found = self.table.column(name)
        if found is None:
            raise MySQLError(1054, "42S22", f"Unknown column '{name}' in '{self.table.name}'")
        return found

    def _change(self, old: str, new: s.Column, place: tuple[str, ...] | None) -> None:
        self.is_rebuilt = True
        found = self._column(old)
        index = self.table.columns.index(found)
        origin = self.origin.pop(found.name, None)
        self.table.columns.remove(found)
        if place is not None:
            index = self._index_of(place) or 0
        column = add_column(self.writer, self.table, new, index)
        self.origin[column.name] = origin
        self.copies_rows |= not _is_wider(found.type, column.type)
        self._renamed(found.name, column.name)
        if column.name in self.table.primary:
            column.is_nullable = False

    def _renamed(self, old: str, new: str) -> None:
        for key in self.table.keys:
            key.columns = [new if one.lower() == old.lower() else one for one in key.columns]
        for foreign in self.table.foreign:
            foreign.columns = [
                new if one.lower() == old.lower() else one for one in foreign.columns
            ]

    def _rename_column(self, old: str, new: str) -> None:
        self.is_rebuilt = True
        found = self._column(old)
        self.origin[new] = self.origin.pop(found.name, None)
        self._renamed(found.name, new)
        found.name = new

    def _drop_column(self, name: str, exists: bool) -> None:
        found = self.table.column(name)
        if found is None:
            if exists:
                return
            raise MySQLError(1091, "42000", f"Can't DROP COLUMN `{name}`; check that it exists")
        if len(self.table.columns) == 1:
            raise MySQLError(
                1090,
                "42000",
                "You can't delete all columns with ALTER TABLE; use DROP TABLE instead",
            )
        self.is_rebuilt = True
        self.table.columns.remove(found)
        self.origin.pop(found.name, None)
        for key in list(self.table.keys):
            key.columns = [one for one in key.columns if one.lower() != name.lower()]
            if not key.columns:
                self.table.keys.remove(key)

    def _add(self, element: Any) -> None:
        self.is_rebuilt = True
        if isinstance(element, s.Key):
            add_key(self.table, element)
        elif isinstance(element, s.Foreign):
            add_foreign(self.table, element)
        else:
            name = element.name or f"CONSTRAINT_{len(self.table.checks) + 1}"
            self.table.checks.append(
                (name, condition_sql(self.writer, self.table, element.condition))
            )

    def _drop_primary(self) -> None:
        if not self.table.primary:
            raise MySQLError(1091, "42000", "Can't DROP INDEX `PRIMARY`; check that it exists")
        self.is_rebuilt = True
        self.table.keys = [one for one in self.table.keys if one.name != "PRIMARY"]

    def _drop_key(self, name: str, exists: bool) -> None:
        kept = [one for one in self.table.keys if one.name.lower() != name.lower()]
        if len(kept) == len(self.table.keys) and not exists:
            raise MySQLError(1091, "42000", f"Can't DROP INDEX `{name}`; check that it exists")
        self.is_rebuilt = True
        self.table.keys = kept

    def _rename_key(self, old: str, new: str) -> None:
        self.is_rebuilt = True
        for one in self.table.keys:
            if one.name.lower() == old.lower():
                one.name = new
                return
        raise MySQLError(1176, "42000", f"Key '{old}' doesn't exist in table '{self.table.name}'")

    def _drop_foreign(self, name: str, exists: bool) -> None:
        kept = [one for one in self.table.foreign if one.name.lower() != name.lower()]
        if len(kept) == len(self.table.foreign) and not exists:
            raise MySQLError(
                1091, "42000", f"Can't DROP FOREIGN KEY `{name}`; check that it exists"
            )
        self.is_rebuilt = True
        self.table.foreign = kept

    def _drop_constraint(self, name: str, exists: bool) -> None:
        before = len(self.table.checks) + len(self.table.foreign) + len(self.table.keys)
        lower = name.lower()
        self.table.checks = [one for one in self.table.checks if one[0].lower() != lower]
        self.table.foreign = [one for one in self.table.foreign if one.name.lower() != lower]
        self.table.keys = [one for one in self.table.keys if one.name.lower() != lower]
        self.is_rebuilt = True
        if (
            before == len(self.table.checks) + len(self.table.foreign) + len(self.table.keys)
            and not exists
        ):
            raise MySQLError(1091, "42000", f"Can't DROP CONSTRAINT `{name}`; check that it exists")

    def _default(self, name: str, node: Any, text: str | None) -> None:
        self.is_rebuilt = True
        set_default(self.writer, self.table, self._column(name), node, text)

    # The plan

    def plan(self) -> Plan:
        """Return what changes the table, as one transaction."""
        statements: list[str] = []
        if self.is_rebuilt:
            statements += self._rebuild()
        if self.new_name is not None:
            if self.writer.catalog.table(self.new_name) is not None:
                raise MySQLError(1050, "42S01", f"Table '{self.new_name}' already exists")
            statements += rename_statements(
                self.table if self.is_rebuilt else self.old, self.new_name
            )
        counter, name = self.counter, self.new_name or self.table.name
        counts = self.table.auto_increment is not None and self.old.auto_increment is not None

        def run(session: Any, bound: Sequence[Any]) -> Answer:
            affected = 0
            following = counter
            if following is None and counts:
                following = next_auto_increment(session, self.old.name)
            with session.schema_change(rebuilds=True):
                for one in statements:
                    cursor = session.native(one)
                    if one.startswith("INSERT INTO"):
                        affected = max(cursor.rowcount, 0)
                if following is not None:
                    set_auto_increment(session, name, following)
            return Answer(None, [], affected if self.copies_rows else 0)

        return Plan(run, statements, is_ddl=True)

    def _rebuild(self) -> list[str]:
        made = create_statements(self.table, NEW)
        old, new = quote_name(self.old.name), quote_name(NEW)
        targets, parts = [], []
        for column in self.table.columns:
            if column.generated is not None:
                continue
            targets.append(quote_name(column.name))
            parts.append(self._value(column))
        copy = f"INSERT INTO {new} ({', '.join(targets)}) SELECT {', '.join(parts)} FROM {old}"
        final = create_statements(self.table)
        return [
            made[0],
            copy,
            f"DROP TABLE {old}",
            f"ALTER TABLE {new} RENAME TO {old}",
            *final[1:],
        ]

    def _value(self, column: Column) -> str:
        origin = self.origin.get(column.name)
        if origin is None:
            if column.auto_increment:
                return "NULL"
            return default_of(self.writer, column, lenient=True).sql
        source = f"{quote_name(self.old.name)}.{quote_name(origin.name)}"
        if origin.type == column.type:
            return source
        value: Written = self.writer.stored(source, origin, self.old)
        if origin.type.kind in ("enum", "set") and column.type.kind in (
            "int",
            "uint",
            "double",
            "decimal",
        ):
            value.sql = value.number
        return stored(self.writer, self.table, column, value)


def _is_wider(old: SqlType, new: SqlType) -> bool:
    """Tell whether every value fits as it is, so that the server copies no row."""
    if old.name == new.name == "varchar" and (old.length or 0) <= (new.length or 0):
        old = replace(old, length=new.length, collation=new.collation)
    return old == new
