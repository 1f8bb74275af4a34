"""Each kind of process state: polluted, named with its path, undone, then clean."""

from __future__ import annotations

import asyncio
import builtins
import decimal
import gc
import importlib
import locale
import logging
import os
import queue
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy.random
import pytest
from _pytest.logging import LogCaptureHandler
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from freshdb.state import Action, StateKeeper, StateSettings, Verb


def fake(*arguments: object, **options: object) -> None:
    return None


class Row(NamedTuple):
    """One kind of state: how a test pollutes it, how it is named, what tells that it is undone."""

    name: str
    pollute: Callable[[], object]
    path: str
    observe: Callable[[], object]


def _set_context() -> None:
    decimal.getcontext().prec = 3
    decimal.getcontext().traps[decimal.Inexact] = True


def _set_zone() -> None:
    os.environ["TZ"] = "Asia/Tokyo"
    time.tzset()


def _umask() -> int:
    os.umask(found := os.umask(0o022))
    return found


ROWS = [
    Row(
        "environ",
        lambda: os.environ.update(A_1="x"),
        "os.environ['A_1'] (added)",
        lambda: "A_1" in os.environ,
    ),
    Row(
        "environ removed",
        lambda: os.environ.pop("PATH"),
        "os.environ['PATH'] (removed)",
        lambda: os.getenv("PATH"),
    ),
    Row(
        "secret",
        lambda: os.environ.update(MY_SECRET="s"),
        "os.environ['MY_SECRET'] (added)",
        lambda: os.getenv("MY_SECRET"),
    ),
    Row("cwd", lambda: os.chdir("/"), "os.getcwd() (", os.getcwd),
    Row("umask", lambda: os.umask(0o011), "os.umask() (", _umask),
    Row(
        "recursion",
        lambda: sys.setrecursionlimit(5000),
        "sys.getrecursionlimit() (",
        sys.getrecursionlimit,
    ),
    Row("gc", gc.disable, "gc.isenabled() (", gc.isenabled),
    Row("sys.path", lambda: sys.path.append("/x"), "] (added)", lambda: (sys.path, id(sys.path))),
    Row(
        "sys.path rebound",
        lambda: setattr(sys, "path", [*sys.path]),
        "sys.path (",
        lambda: id(sys.path),
    ),
    Row("sys.argv", lambda: sys.argv.append("--x"), "sys.argv[", lambda: sys.argv),
    Row("meta_path", lambda: sys.meta_path.append(fake), "sys.meta_path[", lambda: sys.meta_path),  # type: ignore[arg-type]
    Row(
        "stdout",
        lambda: setattr(sys, "stdout", sys.__stderr__),
        "sys.stdout (",
        lambda: id(sys.stdout),
    ),
    Row("stderr", lambda: setattr(sys, "stderr", None), "sys.stderr (", lambda: id(sys.stderr)),
    Row(
        "excepthook",
        lambda: setattr(sys, "excepthook", fake),
        "sys.excepthook (",
        lambda: sys.excepthook,
    ),
    Row(
        "thread hook",
        lambda: setattr(threading, "excepthook", fake),
        "threading.excepthook (",
        lambda: threading.excepthook,
    ),
    Row(
        "warnings",
        lambda: warnings.simplefilter("ignore"),
        "warnings.filters['ignore::Warning'] (added)",
        lambda: (list(warnings.filters), id(warnings.filters)),
    ),
    Row(
        "showwarning",
        lambda: setattr(warnings, "showwarning", fake),
        "warnings.showwarning (",
        lambda: warnings.showwarning,
    ),
    Row(
        "root level",
        lambda: logging.root.setLevel(5),
        "logging.root.level (",
        lambda: logging.root.level,
    ),
    Row(
        "logging disabled",
        lambda: logging.disable(50),
        "logging.root.manager._disable (",
        lambda: logging.root.manager.disable,
    ),
    Row(
        "handler",
        lambda: logging.root.addHandler(logging.StreamHandler()),
        "logging.root.handlers[",
        lambda: logging.root.handlers,
    ),
    Row(
        "logger",
        lambda: logging.getLogger("asyncio").setLevel(1),
        "logging.getLogger('asyncio').level (",
        lambda: logging.getLogger("asyncio").level,
    ),
    Row(
        "logger disabled",
        lambda: setattr(logging.getLogger("asyncio"), "disabled", True),
        "logging.getLogger('asyncio').disabled (",
        lambda: logging.getLogger("asyncio").disabled,
    ),
    Row(
        "new logger's handler",
        lambda: logging.getLogger("brand.new").addHandler(logging.StreamHandler()),
        "logging.getLogger('brand.new').handlers (",
        lambda: (
            logging.getLogger("brand.new").handlers
            if "brand.new" in logging.root.manager.loggerDict
            else []
        ),
    ),
    Row(
        "locale",
        lambda: locale.setlocale(
            locale.LC_ALL, "C.UTF-8" if locale.setlocale(locale.LC_ALL) == "C" else "C"
        ),
        "locale.setlocale(LC_ALL) (",
        lambda: locale.setlocale(locale.LC_ALL),
    ),
    Row("time zone", _set_zone, "time.tzname (", lambda: (time.tzname, time.localtime(0).tm_hour)),
    Row("random", random.random, "random.getstate() (drawn from)", lambda: random.getstate()),
    Row(
        "seed",
        lambda: random.seed(3),
        "random.getstate() (as it was → seeded, or set)",
        lambda: random.getstate(),
    ),
    Row(
        "gauss",
        lambda: random.gauss(0, 1),
        "random.getstate() (drawn from)",
        lambda: random.getstate(),
    ),
    Row(
        "numpy",
        lambda: numpy.random.rand(),
        "numpy.random.get_state() (drawn from)",
        lambda: str(numpy.random.get_state()),
    ),
    Row(
        "numpy normal",
        lambda: numpy.random.normal(size=3),
        "numpy.random.get_state() (drawn from)",
        lambda: str(numpy.random.get_state()),
    ),
    Row(
        "numpy generator",
        lambda: vars(numpy.random)["set_bit_generator"](numpy.random.MT19937(5)),
        "numpy.random.get_state() (as it was → seeded, or set)",
        lambda: str(numpy.random.get_state()),
    ),
    Row(
        "numpy seed",
        lambda: numpy.random.seed(3),
        "numpy.random.get_state() (as it was → seeded, or set)",
        lambda: str(numpy.random.get_state()),
    ),
    Row(
        "decimal traps",
        lambda: decimal.getcontext().traps.update({decimal.Rounded: True}),
        "decimal.getcontext().traps[Rounded] (False → True)",
        lambda: dict(decimal.getcontext().traps),
    ),
    Row(
        "decimal",
        _set_context,
        "decimal.getcontext().prec (28 → 3)",
        lambda: (decimal.getcontext().prec, dict(decimal.getcontext().traps)),
    ),
    Row(
        "signal",
        lambda: signal.signal(signal.SIGUSR1, fake),
        "signal.getsignal(SIGUSR1) (",
        lambda: signal.getsignal(signal.SIGUSR1),
    ),
    Row(
        "socket timeout",
        lambda: socket.setdefaulttimeout(3),
        "socket.getdefaulttimeout() (None → 3.0)",
        socket.getdefaulttimeout,
    ),
    Row(
        "patched function", lambda: setattr(time, "sleep", fake), "time.sleep (", lambda: time.sleep
    ),
    Row(
        "patched class",
        lambda: setattr(sys.modules["datetime"], "datetime", fake),
        "datetime.datetime (",
        lambda: sys.modules["datetime"].datetime,
    ),
    Row(
        "deleted function",
        lambda: delattr(os, "getlogin"),
        "os.getlogin (removed)",
        lambda: os.getlogin,
    ),
    Row("builtin", lambda: setattr(builtins, "print", fake), "builtins.print (", lambda: print),
    Row(
        "new builtin",
        lambda: setattr(builtins, "dump", fake),
        "builtins.dump (added)",
        lambda: hasattr(builtins, "dump"),
    ),
    Row(
        "fake module",
        lambda: sys.modules.update(boto9=types.ModuleType("boto9")),
        "sys.modules['boto9'] (added)",
        lambda: "boto9" in sys.modules,
    ),
    Row(
        "removed module",
        lambda: sys.modules.pop("json"),
        "sys.modules['json'] (removed)",
        lambda: sys.modules.get("json"),
    ),
    Row(
        "blocked module",
        lambda: sys.modules.update(json=None),  # type: ignore[call-overload]
        "sys.modules['json'] (",
        lambda: sys.modules.get("json"),
    ),
    Row(
        "listener",
        lambda: event.listen(Engine, "before_cursor_execute", fake),
        "sqlalchemy listeners of Engine.before_cursor_execute (added)",
        lambda: event.contains(Engine, "before_cursor_execute", fake),
    ),
]


