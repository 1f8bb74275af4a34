"""Times to live: `2h` read, what is left of it told."""

from __future__ import annotations

import re
import time

from freshdb.errors import BranchInputError

DEFAULT = "2h"
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_LONGEST_S = 366 * 86_400


def seconds_of(text: str) -> float:
    """Return how many seconds a time to live such as `90m`, `2h`, `1d12h` means.

    Raises:
        BranchInputError: it is none.
    """
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw])", text.strip().lower())
    if not parts or "".join(map("".join, parts)) != text.strip().lower():
        raise BranchInputError(
            f"`{text}` is no time to live",
            hint="write a number and a unit: `45s`, `30m`, `2h`, `7d`, `1d12h`; "
            "`--no-expiry` for a branch that stays",
        )
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if not 0 < seconds <= _LONGEST_S:
        raise BranchInputError(
            f"a time to live of `{text}` is not between a moment and a year",
            hint="`--no-expiry` makes a branch that stays until it is deleted",
        )
    return seconds


def end_of(ttl: str | None) -> float | None:
    """Return when a time to live that begins now is over, in seconds since the epoch."""
    return None if ttl is None else time.time() + seconds_of(ttl)


def in_words(seconds: float) -> str:
    """Return a time span in its one or two largest units: `1 h 59 min`."""
    rest = round(max(0.0, seconds))
    words = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        number, rest = divmod(rest, size)
        if number:
            words.append(f"{number} {name}")
    return " ".join(words[:2]) or "0 s"
