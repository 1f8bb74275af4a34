"""Work on databases that nobody has to wait for: drops, and clones that are made before their time.

One thread per process, with a connection of its own, started when there is first something to do.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

from freshdb.errors import ServerError

if TYPE_CHECKING:
    from freshdb.backends.postgres.server import PostgresServer
    from freshdb.servers.postgres.wire import Connection

MOST_READY = 3
END_TIMEOUT_S = 30.0


class Workshop:
    """Drops databases, and keeps some clones ready of images that are cloned again and again."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._tasks: queue.SimpleQueue[Callable[[Connection], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._ready: dict[str, list[str]] = defaultdict(list)
        self._coming: dict[str, int] = defaultdict(int)
        self._asked: dict[str, int] = defaultdict(int)

    def take(self, image: str) -> str | None:
        """Return a clone that is ready, None where there is none; more are made meanwhile.

        An image that is cloned once is left alone: most are.
        """
        with self._lock:
            self._asked[image] += 1
            wanted = min(self._asked[image] - 1, MOST_READY)
            taken = self._ready[image].pop() if self._ready[image] else None
            missing = wanted - len(self._ready[image]) - self._coming[image]
            self._coming[image] += max(0, missing)
        for _ in range(missing):
            self._later(lambda connection: self._prepare(image, connection))
        return taken

    def drop(self, name: str) -> None:
        """Drop a database, some time soon."""
        self._later(lambda connection: self._server.drop(name, connection))

    def forget(self, image: str) -> None:
        """Drop an image with the clones that are ready of it."""
        with self._lock:
            ready = self._ready.pop(image, [])
            self._asked.pop(image, None)
        for name in [*ready, image]:
            self.drop(name)

    def close(self) -> None:
        """Finish what is begun, in bounded time."""
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join(END_TIMEOUT_S)
            self._thread = None

    def _prepare(self, image: str, connection: Connection) -> None:
        name = self._server.new_name("ready")
        is_made = False
        try:
            if image in self._asked:
                self._server.clone(image, name, connection)
                is_made = True
        finally:
            with self._lock:
                self._coming[image] -= 1
                is_wanted = image in self._asked
                if is_made and is_wanted:
                    self._ready[image].append(name)
        if is_made and not is_wanted:
            self._server.drop(name, connection)

    def _later(self, task: Callable[[Connection], None]) -> None:
        self._tasks.put(task)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._work, daemon=True, name="freshdb-workshop"
                )
                self._thread.start()

    def _work(self) -> None:
        with contextlib.suppress(ServerError), self._server.connect("postgres") as connection:
            while (task := self._tasks.get()) is not None:
                # What fails is left for whoever reaps this run's remains.
                with contextlib.suppress(ServerError):
                    task(connection)
