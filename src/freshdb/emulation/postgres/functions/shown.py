"""The text of a value, as the server writes it."""

from __future__ import annotations

import json
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres.functions.array_texts import array_shown


def shown(value: Any, source: str) -> str:
    """Return a value's text, as a cast to text gives it."""
    if source.endswith("[]"):
        kind = source[:-2]
        # Inside an array, a boolean is one letter.
        return array_shown(
            [None if one is None else output(one, kind) for one in json.loads(value)]
        )
    if source == "bool":
        return "true" if value else "false"
    if source in ("timestamp", "timestamptz"):
        text = str(value).rstrip("0").rstrip(".") if "." in str(value) else str(value)
        return text + ("+00" if source == "timestamptz" else "")
    if source == "time":
        return str(value).rstrip("0") if "." in str(value) else str(value)
    if source == "float8":
        return float_text(float(value))
    if source == "interval":
        return intervals.shown(value)
    if source == "bytea":
        return f"\\x{value.hex()}"
    return str(value)


def output(value: Any, source: str) -> str:
    """Return a value's text, as it stands in a result: a boolean is one letter there."""
    return ("t" if value else "f") if source == "bool" else shown(value, source)


def float_text(value: float) -> str:
    """Return the shortest digits of a double that read back as it."""
    if value != value or value in (float("inf"), float("-inf")):  # NaN
        return {"inf": "Infinity", "-inf": "-Infinity"}.get(str(value), "NaN")
    mantissa, _, exponent = f"{value:e}".partition("e")
    digits = repr(value)
    if value and not -5 < int(exponent) < 15:
        mantissa, _, _ = _scientific(digits)
        return f"{mantissa}e{int(exponent):+03d}"
    if "e" in digits:
        return f"{value:.20f}".rstrip("0") if abs(value) < 1 else f"{value:.0f}"
    return digits.removesuffix(".0")


def _scientific(digits: str) -> tuple[str, str, str]:
    """Return the shortest mantissa of a double that is shown with an exponent."""
    from decimal import Decimal

    found = Decimal(digits)
    sign, numbers, _ = found.normalize().as_tuple()
    text = "".join(map(str, numbers))
    mantissa = text[0] + (f".{text[1:]}" if len(text) > 1 else "")
    return ("-" if sign else "") + mantissa, "", ""
