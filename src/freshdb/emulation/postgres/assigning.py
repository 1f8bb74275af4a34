"""Values as columns take them: the casts that an assignment does by itself."""

from __future__ import annotations

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import NUMBERS, STAMPS, Written, refused

_FAMILIES = (set(NUMBERS), set(STAMPS), {"json", "jsonb"})


def assigned(one: Written, kind: str, column: str = "") -> Written:
    """Return a value as a column of a type takes it.

    Raises:
        PostgresError: 42804, where the server would want a cast.
    """
    if "any" in kind or "any" in one.kind:
        raise refused("a column of a type that is not known")
    families = [*_FAMILIES]
    together = any({one.kind, kind} <= family for family in families)
    lists = types.element(one.kind), types.element(kind)
    if all(lists):
        together = any(set(lists) <= family for family in families)
    to_text = kind == "text" and one.kind != "bytea"
    if one.kind not in (kind, "unknown", "null") and not together and not to_text:
        if {one.kind, kind} == {"timestamp", "time"} or (one.kind, kind) == ("interval", "time"):
            return types.as_kind(one, kind)
        shown = f'column "{column}"' if column else "column"
        given = types.shown(one.kind)
        text = f"{shown} is of type {types.shown(kind)} but expression is of type {given}"
        raise PostgresError("42804", text)
    return types.as_kind(one, kind)
