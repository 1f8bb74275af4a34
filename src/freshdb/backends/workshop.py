"""Work on databases that nobody has to wait for: drops, and clones that are made before their time.

One thread per process and server, with a connection of its own, started when there is first
something to do.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Protocol

# Of one image in one process; and of all images in all processes of a run, each of which gets its
# share: a database of Postgres takes 7 MB at least, which may be memory.
MOST_READY = 3
MOST_IN_A_RUN = 32
END_TIMEOUT_S = 30.0


class Server(Protocol):
    """What a workshop needs of a server."""

    def worker(self) -> contextlib.AbstractContextManager[Any]:
        """Return a connection to work on in another thread."""

    def new_name(self, kind: str) -> str:
        """Return the name of a database that nobody else makes."""

    def clone(self, template: str, name: str, connection: Any) -> None:
        """Make a database as a copy of another."""

    def drop(self, name: str, connection: Any) -> None:
        """Remove a database."""


def share_of(environment: Mapping[str, str]) -> int:
    """Return how many clones one process may have ready: at least one, of whatever image."""
    workers = environment.get("PYTEST_XDIST_WORKER_COUNT", "1")
    return max(1, MOST_IN_A_RUN // int(workers))


class Workshop:
    """Drops databases, and keeps some clones ready of images that are cloned again and again."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._share = share_of(os.environ)
        self._tasks: queue.SimpleQueue[Callable[[Any], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._ready: dict[str, list[str]] = defaultdict(list)
        self._coming: dict[str, int] = defaultdict(int)
        # Images in the order in which they were last asked for.
        self._asked: dict[str, int] = {}

    def take(self, image: str) -> str | None:
        """Return a clone that is ready, None where there is none; more are made meanwhile.

        An image that is cloned once is left alone: most are.
        """
        with self._lock:
            times = self._asked[image] = self._asked.pop(image, 0) + 1
            taken = self._ready[image].pop() if self._ready[image] else None
            wanted = min(times - 1, MOST_READY) - len(self._ready[image]) - self._coming[image]
            spare = self._make_room(image, wanted)
            missing = max(0, min(wanted, self._room()))
            self._coming[image] += missing
        for name in spare:
            self.drop(name)
        for _ in range(missing):
            self._later(lambda connection: self._prepare(image, connection))
        return taken

    def _room(self) -> int:
        """Return how many more clones this process may have ready."""
        return self._share - sum(map(len, self._ready.values())) - sum(self._coming.values())

    def _make_room(self, image: str, wanted: int) -> list[str]:
        """Give up what is ready of the images that were asked for longest ago; return that."""
        given_up: list[str] = []
        for other in self._asked:
            while other != image and self._ready[other] and self._room() < wanted:
                given_up.append(self._ready[other].pop())
        return given_up

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

    def _prepare(self, image: str, connection: Any) -> None:
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

    def _later(self, task: Callable[[Any], None]) -> None:
        self._tasks.put(task)
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._work, daemon=True, name="freshdb-workshop"
                )
                self._thread.start()

    def _work(self) -> None:
        # What fails, in whatever way of the driver's, is left for whoever reaps this run's remains.
        with contextlib.suppress(Exception), self._server.worker() as connection:
            while (task := self._tasks.get()) is not None:
                with contextlib.suppress(Exception):
                    task(connection)
