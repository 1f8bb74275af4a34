"""The types that numbers count as, and that calculations with them give."""

from __future__ import annotations

from dataclasses import replace

from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, DOUBLE, INT, NULL, UINT, SqlType


def number_kind(written: Written) -> str:
    """Return what a value counts as: int, uint, decimal, double, null or any."""
    kind = written.kind
    if kind in ("hex", "year", "bit"):
        return "uint"
    if kind in ("int", "bool", "date", "enum", "set"):
        return "int"
    if kind in ("time", "datetime"):
        return "decimal" if written.type.scale else "int"
    if kind in ("text", "bytes", "json"):
        return "double"
    return kind


def result_type(function: str, left: Written, right: Written) -> SqlType:
    """Return the type of a sum, product or quotient."""
    kinds = {number_kind(left), number_kind(right)} - {"null"}
    if not kinds:
        return NULL if function != "my_div" else SqlType("decimal", "decimal", 10, 4)
    if "any" in kinds:
        return ANY
    if function == "my_intdiv":
        return UINT if "uint" in kinds else INT
    if "double" in kinds:
        return replace(DOUBLE, scale=_places(function, left, right))
    if function == "my_div" or "decimal" in kinds:
        return SqlType("decimal", "decimal", 30, _scale(function, left, right))
    return UINT if "uint" in kinds else INT


def _places(function: str, left: Written, right: Written) -> int | None:
    """Return the digits that a double is shown with; None for all of them."""
    if any(
        one.type.scale is None and (one.is_text or one.kind in ("bytes", "json", "double"))
        for one in (left, right)
    ):
        return None
    return _scale(function, left, right)


def _scale(function: str, left: Written, right: Written) -> int | None:
    scales = [
        0 if one.kind not in ("decimal", "double") and not one.type.scale else one.type.scale
        for one in (left, right)
    ]
    if None in scales:
        return None
    first, second = int(scales[0] or 0), int(scales[1] or 0)
    if function == "my_div":
        return min(first + 4, 38)
    if function == "my_mul":
        return min(first + second, 38)
    return max(first, second)
