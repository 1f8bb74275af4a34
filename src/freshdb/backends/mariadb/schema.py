"""Read what a MariaDB or MySQL database consists of, and make another one from that.

`SHOW CREATE` is the only description that both products keep whole; it is replayed under the mode
and character sets that the object was made with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from freshdb.backends.mariadb.admin import Admin, literal, quoted

# Engines that undo a transaction, and that an outer transaction can therefore hold.
TRANSACTIONAL = ("InnoDB",)


@dataclass(frozen=True)
class Table:
    """A base table of a database.

    Attributes:
        columns: those that are stored by what is written, that is, not the generated ones.
        create: its `CREATE TABLE`, with the next AUTO_INCREMENT.
        next_id: the next AUTO_INCREMENT; None for a table without.
        has_rows: whether there is a row in it.
        key: its primary key's columns.
        is_versioned: whether the server keeps the history of its rows.
    """

    name: str
    engine: str
    columns: tuple[str, ...]
    create: str
    next_id: int | None
    has_rows: bool
    key: tuple[str, ...]
    is_versioned: bool


@dataclass(frozen=True)
class NumberSequence:
    """MariaDB's `CREATE SEQUENCE`, and the number that it gives out next."""

    name: str
    create: str
    next_value: int


@dataclass(frozen=True)
class Code:
    """A trigger, routine or event: text that runs under the mode that it was made with."""

    kind: str
    name: str
    create: str
    mode: str
    client_charset: str
    collation: str
    time_zone: str = "SYSTEM"
    table: str = ""
    created: datetime | None = None

    def statements(self) -> list[str]:
        """Return the SQL that makes it again, as old as it was."""
        created = "DEFAULT"
        if self.created is not None:
            created = f"{self.created.replace(tzinfo=UTC).timestamp():.2f}"
        mode, zone = literal(self.mode), literal(self.time_zone)
        charset, collation = self.client_charset, self.collation
        return [
            f"SET sql_mode = {mode}, time_zone = {zone}, timestamp = {created}",
            f"SET character_set_client = {charset}, collation_connection = {collation}",
            self.create,
        ]


CODE_IS_DONE = (
    "SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', timestamp = DEFAULT",
    "SET NAMES utf8mb4",
)


@dataclass(frozen=True)
class Definition:
    """All that a database consists of, but its rows."""

    name: str
    charset: str
    collation: str
    tables: tuple[Table, ...]
    sequences: tuple[NumberSequence, ...]
    views: tuple[tuple[str, str], ...]
    triggers: tuple[Code, ...]
    routines: tuple[Code, ...]
    events: tuple[Code, ...]

    def is_like(self, other: Definition) -> bool:
        """Tell whether another database consists of the same, whatever its name."""
        return replace(self, name="") == replace(other, name="")

    def triggers_of(self, table: str) -> list[Code]:
        """Return a table's triggers, in the order in which they were made."""
        return [trigger for trigger in self.triggers if trigger.table == table]


def read_definition(admin: Admin, name: str) -> Definition:
    """Return what the database `name` consists of."""
    # SHOW CREATE VIEW leaves out the name of the database that is the current one, and no other.
    admin.use(name)
    found = admin.rows(
        "SELECT default_character_set_name, default_collation_name "
        "FROM information_schema.schemata WHERE schema_name = %s", [name],
    )  # fmt: skip
    charset, collation = found[0]
    listed = admin.rows(
        "SELECT table_name, table_type, engine FROM information_schema.tables "
        "WHERE table_schema = %s ORDER BY table_name", [name],
    )  # fmt: skip
    kinds = {table: kind for table, kind, _ in listed}
    return Definition(
        name,
        charset,
        collation,
        tuple(_read_tables(admin, name, {t: e for t, k, e in listed if _is_table(k)})),
        tuple(_read_sequence(admin, table) for table in kinds if kinds[table] == "SEQUENCE"),
        tuple((view, _created(admin, "VIEW", view)) for view in kinds if kinds[view] == "VIEW"),
        tuple(_read_triggers(admin, name)),
        tuple(_read_routines(admin, name)),
        tuple(_read_events(admin, name)),
    )


def _is_table(kind: str) -> bool:
    return kind in ("BASE TABLE", "SYSTEM VERSIONED")


def _read_tables(admin: Admin, name: str, engines: dict[str, str]) -> Iterator[Table]:
    columns: dict[str, list[tuple[str, str]]] = {table: [] for table in engines}
    keys: dict[str, list[str]] = {table: [] for table in engines}
    for table, column, extra in admin.rows(
        "SELECT table_name, column_name, extra FROM information_schema.columns "
        "WHERE table_schema = %s ORDER BY table_name, ordinal_position", [name],
    ):  # fmt: skip
        if table in columns:
            columns[table].append((column, extra.upper()))
    for table, column in admin.rows(
        "SELECT table_name, column_name FROM information_schema.statistics "
        "WHERE table_schema = %s AND index_name = 'PRIMARY' ORDER BY table_name, seq_in_index",
        [name],
    ):
        if table in keys:
            keys[table].append(column)
    next_ids: dict[str, int | None] = dict(
        admin.rows(
            "SELECT table_name, auto_increment FROM information_schema.tables "
            "WHERE table_schema = %s", [name],
        )
    )  # fmt: skip
    for table, engine in engines.items():
        create = _created(admin, "TABLE", table)
        extras = columns[table]
        yield Table(
            table,
            engine,
            tuple(column for column, extra in extras if not _is_generated(extra)),
            create,
            next_ids[table],
            bool(admin.rows(f"SELECT EXISTS (SELECT 1 FROM {quoted(table)})")[0][0]),
            tuple(keys[table]),
            "WITH SYSTEM VERSIONING" in create,
        )


