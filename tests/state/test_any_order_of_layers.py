"""In whatever order fixtures of wider scope end, each takes out what it has set, and only that."""

from __future__ import annotations

import copy
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from freshdb.state import StateKeeper, StateSettings
from freshdb.state.keeper import Layer

PACKAGE = "freshdb_any_order_of_layers"
NAMES = ("a", "b", "c")

STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("open"), st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES))
        ),
        st.tuples(st.just("close"), st.integers(0, 5)),
        st.tuples(st.just("test"), st.sets(st.sampled_from(NAMES))),
    ),
    max_size=14,
)


class World:
    """Fixtures and tests that write to a module, and what the module must hold all the time.

    Of the open fixtures that have set a name, the one set up last has the say. No value is written
    twice, so that who has written one can be told.
    """

    def __init__(self, keeper: StateKeeper, module: Any) -> None:
        self.keeper = keeper
        self.module = module
        self.written = 0
        self.open: list[tuple[Layer, dict[str, Any]]] = []

    def write(self, names: set[str]) -> dict[str, Any]:
        """Write to the names: rebind a global, and put an entry into a dict and a list in it."""
        made = {}
        for name in sorted(names):
            self.written += 1
            made[name] = self.written
            setattr(self.module, name, self.written)
            self.module.entries[name] = self.written
            self.module.nested["inner"][name] = [self.written]
        return made

    def open_fixture(self, of_the_test: set[str], of_the_fixture: set[str]) -> None:
        """Set up a fixture, asked for by a test that has changed other things before."""
        self.write(of_the_test - of_the_fixture)
        before = self.keeper.mark()
        made = self.write(of_the_fixture)
        layer = self.keeper.open(f"fixture {len(self.open)}", but=before)
        self.open.append((layer, made))
        self.keeper.restore()

    def close_fixture(self, place: int) -> None:
        with suppress(ZeroDivisionError):
            layer, _ = self.open.pop(place % len(self.open))
            self.keeper.close(layer)

    def run_test(self, names: set[str]) -> None:
        self.write(names)
        self.keeper.restore()

    def expected(self) -> dict[str, Any]:
        """Return what the fixtures that are open have set, the last one's word counting."""
        return {name: value for _, made in self.open for name, value in made.items()}


@contextmanager
def watched_module() -> Iterator[Any]:
    module: Any = types.ModuleType(PACKAGE)
    module.entries, module.nested = {}, {"inner": {}}
    sys.modules[PACKAGE] = module
    try:
        yield module
    finally:
        del sys.modules[PACKAGE]


def state_of(module: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    plain = {name: getattr(module, name) for name in NAMES if hasattr(module, name)}
    return plain, dict(module.entries), copy.deepcopy(module.nested)


@given(STEPS)
def test_fixtures_end_in_any_order(steps: list[Any]) -> None:
    with watched_module() as module:
        keeper = StateKeeper(StateSettings(packages=(PACKAGE,), probes=("modules",)))
        keeper.open("the run")
        world = World(keeper, module)
        entries, inner = module.entries, module.nested["inner"]
        for verb, *arguments in steps:
            verbs: dict[str, Callable[..., None]] = {
                "open": world.open_fixture,
                "close": world.close_fixture,
                "test": world.run_test,
            }
            verbs[verb](*arguments)

            wanted = world.expected()
            boxed = {name: [value] for name, value in wanted.items()}
            assert state_of(module) == (wanted, wanted, {"inner": boxed})
            assert module.entries is entries
            assert module.nested["inner"] is inner
        keeper.stop()
