"""The collation by which several texts are compared."""

from __future__ import annotations

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.rewrite.written import EXPLICIT, OF_COLUMN, OF_CONSTANT, Written
from freshdb.emulation.types import CI


def pick_collation(*operands: Written) -> tuple[str, int]:
    """Return the collation by which MySQL compares texts: the most binding one.

    Of two that bind alike the one by code points wins, and UTF-8 over what is narrower.

    Raises:
        MySQLError: 1267, where neither wins.
    """
    best, strength = CI, 9
    for one in operands:
        if not (one.is_text or one.kind == "json"):
            continue
        if one.strength < strength:
            best, strength = one.type.collation, one.strength
        elif one.strength == strength and one.type.collation != best:
            best = _stronger(best, one.type.collation, strength)
    return best, strength


def _stronger(one: str, other: str, strength: int) -> str:
    if strength >= OF_CONSTANT or "binary" in (one, other):
        return "binary" if "binary" in (one, other) else one
    if strength == OF_COLUMN:
        charsets = [name.split("_")[0] for name in (one, other)]
        if charsets[0] != charsets[1]:
            return other if charsets[1].startswith("utf8mb4") else one
        for name in (one, other):
            if name.endswith("_bin"):
                return name
    word = "EXPLICIT" if strength == EXPLICIT else "IMPLICIT"
    text = f"Illegal mix of collations ({one},{word}) and ({other},{word}) for operation '='"
    raise MySQLError(1267, "HY000", text)
