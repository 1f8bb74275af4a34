"""What the functions of one connection know and remember."""

from __future__ import annotations

import datetime as dt
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from freshdb.emulation.errors import MySQLError

Flavor = Literal["mariadb", "mysql8"]

_MODES = {"STRICT_TRANS_TABLES", "ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION"}
DEFAULT_SQL_MODES: dict[str, frozenset[str]] = {
    "mariadb": frozenset({*_MODES, "NO_AUTO_CREATE_USER"}),
    "mysql8": frozenset({*_MODES, "ONLY_FULL_GROUP_BY", "NO_ZERO_IN_DATE", "NO_ZERO_DATE"}),
}
_STATES = {1264: "22003", 1292: "22007", 1365: "22012"}
VERSIONS = {"mariadb": "10.11.19-MariaDB", "mysql8": "8.0.36"}


def utc_now() -> dt.datetime:
    """Return the time of the machine."""
    return dt.datetime.now(dt.UTC)


@dataclass(slots=True)
class Context:
    """The state of one connection that SQL can see: its clock, its last insert id, its warnings.

    Attributes:
        clock: returns the present moment; `now` is what it said when the statement began.
        pending_error: the error that a function raised, which SQLite replaces by its own words.
        warnings: (level, code, message) of the last statement.
        escalates: the statement writes in strict mode, where a warning is an error.
    """

    flavor: Flavor = "mariadb"
    time_zone: str = "+00:00"
    clock: Callable[[], dt.datetime] = utc_now
    sql_mode: set[str] = field(default_factory=set)
    database: str | None = "main"
    user: str = "root@localhost"
    connection_id: int = 1
    last_insert_id: int = 0
    has_set_last_id: bool = False
    row_count: int = -1
    found_rows: int | None = 0
    variables: dict[str, Any] = field(default_factory=dict)
    system_variables: dict[str, Any] = field(default_factory=dict)
    warnings: list[tuple[str, int, str]] = field(default_factory=list)
    escalates: bool = False
    pending_error: Exception | None = None
    random: random.Random = field(default_factory=random.Random)  # noqa: S311  # RAND() itself
    seeded: dict[str, tuple[int, int]] = field(default_factory=dict)
    locks: set[str] = field(default_factory=set)
    recursions: int = 0
    _now: dt.datetime | None = None

    def __post_init__(self) -> None:
        self.sql_mode = self.sql_mode or set(DEFAULT_SQL_MODES[self.flavor])

    def begin_statement(self) -> None:
        """Forget what belonged to the statement before: its time, error, random series."""
        self._now = None
        self.recursions = 0
        self.pending_error = None
        self.seeded.clear()

    def now(self) -> dt.datetime:
        """Return the statement's time, aware; the same however often it is asked for."""
        if self._now is None:
            moment = self.clock()
            self._now = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        return self._now

    def warn(self, code: int, message: str, level: str = "Warning") -> None:
        """Note a warning, as `SHOW WARNINGS` tells it.

        Raises:
            MySQLError: a statement that writes in strict mode fails with it.
        """
        if self.escalates and level == "Warning":
            raise MySQLError(code, _STATES.get(code, "HY000"), message)
        if len(self.warnings) < 64:
            self.warnings.append((level, code, message))

    @property
    def is_strict(self) -> bool:
        """Whether what does not fit is refused, and not stored as something near."""
        return not self.sql_mode.isdisjoint(("STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"))

    @property
    def is_mysql8(self) -> bool:
        """Whether the server to imitate is Oracle's."""
        return self.flavor == "mysql8"


class _Active(threading.local):
    context: Context = Context()


active = _Active()


def warn(code: int, message: str) -> None:
    """Note a warning for the connection whose function runs in this thread."""
    active.context.warn(code, message)
