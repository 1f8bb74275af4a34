"""How places on earth write numbers, and what they call months and days.

`locales.json` holds what the server answered for each of its locales.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from freshdb.emulation.functions.context import warn


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a language, from January and from Monday."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NumberSigns:
    """How a number is written; the last size of a group repeats."""

    point: str
    separator: str
    groups: tuple[int, ...]


@lru_cache(maxsize=1)
def _data() -> dict[str, list[dict[str, Any]]]:
    text = files(__package__).joinpath("locales.json").read_text(encoding="utf-8")
    return json.loads(text)


def _entry(part: str, locale: str) -> dict[str, Any] | None:
    for entry in _data()[part]:
        if any(name.lower() == locale.lower() for name in entry["locales"]):
            return entry
    return None


@lru_cache(maxsize=128)
def _names(locale: str) -> Names | None:
    entry = _entry("names", locale)
    if entry is None:
        return None
    return Names(*(tuple(entry[key]) for key in Names.__dataclass_fields__))


def names_of(locale: str) -> Names:
    """Return the names of a locale; those of `en_US`, with a warning, where it is unknown."""
    found = _names(locale)
    if found is None:
        warn(1649, f"Unknown locale: '{locale}'")
        found = _names("en_US")
    assert found is not None
    return found


@lru_cache(maxsize=128)
def _signs(locale: str) -> NumberSigns | None:
    entry = _entry("numbers", locale)
    if entry is None:
        return None
    return NumberSigns(entry["point"], entry["separator"], tuple(entry["groups"]))


def number_signs(locale: str) -> NumberSigns:
    """Return how a locale writes numbers; as `en_US`, with a warning, where it is unknown."""
    found = _signs(locale)
    if found is None:
        warn(1649, f"Unknown locale: '{locale}'")
        found = _signs("en_US")
    assert found is not None
    return found
