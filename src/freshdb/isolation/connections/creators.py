"""Engines with `creator=` or `async_creator=`, which `do_connect` does not see.

While such a function runs, the driver's own `connect` is pointed at the branch; so whatever else
the function does to the connection (functions, row factories, PRAGMAs) still happens.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.pool import Pool

from freshdb.errors import UncoveredConnectionError
from freshdb.isolation.branches.branch import LEASE
from freshdb.isolation.connections.redirect import Redirect
from freshdb.isolation.patches import Patches

CONNECTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("sqlite3", "sqlite3.dbapi2", "aiosqlite"), ("connect",)),
    **dict.fromkeys(("asyncpg", "psycopg2"), ("connect",)),
    "psycopg": ("connect", "Connection.connect", "AsyncConnection.connect"),
    **dict.fromkeys(("pymysql", "aiomysql", "asyncmy", "MySQLdb", "mariadb"), ("connect",)),
}
"""What opens a connection in each driver's module."""

_HINT = (
    "let the creator call `connect` through its driver's module, each time, for example "
    "`sqlite3.connect(…)`; make the engine from a URL; or leave it alone with the execution option "
    "`freshdb=False`"
)


class _Call:
    """One call of a creator: for which engine and pool entry it is."""

    __slots__ = ("dialect", "record")

    def __init__(self, dialect: Dialect, record: Any) -> None:
        self.dialect = dialect
        self.record = record


_call: ContextVar[_Call | None] = ContextVar("freshdb_creator_call", default=None)


class Creators:
    """Covers engines that connect through a function of the application's."""

    def __init__(self, redirect: Redirect) -> None:
        self._redirect = redirect
        self._patches = Patches()
        self._watched: list[Any] = []

    def start(self) -> None:
        self._patches.replace(Pool, "_invoke_creator", _InvokeCreator(self._invoke))

    def stop(self) -> None:
        self._patches.undo()

    def _invoke(self, creator: Callable[[Any], Any], dialect: Dialect, record: Any) -> Any:
        if not self._redirect.covers(dialect):
            return creator(record)
        self._watch_drivers()
        record.info.pop(LEASE, None)
        token = _call.set(_Call(dialect, record))
        try:
            connection = creator(record)
        finally:
            _call.reset(token)
        if LEASE not in record.info:
            raise UncoveredConnectionError(
                "an engine's `creator` returned a connection that freshdb could not redirect",
                hint=_HINT,
            )
        return connection

    def _watch_drivers(self) -> None:
        """Wrap the drivers' `connect`; suites without a creator see them untouched."""
        for name, connects in CONNECTS.items():
            module = sys.modules.get(name)
            if module is not None and module not in self._watched:
                self._watched.append(module)
                for connect in connects:
                    holder_name, _, attribute = connect.rpartition(".")
                    holder = getattr(module, holder_name) if holder_name else module
                    original = vars(holder)[attribute]
                    self._patches.replace(holder, attribute, self._connecting(original))

    def _connecting(self, original: Any) -> Any:
        """Return what stands in for a driver's function, or a class's method, that connects."""
        if isinstance(original, classmethod):
            return classmethod(self._connecting_with(original.__func__, leading=1))
        return self._connecting_with(original, leading=0)

    def _connecting_with(self, original: Callable[..., Any], leading: int) -> Callable[..., Any]:
        """Return `original` with its arguments pointed at a branch, but for the first `leading`."""

        @wraps(original)
        def connect(*args: Any, **kwargs: Any) -> Any:
            call = _call.get()
            if call is None:
                return original(*args, **kwargs)
            positional = list(args[leading:])
            # Making the branch uses the driver too, and not on behalf of the creator.
            token = _call.set(None)
            try:
                self._redirect.lease_for(call.dialect, call.record, positional, kwargs)
            finally:
                _call.reset(token)
            return original(*args[:leading], *positional, **kwargs)

        return connect


class _InvokeCreator:
    """Stands in for a pool's `_invoke_creator`, for pools that exist already too.

    There is no event before a creator is called. A data descriptor on the class takes precedence
    over the attribute that each pool has; it still gives and takes that attribute.
    """

    def __init__(self, call: Callable[[Callable[[Any], Any], Dialect, Any], Any]) -> None:
        self._call = call

    def __get__(self, pool: Pool | None, kind: type[Pool]) -> Any:
        if pool is None:
            return self
        try:
            invoke = vars(pool)["_invoke_creator"]
        except KeyError:
            raise AttributeError("_invoke_creator") from None
        dialect = pool._dialect
        if not isinstance(dialect, Dialect) or _is_sqlalchemys_own(pool._creator):
            return invoke
        return lambda record: self._call(invoke, dialect, record)

    def __set__(self, pool: Pool, value: Any) -> None:
        vars(pool)["_invoke_creator"] = value

    def __delete__(self, pool: Pool) -> None:
        del vars(pool)["_invoke_creator"]


def _is_sqlalchemys_own(creator: Any) -> bool:
    return getattr(creator, "__qualname__", "") == "create_engine.<locals>.connect"
