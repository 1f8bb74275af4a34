"""Calls whose answer on the server follows no rule that could be kept: they are refused."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.functions.traits import traits_of
from freshdb.emulation.nodes import Call
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import TEXTS
from freshdb.errors import EmulationError

MOMENTS = ("date", "time", "datetime")
PRETTY = ("JSON_COMPACT", "JSON_LOOSE", "JSON_DETAILED", "JSON_PRETTY")
_NOT_OF_YEARS = frozenset({"ADDTIME", "SUBTIME", "TIMEDIFF", "FIELD", "FIND_IN_SET", "STRCMP"})
_OF_BITS = frozenset({"QUOTE", "JSON_UNQUOTE"})
_FINE = frozenset(
    [
        *("CONCAT", "CONCAT_WS", "LEFT", "RIGHT", "MID", "SUBSTR", "SUBSTRING"),
        *("LENGTH", "OCTET_LENGTH", "BIT_LENGTH", "CHAR_LENGTH", "CHARACTER_LENGTH"),
    ]
)


def refuse_odd(name: str, node: Any, arguments: list[Written]) -> None:
    """Refuse calls whose answer on the server follows no rule that could be kept."""
    if name in ("ROUND", "TRUNCATE", "FLOOR", "CEIL", "CEILING") and arguments[0].kind in MOMENTS:
        raise EmulationError(f"{name} of a date or time is not supported", hint="CAST it first")
    kinds = {one.kind for one in arguments}
    if "bit" in kinds and name in ("CONV", "FIELD", "JSON_QUOTE", "SOUNDEX"):
        raise EmulationError(f"{name} of BIT is not supported", hint="write `column + 0`")
    if "bit" in kinds and (name in _OF_BITS or (traits_of(name).takes_text and name not in _FINE)):
        raise EmulationError(f"{name} of BIT is not supported", hint="write `column + 0`")
    if "year" in kinds and name in _NOT_OF_YEARS:
        raise EmulationError(f"{name} of a YEAR is not supported", hint="CAST it first")
    if name == "JSON_QUOTE" and "bytes" in kinds and arguments[0].column is not None:
        raise EmulationError("JSON_QUOTE of bytes is not supported", hint="CONVERT them first")
    if name == "FROM_UNIXTIME" and len(arguments) == 2 and arguments[1].kind in ("bytes", "hex"):
        raise EmulationError("a format of bytes is not supported", hint="CAST it AS CHAR")
    if name == "SOUNDEX" and kinds & {"bytes", "hex"}:
        raise EmulationError("SOUNDEX of bytes is not supported", hint="CAST them AS CHAR")
    odd = ("bit", "enum", "set", "decimal")
    if name == "CRC32" and len(arguments) == 2 and arguments[0].kind in odd:
        raise EmulationError("CRC32 that goes on from no integer is not supported", hint="CAST it")
    if name == "FIELD" and kinds & {"enum", "set"} and len(kinds) > 1 and not kinds <= TEXTS:
        raise EmulationError("FIELD of an ENUM among numbers is not supported", hint="CAST it")
    inner = node.expressions[0] if node.expressions else None
    if name in ("FLOOR", "CEIL", "CEILING", "ROUND", "TRUNCATE") and _is_moment_of_clock(inner):
        raise EmulationError(f"{name} of a date or time is not supported", hint="CAST it first")
    if name == "CONCAT" and any(_is_type_of_json(one) for one in node.expressions):
        raise EmulationError(
            "CONCAT of JSON_TYPE is not supported", hint="CAST the type AS CHAR first"
        )
    if name in ("JSON_VALID", "JSON_UNQUOTE") and isinstance(inner, Call) and inner.this in PRETTY:
        raise EmulationError(
            f"{name}({inner.this}(…)) is not supported", hint=f"leave {inner.this} out"
        )


def _is_moment_of_clock(node: Any) -> bool:
    return isinstance(node, Call) and node.this == "FROM_UNIXTIME" and len(node.expressions) == 1


def _is_type_of_json(node: Any) -> bool:
    return isinstance(node, Call) and node.this == "JSON_TYPE"