class SweepingKeeper(StateKeeper):
    """Looks at the signs of all probes first, as a run does from its second test on."""

    def accept(self) -> None:
        super().accept()
        self.check()


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StateKeeper]:
    """A keeper that is opened in an empty directory, and that puts back what a failing test left.

    Tests begin with `accept`: pytest-randomly seeds the generators between fixtures and test.
    """
    importlib.import_module("json")
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.chdir(tmp_path)
    keeper = SweepingKeeper(StateSettings())
    keeper.open("test")
    yield keeper
    keeper.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_process_state_is_named_and_undone(row: Row, keeper: StateKeeper) -> None:
    keeper.accept()
    before = row.observe()
    assert keeper.check() == ()

    row.pollute()

    found = [str(change) for change in keeper.check()]
    undone = keeper.restore()
    assert any(row.path in text for text in found), found
    assert row.observe() == before
    assert {change.action for change in undone} == {Action.RESTORED}
    assert keeper.check() == ()


def test_a_listener_can_be_registered_again_after_it_was_undone(keeper: StateKeeper) -> None:
    keeper.accept()
    event.listen(Engine, "commit", fake)
    keeper.restore()

    event.listen(Engine, "commit", fake)

    assert event.contains(Engine, "commit", fake)
    assert fake in list(Engine.dispatch.commit._clslevel[Engine])  # type: ignore[attr-defined]
    event.remove(Engine, "commit", fake)


