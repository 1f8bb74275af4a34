"""LIKE."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from freshdb.emulation.collations import fold_for
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters, text
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import operator


@operator("LIKE", args=(2, 4), kind="bool", context=True, deterministic=True)
def like(
    context: Context, value: Any, pattern: Any, escape: Any = "\\", collation: Any = None
) -> bool:
    """Return `value LIKE pattern ESCAPE escape`: `%` any text, `_` one character."""
    sign = characters(escape)
    if len(sign) > 1:
        raise MySQLError(1210, "HY000", "Incorrect arguments to ESCAPE")
    found = text(value)
    exact = isinstance(found, bytes) or isinstance(pattern, bytes)
    shown, form = _octets(found, exact=exact), _octets(text(pattern), exact=exact)
    flavor = "binary" if exact else context.flavor
    return (
        _compiled(form, sign, flavor, collation).fullmatch(_folded(shown, flavor, collation))
        is not None
    )


def _octets(value: Any, *, exact: bool) -> str:
    """Return text, and of bytes one character for each, so that `_` is one byte."""
    if not exact:
        return value
    return (value if isinstance(value, bytes) else value.encode()).decode("latin-1")


def _folded(value: str, flavor: str, collation: str | None) -> str:
    """Return what a collation sees, character by character: trailing spaces count in LIKE."""
    if flavor == "binary":
        return value
    return _fold_one_by_one(value, flavor, collation)


def _fold_one_by_one(value: str, flavor: str, collation: str | None) -> str:
    fold = fold_for(flavor, collation)
    if value.isascii():
        # A fold may drop spaces at the end, which LIKE must keep.
        return fold(value + "\0")[:-1]
    return "".join(fold(sign + "\0")[:1] if sign != " " else sign for sign in value)


@lru_cache(maxsize=512)
def _compiled(pattern: str, escape: str, flavor: str, collation: str | None) -> re.Pattern[str]:
    parts: list[str] = []
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        if escape and sign == escape and index + 1 < len(pattern):
            index += 1
            parts.append(re.escape(_folded(pattern[index], flavor, collation)))
        elif sign == "%":
            # One lazy gap for any number of signs keeps the match linear in most patterns.
            if not parts or parts[-1] != ".*":
                parts.append(".*")
        elif sign == "_":
            parts.append(".")
        else:
            parts.append(re.escape(_folded(sign, flavor, collation)))
        index += 1
    return re.compile("".join(parts), re.DOTALL)
