"""What freshdb does to the drivers' own connections: tell their session's number, and end them."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any


def session_of(connection: Any) -> int:
    """Return the server's process id for a driver's connection, 0 where it has none (any more)."""
    with contextlib.suppress(Exception):
        if hasattr(connection, "get_server_pid"):  # asyncpg
            return int(connection.get_server_pid())
        if hasattr(connection, "get_backend_pid"):  # psycopg2
            return int(connection.get_backend_pid())
        return int(connection.info.backend_pid)  # psycopg
    return 0


def abandon(connection: Any, loop: asyncio.AbstractEventLoop | None) -> None:
    """End a connection at once, without a warning, whatever has become of its loop."""
    with contextlib.suppress(Exception):
        if hasattr(connection, "get_server_pid"):
            _abandon_asyncpg(connection, loop)
        elif hasattr(connection, "pgconn"):
            # The same for psycopg's sync and async connections: only the socket is closed.
            connection._closed = True
            connection.pgconn.finish()
        else:
            connection.close()


def _abandon_asyncpg(connection: Any, loop: asyncio.AbstractEventLoop | None) -> None:
    if loop is not None and loop.is_running() and loop is not _running_loop():
        loop.call_soon_threadsafe(connection.terminate)
        return
    if loop is None or not loop.is_closed():
        connection.terminate()
        return
    # On a closed loop a transport cannot close itself, and complains when it is collected.
    transport = connection._transport
    socket = getattr(transport, "_sock", None)
    connection._aborted = True
    connection._protocol = None
    if socket is not None:
        transport._sock = None
        socket.close()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
