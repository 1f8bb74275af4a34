"""Numbers shown by a template: `to_char(1234.5, '9,999.99')`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import numeric
from freshdb.errors import EmulationError

_FORM = re.compile(r"(?P<fill>FM)?(?P<money>[$L])?(?P<body>[90,G]*(?:[.D][90]*)?)(?P<end>%|\s*)?")


@function("number_to_char")
def number_to_char(kind: str, value: Any, form: str) -> str:
    """Return a number by a template of digits, with groups and a point."""
    match = _FORM.fullmatch(form.upper())
    if match is None or not match["body"] or match["money"] or match["end"]:
        raise EmulationError(f"to_char by `{form}` is not supported", hint="format it in Python")
    body = match["body"].replace("G", ",").replace("D", ".")
    whole, point, rest = body.partition(".")
    number = Decimal(f"{value:.15g}") if kind == "float8" else numeric(value)
    shown = number.quantize(Decimal(1).scaleb(-len(rest)), ROUND_HALF_UP, v.EXACT)
    digits, _, fraction = format(abs(shown), "f").partition(".")
    negative = shown < 0
    filled = not match["fill"]
    text = _whole(whole, digits, fraction=bool(rest), filled=filled)
    if text is None:
        text = re.sub(r"[90]", "#", whole)
        fraction = "#" * len(rest)
    elif not filled:
        fraction = _trimmed(rest, fraction)
    if point:
        text += f".{fraction}"
    return _signed(text, negative=negative, filled=filled)


def _whole(form: str, digits: str, *, fraction: bool, filled: bool) -> str | None:
    """Return the digits before the point, filled up by the template; None if they are too many."""
    places = [sign for sign in form if sign in "90"]
    if digits == "0":
        digits = "" if fraction or "0" in places else "0"
    if len(digits) > len(places):
        return None
    padded = digits.rjust(len(places), " ")
    first_zero = places.index("0") if "0" in places else len(places)
    padded = "".join(
        "0" if one == " " and at >= first_zero else one for at, one in enumerate(padded)
    )
    found, at, begun = [], 0, False
    for sign in form:
        if sign == ",":
            found.append("," if begun else " ")
            continue
        begun = begun or padded[at] != " "
        found.append(padded[at])
        at += 1
    text = "".join(found)
    return text if filled else text.replace(" ", "")


def _trimmed(form: str, fraction: str) -> str:
    """Return digits behind the point without the zeros that FM leaves out: those of a `9`."""
    least = form.rfind("0") + 1
    while len(fraction) > least and fraction.endswith("0"):
        fraction = fraction[:-1]
    return fraction


def _signed(text: str, *, negative: bool, filled: bool) -> str:
    if not filled:
        return f"-{text}" if negative else text
    bare = text.lstrip(" ")
    gap = " " * (len(text) - len(bare))
    return f"{gap}{'-' if negative else ' '}{bare}"
