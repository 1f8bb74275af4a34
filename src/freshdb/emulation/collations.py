"""How MySQL compares text: which letters are the same, what trailing spaces are worth.

`mysql_ci` is the server's default: `utf8mb4_general_ci` on MariaDB, `utf8mb4_0900_ai_ci` on
MySQL 8. It also orders tagged values (decimals, dates) by their value.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from freshdb.emulation.collation_weights import RUNS, SINGLES
from freshdb.emulation.values import TAG, decode

if TYPE_CHECKING:
    from freshdb.emulation.functions.context import Context

Fold = Callable[[str], str]


class _Weights(dict[int, int]):
    """A table for `str.translate`: characters beyond the first plane all weigh the same."""

    def __missing__(self, code: int) -> int:
        weight = code if code < 0x10000 else 0xFFFD
        self[code] = weight
        return weight


def _general_weights() -> _Weights:
    table = _Weights()
    for first, count, step, weight in RUNS:
        for index in range(count):
            table[first + index * step] = weight + index * step
    for weight, codes in SINGLES.items():
        table.update(dict.fromkeys(codes, weight))
    return table


_GENERAL = _general_weights()


def general_ci(text: str) -> str:
    """Return what `utf8mb4_general_ci` sees of a text: no case, no accents."""
    return text.upper() if text.isascii() else text.translate(_GENERAL)


# By Unicode's rules spaces come first, then signs in this order, then digits and letters.
_SIGNS = "`^_-,;:!?.'\"()[]{}@*/\\&#%+<=>|~$"
_ORDER: dict[int, int | None] = {ord(sign): 0x21 + place for place, sign in enumerate(_SIGNS)}
_ORDER |= {ord("0") + digit: 0x50 + digit for digit in range(10)}
_ORDER.update(dict.fromkeys([*range(1, 9), *range(14, 32), 127]))


@lru_cache(maxsize=4096)
def unicode_ci(text: str) -> str:
    """Return what the collations by Unicode's rules see: no case, no accents, ß as ss."""
    parts = unicodedata.normalize("NFKD", text)
    bare = "".join(each for each in parts if not unicodedata.combining(each))
    return bare.casefold().translate(_ORDER)


def binary(text: str) -> str:
    """Return the text as it is."""
    return text


def _pads(name: str) -> bool:
    """Tell whether a collation takes trailing spaces for nothing."""
    return not ("0900" in name or "nopad" in name or name == "binary")


def fold_of(name: str) -> Fold:
    """Return the function that makes texts equal which a collation takes for equal."""
    key = name.lower()
    base: Fold
    if key == "mysql_ci" or key.endswith("general_ci"):
        base = general_ci
    elif key.endswith(("_bin", "binary", "_cs", "_as_cs")):
        base = binary
    elif key.endswith(("swedish_ci", "latin1_german1_ci")):
        base = general_ci
    else:
        base = unicode_ci
    if not _pads(key):
        return base
    return lambda text: base(text.rstrip(" "))


def default_collation(flavor: str) -> str:
    """Return the name of the collation that a server of this kind uses where none is named."""
    return "utf8mb4_0900_ai_ci" if flavor == "mysql8" else "utf8mb4_general_ci"


@lru_cache(maxsize=64)
def fold_for(flavor: str, name: str | None) -> Fold:
    """Return the fold of a collation, of the server's default one for None or `mysql_ci`."""
    if name is None or name == "mysql_ci":
        name = default_collation(flavor)
    return fold_of("utf8mb4_bin" if name in ("bin", "mysql_bin") else name)


def compare_padded(one: str, other: str) -> int:
    """Compare two folded texts of which the shorter counts as filled up with spaces."""
    if one == other:
        return 0
    if len(one) < len(other) and other.startswith(one):
        rest = other[len(one) :].lstrip(" ")
        return 0 if not rest else -1 if rest > " " else 1
    if len(other) < len(one) and one.startswith(other):
        return -compare_padded(other, one)
    return -1 if one < other else 1


@lru_cache(maxsize=128)
def collation(fold: Fold) -> Callable[[str, str], int]:
    """Return the comparison of two texts by their folds; tagged values compare as what they are."""

    def compare(one: str, other: str) -> int:
        if one == other:
            return 0
        if one[:1] == TAG and other[:1] == TAG:
            return _compare_values(one, other)
        return compare_padded(fold(one), fold(other))

    return compare


def _compare_values(one: str, other: str) -> int:
    a, b = _sort_key(decode(one)), _sort_key(decode(other))
    return (a > b) - (a < b)


def _sort_key(value: Any) -> tuple[int, Any]:
    micros = getattr(value, "micros", None)
    if micros is not None:
        return 1, micros
    if isinstance(value, str):
        return 2, value
    if isinstance(value, int) or hasattr(value, "as_tuple"):
        return 0, value
    return 3, str(value)


_SUFFIXES = ("general_ci", "bin", "unicode_ci", "unicode_520_ci", "swedish_ci", "general_cs")
SERVER_NAMES = (
    *(
        f"{charset}_{suffix}"
        for charset in ("utf8mb4", "utf8mb3", "utf8", "latin1", "ascii")
        for suffix in _SUFFIXES
    ),
    "utf8mb4_0900_ai_ci",
    "utf8mb4_0900_bin",
    "utf8mb4_nopad_bin",
    "utf8mb4_general_nopad_ci",
)


def register_collations(connection: sqlite3.Connection, context: Context) -> None:
    """Register `mysql_ci`, `mysql_bin` and the server's own names."""
    for name in ("mysql_ci", "mysql_bin", *SERVER_NAMES):
        connection.create_collation(name, collation(fold_for(context.flavor, name)))
