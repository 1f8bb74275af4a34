"""Carry the owner into threads, where a `ContextVar` does not go by itself.

Only the owner is carried, not the whole context: the application must see in its threads what it
would see in production.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from typing import Any

from freshdb.isolation.owners.owner import Owner, context_owner, owned_by
from freshdb.isolation.owners.refusals import remember_start
from freshdb.isolation.places import caller


class ThreadCarrying:
    """Makes `Thread.start` and `ThreadPoolExecutor.submit` take the owner along, until `stop`.

    Args:
        on_start: called with each thread that an owner starts, that owner, and the place.
    """

    def __init__(self, on_start: Callable[[threading.Thread, Owner, str], None]) -> None:
        self._on_start = on_start
        self._start = threading.Thread.start
        self._submit = ThreadPoolExecutor.submit

    def start(self) -> None:
        threading.Thread.start = _carrying_start(self._start, self._on_start)  # type: ignore[method-assign]  # undone by stop
        ThreadPoolExecutor.submit = _carrying_submit(self._submit)  # type: ignore[method-assign]  # undone by stop

    def stop(self) -> None:
        threading.Thread.start = self._start  # type: ignore[method-assign]  # as it was
        ThreadPoolExecutor.submit = self._submit  # type: ignore[method-assign]  # as it was


def _carrying_start(
    original: Callable[[threading.Thread], None],
    on_start: Callable[[threading.Thread, Owner, str], None],
) -> Callable[..., None]:
    @wraps(original)
    def start(self: threading.Thread) -> None:
        owner = context_owner()
        if owner is not None:
            run = self.run

            def owned_run() -> None:
                # Gone before it runs, so that the thread does not refer to itself for ever.
                self.__dict__.pop("run", None)
                with owned_by(owner):
                    run()

            self.run = owned_run  # type: ignore[method-assign]  # for this one thread
            place = caller()
            remember_start(self, place)
            on_start(self, owner, place)
        original(self)

    return start


def _carrying_submit(original: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @wraps(original)
    def submit(
        self: ThreadPoolExecutor, fn: Callable[..., Any], /, *args: Any, **kwargs: Any
    ) -> Future[Any]:
        owner = context_owner()

        def owned(*args: Any, **kwargs: Any) -> Any:
            with owned_by(owner):
                return fn(*args, **kwargs)

        return original(self, owned, *args, **kwargs)

    return submit
