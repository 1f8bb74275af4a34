"""Work on databases that nobody has to wait for: drops, and clones that are made before their time.

A few threads per process and server, each with a connection of its own, started when there is
something to do that no other is free for.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
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

    @property
    def hands(self) -> int:
        """How many threads of a process may work on it."""

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
        self._threads: list[threading.Thread] = []
        self._undone = 0
        # Held where what follows is changed, and notified when a clone has come or failed.
        self._change = threading.Condition()
        self._ready: dict[str, list[str]] = defaultdict(list)
        self._coming: dict[str, int] = defaultdict(int)
        # Images in the order in which they were last asked for.
        self._asked: dict[str, int] = {}

    def take(self, image: str) -> str | None:
        """Return a clone, ready or coming, None where there is none; more are made meanwhile.

        An image that is cloned once is left alone: most are.
        """
        with self._change:
            times = self._asked[image] = self._asked.pop(image, 0) + 1
            taken = self._ready[image].pop() if self._ready[image] else None
            is_coming = taken is None and self._coming[image] > 0
            there = len(self._ready[image]) + self._coming[image] - is_coming
            wanted = min(times - 1, MOST_READY) - there
            spare = self._make_room(image, wanted)
            missing = max(0, min(wanted, self._room()))
            self._coming[image] += missing
        for name in spare:
            self.drop(name)
        for _ in range(missing):
            self._later(lambda connection: self._prepare(image, connection))
        return self._await(image) if is_coming else taken

    def _await(self, image: str) -> str | None:
        """Return a clone that is coming: one more at the same time would be ready no sooner."""
        with self._change:
            self._change.wait_for(
                lambda: self._ready[image] or not (self._coming[image] and self._is_manned()),
                END_TIMEOUT_S,
            )
            return self._ready[image].pop() if self._ready[image] else None

    def _is_manned(self) -> bool:
        """Tell whether anybody is there to do what was asked for; in a fork nobody is."""
        return any(thread.is_alive() for thread in self._threads)

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
        with self._change:
            ready = self._ready.pop(image, [])
            self._asked.pop(image, None)
        for name in [*ready, image]:
            self.drop(name)

    def close(self) -> None:
        """Finish what is begun, in bounded time."""
        with self._change:
            threads, self._threads = self._threads, []
        for _ in threads:
            self._tasks.put(None)
        deadline = time.monotonic() + END_TIMEOUT_S
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _prepare(self, image: str, connection: Any) -> None:
        name = self._server.new_name("ready")
        is_made = False
        try:
            if image in self._asked:
                self._server.clone(image, name, connection)
                is_made = True
        finally:
            with self._change:
                self._coming[image] -= 1
                is_wanted = image in self._asked
                if is_made and is_wanted:
                    self._ready[image].append(name)
                self._change.notify_all()
        if is_made and not is_wanted:
            self._server.drop(name, connection)

    def _later(self, task: Callable[[Any], None]) -> None:
        self._tasks.put(task)
        with self._change:
            self._undone += 1
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            if len(self._threads) < min(self._undone, self._server.hands):
                thread = threading.Thread(target=self._work, daemon=True, name="freshdb-workshop")
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        # What fails, in whatever way of the driver's, is left for whoever reaps this run's remains.
        with contextlib.suppress(Exception), self._server.worker() as connection:
            while (task := self._tasks.get()) is not None:
                with contextlib.suppress(Exception):
                    task(connection)
                with self._change:
                    self._undone -= 1
        with self._change:
            with contextlib.suppress(ValueError):  # `close` may have forgotten it
                self._threads.remove(threading.current_thread())
            self._change.notify_all()
