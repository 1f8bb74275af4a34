"""The strategy `rollback`: what connects gets a stand-in for the one connection of its test."""

from __future__ import annotations

from types import FunctionType
from typing import Any

from sqlalchemy.engine import Dialect

from freshdb.isolation.leases import Lease
from freshdb.isolation.patches import Patches
from freshdb.isolation.rollback import OuterTransaction, StandIn


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
        key = (lease.loop, dialect.driver, repr((positional, keywords)))
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
        return branch.outers[key].stand_in()


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
