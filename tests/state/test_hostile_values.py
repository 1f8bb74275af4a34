"""Values whose comparison raises, lies or is slow break no check and hide no change."""

from __future__ import annotations

import sys
import time
import types
from typing import Any
from unittest import mock

import numpy as np
import pytest

from freshdb.state.render import LONGEST, show

HOSTILE = """
class Raises:
    def __eq__(self, other): raise RuntimeError("eq")
    def __hash__(self): return 1
    def __repr__(self): raise RuntimeError("repr")
    def __bool__(self): raise RuntimeError("bool")
    def __len__(self): raise RuntimeError("len")
    def __iter__(self): raise RuntimeError("iter")
    def __copy__(self): raise RuntimeError("copy")
    def __deepcopy__(self, memo): raise RuntimeError("deepcopy")
    def __getattr__(self, name): raise RuntimeError(name)

class Lies(Raises):
    def __eq__(self, other): return True
    def __hash__(self): return 1
    __class__ = property(lambda self: int)

class Slow:
    def __eq__(self, other):
        import time; time.sleep(5)
    def __repr__(self):
        import time; time.sleep(5)
    __hash__ = object.__hash__

class Meta(type):
    def __eq__(cls, other): raise RuntimeError("meta eq")
    def __hash__(cls): raise RuntimeError("meta hash")
    def __setattr__(cls, name, value): raise RuntimeError("meta setattr")
    def __getattribute__(cls, name): raise RuntimeError("meta getattribute")

class Odd(metaclass=Meta):
    pass

class Guarded:
    def __init__(self): object.__setattr__(self, "n", 0)
    def __setattr__(self, name, value): raise RuntimeError("frozen")
    def __getattribute__(self, name): raise RuntimeError("hidden")

values = [Raises(), Lies(), Slow(), Odd, Guarded()]
table = {Raises(): 1, Slow(): Lies()}
"""


@pytest.fixture
def module(project: Any) -> Any:
    return project.load("m", HOSTILE)


def test_hostile_values_are_watched_without_running_their_code(module: Any, keep: Any) -> None:
    keeper = keep()
    start = time.perf_counter()
    held = list(module.values)
    module.values.reverse()
    module.table[module.Slow()] = module.Lies()
    object.__setattr__(module.values[0], "n", 5)

    assert len(keeper.check()) > 3
    changes = keeper.restore()

    assert all(one is other for one, other in zip(module.values, held, strict=True))
    assert len(module.table) == 2
    assert object.__getattribute__(module.values[4], "__dict__") == {"n": 0}
    assert keeper.check() == ()
    assert time.perf_counter() - start < 2
    assert all(len(str(change)) < 400 for change in changes)


def test_a_liar_does_not_hide_that_it_was_replaced(module: Any, keep: Any) -> None:
    module.slot = {"x": module.Lies()}
    old = module.slot["x"]
    keeper = keep()
    module.slot["x"] = module.Lies()

    assert [change.path.rpartition(".")[2] for change in keeper.restore()] == ["slot['x']"]
    assert module.slot["x"] is old


@pytest.mark.parametrize("pair", [(1, True), (1, 1.0), (0.0, -0.0), ("", b"")], ids=repr)
def test_equal_values_of_other_kinds_are_other_values(pair: Any, project: Any, keep: Any) -> None:
    module = project.load("m", "slot = {}")
    module.slot["x"] = pair[0]
    keeper = keep()
    module.slot["x"] = pair[1]

    assert len(keeper.restore()) == 1
    assert repr(module.slot["x"]) == repr(pair[0])


def test_an_equal_number_in_another_object_is_no_change(project: Any, keep: Any) -> None:
    module = project.load("m", "slot = {'x': 10 ** 20, 'nan': float('nan'), 'pair': (1, 'a')}")
    keeper = keep()
    module.slot.update(x=int("1" + "0" * 20), nan=float("nan"), pair=(1, str(b"a", "ascii")))

    assert keeper.check() == ()


def test_mocks_and_arrays_are_compared_by_identity(project: Any, keep: Any) -> None:
    module = project.load("m", "client = None\nvalues = {}")
    module.client, module.values["a"] = mock.MagicMock(), np.zeros(3)
    keeper = keep()
    module.client, module.values["a"] = mock.ANY, np.zeros(3)

    assert len(keeper.restore()) == 2
    assert isinstance(module.client, mock.MagicMock)
    assert keeper.check() == ()


def test_what_cannot_be_copied_is_kept_by_reference(project: Any, keep: Any) -> None:
    source = """
        import asyncio, socket, sqlalchemy, threading
        class Service:
            def __init__(self):
                self.lock = threading.Lock()
                self.engine = sqlalchemy.create_engine("sqlite://")
                self.steps = (n for n in range(3))
                self.name = "a"
        service = Service()
    """
    module = project.load("m", source)
    lock, engine, steps = module.service.lock, module.service.engine, module.service.steps
    keeper = keep()
    module.service.lock = module.service.engine = module.service.steps = None
    module.service.name = "b"

    assert len(keeper.restore()) == 4
    assert module.service.lock is lock
    assert module.service.engine is engine
    assert module.service.steps is steps
    assert next(steps) == 0


def test_what_resists_is_told_with_its_reason_and_only_once(project: Any, keep: Any) -> None:
    module = project.load("m", "import itertools\nids = itertools.count(1)\nb = bytearray(b'ab')")
    keeper = keep()
    next(module.ids)
    view = memoryview(module.b[:])
    module.b.append(1)
    exported = memoryview(module.b)

    first, second = keeper.restore(), keeper.restore()
    exported.release()
    view.release()

    assert {change.action.value for change in first} == {"resisted"}
    of_buffer, of_iterator = sorted(first, key=lambda change: change.path)
    assert "an iterator cannot be wound back" in str(of_iterator)
    assert "BufferError" in str(of_buffer)
    assert second == ()


def test_a_context_variable_that_was_not_set_resists(project: Any, keep: Any) -> None:
    module = project.load("m", "from contextvars import ContextVar\nuser = ContextVar('user')")
    keeper = keep()
    module.user.set("eve")

    (change,) = keeper.restore()

    assert "give it a default" in change.note


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" * 500, "'" + "a" * (LONGEST - 2) + "…"),
        (2**4000, "<int of 4001 bits>"),
        ({"password": "x", "a": [1, [2, [3]]]}, "{'password': ***, 'a': [1, […]]}"),
        ("postgresql://joe:secret@db/x", "'postgresql://joe:***@db/x'"),
        (f"https://{'joe' * 9}:{'secret' * 9}@db", f"'https://{'joe' * 9}:***@db'"),
        (mock.MagicMock(), "<MagicMock>"),
        (int, "<class int>"),
    ],
)
def test_texts_are_short_and_masked(value: Any, text: str) -> None:
    assert show(value) == text


def test_a_list_of_a_million_is_shown_at_once() -> None:
    start = time.perf_counter()

    assert show([*range(1_000_000)]) == "[0, 1, 2, 3, 4, 5, 6, 7, …]"
    assert time.perf_counter() - start < 0.5


class SaysItIsAModule:
    """As the libraries that cffi loads do: `cryptography` has one."""

    __slots__ = ()
    __class__ = types.ModuleType  # type: ignore[assignment]


def test_what_only_says_that_it_is_a_module_is_let_be(project: Any, keep: Any) -> None:
    project.load("a", "x = 1")
    names = {"a_library", f"{project.name}.library"}
    with mock.patch.dict(sys.modules, dict.fromkeys(names, SaysItIsAModule())):
        keeper = keep()

        assert keeper.check() == ()
        keeper.close()
