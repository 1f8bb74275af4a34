"""Read a value as a file, a variable, an option or a marker has it.

Each reader raises a ValueError that says what would fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from freshdb.nearest import did_you_mean
from freshdb.settings.values import STATE_MODES, StateModes


def as_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text that is not empty")
    return value.strip()


def as_flag(value: object) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    raise ValueError("true or false")


def as_texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise ValueError("a list of texts")


def as_seeds(value: object) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return as_texts(value)
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def as_seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("a number of seconds")
    try:
        seconds = float(value)
    except ValueError:
        raise ValueError("a number of seconds") from None
    if not 0 <= seconds <= 3600:
        raise ValueError("a number of seconds from 0 to 3600")
    return seconds


def as_state(value: object) -> StateModes:
    """Read ``fail``, ``restore, shop.legacy=report``, or a table with a ``default``."""
    if isinstance(value, str):
        words = [part.partition("=") for part in as_texts(value)]
        entries = {
            name.strip() if sign else "default": (mode if sign else name).strip()
            for name, sign, mode in words
        }
    elif isinstance(value, Mapping):
        entries = dict(value)
    else:
        raise ValueError("a mode, or a table of modes by package")
    for name, mode in entries.items():
        if mode not in STATE_MODES:
            place = "" if name == "default" else f" for `{name}`"
            raise ValueError(f"a mode{place}; {did_you_mean(str(mode), STATE_MODES)}")
    default = entries.pop("default", StateModes.default)
    return StateModes(default, tuple(sorted(entries.items())))


def as_order(value: object) -> str:
    text = str(value).strip()
    if text in ("file", "random", "reverse") or (text.isdecimal() and not isinstance(value, bool)):
        return text
    raise ValueError("`random`, `reverse`, `file`, or the seed that a run has printed")
