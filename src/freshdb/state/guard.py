"""Process state through a run: what each test and each wider fixture changed, put back in time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from freshdb.model import Action, Change, Verb
from freshdb.settings import StateModes
from freshdb.state.keeper import Changes, Layer, StateKeeper
from freshdb.state.settings import StateSettings

_SET_BY_RUNNER = ("warnings", "signals")
"""Probes of state that pytest and its timeouts set anew for each test, and put back."""


class StateGuard:
    """Watches process state in one process of a run.

    Args:
        settings: what is watched. Nothing is looked at before the first test that is watched.
        modes: of the run, which wider fixtures go by.
    """

    def __init__(self, settings: StateSettings, modes: StateModes) -> None:
        self.keeper = StateKeeper(settings)
        self._modes = modes
        self._is_stale = False
        self._layers: dict[object, _FixtureLayer] = {}

    @property
    def is_open(self) -> bool:
        """Tell whether there is a baseline yet."""
        return self.keeper.innermost is not None

    def begin_test(self, modes: StateModes) -> None:
        """Note that a test begins; the first one's beginning is the run's baseline."""
        if modes.are_off:
            return
        if not self.is_open:
            self.keeper.open("the run")
        elif self._is_stale:
            self.keeper.accept()
        else:
            self.keeper.renew(*_SET_BY_RUNNER)
        self._is_stale = False

    def end_test(self, modes: StateModes) -> Changes:
        """Do with what the test changed as its modes say, and return what is to be told."""
        if not self.is_open:
            return ()
        if modes.are_off:
            self._is_stale = True
            return ()
        return _told(self.keeper.end(_restores(modes)), modes)

    @contextlib.contextmanager
    def fixture(self, key: object, name: str, *, is_told: bool, home: str = "") -> Iterator[None]:
        """Set up a fixture of wider scope: what it changes is the baseline as long as it lives.

        Args:
            key: what `end_fixture` is called with.
            name: what messages call the fixture.
            is_told: whether it is told what the fixture does not put back itself.
            home: the class or module that it is for. What it assigns there (``cls.client = …``) is
                for those tests only, and not told.
        """
        if not self.is_open or self._is_stale:
            yield
            return
        before = self.keeper.mark()
        try:
            yield
        finally:
            self._layers[key] = _FixtureLayer(self.keeper.open(name, but=before), is_told, home)

    def end_fixture(self, key: object) -> Changes:
        """Take out what a fixture has changed, and return what it had not put back itself."""
        found = self._layers.pop(key, None)
        if found is None or not self.keeper.holds(found.layer):
            return ()
        changes = self.keeper.close(found.layer, _restores(self._modes))
        if self._is_stale or not found.is_told:
            return ()
        return tuple(
            one
            for one in _told(changes, self._modes)
            if one.is_leak and one.verb is not Verb.OPENED and not found.is_its_own(one)
        )

    @contextlib.contextmanager
    def unnoticed(self, modes: StateModes) -> Iterator[None]:
        """Put back what the block changes, and tell nobody: it is not the running test's doing."""
        if not self.is_open or self._is_stale or modes.are_off:
            yield
            return
        layer = self.keeper.open("a seed")
        try:
            yield
        finally:
            self.keeper.close(layer, _restores(modes))

    def matched_ignores(self) -> tuple[str, ...]:
        """Return the ignore patterns that match any state, changed or not."""
        return self.keeper.matched_ignores()

    def stop(self) -> None:
        """Watch no more, and leave the state as it is."""
        self.keeper.stop()


@dataclass(frozen=True)
class _FixtureLayer:
    """The layer of a fixture, and what `StateGuard.fixture` was told about it."""

    layer: Layer
    is_told: bool
    home: str

    def is_its_own(self, change: Change) -> bool:
        """Tell whether a change is for the class or module that the fixture is for; or no fault.

        The filters of warnings at its end are those of another test than at its beginning.
        """
        holder, _, name = change.path.rpartition(".")
        return change.kind == "warnings" or (holder == self.home and name.isidentifier())


def _restores(modes: StateModes) -> Callable[[str], bool]:
    return lambda path: modes.of(path) in ("restore", "fail")


def _told(changes: Changes, modes: StateModes) -> Changes:
    untold = (Verb.DRAWN, Verb.REPLACED, Verb.UNSET)
    return tuple(one for one in changes if modes.of(one.path) != "off" and one.verb not in untold)


def failing(changes: Changes, modes: StateModes) -> tuple[Change, ...]:
    """Return the changes that a test is to fail for."""
    return tuple(
        one
        for one in changes
        if modes.of(one.path) == "fail" and (one.is_leak or one.action is Action.RESISTED)
    )
