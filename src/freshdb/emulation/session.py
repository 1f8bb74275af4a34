"""What one connection remembers, and how plans reach SQLite."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from freshdb.emulation.binding import bound_values, kind_of, spread
from freshdb.emulation.catalog import Catalog, Table, load_catalog
from freshdb.emulation.collations import register_collations
from freshdb.emulation.compiling import compile_statement, placed
from freshdb.emulation.counting import RowNumbers
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import Context, register_missing
from freshdb.emulation.functions.context import DEFAULT_SQL_MODES, active, utc_now
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.problems import driver_error, from_sqlite
from freshdb.emulation.sql_helpers import register_helpers
from freshdb.emulation.values import from_python
from freshdb.errors import EmulationError

MOST_PLANS = 4096
_connection_ids = itertools.count(1)


class _Generation:
    """Counts changes of schemas in this process, so that every connection notices."""

    number = 0


@dataclass(frozen=True)
class Options:
    """What a connection emulates.

    Attributes:
        always: every statement is in the emulated dialect, and not only a `RawText`.
        found_rows: affected rows are the rows matched, as SQLAlchemy asks its drivers, and not
            the rows changed.
        now: the time that NOW() tells; the machine's where it is None.
    """

    dialect: str = "mysql"
    flavor: str = "mariadb"
    time_zone: str = "+00:00"
    now: dt.datetime | Callable[[], dt.datetime] | None = None
    database: str = "main"
    always: bool = True
    found_rows: bool = False


class Session:
    """What one connection remembers, and how plans reach SQLite.

    Attributes:
        matched: how many rows the upsert that is running has met; `changed` those it has changed.
    """

    def __init__(self, connection: sqlite3.Connection, options: Options) -> None:
        self.connection = connection
        self.options = options
        self.counts_matched = options.found_rows
        self.matched = self.changed = 0
        self.changed_id: Any = None
        self.is_deleting = False
        self.text = ""
        self.values: Mapping[str, Any] = {}
        now = options.now
        self.clock: Callable[[], dt.datetime] = (
            now if callable(now) else (lambda: now) if now is not None else utc_now
        )
        self.context = Context(
            flavor=options.flavor,  # type: ignore[arg-type]
            time_zone=options.time_zone,
            clock=self.clock,
            database=options.database,
            connection_id=next(_connection_ids),
        )
        self.numbers = RowNumbers(self)
        register_collations(connection, self.context)
        register_helpers(self)
        self._seen = -1
        self.catalog = Catalog(())

    # Running

    def begin_statement(self) -> None:
        """Forget the statement before; functions answer for this session from now on."""
        self.context.begin_statement()
        active.context = self.context

    def pending_failure(self) -> Exception | None:
        """Return the error that a function has raised in SQLite's own SQL; None of others."""
        pending, self.context.pending_error = self.context.pending_error, None
        return driver_error(pending) if isinstance(pending, MySQLError) else pending

    def execute(self, text: str, parameters: Any = ()) -> Answer:
        """Run one statement.

        Raises:
            an exception of the driver's: the server would have refused it.
            EmulationError: it uses what is not supported.
        """
        self.begin_statement()
        names = None
        kinds: tuple[str, ...] = ()
        if parameters:
            text, names, count = placed(text)
            bound = bound_values(parameters, names, count)
            if any(type(one) in (list, tuple, set, frozenset) for one in bound):
                text, bound = spread(text, bound)
            kinds = tuple(kind_of(one) for one in bound)
            values = {f"p{number}": from_python(one) for number, one in enumerate(bound, 1)}
        else:
            values = {}
        try:
            plan = self.plan(text, kinds)
            return self.run(plan, text, values)
        except (MySQLError, UnicodeEncodeError) as error:
            self.context.row_count = -1
            raise driver_error(_of_server(error)) from None
        except Exception:
            self.context.row_count = -1
            raise

    def plan(self, text: str, kinds: tuple[str, ...] = ()) -> Plan:
        """Return the plan of a statement, compiled when it is new."""
        if self._seen != _Generation.number:
            self.reload()
        key: Any = (text, kinds) if kinds else text
        found = self.catalog.plans.get(key)
        if found is None:
            found = self._compiled(text, kinds)
            if len(self.catalog.plans) >= MOST_PLANS:
                self.catalog.plans.clear()
            self.catalog.plans[key] = found
        return found

    def _compiled(self, text: str, kinds: tuple[str, ...]) -> Plan:
        try:
            return compile_statement(text, kinds, self.catalog, self.context)
        except MySQLError as error:
            # Another process may have changed the schema meanwhile.
            before = self.catalog
            if error.code not in (1054, 1146):
                raise
            self.reload()
            if self.catalog is before:
                raise
            return compile_statement(text, kinds, self.catalog, self.context)

    def reload(self) -> None:
        """Read the schema anew."""
        self._seen = _Generation.number
        modes = frozenset(self.context.sql_mode)
        key = (self.context.flavor, self.options.dialect, modes, self.context.database)
        self.catalog = load_catalog(self.connection, key)

    def run(self, plan: Plan, text: str, values: Mapping[str, Any]) -> Answer:
        """Run a plan."""
        self.text, self.values = text, values
        self.context.has_set_last_id = False
        before = self.context.last_insert_id
        if text.lstrip()[:4].upper() != "SHOW":
            self.context.warnings.clear()
        if plan.writes and (plan.is_joined or "SELECT" in text.upper()):
            self.context.found_rows = None  # of which rows, nobody has written down
        self.context.escalates = plan.is_strict and self.context.is_strict
        try:
            answer = plan.run(self, values)
        except sqlite3.Error as error:
            raise self.translated(error, None) from None
        finally:
            self.context.escalates = False
        if self.context.last_insert_id != before and not answer.last_id and plan.writes:
            answer.last_id = self.context.last_insert_id
        if answer.names is None:
            self.context.row_count = answer.affected
        else:
            self.context.row_count = -1
        return answer

    def native(self, sql: str, values: Any = (), *, exact: bool = True) -> sqlite3.Cursor:
        """Run SQLite's own SQL."""
        cursor = sqlite3.Cursor(self.connection)
        while True:
            try:
                return cursor.execute(sql, values)
            except sqlite3.OperationalError as error:
                if not register_missing(self.connection, self.context, error):
                    raise

    @staticmethod
    def converted(
        rows: Sequence[tuple[Any, ...]], converts: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """Return rows with every value as the driver gives it."""
        return [
            tuple(
                [
                    value if convert is None else convert(value)
                    for value, convert in zip(row, converts, strict=True)
                ]
            )
            for row in rows
        ]

    def translated(self, error: sqlite3.Error, table: Table | None) -> Exception:
        """Return the driver's exception for one of SQLite's."""
        if error.args and isinstance(error.args[0], int):
            return error  # it is the driver's already
        if isinstance(self.context.pending_error, EmulationError):
            refusal, self.context.pending_error = self.context.pending_error, None
            return refusal
        found = from_sqlite(error, self, table)
        if found is not None:
            return driver_error(found)
        return EmulationError(
            f"SQLite cannot run what the statement became: {error}",
            hint="test it on a real server, and report it: it should have been refused by name",
        )

    @contextlib.contextmanager
    def statement(self, *tables: Table) -> Iterator[None]:
        """Run what changes rows: all of it or nothing, and errors told as the server's."""
        self.is_deleting = self.text.lstrip()[:6].upper() in ("DELETE", "UPDATE")
        in_transaction = self.connection.in_transaction
        if not in_transaction and self.connection.isolation_level is not None:
            self.native(f"BEGIN {self.connection.isolation_level}")
        self.native("SAVEPOINT _freshdb")
        try:
            yield
        except BaseException as error:
            if self.connection.in_transaction:
                self.native("ROLLBACK TO _freshdb")
                self.native("RELEASE _freshdb")
            if isinstance(error, sqlite3.Error):
                table = tables[0] if tables else None
                raise self.translated(error, table) from None
            raise
        self.native("RELEASE _freshdb")

    def commit(self) -> None:
        """Commit what is open, as the server does before DDL."""
        if self.connection.in_transaction:
            sqlite3.Connection.commit(self.connection)

    @contextlib.contextmanager
    def schema_change(self, *, rebuilds: bool = False) -> Iterator[None]:
        """Run DDL: all of it or nothing; what was open is committed before."""
        self.commit()
        enforced = self.native("PRAGMA foreign_keys").fetchone()[0]
        if rebuilds and enforced:
            self.native("PRAGMA foreign_keys = 0")
        if rebuilds:
            self.native("PRAGMA legacy_alter_table = 1")
        self.native("BEGIN IMMEDIATE")
        try:
            yield
            self.native("COMMIT")
        except BaseException as error:
            if self.connection.in_transaction:
                self.native("ROLLBACK")
            if isinstance(error, sqlite3.Error):
                raise self.translated(error, None) from None
            raise
        finally:
            if rebuilds:
                self.native("PRAGMA legacy_alter_table = 0")
            if rebuilds and enforced:
                self.native("PRAGMA foreign_keys = 1")
            self.schema_changed()

    def forget(self) -> None:
        """Forget what SQL has set on the connection, as for its next user."""
        context = self.context
        context.variables.clear()
        context.system_variables.clear()
        context.warnings.clear()
        context.last_insert_id = context.found_rows = 0
        context.time_zone = self.options.time_zone
        context.clock = self.clock
        default = DEFAULT_SQL_MODES[context.flavor]
        if context.sql_mode != default:
            context.sql_mode = set(default)
            self.schema_changed()

    def schema_changed(self) -> None:
        """Let every connection of this process read its schema anew."""
        _Generation.number += 1

    # What errors and statements ask

    def referring(self, table: Table) -> str | None:
        """Return a table with a foreign key to this one."""
        found = self.referring_key(table)
        return found[0].name if found is not None and found[0].name != table.name else None

    def referring_key(self, table: Table) -> tuple[Table, Any] | None:
        """Return a foreign key that leads to a table."""
        for other in self.catalog.tables.values():
            for key in other.foreign:
                if key.table.lower() == table.name.lower():
                    return other, key
        return None

    def duplicate_entry(self, table: Table | None, columns: Sequence[str]) -> str:
        """Return the values that were there already, as far as they can be told."""
        from freshdb.emulation.rewrite.changes.inserting import duplicate_values

        return duplicate_values(self, table, columns)

    def select_into(self, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Answer:
        """Keep the one row of SELECT … INTO in user variables."""
        if len(rows) > 1:
            raise MySQLError(1172, "42000", "Result consisted of more than one row")
        if not rows:
            self.context.warn(1329, "No data - zero rows fetched, selected, or processed")
            return Answer()
        if len(rows[0]) != len(names):
            raise MySQLError(
                1222, "21000", "The used SELECT statements have a different number of columns"
            )
        for name, value in zip(names, rows[0], strict=True):
            self.context.variables[name.lower()] = value
        return Answer(None, [], 1)


def _of_server(error: MySQLError | UnicodeEncodeError) -> MySQLError:
    if isinstance(error, MySQLError):
        return error
    broken = error.object[error.start : error.end].encode("utf-8", "surrogatepass").hex()
    return MySQLError(1300, "HY000", f"Invalid utf8mb4 character string: '{broken.upper()}'")
