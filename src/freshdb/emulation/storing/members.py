"""Members of an ENUM or a SET, as a column keeps them and as numbers see them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from freshdb.emulation.storing.texts import text_of

if TYPE_CHECKING:
    from freshdb.emulation.storing.rules import Rules


_INDEX = re.compile(r"\s*[+-]?\d+", re.ASCII)


def store_enum(rules: Rules, value: Any) -> Any:
    """Return the member that an ENUM keeps for its name or its number."""
    members = rules.type.members
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        index = int(value)
    else:
        text = text_of(value).rstrip(" ")
        for member in members:
            if member.casefold() == text.casefold():
                return member
        index = int(text) if _INDEX.fullmatch(text) else 0
    if 1 <= index <= len(members):
        return members[index - 1]
    rules.truncated()
    return ""


def store_set(rules: Rules, value: Any) -> Any:
    """Return the members that a SET keeps for their names or their bits."""
    members = rules.type.members
    if not isinstance(value, (int, float, Decimal)):
        text = text_of(value)
        wanted = {one.casefold().rstrip(" ") for one in text.split(",")} - {""}
        known = {one.casefold() for one in members}
        if wanted <= known or not _INDEX.fullmatch(text):
            if not wanted <= known:
                rules.truncated()
            return ",".join(one for one in members if one.casefold() in wanted)
        value = int(text)
    bits = int(value)
    if bits >= 2 ** len(members) or bits < 0:
        rules.truncated()
    return ",".join(one for index, one in enumerate(members) if bits >> index & 1)


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
