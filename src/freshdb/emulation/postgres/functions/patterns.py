"""Texts that match a pattern by LIKE and ILIKE."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.quantifying import quantified
from freshdb.emulation.postgres.problems import PostgresError


@function("like")
def like(value: str, pattern: str, folds: int, escape: str = "\\") -> int:
    """Return `value LIKE pattern`, or ILIKE."""
    parts, index = [], 0
    while index < len(pattern):
        sign = pattern[index]
        if escape and sign == escape:
            index += 1
            if index >= len(pattern):
                raise PostgresError("22025", "LIKE pattern must not end with escape character")
            parts.append(re.escape(pattern[index]))
        else:
            parts.append({"%": ".*", "_": "."}.get(sign, re.escape(sign)))
        index += 1
    flags = re.DOTALL | (re.IGNORECASE if folds else 0)
    return int(re.fullmatch("".join(parts), value, flags) is not None)


@function("like_any", strict=False)
def like_any(value: str | None, patterns: str | None, folds: int, negated: int) -> int | None:
    """Return `value LIKE ANY(patterns)`."""
    return _of_several(value, patterns, folds, negated, every=False)


@function("like_all", strict=False)
def like_all(value: str | None, patterns: str | None, folds: int, negated: int) -> int | None:
    """Return `value LIKE ALL(patterns)`."""
    return _of_several(value, patterns, folds, negated, every=True)


def _of_several(
    value: str | None, patterns: str | None, folds: int, negated: int, *, every: bool
) -> int | None:
    def holds(pattern: Any) -> bool:
        return value is not None and like(value, pattern, folds) != negated

    return quantified(holds, value, patterns, every=every)