def test_a_class_made_in_a_test_keeps_its_own_listeners_only(keeper: StateKeeper) -> None:
    keeper.accept()
    maker = sessionmaker()
    event.listen(maker, "after_commit", print)
    event.listen(Session, "after_rollback", fake)

    found = [str(change) for change in keeper.restore()]

    assert found
    assert all("after_rollback (added)" in text for text in found)
    assert event.contains(maker, "after_commit", print)
    assert not list(maker.class_.dispatch.after_rollback._clslevel[maker.class_])  # type: ignore[attr-defined]
    assert keeper.check() == ()


def test_a_class_made_by_a_wider_fixture_loses_the_listeners_of_a_test(
    keeper: StateKeeper,
) -> None:
    keeper.accept()
    maker = sessionmaker()
    keeper.open("fixture")
    event.listen(maker, "after_commit", print)

    found = [str(change) for change in keeper.restore()]

    assert found == [f"sqlalchemy listeners of {maker.class_.__name__}.after_commit (added)"]
    assert not event.contains(maker, "after_commit", print)
    keeper.close()


def test_a_class_that_is_first_used_in_a_test_keeps_the_listeners_of_its_bases(
    keeper: StateKeeper,
) -> None:
    """SQLAlchemy hands them down to the class of a `sessionmaker` when it is first used."""
    event.listen(Session, "after_flush", fake)
    maker = sessionmaker()
    keeper.accept()
    assert maker().dispatch.after_flush  # looks for listeners, as a flush does
    event.listen(maker, "after_flush", print)

    found = [str(change) for change in keeper.restore()]

    assert found == ["sqlalchemy listeners of Session.after_flush (added)"]
    assert list(maker.class_.dispatch.after_flush._clslevel[maker.class_]) == [fake]  # type: ignore[attr-defined]
    assert keeper.check() == ()
    event.remove(Session, "after_flush", fake)
    keeper.accept()


