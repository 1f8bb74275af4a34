"""What a thorough watch sees besides: each kind of state is told, and put back by itself."""

from __future__ import annotations

import codecs
import csv
import logging
import multiprocessing  # noqa: F401  # its first import adds to sys.modules
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from freshdb.hunt.session.probes.interpreter import InterpreterProbe
from freshdb.hunt.session.probes.registries import RegistriesProbe
from freshdb.hunt.session.probes.subclasses import SubclassesProbe
from freshdb.state import StateSettings
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.namespaces import MODULE
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.walk import Walk

SOURCE = """\
import abc
import asyncio
import ctypes
import enum
import functools
import io
import itertools
import multiprocessing
import threading
import types


def numbers_from(start, *more, step=1, **rest):
    while True:
        yield start
        start += step


def counting():
    around = 5

    def inner():
        yield around
        yield around + 1

    return inner()


@functools.singledispatch
def show(value):
    return "any"


class Shown:
    @functools.singledispatchmethod
    def show(self, value):
        return "any"


class Base(abc.ABC):
    numbers = iter([1, 2])


class Other:
    pass


class Color(enum.Enum):
    RED = 1


class Slotted:
    __slots__ = ("letters",)

    def __init__(self):
        self.letters = iter("ab")


def plain():
    pass


class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_double)]


point = Point(1, 2.5)
number = ctypes.c_long(1)
several = (ctypes.c_short * 3)(1, 2, 3)
shared = multiprocessing.Value("i", 1)
slotted = Slotted()
generator = numbers_from(3, 1, step=2, other=1)
closure = counting()
expression = (number for number in range(3))
begun = numbers_from(0)
next(begun)
elements = iter([1, 2])
held = [iter((1, 2))]
places = iter(range(3))
texts = map(str, range(3))
pairs = zip([1, 2], range(2))
numbered = enumerate("ab")
chained = itertools.chain([1], [2])
sliced = itertools.islice(itertools.count(), 9)
cycled = itertools.cycle("abc")
counted = itertools.count(3)
lines = io.StringIO("a\\nb\\n")
octets = io.BytesIO(b"abc")
event = threading.Event()
lock = threading.Lock()
places_left = threading.Semaphore(1)
async_lock = asyncio.Lock()
view = types.MappingProxyType({"a": []})
partly = functools.partial(dict, a=[])
"""
NAME = "freshdb_tests_shop"

Ask = Callable[[Any], object]


@pytest.fixture
def shop() -> Iterator[Any]:
    module: Any = types.ModuleType(NAME)
    exec(SOURCE, module.__dict__)
    sys.modules[NAME] = module
    yield module
    del sys.modules[NAME]


@pytest.fixture
def watch(shop: Any) -> GraphBaseline:
    """A thorough watch of the module."""
    return watch_of(shop)


def watch_of(shop: Any) -> GraphBaseline:
    reach = Reach(NAME.__eq__, is_of_project=NAME.__eq__)
    baseline = GraphBaseline("modules", Walk(reach), tells_all=True)
    baseline.add_roots([(shop, MODULE, NAME)])
    return baseline


@pytest.mark.parametrize(
    ("leave", "ask", "path"),
    [
        (lambda shop: next(shop.generator), lambda shop: next(shop.generator), "generator"),
        (lambda shop: next(shop.closure), lambda shop: next(shop.closure), "closure"),
        (lambda shop: list(shop.expression), lambda shop: list(shop.expression), "expression"),
        (lambda shop: list(shop.elements), lambda shop: list(shop.elements), "elements"),
        (lambda shop: next(shop.held[0]), lambda shop: list(shop.held[0]), "held[0]"),
        (
            lambda shop: next(shop.Base.numbers),
            lambda shop: list(shop.Base.numbers),
            "Base.numbers",
        ),
        (
            lambda shop: next(shop.slotted.letters),
            lambda shop: list(shop.slotted.letters),
            "slotted.letters",
        ),
        (lambda shop: next(shop.places), lambda shop: next(shop.places), "places"),
        (lambda shop: next(shop.texts), lambda shop: next(shop.texts), "texts"),
        (lambda shop: next(shop.pairs), lambda shop: list(shop.pairs), "pairs"),
        (lambda shop: next(shop.numbered), lambda shop: next(shop.numbered), "numbered"),
        (lambda shop: list(shop.chained), lambda shop: list(shop.chained), "chained"),
        (lambda shop: next(shop.sliced), lambda shop: next(shop.sliced), "sliced"),
        (
            lambda shop: [next(shop.cycled) for _ in range(5)],
            lambda shop: [next(shop.cycled) for _ in range(5)],
            "cycled",
        ),
        (lambda shop: shop.lines.readline(), lambda shop: shop.lines.read(), "lines.tell()"),
        (lambda shop: shop.octets.close(), lambda shop: shop.octets.read(), "octets"),
        (lambda shop: shop.event.set(), lambda shop: shop.event.is_set(), "event._flag"),
        (lambda shop: shop.lock.acquire(), lambda shop: shop.lock.locked(), "lock.locked()"),
        (
            lambda shop: shop.places_left.acquire(),
            lambda shop: shop.places_left.acquire(blocking=False),
            "places_left._value",
        ),
        (
            lambda shop: setattr(shop.async_lock, "_loop", object()),
            lambda shop: shop.async_lock._loop is None,
            "async_lock._loop",
        ),
        (lambda shop: shop.view["a"].append(1), lambda shop: len(shop.view["a"]), "view['a'][0]"),
        (
            lambda shop: shop.partly.keywords["a"].append(1),
            lambda shop: len(shop.partly.keywords["a"]),
            "partly['a'][0]",
        ),
        (
            lambda shop: setattr(shop.number, "value", 7),
            lambda shop: shop.number.value,
            "number.value",
        ),
        (
            lambda shop: setattr(shop.point, "x", 7),
            lambda shop: (shop.point.x, shop.point.y),
            "point.value",
        ),
        (
            lambda shop: shop.several.__setitem__(1, 7),
            lambda shop: list(shop.several),
            "several.value",
        ),
        (
            lambda shop: setattr(shop.shared, "value", 7),
            lambda shop: shop.shared.value,
            "shared.value",
        ),
        (
            lambda shop: setattr(shop.Color.RED, "extra", 1),
            lambda shop: hasattr(shop.Color.RED, "extra"),
            "Color.RED.extra",
        ),
        (
            lambda shop: setattr(shop.plain, "calls", 1),
            lambda shop: hasattr(shop.plain, "calls"),
            "plain.calls",
        ),
        (
            lambda shop: shop.show(shop.show.register(int, lambda value: "int") and 1),
            lambda shop: shop.show(1),
            "show.registry[int]",
        ),
        (
            lambda shop: shop.Shown.show.register(int)(lambda self, value: "int"),
            lambda shop: shop.Shown().show(1),
            "Shown.show.registry[int]",
        ),
        (
            lambda shop: shop.Base.register(shop.Other) and issubclass(shop.Other, shop.Base),
            lambda shop: issubclass(shop.Other, shop.Base),
            "Base.register(Other)",
        ),
    ],
)
def test_state_of_the_projects_objects_is_told_and_put_back(
    leave: Ask, ask: Ask, path: str, shop: Any, watch: GraphBaseline
) -> None:
    twin: Any = types.ModuleType(NAME)
    exec(SOURCE, twin.__dict__)
    leave(shop)

    undo = {one.change.path: one.undo for one in watch.compare()}[f"{NAME}.{path}"]
    assert undo is not None
    undo()
    assert ask(shop) == ask(twin)


