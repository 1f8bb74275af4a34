"""Whether a statement runs, differs or is refused: told without running it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from freshdb.emulation.catalog import Catalog, Column, Table
from freshdb.emulation.compiling import compile_statement, placed, split_script
from freshdb.emulation.connection import Connection
from freshdb.emulation.differences import differing
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.types import ANY
from freshdb.errors import EmulationError

Outcome = Literal["runs", "differs", "refused", "error"]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a statement.

    Attributes:
        outcome: `error` is what the server itself would raise.
        reasons: how it differs, why it is refused, or what the error is.
        hint: what to do, where it is refused.
        sql: what SQLite is given.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    hint: str = ""
    sql: tuple[str, ...] = ()


@dataclass
class OpenTable(Table):
    """A table of which nothing is known: it has every column that is asked for."""

    is_open = True

    def column(self, name: str) -> Column | None:
        """Return a column of any type."""
        found = super().column(name)
        if found is None:
            found = Column(name, ANY)
            self.columns.append(found)
        return found


class OpenCatalog(Catalog):
    """A schema that is known in part: the tables that it lacks are assumed to be there."""

    def __init__(self, known: Catalog) -> None:
        super().__init__(known.tables.values())
        self._assumed: dict[str, Table] = {}

    def table(self, name: str) -> Table | None:
        """Return a table; one that has any column where it is not known."""
        found = super().table(name)
        if found is None:
            found = self._assumed.setdefault(name.lower(), OpenTable(name, []))
        return found


class Checker:
    """Checks statements against a schema that may be known in part.

    Args:
        connection: an emulating connection; the tables that it has are known.
    """

    def __init__(self, connection: Connection) -> None:
        self._session = connection.session

    def check(self, text: str) -> Verdict:
        """Tell what becomes of a statement, or of a script's."""
        if self._session.options.dialect == "postgres":
            return _of_postgres(self._session, text)
        statements = split_script(text)
        verdicts = [self._one(one) for one in statements]
        return max(verdicts, key=lambda one: _ORDER.index(one.outcome), default=Verdict("runs"))

    def _one(self, text: str) -> Verdict:
        session = self._session
        session.reload()
        shown, _, count = placed(text)
        kinds: Any = ("?",) * count
        try:
            plan = compile_statement(shown, kinds, OpenCatalog(session.catalog), session.context)
        except EmulationError as error:
            return Verdict("refused", (error.fact,), error.hint or "")
        except MySQLError as error:
            return Verdict("error", (f"{error.code}: {error.message}",))
        reasons = tuple(differing(shown))
        return Verdict("differs" if reasons else "runs", reasons, sql=tuple(plan.sql))


def _of_postgres(session: Any, text: str) -> Verdict:
    from freshdb.emulation.postgres.checking import check

    outcome, reasons, hint, sql = check(session, text)
    return Verdict(outcome, reasons, hint, sql)


_ORDER = ("runs", "differs", "error", "refused")


def explained(connection: Connection, text: str) -> tuple[str, ...]:
    """Return what SQLite is given for a statement, on the connection's own tables."""
    return tuple(connection.session.plan(text).sql)


def memory(flavor: str | None, schema: str = "") -> Connection:
    """Return an emulating connection to a database in memory, with a schema's tables."""
    import freshdb.emulation

    connection = freshdb.emulation.connect(flavor=flavor, isolation_level=None)
    if schema:
        connection.executescript(schema)
    return connection
