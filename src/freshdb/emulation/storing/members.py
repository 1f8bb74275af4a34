"""Members of an ENUM or a SET, as a column keeps them and as numbers see them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from freshdb.emulation.storing.texts import text_of

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules


def store_enum(rules: Rules, value: Any) -> Any:
    members = rules.type.members
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        index = int(value)
        if 1 <= index <= len(members):
            return members[index - 1]
        rules.truncated()
        return ""
    text = text_of(value).rstrip(" ")
    for member in members:
        if member.casefold() == text.casefold():
            return member
    if text.isdigit() and 1 <= int(text) <= len(members):
        return members[int(text) - 1]
    rules.truncated()
    return ""


def store_set(rules: Rules, value: Any) -> Any:
    members = rules.type.members
    if isinstance(value, (int, float, Decimal)):
        bits = int(value)
        if bits >= 2 ** len(members) or bits < 0:
            rules.truncated()
        return ",".join(one for index, one in enumerate(members) if bits >> index & 1)
    wanted = {one.casefold().rstrip(" ") for one in text_of(value).split(",")} - {""}
    known = {one.casefold() for one in members}
    if not wanted <= known:
        rules.truncated()
    return ",".join(one for one in members if one.casefold() in wanted)


def enum_number(value: Any, members: str) -> Any:
    """Return the index of an ENUM's member, as numbers see it."""
    if not isinstance(value, str):
        return value
    listed = members.split("\x1f")
    return listed.index(value) + 1 if value in listed else 0


def set_number(value: Any, members: str) -> Any:
    """Return the bits of a SET, as numbers see it."""
    if not isinstance(value, str):
        return value
    listed = members.split("\x1f")
    return sum(1 << listed.index(one) for one in value.split(",") if one in listed)
