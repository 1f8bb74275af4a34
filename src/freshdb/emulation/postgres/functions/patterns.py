"""Texts that match a pattern: LIKE and regular expressions."""

from __future__ import annotations

import re

from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import PostgresError
from freshdb.errors import EmulationError


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


_PLAIN_PATTERN = re.compile(r"(?:[^\\()\[\]{}*+?]|\\[dws.]|\[[\w^ -]+\]|[*+?](?![*+?]))*")


@function("match")
def match(value: str, pattern: str, folds: int) -> int:
    """Return `value ~ pattern`, for patterns that mean the same in Python."""
    if _PLAIN_PATTERN.fullmatch(pattern) is None:
        raise EmulationError(
            f"the regular expression `{pattern}` is not supported",
            hint="use LIKE, or a simpler one",
        )
    flags = re.DOTALL | (re.IGNORECASE if folds else 0)
    return int(re.search(re.sub(r"\$$", r"\\Z", pattern), value, flags) is not None)