@pytest.mark.parametrize(
    ("leave", "path"),
    [
        (lambda file: file.read(2), "file.tell()"),
        (lambda file: next(file), "file.tell()"),
        (lambda file: file.close(), "file.closed"),
    ],
    ids=["read", "read by a loop", "closed"],
)
@pytest.mark.parametrize("mode", ["r", "rb", "r+b", "w+"])
def test_files_are_wound_back_or_opened_anew(
    leave: Ask, path: str, mode: str, shop: Any, tmp_path: Path
) -> None:
    (tmp_path / "lines.txt").write_text("one\ntwo\n")
    with ExitStack() as opened:
        shop.file = opened.enter_context((tmp_path / "lines.txt").open(mode))
        shop.file.write("one\ntwo\n") if mode == "w+" else None
        shop.file.seek(0)
        watch = watch_of(shop)
        leave(shop.file)

        undo = {one.change.path: one.undo for one in watch.compare()}[f"{NAME}.{path}"]
        assert undo is not None
        undo()
        opened.enter_context(shop.file)
        assert shop.file.read() in ("one\ntwo\n", b"one\ntwo\n")


def test_a_generator_that_had_begun_is_told_of_only(shop: Any, watch: GraphBaseline) -> None:
    next(shop.begun)

    (found,) = watch.compare()
    assert found.change.path == f"{NAME}.begun"
    assert found.undo is not None
    with pytest.raises(ValueError, match="cannot be wound back"):
        found.undo()


def test_subclasses_are_taken_away_again(shop: Any) -> None:
    probe = SubclassesProbe(StateSettings(packages=(NAME,)))
    before = probe.snapshot()

    left = type("Left", (shop.Base,), {})

    (found,) = probe.compare(before)
    assert found.change.path == f"{NAME}.Base.__subclasses__(): Left"
    assert found.undo is not None
    found.undo()
    assert left not in shop.Base.__subclasses__()


def test_what_is_registered_by_name_is_taken_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecs, "register", codecs.register)
    monkeypatch.setattr(codecs, "register_error", codecs.register_error)
    probe = RegistriesProbe(StateSettings())
    before = probe.snapshot()

    csv.register_dialect("shop", delimiter=";")
    logging.addLevelName(33, "SHOP")
    codecs.register(lambda name: codecs.lookup("utf-8") if name == "shop" else None)
    codecs.register_error("shop", lambda error: ("", len(str(error))))
    platform, sys.platform = sys.platform, "shop"
    sys.frozen = True  # type: ignore[attr-defined]

    found = probe.compare(before)
    assert [one.change.path.partition("(")[0] for one in found] == [
        "csv.get_dialect",
        "logging.getLevelName",
        "codecs.register",
        "codecs.lookup_error",
        "sys.platform",
        "sys.frozen",
    ]
    for one in found:
        assert one.undo is not None
        one.undo()
    assert sys.platform == platform
    assert not hasattr(sys, "frozen")
    assert "shop" not in csv.list_dialects()
    assert logging.getLevelName("SHOP") == "Level SHOP"
    for text, names in (("a", ("shop",)), ("ä", ("ascii", "shop"))):
        with pytest.raises(LookupError):
            text.encode(*names)


def test_single_values_of_the_interpreter_are_put_back() -> None:
    probe = InterpreterProbe(StateSettings())
    before = probe.snapshot()
    interval = sys.getswitchinterval()
    limit = csv.field_size_limit()

    sys.setswitchinterval(0.5)
    csv.field_size_limit(10)

    found = probe.compare(before)
    assert [one.change.path for one in found] == [
        "sys.getswitchinterval()",
        "csv.field_size_limit()",
    ]
    for one in found:
        assert one.undo is not None
        one.undo()
    assert (sys.getswitchinterval(), csv.field_size_limit()) == (interval, limit)
