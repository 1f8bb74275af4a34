"""SOUNDEX."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.spec import function


@function("SOUNDEX", args=1, kind="text")
def soundex(value: Any) -> str:
    """Return how an English word sounds: a letter and three digits or more."""
    found = ""
    last = ""
    for letter in map(_ascii_upper, characters(value)):
        if not (letter.isalpha() or letter > "\u00bf"):
            continue
        code = _SOUNDS.get(letter, "0")
        if not found:
            found = letter
        elif code not in ("0", last):
            found += code
        # Only a vowel between two letters of one sound makes them count twice in MySQL … and H, W.
        last = code if code != "0" or not found else last
    return found.ljust(4, "0") if found else ""


def _ascii_upper(letter: str) -> str:
    return letter.upper() if letter.isascii() else letter


_SOUNDS = {
    letter: code
    for code, letters in {
        "1": "BFPV", "2": "CGJKQSXZ", "3": "DT", "4": "L", "5": "MN", "6": "R",
    }.items()
    for letter in letters
}  # fmt: skip