def _is_generated(extra: str) -> bool:
    # `DEFAULT_GENERATED` is how MySQL 8 says that a default is an expression.
    return "GENERATED" in extra.replace("DEFAULT_GENERATED", "")


def _read_sequence(admin: Admin, name: str) -> NumberSequence:
    next_value = admin.rows(f"SELECT next_not_cached_value FROM {quoted(name)}")[0][0]
    return NumberSequence(name, _created(admin, "SEQUENCE", name), int(next_value))


def _created(admin: Admin, kind: str, name: str) -> str:
    return str(admin.rows(f"SHOW CREATE {kind} {quoted(name)}")[0][1])


def _read_triggers(admin: Admin, name: str) -> Iterator[Code]:
    for trigger, table in admin.rows(
        "SELECT trigger_name, event_object_table FROM information_schema.triggers "
        "WHERE trigger_schema = %s "
        "ORDER BY event_object_table, action_timing, event_manipulation, action_order", [name],
    ):  # fmt: skip
        row = admin.rows(f"SHOW CREATE TRIGGER {quoted(trigger)}")[0]
        yield Code("TRIGGER", trigger, row[2], row[1], row[3], row[4], table=table, created=row[6])


def _read_routines(admin: Admin, name: str) -> Iterator[Code]:
    for routine, kind in admin.rows(
        "SELECT routine_name, routine_type FROM information_schema.routines "
        "WHERE routine_schema = %s ORDER BY routine_type, routine_name", [name],
    ):  # fmt: skip
        row = admin.rows(f"SHOW CREATE {kind} {quoted(routine)}")[0]
        if row[2] is None:
            raise PermissionError(f"the text of {kind.lower()} `{routine}` is kept from this user")
        yield Code(kind, routine, row[2], row[1], row[3], row[4])


def _read_events(admin: Admin, name: str) -> Iterator[Code]:
    for (event,) in admin.rows(
        "SELECT event_name FROM information_schema.events "
        "WHERE event_schema = %s ORDER BY event_name", [name],
    ):  # fmt: skip
        row = admin.rows(f"SHOW CREATE EVENT {quoted(event)}")[0]
        yield Code("EVENT", event, row[3], row[1], row[4], row[5], time_zone=row[2])


def statements_to_copy(definition: Definition, target: str) -> list[str]:
    """Return the SQL that makes the database `target` from a template, rows and all.

    Rows come before triggers, which would fire, and views last, since they may read all else.
    """
    return [*shells(definition, target), *fills(definition), *code(definition)]


def shells(definition: Definition, target: str) -> list[str]:
    """Return the SQL that makes the database `target` with its tables, empty, and uses it."""
    texts = f"CHARACTER SET {definition.charset} COLLATE {definition.collation}"
    statements = [f"CREATE DATABASE {quoted(target)} {texts}", f"USE {quoted(target)}"]
    for sequence in definition.sequences:
        statements += [sequence.create, restart(sequence)]
    return [*statements, *(table.create for table in definition.tables)]


def fills(definition: Definition) -> list[str]:
    """Return the SQL that copies all rows into the tables of the current database."""
    source = quoted(definition.name)
    return [fill(source, table) for table in definition.tables if table.has_rows]


def code(definition: Definition) -> list[str]:
    """Return the SQL that makes what is not tables: routines, triggers, events and views."""
    statements = []
    for one in (*definition.routines, *definition.triggers, *definition.events):
        statements += one.statements()
    return [*statements, *CODE_IS_DONE, *(create for _, create in _in_order(definition.views))]


def restart(sequence: NumberSequence) -> str:
    """Return the SQL that lets a sequence go on from where its template is."""
    return f"ALTER SEQUENCE {quoted(sequence.name)} RESTART {sequence.next_value}"


def fill(source: str, table: Table, where: str = "") -> str:
    """Return the SQL that copies a table's rows from the database `source` (quoted)."""
    name, columns = quoted(table.name), ", ".join(map(quoted, all_columns(table)))
    history = " FOR SYSTEM_TIME ALL" if table.is_versioned else ""
    return f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {source}.{name}{history}{where}"


def all_columns(table: Table) -> tuple[str, ...]:
    """Return the columns that a row is copied by, its history's too."""
    is_hidden = table.is_versioned and "row_start" not in table.columns
    return (*table.columns, "row_start", "row_end") if is_hidden else table.columns


def _in_order(views: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return views such that each comes after those whose names occur in it."""
    waiting = dict(views)
    ordered: list[tuple[str, str]] = []
    while waiting:
        ready = [name for name in waiting if not _mentions(waiting, name)]
        # Two views cannot read each other; a name may occur as a column's, though.
        ordered += [(name, waiting.pop(name)) for name in ready or list(waiting)[:1]]
    return ordered


def _mentions(views: dict[str, str], name: str) -> bool:
    body = re.sub(r"^.*?\bVIEW\s+`(?:[^`]|``)*`", "", views[name], count=1, flags=re.DOTALL)
    return any(quoted(other) in body for other in views if other != name)
