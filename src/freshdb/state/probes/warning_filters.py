"""Warnings filters."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state import raw
from freshdb.state.change import Change, Finding, Verb, finding
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings


@dataclass(frozen=True, eq=False)
class _Filters:
    held_in: list[Any]
    filters: list[Any]
    showwarning: Any


class WarningsProbe(BaseProbe):
    """Watches the list of filters, what it holds, and the function that shows a warning."""

    name = "warnings"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> _Filters:
        return _Filters(warnings.filters, list(warnings.filters), warnings.showwarning)  # type: ignore[arg-type]  # typeshed: Sequence; it is a list

    def compare(self, baseline: _Filters) -> Sequence[Finding]:
        found = []
        if not _is_as(baseline):
            undo = partial(_put_back, baseline)
            found += [Finding(change, undo) for change in _changes(self.name, baseline.filters)]
        if warnings.showwarning is not baseline.showwarning:
            undo = partial(setattr, warnings, "showwarning", baseline.showwarning)
            path = "warnings.showwarning"
            now = warnings.showwarning
            found.append(finding(self.name, path, baseline.showwarning, now, undo))
        return found


def _is_as(baseline: _Filters) -> bool:
    filters = warnings.filters
    if filters is baseline.held_in and raw.same_identities(filters, baseline.filters):
        return True
    return _as_text(filters) == _as_text(baseline.filters)


def _as_text(filters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return filters in a comparable form: patterns by their text, classes by identity."""
    return [
        tuple(id(part) if isinstance(part, type) else str(part) for part in one) for one in filters
    ]


def _changes(probe: str, before: Sequence[Any]) -> list[Change]:
    """Return which filters have come and gone; or that they only have another order."""
    old, new = (Counter(map(_shown, filters)) for filters in (before, warnings.filters))
    return [
        *(Change(probe, f"warnings.filters[{one!r}]", one, verb=Verb.REMOVED) for one in old - new),
        *(
            Change(probe, f"warnings.filters[{one!r}]", "", one, verb=Verb.ADDED)
            for one in new - old
        ),
    ] or [Change(probe, "warnings.filters", verb=Verb.REORDERED)]


def _shown(entry: Any) -> str:
    """Write a filter as Python's option ``-W`` takes it."""
    action, message, category, module, line = entry
    texts = (getattr(part, "pattern", part) or "" for part in (message, module))
    message, module = texts
    return f"{action}:{message}:{category.__name__}:{module}:{line or ''}".rstrip(":")


def _put_back(baseline: _Filters) -> None:
    warnings.filters = baseline.held_in
    baseline.held_in[:] = baseline.filters
    # The C code caches what it decided; this is how the module tells it to forget.
    getattr(warnings, "_filters_mutated", lambda: None)()
    getattr(warnings, "_filters_mutated_lock_held", lambda: None)()
