"""A connection of SQLite that speaks MySQL's SQL, as a driver of MySQL's would answer."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from freshdb.emulation.catalog import Catalog, Table, load_catalog
from freshdb.emulation.collations import register_collations
from freshdb.emulation.compiling import compile_statement, placed, split_script
from freshdb.emulation.counting import RowNumbers
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import Context, register_missing
from freshdb.emulation.functions.context import DEFAULT_SQL_MODE, active, utc_now
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.problems import driver_error, from_sqlite
from freshdb.emulation.storing import Rules, column_of, enum_number, set_number
from freshdb.emulation.values import decode, encode, from_python, plain
from freshdb.emulation.variables import read_variable
from freshdb.errors import EmulationError

MOST_PLANS = 4096
_connection_ids = itertools.count(1)
_SCHEMA_WORDS = ("CREATE", "ALTER", "DROP")


class _Generation:
    """Counts changes of schemas in this process, so that every connection notices."""

    number = 0


class RawText(str):
    """A statement that the application wrote itself, in the server's dialect."""

    __slots__ = ()


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


def kind_of(value: Any) -> str:
    """Return the letter of a bound value's kind."""
    letter = _KINDS.get(type(value))
    if letter is not None:
        return "u" if letter == "i" and not -(2**63) <= value < 2**63 else letter
    for kind, found in _KINDS.items():
        if isinstance(value, kind):
            return found
    raise EmulationError(
        f"a value of type {type(value).__name__} cannot be bound",
        hint="convert it to text or a number",
    )


_KINDS: dict[type, str] = {
    int: "i",
    str: "s",
    float: "f",
    bytes: "b",
    type(None): "n",
    bool: "i",
    Decimal: "d",
    dt.datetime: "s",
    dt.date: "s",
    dt.time: "s",
    dt.timedelta: "s",
    bytearray: "b",
    memoryview: "b",
}


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
        self._register()
        self._seen = -1
        self.catalog = Catalog(())

    def _register(self) -> None:
        create = self.connection.create_function
        create("fd_store", 4, self._store, deterministic=True)
        # Deterministic, it would refuse a constant before SQLite knows of any row to write.
        create("fd_store_row", 4, self._store)
        create("fd_upsert", 2, self._upsert)
        create("fd_number", 2, self.numbers.number)
        create("fd_enum_number", 2, enum_number, deterministic=True)
        create("fd_set_number", 2, set_number, deterministic=True)
        create("fd_variable", 1, lambda name: read_variable(self.context, name))
        create("fd_now", 2, self._now)
        create("fd_not_null", 2, self._not_null)
        create("fd_plain", 1, plain, deterministic=True)
        create("fd_window", 2, folded, deterministic=True)
        create("current_timestamp", 0, lambda: self._now("datetime", 0))
        self.connection.create_aggregate("fd_single", 1, self._single())
        self._rules: dict[str, Rules] = {}

    def _store(self, value: Any, facts: str, strict: int, row: int) -> Any:
        rules = self._rules.get(facts)
        if rules is None:
            column, table = column_of(facts)
            rules = self._rules[facts] = Rules(column, table, self.context)
        active.context = self.context
        try:
            return rules.store(value, strict=bool(strict), row=row)
        except (MySQLError, EmulationError) as error:
            self.context.pending_error = error
            raise

    def _not_null(self, value: Any, column: str) -> Any:
        if value is None:
            self.context.pending_error = MySQLError(
                1048, "23000", f"Column '{column}' cannot be null"
            )
            raise self.context.pending_error
        return value

    def _upsert(self, changes: int, number: Any) -> int:
        self.matched += 1
        self.changed += bool(changes)
        self.changed_id = number
        return int(bool(changes))

    def _now(self, kind: str, digits: int) -> str:
        from freshdb.emulation.functions.spec import SPECS

        name = {"datetime": "NOW", "date": "CURDATE", "time": "CURTIME"}[kind]
        arguments = () if kind == "date" else (digits,)
        return str(plain(encode(SPECS[name].body(self.context, *arguments))))

    def _single(self) -> type:
        session = self

        class Single:
            def __init__(self) -> None:
                self.count, self.value = 0, None

            def step(self, value: Any) -> None:
                self.count += 1
                self.value = value
                if self.count > 1:
                    error = MySQLError(1242, "21000", "Subquery returns more than 1 row")
                    session.context.pending_error = error
                    raise error

            def finalize(self) -> Any:
                return self.value

        return Single

    # Running

    def execute(self, text: str, parameters: Any = ()) -> Answer:
        """Run one statement.

        Raises:
            an exception of the driver's: the server would have refused it.
            EmulationError: it uses what is not supported.
        """
        self.context.begin_statement()
        active.context = self.context
        names = None
        kinds: tuple[str, ...] = ()
        if parameters:
            text, names, count = placed(text)
            bound = self._bound(parameters, names, count)
            if any(type(one) in (list, tuple, set, frozenset) for one in bound):
                text, bound = _spread(text, bound)
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

    def _bound(self, parameters: Any, names: Sequence[str] | None, count: int) -> list[Any]:
        if isinstance(parameters, Mapping):
            if names is None:
                return []
            try:
                return [parameters[one] for one in names]
            except KeyError as missing:
                raise MySQLError(
                    1210, "HY000", f"Incorrect arguments: no value for {missing}"
                ) from None
        found = list(parameters)
        if len(found) != count:
            raise driver_error(
                MySQLError(
                    1210, "HY000", f"Incorrect arguments: {count} places, {len(found)} values"
                )
            )
        return found

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
        try:
            answer = plan.run(self, values)
        except sqlite3.Error as error:
            raise self.translated(error, None) from None
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
        if context.sql_mode != DEFAULT_SQL_MODE:
            context.sql_mode = set(DEFAULT_SQL_MODE)
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