def test_a_secret_is_masked(keeper: StateKeeper) -> None:
    keeper.accept()
    os.environ["PATH"], old = "changed", os.environ["PATH"]
    os.environ["DB_PASSWORD"] = "hunter2"

    text = "\n".join(repr(change) for change in keeper.restore())

    assert "hunter2" not in text
    assert "'changed'" in text
    assert os.environ["PATH"] == old


def test_level_put_back_is_asked_anew(keeper: StateKeeper) -> None:
    keeper.accept()
    logger = logging.getLogger("asyncio")
    before = logger.isEnabledFor(5)
    logger.setLevel(5)
    logger.isEnabledFor(5)

    keeper.restore()

    assert logger.isEnabledFor(5) == before


def test_a_thread_left_running_is_told_once(keeper: StateKeeper) -> None:
    keeper.accept()
    done = threading.Event()
    thread = threading.Thread(target=done.wait, name="poller", daemon=True)
    thread.start()

    first, second = keeper.restore(), keeper.restore()
    done.set()
    thread.join()

    assert [str(change) for change in first] == ["daemon thread 'poller' (left open: Event.wait)"]
    assert first[0].action is Action.REPORTED
    assert second == ()


def test_a_task_left_pending_is_told_once(keeper: StateKeeper) -> None:
    keeper.accept()

    async def wait_for_ever() -> None:
        await asyncio.Event().wait()

    loop = asyncio.new_event_loop()
    task = loop.create_task(wait_for_ever(), name="late")

    first = [str(change) for change in keeper.restore() if change.kind == "tasks"]
    second = [str(change) for change in keeper.restore() if change.kind == "tasks"]
    task.cancel()
    loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
    loop.close()

    assert "wait_for_ever" in first[0]
    assert first[0].startswith("task 'late' (left open: ")
    assert second == []


def test_a_child_process_left_running_is_told_once(keeper: StateKeeper) -> None:
    keeper.accept()
    child = subprocess.Popen(["sleep", "30"])

    first, second = keeper.restore(), keeper.restore()
    child.kill()
    child.wait()

    assert [change.path for change in first] == [f"child process {child.pid}"]
    assert second == ()


def test_a_file_left_open_and_one_left_behind_are_told_once(keeper: StateKeeper) -> None:
    keeper.accept()
    time.sleep(0.02)  # a directory's time moves in steps of a few milliseconds
    with open("left.txt", "w"):
        first, second = keeper.restore(), keeper.restore()

    texts = [str(change) for change in first]
    assert any(text.endswith("left.txt)") for text in texts)
    assert "file 'left.txt' in the working directory (added)" in texts
    assert second == ()


def test_a_socket_left_open_is_told(keeper: StateKeeper) -> None:
    keeper.accept()
    with socket.socket():
        texts = [str(change) for change in keeper.restore()]

    assert any(text.startswith("socket descriptor ") for text in texts)


def test_policy_and_current_loop_are_put_back(keeper: StateKeeper) -> None:
    keeper.accept()

    class Policy(asyncio.DefaultEventLoopPolicy):
        pass

    asyncio.set_event_loop_policy(Policy())
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    paths = {change.path for change in keeper.restore()}
    loop.close()

    assert "asyncio.get_event_loop_policy()" in paths
    assert not isinstance(asyncio.get_event_loop_policy(), Policy)
    assert keeper.check() == ()


def test_a_loop_that_was_current_before_is_current_again(keeper: StateKeeper) -> None:
    """That there is none is no fault: `asyncio.run` leaves it so."""
    before = asyncio.new_event_loop()
    asyncio.set_event_loop(before)
    keeper.accept()
    asyncio.set_event_loop_policy(None)
    asyncio.set_event_loop(None)

    changes = keeper.restore()

    assert [(change.path, change.verb) for change in changes] == [
        ("asyncio.get_event_loop()", Verb.UNSET)
    ]
    assert not changes[0].is_leak
    assert asyncio.get_event_loop_policy().get_event_loop() is before
    asyncio.set_event_loop(None)
    before.close()


