"""Whatever a program does to a graph of objects, it is undone exactly."""

from __future__ import annotations

import types
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.state import raw
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.namespaces import MODULE
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.walk import Walk

PACKAGE = __name__


class Plain:
    """An instance with a ``__dict__``."""


class Slotted:
    """An instance with slots, not all of them set."""

    __slots__ = ("a", "b", "c")


class Liar(dict):  # type: ignore[type-arg]
    """A dict whose every comparison lies or raises."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:  # type: ignore[override]  # lies on purpose
        raise TypeError("no hash")

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("no iteration")

    def __repr__(self) -> str:
        raise ValueError("no text")


KEYS = st.sampled_from(["a", "b", "c", 1, True, 1.0, None, ("t", 1)])
SCALARS = st.sampled_from([0, 1, True, 1.0, None, "x", "", b"x", float("nan"), 10**30, ("t", 1)])
MAKERS: list[Callable[[], Any]] = [
    dict,
    list,
    set,
    deque,
    OrderedDict,
    lambda: defaultdict(list),
    Plain,
    Slotted,
    Liar,
]
STEPS = st.tuples(
    st.integers(0, 40),
    st.sampled_from(["put", "put", "move", "drop", "clear", "order", "rebind"]),
    KEYS,
    st.one_of(SCALARS, st.integers(0, 40).map(lambda n: ("node", n)), st.just("new")),
)


def change(nodes: list[Any], step: Any) -> None:
    """Do one thing to one node; things that a node cannot do are left."""
    place, verb, key, value = step
    node = nodes[place % len(nodes)]
    if value == "new":
        value = {"fresh": []}
    elif type(value) is tuple and value[0] == "node":
        value = nodes[value[1] % len(nodes)]
    with suppress(AttributeError, LookupError, StopIteration, TypeError, ValueError):
        HANDLERS[_base(node)](node, verb, key, value)


def _base(node: Any) -> type:
    return next(kind for kind in HANDLERS if issubclass(type(node), kind))


def _change_dict(node: Any, verb: str, key: Any, value: Any) -> None:
    if verb in ("put", "rebind"):
        type(node).__setitem__(node, key, value)
    elif verb == "drop":
        dict.pop(node, key) if type(node) is not OrderedDict else node.pop(key)
    elif verb == "clear":
        node.clear()
    elif verb == "move":
        node[value if type(value) in (int, str) else "moved"] = node.pop(key)
    else:
        first = next(iter(list(dict.keys(node))))
        node[first] = node.pop(first)


def _change_sequence(node: Any, verb: str, key: Any, value: Any) -> None:
    if verb == "put":
        node.append(value)
    elif verb == "rebind":
        node[0] = value
    elif verb == "drop":
        node.pop()
    elif verb == "clear":
        node.clear()
    else:
        node.reverse()


def _change_set(node: Any, verb: str, key: Any, value: Any) -> None:
    if verb in ("put", "rebind"):
        node.add(key)
    elif verb == "drop":
        node.discard(key)
    elif verb == "clear":
        node.clear()
    else:
        node.symmetric_difference_update({key, "z"})


def _change_instance(node: Any, verb: str, key: Any, value: Any) -> None:
    name = key if key in ("a", "b", "c") else "a"
    if verb in ("put", "rebind"):
        setattr(node, name, value)
    elif verb == "drop":
        delattr(node, name)
    elif verb == "clear":
        node.__dict__ = {}
    else:
        setattr(node, "b" if name == "a" else "a", getattr(node, name))
        delattr(node, name)


HANDLERS: dict[type, Callable[..., None]] = {
    dict: _change_dict,
    list: _change_sequence,
    deque: _change_sequence,
    set: _change_set,
    object: _change_instance,
}


def picture(nodes: list[Any]) -> list[Any]:
    """Return all that can be told of the nodes: contents in order, by identity and exact value."""
    return [_content(node) for node in nodes]


def _content(node: Any) -> Any:
    kind = type(node)
    if isinstance(node, dict):
        factory = getattr(node, "default_factory", None)
        kind_of_items: Any = OrderedDict if kind is OrderedDict else dict
        items = kind_of_items.items(node)
        return kind, factory, [(_one(k), _one(v)) for k, v in items]
    if kind in (list, deque):
        return kind, [_one(value) for value in node]
    if kind is set:
        return kind, sorted(repr(_one(value)) for value in node)
    if kind is Slotted:
        return kind, [_one(getattr(node, name, "unset")) for name in Slotted.__slots__]
    return kind, id(vars(node)), sorted((k, _one(v)) for k, v in vars(node).items())


def _one(value: Any) -> Any:
    if type(value) in (int, bool, float, str, bytes, type(None), tuple):
        return type(value).__name__, repr(value)
    return "object", id(value)


def build(shape: list[int], links: list[Any]) -> list[Any]:
    """Return nodes of random kinds with random links among them."""
    nodes = [MAKERS[number % len(MAKERS)]() for number in shape]
    for link in links:
        change(nodes, link)
    return nodes


def reached(module: types.ModuleType, nodes: list[Any]) -> GraphBaseline:
    """Return the baseline of a module that holds the first nodes, and others through them."""
    vars(module).update({f"root{index}": node for index, node in enumerate(nodes)})
    baseline = GraphBaseline("modules", Walk(Reach(lambda name: name == PACKAGE)))
    baseline.add_roots([(module, MODULE, "m")])
    return baseline


@contextmanager
def interpreter(*, helps: bool) -> Iterator[None]:
    """Pretend that the interpreter has no version stamps and tells no addresses."""
    with pytest.MonkeyPatch.context() as patch:
        if not helps:
            patch.setattr(raw, "dict_version_buffer", lambda: None)
            patch.setattr(raw, "stamps_attributes", lambda: False)
            patch.setattr(raw, "list_image", lambda: None)
        yield


@pytest.mark.parametrize("helps", [True, False], ids=["stamps", "portable"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    shape=st.lists(st.integers(0, 8), min_size=1, max_size=10),
    links=st.lists(STEPS, max_size=20),
    program=st.lists(STEPS, max_size=15),
)
def test_any_program_is_undone_exactly(
    helps: bool, shape: list[int], links: list[Any], program: list[Any]
) -> None:
    with interpreter(helps=helps):
        nodes = build(shape, links)
        baseline = reached(types.ModuleType("m"), nodes)
        assert baseline.compare() == []
        before = picture(nodes)
        for step in program:
            change(nodes, step)
        is_changed = picture(nodes) != before

        found = baseline.compare()
        for one in {id(one.undo): one for one in reversed(found)}.values():
            assert one.undo is not None
            one.undo()
        baseline.settle(())

        assert picture(nodes) == before
        assert bool(found) >= is_changed
        assert baseline.compare() == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    shape=st.lists(st.integers(0, 8), min_size=1, max_size=8),
    links=st.lists(STEPS, max_size=12),
    outer=st.lists(STEPS, max_size=8),
    inner=st.lists(STEPS, max_size=8),
)
def test_an_inner_layer_is_undone_to_itself_and_then_to_the_outer_one(
    shape: list[int], links: list[Any], outer: list[Any], inner: list[Any]
) -> None:
    nodes = build(shape, links)
    first = reached(types.ModuleType("m"), nodes)
    start = picture(nodes)
    for step in outer:
        change(nodes, step)
    second, middle = first.rebased(), picture(nodes)
    for step in inner:
        change(nodes, step)

    _undo(second)
    assert picture(nodes) == middle
    _undo(first)
    assert picture(nodes) == start
    assert first.compare() == []


def _undo(baseline: GraphBaseline) -> None:
    for one in reversed(baseline.compare()):
        if one.undo is not None:
            one.undo()
    baseline.settle(())