def folded(registered: str, rows: str) -> Any:
    """Return an aggregate over the rows of a window's frame, given as a JSON array."""
    from freshdb.emulation.functions.spec import SPECS

    aggregate = SPECS[registered.removeprefix("my_").upper()].body()
    for row in json.loads(rows):
        aggregate.step(*[decode(value) for value in row])
    return encode(aggregate.value())


def _spread(text: str, bound: list[Any]) -> tuple[str, list[Any]]:
    """Return the text with `(?, ?)` where a sequence is bound, as PyMySQL writes `IN %s`."""
    parts = iter(bound)
    flat: list[Any] = []
    pieces = []
    for piece in _split_places(text):
        if piece != "?":
            pieces.append(piece)
            continue
        value = next(parts)
        if isinstance(value, (list, tuple, set, frozenset)):
            listed = list(value)
            flat += listed
            pieces.append(f"({', '.join('?' * len(listed)) or 'NULL'})")
        else:
            flat.append(value)
            pieces.append("?")
    return "".join(pieces), flat


def _split_places(text: str) -> Iterator[str]:
    from freshdb.emulation.compiling import _PLACES

    at = 0
    for match in _PLACES.finditer(text):
        if match.group() == "?":
            yield text[at : match.start()]
            yield "?"
            at = match.end()
    yield text[at:]