def test_a_working_directory_that_was_removed_is_left(keeper: StateKeeper, tmp_path: Path) -> None:
    keeper.accept()
    start = os.getcwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()

    keeper.restore()

    assert os.getcwd() == start


def test_modules_the_standard_library_loads_lazily_are_no_leak(keeper: StateKeeper) -> None:
    keeper.accept()
    __import__("stringprep")

    assert keeper.check() == ()


def test_nothing_is_reported_for_reading(keeper: StateKeeper) -> None:
    keeper.accept()
    values: list[Any] = [os.environ.get("HOME"), logging.getLogger("asyncio").isEnabledFor(10)]
    values += [random.getstate(), time.localtime(), decimal.Decimal(1) / 3, warnings.filters]

    assert keeper.check() == ()


@pytest.mark.parametrize("draws", [1, 623, 624, 625, 5000, 39_000])
def test_drawing_is_told_from_seeding(keeper: StateKeeper, draws: int) -> None:
    keeper.accept()
    for _ in range(draws):
        random.getrandbits(32)

    assert [change.verb for change in keeper.restore()] == [Verb.DRAWN]


def test_half_of_a_pair_of_normal_numbers_is_told_and_undone(keeper: StateKeeper) -> None:
    numpy.random.normal()  # makes two, and keeps one
    keeper.accept()
    before = str(numpy.random.get_state())

    numpy.random.normal()

    assert [change.path for change in keeper.restore()] == ["numpy.random.get_state()"]
    assert str(numpy.random.get_state()) == before


def test_an_idle_worker_of_a_library_is_no_leak(keeper: StateKeeper) -> None:
    """Those of anyio end a moment after their loop has, or are used again."""
    asking, told = queue.SimpleQueue[None](), threading.Event()
    source = "def worker(asking, told):\n    told.set()\n    asking.get()"
    names: dict[str, Any] = {}
    exec(compile(source, "/usr/lib/site-packages/pool.py", "exec"), names)
    thread = threading.Thread(target=names["worker"], args=(asking, told))
    thread.start()
    told.wait()

    assert [change for change in keeper.check() if change.kind == "threads"] == []

    asking.put(None)
    thread.join()


@pytest.mark.parametrize(
    ("probe", "pollute", "told"),
    [
        ("files", lambda: Path("left.txt").write_text(""), "file 'left.txt' in the working"),
        (
            "imports",
            lambda: sys.modules.setdefault("a_1", cast("types.ModuleType", fake)),
            "sys.modules['a_1'] (added)",
        ),
    ],
)
def test_its_own_signs_tell_a_probe_that_is_alone(
    probe: str, pollute: Callable[[], object], told: str, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    keeper = StateKeeper(StateSettings(probes=(probe,)))
    keeper.open("test")
    assert keeper.check() == ()

    pollute()

    (change,) = keeper.close()
    assert told in str(change)


def test_handlers_of_pytest_s_own_are_no_leak_and_hide_none(keeper: StateKeeper) -> None:
    logger = logging.getLogger("freshdb.test.captured")
    own = logging.Handler()
    logger.addHandler(own)
    keeper.accept()

    logger.addHandler(LogCaptureHandler())
    assert keeper.check() == ()

    logger.removeHandler(own)
    assert "handlers" in str(keeper.check())
    keeper.restore()
    assert own in logger.handlers
    logger.handlers.clear()
    keeper.accept()


def test_a_new_logger_may_have_handlers_of_pytest_s_own(keeper: StateKeeper) -> None:
    keeper.accept()

    logging.getLogger(f"freshdb.test.new.{id(keeper)}").addHandler(LogCaptureHandler())

    assert keeper.check() == ()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_connection_to_a_database_server_is_its_pools(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("", 0)) as other:
        known = host, server.getsockname()[1]
        keeper = StateKeeper(StateSettings(probes=("descriptors",), peers=lambda: [known]))
        with keeper.layer("run"):
            with socket.create_connection(("127.0.0.1", other.getsockname()[1])):
                others = keeper.check()
            with socket.create_connection(server.getsockname()):
                pooled = keeper.check()

    assert (len(others), len(pooled)) == (1, 0)
