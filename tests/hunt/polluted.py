# ruff: noqa: E501  # a table is read best with one row on a line
"""Make suites with known pollution: every kind of state, pairs, cleaners, state-setters, noise."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

APP = """\
import contextlib
import contextvars
import functools
import itertools
import logging
import sqlite3
import threading

values = {}
names = []
flags = set()
memory = sqlite3.connect(":memory:", check_same_thread=False)
memory.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, name TEXT)")
memory.commit()
log = logging.getLogger("shop")
numbers = itertools.count(1)
user = contextvars.ContextVar("user", default="")
stack = contextlib.ExitStack()


def word(text="a", *, end="."):
    return text + end


class Settings:
    level = 1

    def __init__(self):
        self.region = "eu"


settings = Settings()


@functools.lru_cache
def rate(key):
    return values.get(key, 1)
"""


@dataclass(frozen=True)
class Plant:
    """One kind of state that a test can leave behind.

    Attributes:
        name: of the kind.
        leave: what the polluter does; `{n}` tells plants of one kind apart.
        check: what the victim asserts; a brittle test asserts the opposite.
        clean: what puts it right.
        path: part of what the report must name.
        is_once: whether there can be one of the kind in a suite only.
    """

    name: str
    leave: str
    check: str
    clean: str
    path: str
    is_once: bool = False


PLANTS = (
    Plant("global", "app.g{n} = 1", "not hasattr(app, 'g{n}')", "vars(app).pop('g{n}', 0)", "app.g{n}"),
    Plant("dict", "app.values['k{n}'] = 1", "'k{n}' not in app.values", "app.values.pop('k{n}', 0)", "app.values['k{n}']"),
    Plant("list", "app.names.append('n{n}')", "'n{n}' not in app.names", "app.names[:] = [x for x in app.names if x != 'n{n}']", "app.names"),
    Plant("set", "app.flags.add('f{n}')", "'f{n}' not in app.flags", "app.flags.discard('f{n}')", "app.flags"),
    Plant("class attribute", "app.Settings.a{n} = 1", "not hasattr(app.Settings, 'a{n}')", "app.Settings.a{n} = 1; del app.Settings.a{n}", "app.Settings.a{n}"),
    Plant("instance", "app.settings.i{n} = 1", "not hasattr(app.settings, 'i{n}')", "vars(app.settings).pop('i{n}', 0)", "app.settings.i{n}"),
    Plant("cache", "app.rate('c{n}')", "rate_of('c{n}') == 2", "app.rate.cache_clear()", "app.rate('c{n}')", is_once=True),
    Plant("environment", "os.environ['SHOP_{n}'] = '1'", "'SHOP_{n}' not in os.environ", "os.environ.pop('SHOP_{n}', 0)", "os.environ['SHOP_{n}']"),
    Plant("file", "pathlib.Path(HERE, 'left{n}.txt').write_text('x')", "not os.path.exists(HERE + '/left{n}.txt')", "pathlib.Path(HERE, 'left{n}.txt').unlink(missing_ok=True)", "left{n}.txt"),
    Plant("home", "pathlib.Path.home().joinpath('.shop{n}').write_text('x')", "not pathlib.Path.home().joinpath('.shop{n}').exists()", "pathlib.Path.home().joinpath('.shop{n}').unlink(missing_ok=True)", ".shop{n}"),
    Plant("temporary file", "pathlib.Path(tempfile.gettempdir(), 'shop{n}').write_text('x')", "not os.path.exists(tempfile.gettempdir() + '/shop{n}')", "pathlib.Path(tempfile.gettempdir(), 'shop{n}').unlink(missing_ok=True)", "shop{n}"),
    Plant("working directory", "os.chdir('/')", "os.getcwd() != '/'", "os.chdir(HERE)", "os.getcwd()", is_once=True),
    Plant("module", "sys.modules['fake{n}'] = app", "'fake{n}' not in sys.modules", "sys.modules.pop('fake{n}', 0)", "sys.modules['fake{n}']"),
    Plant("library function", "textwrap.dedent = str", "textwrap.dedent(' a') == 'a'", "textwrap.dedent = DEDENT", "textwrap.dedent", is_once=True),
    Plant("library class", "http.client.HTTPConnection.debuglevel = 5", "not http.client.HTTPConnection.debuglevel", "http.client.HTTPConnection.debuglevel = 0", "HTTPConnection.debuglevel", is_once=True),
    Plant("log level", "app.log.setLevel(50)", "app.log.isEnabledFor(40)", "app.log.setLevel(0)", "logging.getLogger('shop').level", is_once=True),
    Plant("log handler", "app.log.addHandler(logging.StreamHandler())", "not app.log.handlers", "app.log.handlers.clear()", "logging.getLogger('shop').handlers", is_once=True),
    Plant("thread", "threading.Thread(target=threading.Event().wait, name='late{n}', daemon=True).start()", "'late{n}' not in [t.name for t in threading.enumerate()]", "", "late{n}"),
    Plant("row in memory", "app.memory.execute('INSERT OR IGNORE INTO rows VALUES (?, 1)', ({n},)); app.memory.commit()", "not app.memory.execute('SELECT * FROM rows WHERE id = {n}').fetchall()", "app.memory.execute('DELETE FROM rows WHERE id = {n}'); app.memory.commit()", "rows of rows in the database in memory"),
    Plant("row on disk", "disk('INSERT OR IGNORE INTO rows VALUES ({n}, 1)')", "not disk('SELECT * FROM rows WHERE id = {n}')", "disk('DELETE FROM rows WHERE id = {n}')", "rows of rows in shop.db"),
    Plant("umask", "os.umask(0o027)", "umask() == 0o022", "os.umask(0o022)", "os.umask()", is_once=True),
    Plant("recursion", "sys.setrecursionlimit(5000)", "sys.getrecursionlimit() != 5000", "sys.setrecursionlimit(1000)", "recursionlimit", is_once=True),
    Plant("decimal", "decimal.getcontext().prec = 5", "decimal.getcontext().prec != 5", "decimal.getcontext().prec = 28", "decimal.getcontext().prec", is_once=True),
    Plant("path", "sys.path.append('/shop{n}')", "'/shop{n}' not in sys.path", "sys.path[:] = [x for x in sys.path if x != '/shop{n}']", "sys.path"),
    Plant("counter", "next(app.numbers)", "next(app.numbers) == 1", "", "app.numbers", is_once=True),
    Plant("default argument", "app.word.__defaults__ = ('b',)", "app.word()[0] == 'a'", "app.word.__defaults__ = ('a',)", "app.word.__defaults__", is_once=True),
    Plant("named default", "app.word.__kwdefaults__['end'] = '!'", "app.word()[1] == '.'", "app.word.__kwdefaults__['end'] = '.'", "app.word.__kwdefaults__", is_once=True),
    Plant("exit stack", "app.stack.callback(len, ())", "not app.stack._exit_callbacks", "app.stack._exit_callbacks.clear()", "app.stack._exit_callbacks", is_once=True),
    Plant("context variable", "app.user.set('u{n}')", "app.user.get() != 'u{n}'", "app.user.set('')", "app.user"),
    Plant("garbage collection", "gc.disable()", "gc.isenabled()", "gc.enable()", "gc.isenabled()", is_once=True),
    Plant("mock", "mock.patch('textwrap.wrap').start()", "textwrap.wrap('a') == ['a']", "mock.patch.stopall()", "textwrap.wrap", is_once=True),
    Plant("signal", "signal.signal(signal.SIGUSR1, lambda *a: None)", "signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL", "signal.signal(signal.SIGUSR1, signal.SIG_DFL)", "SIGUSR1", is_once=True),
    Plant("listener", "sqlalchemy.event.listen(Engine, 'connect', print)", "not sqlalchemy.event.contains(Engine, 'connect', print)", "sqlalchemy.event.remove(Engine, 'connect', print) if sqlalchemy.event.contains(Engine, 'connect', print) else None", "sqlalchemy listeners of", is_once=True),
)  # fmt: skip
"""What is planted; the code is as short as a test's body can be."""

