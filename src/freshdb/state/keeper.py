"""Keep the process state of a test run: a baseline per layer, put back before each test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from freshdb.state.change import Action, Change, Finding
from freshdb.state.errors import NoBaselineError, UnmatchedIgnoreError
from freshdb.state.importing import ImportWatch
from freshdb.state.probe import Probe, ProbeRegistry
from freshdb.state.probes import PROBES
from freshdb.state.probes.modules import ModulesBaseline
from freshdb.state.render import show
from freshdb.state.settings import StateSettings

Changes = tuple[Change, ...]


@dataclass(frozen=True)
class Layer:
    """One baseline of everything, set by a fixture scope or a test.

    Attributes:
        owner: the test or the scope whose changes belong to this layer.
        baselines: what each probe's snapshot returned, in the order of the probes.
    """

    owner: str
    baselines: tuple[Any, ...]


class StateKeeper:
    """Snapshots process state, tells what changed, and puts it back in place.

    Example:
        >>> keeper = StateKeeper(StateSettings(packages=("json",)))
        >>> keeper.open("session")
        >>> import json
        >>> json.left_behind = 1
        >>> [str(change) for change in keeper.restore()]
        ['json.left_behind (added)']
        >>> keeper.close()
        ()
    """

    def __init__(
        self, settings: StateSettings | None = None, *, registry: ProbeRegistry = PROBES
    ) -> None:
        self.settings = settings or StateSettings()
        self._probes: Sequence[Probe] = registry.make(self.settings, self.settings.probes)
        self._compares = tuple(probe.compare for probe in self._probes)
        self._layers: list[Layer] = []
        self._imports = ImportWatch(self.settings.own, self)

    @property
    def owners(self) -> tuple[str, ...]:
        """Return the owners of the open layers, outermost first."""
        return tuple(layer.owner for layer in self._layers)

    def open(self, owner: str) -> None:
        """Make the state as it is now the baseline of a new innermost layer."""
        if self._layers:
            pairs = zip(self._probes, self._layers[-1].baselines, strict=True)
            baselines = tuple(probe.rebase(baseline) for probe, baseline in pairs)
        else:
            self._imports.install()
            try:
                baselines = tuple(probe.snapshot() for probe in self._probes)
            except BaseException:
                self._imports.uninstall()
                raise
        self._layers.append(Layer(owner, baselines))

    def check(self) -> Changes:
        """Return what differs from the innermost baseline; nothing is put back."""
        return tuple(found.change for _, found in self._findings("check"))

    def restore(self) -> Changes:
        """Put the innermost baseline back in place and return what had changed."""
        found = self._findings("restore")
        if not found:
            return ()
        baselines = self._layers[-1].baselines
        changes: list[Change] = []
        for place in dict.fromkeys(place for place, _ in found):
            mine = [one for where, one in found if where == place]
            changes += _restore(self._probes[place], baselines[place], mine, self._is_ignored)
        return tuple(changes)

    def accept(self) -> None:
        """Make the state as it is now the innermost layer's baseline, instead of restoring it."""
        owner = self._innermost("accept").owner
        pairs = zip(self._probes, self._layers[-1].baselines, strict=True)
        self._layers[-1] = Layer(owner, tuple(probe.rebase(baseline) for probe, baseline in pairs))

    def close(self) -> Changes:
        """End the innermost layer: drop its baseline and restore the one outside it.

        The outermost layer restores its own, as there is none outside it.
        """
        self._innermost("close")
        if len(self._layers) == 1:
            changes = self.restore()
            self._layers.pop()
            self._imports.uninstall()
            return changes
        self._layers.pop()
        return self.restore()

    @contextmanager
    def layer(self, owner: str) -> Iterator[None]:
        """Open a layer for the length of a ``with`` block."""
        self.open(owner)
        try:
            yield
        finally:
            self.close()

    def ensure_ignores_matched(self) -> None:
        """Raise `UnmatchedIgnoreError` if an ignore pattern matches no state, changed or not."""
        ignored = self.settings.ignored
        if ignored.unmatched():
            for baseline in self.baselines(ModulesBaseline):
                for path in baseline.graph.paths():
                    ignored.covers(path)
        unmatched = ignored.unmatched()
        if unmatched:
            raise UnmatchedIgnoreError(unmatched)

    def baselines(self, kind: type) -> list[Any]:
        """Return the open layers' baselines of one class, outermost first, each once."""
        found = {
            id(baseline): baseline
            for layer in self._layers
            for baseline in layer.baselines
            if isinstance(baseline, kind)
        }
        return list(found.values())

    def _innermost(self, verb: str) -> Layer:
        if not self._layers:
            raise NoBaselineError(verb)
        return self._layers[-1]

    def _findings(self, verb: str) -> list[tuple[int, Finding]]:
        baselines = self._innermost(verb).baselines
        found: list[tuple[int, Finding]] = []
        for place, compare in enumerate(self._compares):
            try:
                differing = compare(baselines[place])
            except Exception as error:
                differing = (_broken(self._probes[place], error),)
            if differing:
                found += self._wanted(place, differing)
        return found

    def _wanted(self, place: int, differing: Sequence[Finding]) -> list[tuple[int, Finding]]:
        """Return the findings that no pattern covers; if all are covered, look no more at them."""
        wanted = [(place, found) for found in differing if not self._is_ignored(found)]
        if not wanted:
            self._probes[place].settle(self._layers[-1].baselines[place], differing)
        return wanted

    def _is_ignored(self, found: Finding) -> bool:
        ignored = self.settings.ignored
        return bool(ignored) and ignored.covers(found.change.path)


def _restore(
    probe: Probe, baseline: Any, found: Sequence[Finding], is_ignored: Any
) -> list[Change]:
    """Undo findings of one probe; what differs afterwards has resisted."""
    failures = _undo_all(found)
    remaining = [] if all(one.undo is None for one in found) else list(probe.remaining(baseline))
    still = {one.change.path for one in remaining if not is_ignored(one)}
    probe.settle(baseline, remaining or [one for one in found if one.undo is None])
    return [_outcome(one, failures, still) for one in found]


def _undo_all(found: Sequence[Finding]) -> dict[int, str]:
    """Undo each finding once, last first; return the notes of those that failed."""
    failures: dict[int, str] = {}
    for undo in {id(one.undo): one.undo for one in reversed(found) if one.undo}.values():
        try:
            undo()
        except Exception as error:
            failures[id(undo)] = f"{type(error).__name__}: {show(str(error))}"
    return failures


def _outcome(one: Finding, failures: dict[int, str], still: set[str]) -> Change:
    if one.undo is None:
        return one.change
    note = failures.get(id(one.undo), "")
    if note or one.change.path in still:
        return one.change.with_action(Action.RESISTED, note or "it changed back at once")
    return one.change.with_action(one.undone)


def _broken(probe: Probe, error: Exception) -> Finding:
    note = f"the probe failed with {type(error).__name__}: {show(str(error))}"
    change = Change(probe.name, f"probe {probe.name}", action=Action.RESISTED, note=note)
    return Finding(change.with_action(Action.RESISTED, note), None)
