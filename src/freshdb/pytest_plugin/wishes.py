"""What the markers of a test ask for: settings of its own, and seeds to start with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from freshdb.errors import FreshDBError, SettingError
from freshdb.settings import Settings, with_marker

if TYPE_CHECKING:
    from freshdb.seeds.find import Seed

_MARKED = pytest.StashKey[dict[tuple[int, Path], tuple[pytest.Mark, "tuple[Seed, ...]"]]]()


@dataclass(frozen=True)
class Wishes:
    """What the markers of a test ask for."""

    settings: Settings
    seeds: tuple[Seed, ...]


def wishes_of(item: pytest.Item, settings: Settings) -> Wishes:
    """Return what the markers of a test ask for.

    Raises:
        UsageError: one of them asks for what there is not.
    """
    try:
        return Wishes(_settings_of(item, settings), seeds_of(item, item.config))
    except FreshDBError as error:
        raise pytest.UsageError(f"freshdb: {error}") from None


def _settings_of(item: pytest.Item, settings: Settings) -> Settings:
    for marker in reversed(list(item.iter_markers("freshdb"))):
        source = f"@pytest.mark.freshdb of {item.nodeid}"
        if marker.args:
            raise SettingError(
                f"the marker has an argument without a name: {marker.args[0]!r}",
                name="freshdb",
                source=source,
                hint="write it with its name, for example `@pytest.mark.freshdb(enabled=False)`",
            )
        settings = with_marker(settings, marker.kwargs, source)
    return settings


def seeds_of(node: pytest.Item, config: pytest.Config) -> tuple[Seed, ...]:
    """Return the seeds of a test's markers, from the module's to its own."""
    seeds: tuple[Seed, ...] = ()
    marks = [
        mark
        for parent in node.listchain()
        for mark in parent.own_markers
        if mark.name == "freshdb" and "seed" in mark.kwargs
    ]
    for mark in marks:
        found = _seeds_of_mark(mark, node, config)
        # An empty list takes away what wider markers have asked for.
        seeds = (*seeds, *found) if found else ()
    return seeds


def _seeds_of_mark(mark: pytest.Mark, node: pytest.Item, config: pytest.Config) -> tuple[Seed, ...]:
    """Return what a marker names; its files are read once, not for each of its tests."""
    known = config.stash.setdefault(_MARKED, {})
    key = (id(mark), node.path.parent)
    if key not in known:
        from freshdb.seeds.find import find_seeds

        place = f"@pytest.mark.freshdb of {node.nodeid}"
        seeds = find_seeds(mark.kwargs["seed"], node.path.parent, config.rootpath, place)
        known[key] = (mark, seeds)  # with the mark, so that its id is nobody else's
    return known[key][1]