WITH_SQLALCHEMY = """\
import sqlalchemy
from sqlalchemy import Engine

"""
HEAD = """\
import decimal
import gc
import http.client
import logging
import os
import pathlib
import signal
import sqlite3
import sys
import tempfile
import textwrap
import threading
from unittest import mock

import app

DEDENT = textwrap.dedent
HERE = os.getcwd()


def disk(sql):
    with sqlite3.connect(os.path.join(HERE, "shop.db")) as connection:
        return connection.execute(sql).fetchall()


def umask():
    now = os.umask(0)
    os.umask(now)
    return now


def rate_of(key):
    app.values[key] = 2
    try:
        return app.rate(key)
    finally:
        del app.values[key]
        app.rate.cache_clear()


"""


@dataclass(frozen=True)
class Planted:
    """A dependence that is in a suite.

    Attributes:
        plant: the kind of state.
        test: the one that depends.
        culprits: the sets of tests, each of which decides about it.
        path: part of what the report must name.
        is_brittle: whether the test needs the state.
    """

    plant: Plant
    test: str
    culprits: frozenset[frozenset[str]]
    path: str
    is_brittle: bool


@dataclass
class Polluted:
    """A suite with pollution.

    Attributes:
        modules: the tests' sources, by file name, each with its tests in order.
        planted: what is in it.
    """

    modules: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    planted: list[Planted] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the suite into a folder."""
        import sqlite3

        (folder / "app.py").write_text(APP)
        (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:randomly\n")
        with sqlite3.connect(folder / "shop.db") as connection:
            connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, name TEXT)")
        for name, tests in self.modules.items():
            source = "\n\n".join(f"def {test}():\n    {body}\n" for test, body in tests)
            head = WITH_SQLALCHEMY if "sqlalchemy" in source else ""  # it makes each fork dear
            (folder / name).write_text(head + HEAD + source)


def polluted(
    seed: int,
    plants: list[Plant],
    innocents: int,
    files: int = 3,
    *,
    sets: Sequence[str] = (),
) -> Polluted:
    """Return a suite in which each of the plants is somewhere, in one way or another.

    Args:
        seed: of what is left to chance.
        plants: what tests leave.
        innocents: how many tests harm nobody.
        files: how many files the tests are in.
        sets: ``pair`` or ``triple``: so many tests break another one only together.
    """
    chance = random.Random(seed)
    tests: list[tuple[str, str, str]] = []  # name, body, role
    links: list[tuple[Plant, str, list[list[str]], str, bool]] = []
    for number, plant in enumerate(plants, start=1):
        words = {"n": number}
        leave, check, clean, path = (
            text.format(**words) for text in (plant.leave, plant.check, plant.clean, plant.path)
        )
        way = chance.choice(["single", "single", "two", "cleaned", "brittle"])
        if plant.name in ("thread", "umask", "cache", "counter"):
            way = "single"  # nothing puts a thread right; the others' checks do that themselves
        polluters = [f"test_{number}_leaves"]
        tests.append((polluters[0], leave, ""))
        if way == "two":
            polluters.append(f"test_{number}_leaves_too")
            tests.append((polluters[1], leave, ""))
        if way == "cleaned":
            tests.append((f"test_{number}_cleans", clean, ""))
        is_brittle = way == "brittle"
        name = f"test_{number}_needs" if is_brittle else f"test_{number}_suffers"
        tests.append((name, f"assert {'not ' if is_brittle else ''}({check})", ""))
        links.append((plant, name, [[one] for one in polluters], path, is_brittle))
    for word in sets:
        number = {"pair": 2, "triple": 3}[word]
        parts = [f"test_{word}_{part}" for part in range(number)]
        for part, name in enumerate(parts):
            tests.append((name, f"app.{word} = getattr(app, '{word}', 0) | {1 << part}", ""))
        check = f"assert getattr(app, '{word}', 0) != {(1 << number) - 1}"
        tests.append((f"test_suffers_from_{word}", check, ""))
        plant = Plant(word, "", "", "", f"app.{word}")
        links.append((plant, f"test_suffers_from_{word}", [parts], plant.path, False))
    for number in range(innocents):
        body = chance.choice(["pass", f"app.noise{number} = 1", f"app.values['noise{number}'] = 1"])
        tests.append((f"test_innocent_{number}", body, ""))
    chance.shuffle(tests)
    suite = Polluted()
    where: dict[str, str] = {}
    for name, body, _ in tests:
        file = f"test_file{chance.randrange(files)}.py"
        suite.modules.setdefault(file, []).append((name, body))
        where[name] = f"{file}::{name}"
    suite.planted = [
        Planted(
            plant,
            where[name],
            frozenset(frozenset(where[one] for one in some) for some in culprits),
            path,
            is_brittle,
        )
        for plant, name, culprits, path, is_brittle in links
    ]
    return suite
