"""Clones are ready before they are asked for, but not more of them than a machine can bear."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from freshdb.backends.workshop import MOST_IN_A_RUN, MOST_READY, Workshop
from freshdb.errors import ServerError


class Server:
    """Counts what is there, and tells when nothing more comes."""

    hands = 1

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.most = 0
        self._serial = 0
        self._dropped: set[str] = set()
        self._change = threading.Condition()
        self.before_clone: Callable[[], object] = lambda: None
        self.may_connect = True

    @contextlib.contextmanager
    def worker(self) -> Iterator[None]:
        if not self.may_connect:
            raise ServerError("too many connections")
        yield

    def new_name(self, kind: str) -> str:
        self._serial += 1
        return f"{kind}{self._serial}"

    def clone(self, template: str, name: str, connection: Any) -> None:
        self.before_clone()
        with self._change:
            self.there.add(f"{template} {name}")
            self.most = max(self.most, len(self.there))

    def drop(self, name: str, connection: Any) -> None:
        with self._change:
            self.there = {one for one in self.there if not one.endswith(f" {name}")}
            self._dropped.add(name)
            self._change.notify_all()

    def settle(self, workshop: Workshop) -> None:
        """Wait until all that was asked for is done: it is done in this order."""
        last = self.new_name("nothing")
        workshop.drop(last)
        with self._change:
            assert self._change.wait_for(lambda: last in self._dropped, 10)

    def number(self, template: str = "") -> int:
        return sum(one.startswith(template) for one in self.there)


@pytest.fixture
def server() -> Server:
    return Server()


@contextlib.contextmanager
def opened(server: Server) -> Iterator[Workshop]:
    workshop = Workshop(server)
    try:
        yield workshop
    finally:
        workshop.close()


def test_an_image_that_is_cloned_once_has_none_ready(server: Server) -> None:
    with opened(server) as workshop:
        assert workshop.take("a") is None
    assert server.most == 0


def test_an_image_that_is_cloned_again_and_again_has_some_ready(server: Server) -> None:
    with opened(server) as workshop:
        taken = []
        for _ in range(3 + MOST_READY):
            taken.append(workshop.take("a"))
            server.settle(workshop)

    assert taken[:2] == [None, None]
    assert None not in taken[2:]
    assert server.number() - len(taken[2:]) == MOST_READY


@pytest.mark.parametrize("workers", [2, 8, 64])
def test_all_processes_of_a_run_together_have_a_bounded_number_ready(
    server: Server, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", str(workers))
    taken = 0
    with opened(server) as workshop:
        for _ in range(5):
            for image in "abcdefghijklmnopqrstuvwxyz":
                taken += workshop.take(image) is not None

    ready = server.number() - taken
    assert 0 < ready <= max(1, MOST_IN_A_RUN // workers)
    assert ready * workers <= max(MOST_IN_A_RUN, workers)


def test_what_was_asked_for_longest_ago_makes_room(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", str(MOST_IN_A_RUN // 2))
    with opened(server) as workshop:
        for image in ("a", "b"):
            workshop.take(image)
            workshop.take(image)
            server.settle(workshop)
        workshop.take("c")
        workshop.take("c")
        server.settle(workshop)

        assert [server.number(image) for image in "abc"] == [0, 1, 1]


def test_an_image_that_goes_takes_its_clones_with_it(server: Server) -> None:
    with opened(server) as workshop:
        workshop.take("a")
        workshop.take("a")
        server.settle(workshop)
        assert server.number() == 1
        workshop.forget("a")
    assert server.number() == 0


def test_a_clone_that_is_coming_is_waited_for(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_asked_for = threading.Event()
    server.before_clone = lambda: is_asked_for.wait(10)
    wait = Workshop._await

    def tell_and_wait(workshop: Workshop, image: str) -> str | None:
        is_asked_for.set()
        return wait(workshop, image)

    monkeypatch.setattr(Workshop, "_await", tell_and_wait)
    with opened(server) as workshop:
        taken = [workshop.take("a") for _ in range(3)]

    assert taken[:2] == [None, None]
    assert taken[2] is not None


def test_a_clone_that_fails_is_not_waited_for(server: Server) -> None:
    def fail() -> None:
        raise ServerError("there is no room")

    server.before_clone = fail
    with opened(server) as workshop:
        assert taken_in_time(workshop) == [None] * 4


def test_nobody_is_waited_for_where_no_connection_can_be_made(server: Server) -> None:
    server.may_connect = False
    with opened(server) as workshop:
        assert taken_in_time(workshop) == [None] * 4


def test_as_many_clones_are_made_at_a_time_as_there_are_hands(server: Server) -> None:
    server.hands = 2
    both = threading.Barrier(2, lambda: setattr(server, "before_clone", lambda: None), timeout=10)
    server.before_clone = both.wait
    with opened(server) as workshop:
        for _ in range(3):
            workshop.take("a")
        assert workshop.take("a") is not None


def taken_in_time(workshop: Workshop) -> list[str | None]:
    """Take four clones, and fail where that is stuck."""
    taken: list[str | None] = []
    taker = threading.Thread(target=lambda: taken.extend(workshop.take("a") for _ in range(4)))
    taker.daemon = True
    taker.start()
    taker.join(10)
    assert not taker.is_alive()
    return taken
