"""The session's loop: collect once, then fork a child for each trial that is asked for."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import tempfile
import threading
import time
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from freshdb.hunt.session.child import Child, Equipment, die_with_parent
from freshdb.hunt.session.collecting import Collected, randomness_is_reset
from freshdb.hunt.session.forks import Forks
from freshdb.hunt.session.garbage import of_imports, seldom_collected
from freshdb.hunt.session.own_files.places import find_places
from freshdb.hunt.session.running import Runner
from freshdb.hunt.session.warming import warm_up
from freshdb.hunt.session.watch import Watch
from freshdb.hunt.trials import Trial
from freshdb.state.settings import Ownership

_LONG = 30
"""While trials of so many tests run, there is time to note all state."""
_DONE = b'["done",null]\n'
# For whoever looks for a fault in here: trials print. Taken out, as freshdb has no such setting.
_IS_LOUD = bool(os.environ.pop("FRESHDB_HUNT_DEBUG", ""))


def main(descriptor: int, arguments: Sequence[str]) -> int:
    """Serve the hunter at the other end of a socket until it closes it."""
    die_with_parent()
    os.set_inheritable(descriptor, False)
    connection = socket.socket(fileno=descriptor)
    sys.argv[:] = ["pytest", *arguments]
    sys.path[0] = os.getcwd()  # as `python -m pytest` has it
    began = time.perf_counter()
    try:
        equipment = _equipped(arguments)
    except BaseException as error:
        _send(connection, {"failed": _told(error)})
        return 1
    places = equipment.places
    why_not = _why_not_fork(equipment.collected.config)
    facts = equipment.collected.describe()
    facts |= {"can_fork": not why_not, "why_not": why_not, "has_own_files": places.are_own}
    _send(connection, facts | {"seconds": time.perf_counter() - began})
    gc.freeze()  # what is there now will not be looked through, and so stays shared by all forks
    try:
        # Where trials share their files, or are no forks, none is made ahead.
        is_ahead = places.are_own and not why_not
        forks = Forks(equipment, connection, is_ahead=is_ahead, is_loud=_IS_LOUD)
        Server(connection, equipment, forks).serve()
    finally:
        places.close()
    return 0


def _equipped(arguments: Sequence[str]) -> Equipment:
    """Collect the suite, and make what trials are made with."""
    with seldom_collected():
        collected = Collected(arguments)
        if not collected.items:
            raise SystemExit("no tests were collected")
        root = str(collected.config.rootpath)
        places = find_places([root, os.getcwd(), os.path.expanduser("~"), tempfile.gettempdir()])
        if hasattr(os, "fork"):
            warm_up(collected, places)
    collected.garbage = of_imports(collected.config)
    without = ("random",) if randomness_is_reset(collected.config) else ()
    watch = Watch(root, places, without=without)
    return Equipment(collected, watch, places, Runner(collected))


def _told(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text if isinstance(error, (SystemExit, Exception)) else repr(error)


def _why_not_fork(config: pytest.Config) -> str:
    """Return why a fork would not see what a run sees; nothing if it would."""
    if not hasattr(os, "fork"):
        return "this system cannot fork"
    others = [one for one in threading.enumerate() if one is not threading.current_thread()]
    plugins = _packages_of_plugins(config)
    names = [one.name for one in others if _package_of(one) not in plugins]
    return f"importing the suite starts threads ({', '.join(names)})" if names else ""


def _packages_of_plugins(config: pytest.Config) -> frozenset[str]:
    """Return the packages of pytest's installed plugins: what these run beside tests serves none.

    A plugin of the project's own, as every conftest.py is, may well start what tests need.
    """
    own = Ownership((), str(config.rootpath), ())
    plugins = [plugin for _, plugin in config.pluginmanager.list_name_plugin()]
    names = [one.__name__ for one in plugins if isinstance(one, types.ModuleType)]
    return frozenset(one.partition(".")[0] for one in names if not own.owns(one))


def _package_of(thread: threading.Thread) -> str:
    """Return the package of what a thread runs; nothing if it cannot be told."""
    target = getattr(thread, "_target", None) or type(thread).run
    return str(getattr(target, "__module__", "")).partition(".")[0]


@dataclass
class Running:
    """A trial that is running.

    Attributes:
        number: what the hunter calls it.
        pid: its process, which leads a group.
        descriptor: where its events come from.
        patience_s: how long it may be silent.
        heard_s: when it was heard of last.
        is_long: whether it runs many tests.
    """

    number: int
    pid: int
    descriptor: int
    patience_s: float
    heard_s: float
    is_long: bool
    events: bytearray = field(default_factory=bytearray)
    is_hung: bool = False


class Server:
    """Forks, listens, ends what is silent for too long, and answers."""

    def __init__(self, connection: socket.socket, equipment: Equipment, forks: Forks) -> None:
        self._connection = connection
        self._bench = equipment
        self._places = equipment.places
        self._selector = selectors.DefaultSelector()
        self._running: dict[int, Running] = {}
        self._asked = bytearray()
        self._forks = forks

    def serve(self) -> None:
        """Serve until the hunter hangs up."""
        self._selector.register(self._connection, selectors.EVENT_READ)
        while True:
            found = self._selector.select(timeout=self._idle_s)
            if not found and self._forks.is_one_missing:
                self._forks.prepare()
            for key, _ in found:
                if key.fileobj is self._connection:
                    if not self._hear():
                        self._end_all()
                        return
                else:
                    self._listen(key.data)
            self._end_silent()
            if self._running and all(one.is_long for one in self._running.values()):
                self._open_watch()

    def _open_watch(self) -> None:
        """Note all state, if that is not done: at the latest for the first trial that looks at it.

        It takes as long as dozens of trials; best while long ones are running that do not.
        """
        if not self._bench.watch.is_open:
            self._forks.end_ready()  # they would know nothing of it
            gc.unfreeze()  # what is frozen cannot be found
            self._bench.watch.open()
            gc.freeze()

    @property
    def _idle_s(self) -> float | None:
        """How long there is nothing to be done but to wait for somebody; None is for ever."""
        if self._forks.is_one_missing:
            return 0
        return 0.5 if self._running else None

    def _hear(self) -> bool:
        data = self._connection.recv(1 << 20)
        if not data:
            return False
        self._asked += data
        while b"\n" in self._asked:
            line, _, rest = self._asked.partition(b"\n")
            self._asked = bytearray(rest)
            request = json.loads(line)
            if "cancelled" in request:
                self._end(
                    [one for one in self._running.values() if one.number == request["cancelled"]]
                )
                continue
            if request["looks_at_state"]:
                self._open_watch()
            if request["here"]:
                self._run_here(request["number"], Trial.from_json(request["trial"]))
                os._exit(0)  # threads of the suite may never end
            self._start(request)
        return True

    def _run_here(self, number: int, trial: Trial) -> None:
        """Run a trial in this process, which ends with it."""
        events: list[Any] = []

        def write(name: str, content: Any) -> None:
            events.append([name, content])
            _send(self._connection, {"number": number, "end": None, "events": events})

        self._places.enter()
        Child(self._bench, write).run(trial)
        self._places.put_back()
        self._places.close()
        _send(self._connection, {"number": number, "end": "done", "events": events})

    def _start(self, request: dict[str, Any]) -> None:
        fork = self._forks.take()
        running = Running(
            request["number"],
            fork.pid,
            fork.events,
            request["patience_s"],
            time.monotonic(),
            is_long=request["tests"] >= _LONG,
        )
        self._running[fork.pid] = running
        self._selector.register(fork.events, selectors.EVENT_READ, running)
        fork.ask(request["trial"])

    def _listen(self, running: Running) -> None:
        data = os.read(running.descriptor, 1 << 20)
        running.heard_s = time.monotonic()
        if data:
            running.events += data
        # The trial may leave processes behind that hold the pipe: its own word is the end.
        if not data or running.events.endswith(_DONE):
            self._finish(running)

    def _finish(self, running: Running) -> None:
        self._selector.unregister(running.descriptor)
        os.close(running.descriptor)
        del self._running[running.pid]
        is_early = running.events.endswith(_DONE) and self._places.are_own
        if is_early:
            self._answer(running, "done")  # before the process has ended: that takes some time
        _, status = os.waitpid(running.pid, 0)
        _kill_group(running.pid)  # what it has left running
        self._places.put_back()
        if not is_early:
            end = "hung" if running.is_hung else "done" if status == 0 else "crashed"
            self._answer(running, end)

    def _answer(self, running: Running, end: str) -> None:
        lines = bytes(running.events).splitlines()
        events = [json.loads(line) for line in lines if _is_whole(line)]
        _send(self._connection, {"number": running.number, "end": end, "events": events})

    def _end_silent(self) -> None:
        now = time.monotonic()
        every = self._running.values()
        self._end([one for one in every if now - one.heard_s > one.patience_s])

    def _end(self, some: Sequence[Running]) -> None:
        for running in some:
            running.is_hung = True
            _kill_group(running.pid)
            _kill(running.pid)
            self._finish(running)

    def _end_all(self) -> None:
        self._forks.end_ready()
        for running in self._running.values():
            _kill_group(running.pid)
            _kill(running.pid)


def _is_whole(line: bytes) -> bool:
    return line.endswith(b"]")


def _kill_group(pid: int) -> None:
    with contextlib.suppress(OSError):  # there is none any more
        os.killpg(pid, signal.SIGKILL)


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _send(connection: socket.socket, content: dict[str, Any]) -> None:
    connection.sendall(json.dumps(content, separators=(",", ":")).encode() + b"\n")
