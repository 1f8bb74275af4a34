"""Keep the process state of a test run: a baseline per layer, put back before each test."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from freshdb.errors import StateError
from freshdb.state.change import Change, Finding
from freshdb.state.delta import Delta
from freshdb.state.importing import ImportWatch
from freshdb.state.probe import Probe, ProbeRegistry
from freshdb.state.probes import PROBES
from freshdb.state.probes.modules import ModulesBaseline
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Sweep
from freshdb.state.undoing import broken, undo_findings

Changes = tuple[Change, ...]
Baselines = tuple[Any, ...]
"""What each probe's snapshot returned, in the order of the probes."""
Found = list[tuple[int, Finding]]
"""Findings, each with the place of its probe."""
Mark = frozenset[tuple[int, str]]
"""Pieces of state: the place of the probe, and the path."""


@dataclass(eq=False)
class Layer:
    """One baseline of everything, set by a fixture scope or a test.

    Attributes:
        owner: the test or the scope whose changes belong to this layer.
        baselines: what was there when it was opened.
        sweep: tells whether the probes that have signs would find nothing; None where that is not
            known.
    """

    owner: str
    baselines: Baselines
    sweep: Sweep | None = None

    def renew(self, baselines: Baselines) -> None:
        """Take other baselines instead."""
        self.baselines, self.sweep = baselines, None


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
        self._all = range(len(self._probes))
        self._places = {probe.name: place for place, probe in enumerate(self._probes)}
        self._layers: list[Layer] = []
        self._imports = ImportWatch(self.settings.own, self)

    # Layers

    @property
    def owners(self) -> tuple[str, ...]:
        """Return the owners of the open layers, outermost first."""
        return tuple(layer.owner for layer in self._layers)

    def holds(self, layer: Layer) -> bool:
        """Tell whether a layer is open."""
        return layer in self._layers

    @property
    def innermost(self) -> Layer | None:
        """Return the layer that `check` and `restore` compare with."""
        return self._layers[-1] if self._layers else None

    def mark(self) -> Mark:
        """Return what differs from the baseline now, for `open` to leave it out."""
        return _paths(self._found())

    def open(self, owner: str, *, but: Mark = frozenset()) -> Layer:
        """Make the state as it is now the baseline of a new innermost layer.

        Args:
            owner: whose changes make the layer.
            but: changes that belong to somebody else; the baseline is as if they were not there.
        """
        if not self._layers:
            return self._add(owner, self._first_baselines())
        as_it_is = self._rebased()
        if not but:
            return self._add(owner, as_it_is)
        theirs = [one for one in self._found() if (one[0], one[1].change.path) in but]
        self._undo(theirs, partly=True)
        layer = self._add(owner, self._rebased())
        self._move_to(as_it_is)
        return layer

    def close(
        self, layer: Layer | None = None, is_restored: Callable[[str], bool] = lambda path: True
    ) -> Changes:
        """End a layer: drop its baseline and restore what is outside it.

        Args:
            layer: the innermost one if it is not given. Of one that has others inside it, what they
                have changed too is theirs from now on.
            is_restored: tells by its path whether a piece of state is put back; the rest stays.

        Returns:
            What was put back: all that its owner has left behind.
        """
        innermost = self._innermost("close")
        if layer is not None and layer is not innermost:
            return self._close_beneath(self._layers.index(layer), is_restored)
        if len(self._layers) > 1:
            self._layers.pop()
            return self.end(is_restored)
        changes = self.end(is_restored)
        self.stop()
        return changes

    def stop(self) -> None:
        """Drop all layers, and leave the state as it is."""
        self._layers.clear()
        self._imports.uninstall()

    @contextmanager
    def layer(self, owner: str) -> Iterator[None]:
        """Open a layer for the length of a ``with`` block."""
        self.open(owner)
        try:
            yield
        finally:
            self.close()

    # Changes

    def check(self) -> Changes:
        """Return what differs from the innermost baseline; nothing is put back."""
        self._innermost("check")
        return tuple(found.change for _, found in self._found())

    def delta(self, *names: str) -> Delta:
        """Return what differs from the innermost baseline, to be put back in part.

        Args:
            names: the probes that are asked; all if none is named.
        """
        self._innermost("compare")
        places = [self._places[name] for name in names if name in self._places] or self._all
        found = self._compared(self._layers[-1].baselines, places)
        return Delta(found, lambda found: self._undo(found, partly=True))

    def restore(self) -> Changes:
        """Put the innermost baseline back in place and return what had changed."""
        self._innermost("restore")
        return self._undo(self._found())

    def end(self, is_restored: Callable[[str], bool]) -> Changes:
        """Put back what is to be put back, and take the rest for the baseline.

        Args:
            is_restored: tells it by the path of a piece of state.

        Returns:
            What had changed, with what was done about it.
        """
        self._innermost("end")
        found = self._found()
        restored = [one for one in found if is_restored(one[1].change.path)]
        if len(restored) == len(found):
            return self._undo(found)
        kept = tuple(one.change for _, one in found if not is_restored(one.change.path))
        changes = self._undo(restored, partly=True)
        self.accept()
        return (*changes, *kept)

    def accept(self) -> None:
        """Make the state as it is now the innermost layer's baseline, instead of restoring it."""
        self._innermost("accept").renew(self._rebased())

    def renew(self, *names: str) -> None:
        """Make the state as it is now the baseline of the probes of these names only."""
        innermost = self._innermost("renew")
        baselines = list(innermost.baselines)
        sweep = innermost.sweep
        for place in (self._places[name] for name in names if name in self._places):
            probe = self._probes[place]
            if sweep is not None and place not in sweep.others:
                if not probe.compare(baselines[place]):
                    continue
                sweep = None
            baselines[place] = probe.snapshot()
        innermost.baselines, innermost.sweep = tuple(baselines), sweep

    def matched_ignores(self) -> tuple[str, ...]:
        """Return the ignore patterns that match some state, changed or not."""
        ignored = self.settings.ignored
        if ignored.unmatched():
            for baseline in self.baselines(ModulesBaseline):
                for path in baseline.graph.paths():
                    ignored.covers(path)
        unmatched = ignored.unmatched()
        return tuple(one for one in ignored.patterns if one not in unmatched)

    def baselines(self, kind: type) -> list[Any]:
        """Return the open layers' baselines of one class, outermost first, each once."""
        found = {
            id(baseline): baseline
            for layer in self._layers
            for baseline in layer.baselines
            if isinstance(baseline, kind)
        }
        return list(found.values())

    # What they are made of

    def _add(self, owner: str, baselines: Baselines) -> Layer:
        self._layers.append(Layer(owner, baselines))
        return self._layers[-1]

    def _innermost(self, verb: str) -> Layer:
        if not self._layers:
            raise StateError(
                f"cannot {verb} process state: no baseline is open", hint="call `open(owner)` first"
            )
        return self._layers[-1]

    def _first_baselines(self) -> Baselines:
        self._imports.install()
        try:
            return tuple(probe.snapshot() for probe in self._probes)
        except BaseException:
            self._imports.uninstall()
            raise

    def _rebased(self, baselines: Baselines | None = None) -> Baselines:
        """Return the baselines of the state as it is now, built on older ones."""
        pairs = zip(self._probes, baselines or self._layers[-1].baselines, strict=True)
        return tuple(probe.rebase(baseline) for probe, baseline in pairs)

    def _found(self) -> Found:
        """Return what differs from the innermost baselines."""
        layer = self._layers[-1]
        sweep = layer.sweep
        if sweep is not None and sweep.is_untouched():
            return self._compared(layer.baselines, sweep.others)
        found = self._compared(layer.baselines, self._all)
        layer.sweep = None if found else self._swept(layer.baselines)
        return found

    def _compared(self, baselines: Baselines, places: Iterable[int]) -> Found:
        """Return what the probes at these places find."""
        found: Found = []
        for place in places:
            try:
                differing = self._compares[place](baselines[place])
            except Exception as error:
                differing = (broken(self._probes[place], error),)
            if differing:
                found += self._wanted(place, baselines[place], differing)
        return found

    def _swept(self, baselines: Baselines) -> Sweep | None:
        """Note all signs; without, where some cannot be read, all probes go on to be asked."""
        pairs = zip(self._probes, baselines, strict=True)
        with suppress(Exception):
            return Sweep([probe.signs(baseline) for probe, baseline in pairs])
        return None

    def _wanted(self, place: int, baseline: Any, differing: Sequence[Finding]) -> Found:
        """Return the findings that no pattern covers; if all are covered, look no more at them."""
        wanted = [(place, found) for found in differing if not self._is_ignored(found)]
        if not wanted:
            self._probes[place].settle(baseline, differing)
        return wanted

    def _is_ignored(self, found: Finding) -> bool:
        ignored = self.settings.ignored
        return bool(ignored) and ignored.covers(found.change.path)

    def _undo(
        self,
        found: Iterable[tuple[int, Finding]],
        to: Baselines | None = None,
        *,
        partly: bool = False,
    ) -> Changes:
        """Undo findings, those of one probe together and in the order of the probes.

        Args:
            found: what is undone.
            to: the baselines that it was found against; the innermost ones if not given.
            partly: whether there is more that differs from them, and goes on to.
        """
        baselines = self._layers[-1].baselines if to is None else to
        by_place: dict[int, list[Finding]] = {}
        for place, one in found:
            by_place.setdefault(place, []).append(one)
        if by_place:
            # Layers have baselines in common, and what cannot be undone becomes part of them.
            for layer in self._layers:
                layer.sweep = None
        changes: list[Change] = []
        for place, mine in by_place.items():
            probe, baseline = self._probes[place], baselines[place]
            changes += undo_findings(probe, baseline, mine, self._is_ignored, partly=partly)
        return tuple(changes)

    def _move_to(self, baselines: Baselines) -> None:
        """Make the state what it was when these baselines were taken."""
        self._undo(self._compared(baselines, self._all), baselines)

    def _close_beneath(self, place: int, is_restored: Callable[[str], bool]) -> Changes:
        """End a layer that others are inside of: take what it alone has changed out of them.

        Fixtures end in the order of their scopes, which need not be the reverse of the order in
        which they were set up.
        """
        outer, gone, above = self._layers[place - 1], self._layers[place], self._layers[place + 1 :]
        still_there = _paths(self._compared(outer.baselines, self._all))
        changes: Changes = ()
        for number, layer in enumerate(above):
            self._move_to(layer.baselines)
            changed_since = _paths(self._compared(gone.baselines, self._all))
            found = self._compared(outer.baselines, self._all)
            mine = [
                (where, one)
                for where, one in found
                if (where, one.change.path) not in changed_since and is_restored(one.change.path)
            ]
            undone = self._undo(mine, outer.baselines, partly=True)
            if number == 0:
                left = {(where, one.change.path) for where, one in mine} & still_there
                paths = {path for _, path in left}
                changes = tuple(change for change in undone if change.path in paths)
            layer.renew(self._rebased(layer.baselines))
        self._layers[place:] = above
        return changes


def _paths(found: Collection[tuple[int, Finding]]) -> Mark:
    return frozenset((place, one.change.path) for place, one in found)
