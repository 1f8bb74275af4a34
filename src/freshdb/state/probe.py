"""The one shape that all probes have, and the ordered list that they are kept in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Protocol, runtime_checkable

from freshdb.errors import StateError, UnknownProbeError
from freshdb.state.change import Finding
from freshdb.state.sweep import Signs


@runtime_checkable
class Probe(Protocol):
    """Watches, snapshots and restores one kind of process state.

    A probe holds no state of the run: what `snapshot` returns is its baseline and comes back as
    the argument of the other methods. Several baselines of one probe are alive at the same time,
    one per layer.
    """

    name: str

    def snapshot(self) -> Any:
        """Return the state as it is now, in a form that later changes do not touch."""

    def compare(self, baseline: Any) -> Sequence[Finding]:
        """Return what differs from the baseline; called after every test, so it must be quick."""

    def remaining(self, baseline: Any) -> Sequence[Finding]:
        """Return what still differs after all that `compare` found was undone."""

    def rebase(self, baseline: Any) -> Any:
        """Return a new baseline of the state as it is now, given an older one to build on."""

    def settle(self, baseline: Any, left: Sequence[Finding]) -> None:
        """Note that all differences but those in ``left`` were undone; these need no more look."""

    def signs(self, baseline: Any) -> Signs | None:
        """Return by what a change would show; None if only `compare` can tell.

        As long as all of them are as they were when `compare` found nothing, it would find nothing.
        """


class BaseProbe:
    """Gives a probe the methods that only a costly one needs to write."""

    name = "base"

    def snapshot(self) -> Any:
        """Return the state as it is now."""
        raise NotImplementedError

    def compare(self, baseline: Any) -> Sequence[Finding]:
        """Return what differs from the baseline."""
        raise NotImplementedError

    def remaining(self, baseline: Any) -> Sequence[Finding]:
        """Compare once more."""
        return self.compare(baseline)

    def rebase(self, baseline: Any) -> Any:
        """Return a new baseline; the old one is of no use here."""
        return self.snapshot()

    def settle(self, baseline: Any, left: Sequence[Finding]) -> None:
        """Do nothing: comparing again is cheap."""

    def signs(self, baseline: Any) -> Signs | None:
        """Return None: it is compared after every test."""
        return None


ProbeFactory = Callable[[Any], Probe]
"""Makes a probe for one keeper; gets that keeper's `StateSettings`."""


@dataclass
class ProbeRegistry:
    """An ordered list of named makers of probes; later ones see what earlier ones restored."""

    _factories: dict[str, ProbeFactory] = field(default_factory=dict)

    def register(self, name: str, factory: ProbeFactory, *, replace: bool = False) -> None:
        """Add a probe at the end of the list, or replace the one of the same name."""
        if name in self._factories and not replace:
            raise StateError(
                f"a probe named `{name}` is already registered",
                hint="give yours another name, or pass `replace=True`",
            )
        self._factories[name] = factory

    def __iter__(self) -> Iterator[str]:
        return iter(self._factories)

    def copy(self) -> ProbeRegistry:
        """Return a list of its own with the same probes."""
        return ProbeRegistry(dict(self._factories))

    def ensure_known(self, names: Iterable[str]) -> None:
        """Raise `UnknownProbeError` for a name that no probe has."""
        for name in names:
            if name not in self._factories:
                raise _unknown(name, tuple(self._factories))

    def make(self, settings: Any, names: Iterable[str] | None = None) -> list[Probe]:
        """Return new probes in the registry's order: all, or those that are named."""
        wanted = tuple(self._factories) if names is None else tuple(names)
        self.ensure_known(wanted)
        return [make(settings) for name, make in self._factories.items() if name in wanted]


def _unknown(name: str, known: Sequence[str]) -> UnknownProbeError:
    close = get_close_matches(name, known, n=1)
    cure = f"did you mean `{close[0]}`? Known" if close else "known"
    return UnknownProbeError(f"unknown probe `{name}`", hint=f"{cure} probes: {', '.join(known)}")
