"""The strategy `rollback`: what connects gets a stand-in for the one connection of its test."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Dialect

from freshdb.isolation.branches.outer_transaction import OuterTransaction
from freshdb.isolation.patches import Patches

if TYPE_CHECKING:
    from freshdb.isolation.connections.leases import Lease


_PINGS = ("SELECT 1", ";")
"""What SQLAlchemy's dialects ping with."""


class StandIn:
    """A DBAPI connection to the application: its transactions are savepoints of the outer one."""

    _OWN = ("_outer", "_is_autocommit", "savepoint", "has_written", "commits_above")

    def __init__(self, outer: OuterTransaction) -> None:
        self._outer = outer
        self._is_autocommit = False
        self.savepoint = ""
        self.has_written = False
        self.commits_above = False

    @property  # type: ignore[misc]  # drivers look at it
    def __class__(self) -> type[Any]:
        return type(self._outer.connection)

    @property
    def outer(self) -> OuterTransaction:
        return self._outer

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        if self._is_autocommit:
            return _Ping(self._outer)
        self._outer.enter(self)
        self._outer.expect_statement()
        return self._outer.connection.cursor(*args, **kwargs)

    def commit(self) -> None:
        self._outer.commit(self)

    def rollback(self) -> None:
        self._outer.roll_back(self)

    def close(self) -> None:
        """Give the stand-in up; the real connection serves the others."""
        self._outer.forget(self)

    terminate = close

    def set_isolation_level(self, level: object) -> None:
        raise self._outer.fail(f"it asks for `isolation_level` {level}")

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._outer.connection, name)
        # Some drivers have a method of that name, others an attribute.
        return self._set_autocommit if name == "autocommit" and callable(found) else found

    def _set_autocommit(self, value: object) -> None:
        if value:
            raise self._outer.fail(f"it asks for `autocommit` {value}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self._OWN:
            object.__setattr__(self, name, value)
            return
        if name == "autocommit":
            self._is_autocommit = bool(value)
            return
        if name == "isolation_level":
            if value:
                raise self._outer.fail(f"it asks for `{name}` {value}")
            return
        setattr(self._outer.connection, name, value)


class _Ping:
    """The cursor of a connection with autocommit.

    SQLAlchemy asks for that while it pings a connection, as it does at each checkout with
    ``pool_pre_ping``. More than a ping cannot be had in one transaction.
    """

    def __init__(self, outer: OuterTransaction) -> None:
        self._outer = outer

    def execute(self, statement: object, *args: Any) -> None:
        if str(statement).strip().upper() not in _PINGS:
            raise self._outer.fail("it asks for `autocommit` True")

    def close(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        raise self._outer.fail("it asks for `autocommit` True")


class StandIns:
    """Opens the one real connection of a test, and makes all others stand-ins for it."""

    def __init__(self) -> None:
        self._psycopg2 = _UnwrappedForPsycopg2()

    def stop(self) -> None:
        self._psycopg2.stop()

    def make(
        self, dialect: Dialect, lease: Lease, positional: list[Any], keywords: dict[str, Any]
    ) -> StandIn:
        """Return a stand-in for the one connection that the test's transaction is in."""
        branch = lease.branch
        assert branch is not None
        key = (lease.loop, dialect.driver, *_way_of(dialect, positional, keywords))
        for other, outer in branch.outers.items():
            if other != key and outer.is_begun:
                raise outer.fail(
                    "it connects in two ways: with two drivers, roles or options, or on two loops"
                )
        if dialect.driver == "psycopg2":
            self._psycopg2.start()
        if key not in branch.outers:
            connection = dialect.connect(*positional, **keywords)
            assert lease.backend.transactions is not None
            branch.outers[key] = OuterTransaction(
                connection, branch.owner.name, lease.backend.transactions
            )
        return StandIn(branch.outers[key])


def _way_of(dialect: Dialect, positional: list[Any], keywords: dict[str, Any]) -> tuple[Any, ...]:
    """Return what is the same for two engines whose connections could be one.

    SQLAlchemy makes psycopg a `context` of its own for each engine; all that differs in it are the
    functions that an engine was given for JSON.
    """
    options = {name: value for name, value in keywords.items() if name != "context"}
    codecs = [getattr(dialect, f"_json_{name}", None) for name in ("serializer", "deserializer")]
    return repr((positional, options)), *codecs


class _UnwrappedForPsycopg2:
    """Lets psycopg2's `register_type`, written in C, have the real connection of a stand-in."""

    def __init__(self) -> None:
        self._patches = Patches()

    def start(self) -> None:
        import psycopg2.extensions

        original = psycopg2.extensions.register_type

        def register_type(kind: Any, connection: Any = None) -> Any:
            real = connection.outer.connection if type(connection) is StandIn else connection
            return original(kind, real)

        if not isinstance(original, FunctionType):
            self._patches.replace(psycopg2.extensions, "register_type", register_type)

    def stop(self) -> None:
        self._patches.undo()