class Cursor(sqlite3.Cursor):
    """A cursor that answers as the driver's does; SQLAlchemy's own statements pass through."""

    _answer: Answer | None = None
    _at = 0

    def execute(self, sql: str, parameters: Any = (), /) -> Cursor:
        """Run one statement; in the emulated dialect where the application wrote it."""
        connection = self.connection
        assert isinstance(connection, Connection)
        if (type(sql) is RawText or connection.options.always) and connection.is_ready:
            self._answer = connection.session.execute(sql, parameters)
            self._at = 0
            return self
        self._answer = None
        if not connection.is_ready:
            return super().execute(sql, parameters)
        self._as_it_is(super().execute, sql, parameters)
        if sql.lstrip()[:6].upper().startswith(_SCHEMA_WORDS):
            connection.session.schema_changed()
        return self

    def executemany(self, sql: str, parameters: Any, /) -> Cursor:
        """Run one statement for each set of parameters."""
        connection = self.connection
        assert isinstance(connection, Connection)
        if type(sql) is not RawText and not connection.options.always:
            self._answer = None
            self._as_it_is(super().executemany, sql, parameters)
            return self
        affected, last = 0, 0
        for one in parameters:
            answer = connection.session.execute(sql, one)
            affected += answer.affected
            last = answer.last_id or last
        self._answer = Answer(None, [], affected, last)
        self._at = 0
        return self

    def _as_it_is(self, run: Callable[..., Any], sql: str, parameters: Any) -> None:
        """Run SQLite's own SQL, with the functions that it names."""
        connection = self.connection
        assert isinstance(connection, Connection)
        while True:
            try:
                run(sql, parameters)
            except sqlite3.OperationalError as error:
                context = getattr(connection.session, "context", None)
                if context is None or not register_missing(connection, context, error):
                    raise
            else:
                return

    @property
    def description(self) -> Any:
        """The columns of the result, by the names that the server gives them."""
        if self._answer is None:
            return sqlite3.Cursor.description.__get__(self)
        if self._answer.names is None:
            return None
        return tuple((name, None, None, None, None, None, None) for name in self._answer.names)

    @property
    def rowcount(self) -> int:
        """The affected rows, as the driver counts them."""
        if self._answer is None:
            return sqlite3.Cursor.rowcount.__get__(self)  # type: ignore[no-any-return]
        return self._answer.affected

    @property
    def lastrowid(self) -> Any:
        """The number that AUTO_INCREMENT gave to the first new row."""
        if self._answer is None:
            return sqlite3.Cursor.lastrowid.__get__(self)
        return self._answer.last_id

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        if self._answer is None:
            return super().fetchone()
        if self._at >= len(self._answer.rows):
            return None
        self._at += 1
        return self._row(self._answer.rows[self._at - 1])

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows, `size` of them at most."""
        if self._answer is None:
            return super().fetchmany(self.arraysize if size is None else size)
        count = self.arraysize if size is None else size
        found = self._answer.rows[self._at : self._at + count]
        self._at += len(found)
        return [self._row(one) for one in found]

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        if self._answer is None:
            return super().fetchall()
        found = self._answer.rows[self._at :]
        self._at = len(self._answer.rows)
        return [self._row(one) for one in found] if self.row_factory is not None else list(found)

    def _row(self, row: tuple[Any, ...]) -> Any:
        factory: Any = self.row_factory
        if factory is None or factory is sqlite3.Row:
            return row
        return factory(self, row)

    def __iter__(self) -> Cursor:
        return self

    def __next__(self) -> Any:
        if self._answer is None:
            return super().__next__()
        row = self.fetchone()
        if row is None:
            raise StopIteration
        return row


class Connection(sqlite3.Connection):
    """A connection of SQLite that speaks another server's SQL."""

    session: Any
    is_ready = False

    def __init__(self, *args: Any, emulation: Options | None = None, **keywords: Any) -> None:
        keywords.pop("factory", None)
        super().__init__(*args, **keywords)
        self.options = emulation or Options()
        self.session = self._session()
        if self.options.always:
            sqlite3.Cursor(self).execute("PRAGMA foreign_keys = 1")
        self.is_ready = True

    def _session(self) -> Any:
        """Return the session of the dialect that is spoken."""
        if self.options.dialect == "postgres":
            from freshdb.emulation.postgres.session import PostgresSession

            return PostgresSession(self, self.options)
        return Session(self, self.options)

    def cursor(self, factory: Any = None) -> Any:
        """Return a cursor."""
        return super().cursor(Cursor if factory is None else factory)

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """Run a statement on a new cursor."""
        return self.cursor().execute(sql, parameters)

    def executescript(self, sql: str, /) -> Any:
        """Run the statements of a script, for example of `mysqldump --no-data`, one by one."""
        cursor = self.cursor()
        for statement in split_script(sql):
            cursor.execute(RawText(statement))
        return cursor

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run a statement for each set of parameters, on a new cursor."""
        return self.cursor().executemany(sql, parameters)
