"""Arguments that the server takes from no one, whatever their values are."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.nodes import Call
from freshdb.emulation.rewrite.written import NOTHING, Written

_LONGEST = {"REGEXP_INSTR": 2, "REGEXP_SUBSTR": 2, "REGEXP_REPLACE": 3}
_NOT_OF_JSON = frozenset({"ADDTIME", "SUBTIME", "STR_TO_DATE"})
_OF_NAMES = frozenset({"IS_FREE_LOCK", "IS_USED_LOCK", "RELEASE_LOCK"})
_NUMBERS = frozenset({"int", "bool", "uint", "decimal", "double", "bit", "year"})
_MOMENTS = frozenset({"date", "time", "datetime"})
_CONSTANTS = (exp.Literal, exp.Null, exp.Neg, exp.HexString, exp.BitString, exp.Placeholder)
_CLOCKS = frozenset(
    [
        *("NOW", "SYSDATE", "CURTIME", "CURRENT_TIME", "CURRENT_TIMESTAMP"),
        *("LOCALTIME", "LOCALTIMESTAMP", "UTC_TIME", "UTC_TIMESTAMP"),
    ]
)


def check(name: str, node: Call, arguments: list[Written], *, is_mysql8: bool) -> None:
    """Raise what the server does for arguments that a function never takes."""
    nodes = node.expressions
    if name in _CLOCKS and nodes and not _is_whole_number(nodes[0], arguments[0]):
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{name}'")
    if is_mysql8:
        return
    if len(arguments) > _LONGEST.get(name, 99):
        raise wrong_count(name)
    if name in _NOT_OF_JSON and any(one.kind == "json" for one in arguments):
        raise of_json(name)
    if name == "JSON_LENGTH" and len(arguments) == 2:
        _must_be_text(name, arguments[1])
    if name in _OF_NAMES:
        _must_be_text(name, arguments[0])
    is_fixed = all(isinstance(one, _CONSTANTS) for one in nodes)
    if name == "NAME_CONST" and not is_fixed:
        raise _incorrect(name)
    if name == "JSON_SEARCH" and len(arguments) > 3 and not _is_one_sign(nodes[3], arguments[3]):
        raise MySQLError(1210, "HY000", "Incorrect arguments to ESCAPE")


def of_json(name: str) -> MySQLError:
    """Return the error of a calculation with time that is given JSON."""
    shown = name.lower()
    return MySQLError(
        4078, "HY000", f"Illegal parameter data types json and varchar for operation '{shown}'"
    )


def _must_be_text(name: str, one: Written) -> None:
    if one.kind in _NUMBERS or one.kind in _MOMENTS:
        text = f"Illegal parameter data type {one.type.name or one.kind} for operation "
        raise MySQLError(4079, "HY000", f"{text}'{name.lower()}'")


def _incorrect(name: str) -> MySQLError:
    return MySQLError(1210, "HY000", f"Incorrect arguments to {name}")


def _is_whole_number(node: Any, one: Written) -> bool:
    if isinstance(node, exp.Placeholder):
        return one.kind in ("int", "any")
    return isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()


def _is_one_sign(node: Any, one: Written) -> bool:
    if one.kind in ("null", "hex") or isinstance(node, exp.Placeholder):
        return True
    return one.literal is not NOTHING and len(str(one.literal)) <= 1
