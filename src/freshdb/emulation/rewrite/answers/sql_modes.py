"""The modes that sql_mode names."""

from __future__ import annotations

import re

from freshdb.emulation.errors import MySQLError
from freshdb.errors import EmulationError

MODES = {
    "TRADITIONAL": "STRICT_TRANS_TABLES STRICT_ALL_TABLES NO_ZERO_IN_DATE NO_ZERO_DATE "
    "ERROR_FOR_DIVISION_BY_ZERO TRADITIONAL NO_AUTO_CREATE_USER NO_ENGINE_SUBSTITUTION",
}
_KNOWN_MODES = frozenset(
    [
        "ALLOW_INVALID_DATES",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "HIGH_NOT_PRECEDENCE",
        "IGNORE_SPACE",
        "NO_AUTO_CREATE_USER",
        "NO_AUTO_VALUE_ON_ZERO",
        "NO_DIR_IN_CREATE",
        "NO_ENGINE_SUBSTITUTION",
        "NO_ZERO_DATE",
        "NO_ZERO_IN_DATE",
        "NO_UNSIGNED_SUBTRACTION",
        "ONLY_FULL_GROUP_BY",
        "PAD_CHAR_TO_FULL_LENGTH",
        "STRICT_ALL_TABLES",
        "STRICT_TRANS_TABLES",
        "TIME_ROUND_FRACTIONAL",
        "TRADITIONAL",
        "TIME_TRUNCATE_FRACTIONAL",
        "SIMULTANEOUS_ASSIGNMENT",
        "EMPTY_STRING_IS_NULL",
    ]
)
_SYNTAX_MODES = frozenset(
    ["ANSI", "ANSI_QUOTES", "PIPES_AS_CONCAT", "NO_BACKSLASH_ESCAPES", "ORACLE", "MSSQL", "DB2"]
)


def modes_of(text: str) -> set[str]:
    """Return the modes that a value of sql_mode names.

    Raises:
        MySQLError: 1231, a mode that there is not.
        EmulationError: a mode that changes how SQL is read.
    """
    found: set[str] = set()
    for word in re.split(r"\s*,\s*", text.strip().upper()):
        if not word:
            continue
        if word in _SYNTAX_MODES:
            raise EmulationError(
                f"sql_mode {word} is not supported", hint="leave it out of sql_mode"
            )
        if word not in _KNOWN_MODES:
            raise MySQLError(
                1231, "42000", f"Variable 'sql_mode' can't be set to the value of '{word}'"
            )
        found |= set(MODES.get(word, word).split())
    return found
