"""Calls that choose one of their arguments."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.comparing import compared
from freshdb.emulation.postgres.functions.comparing import is_helped
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written
from freshdb.emulation.postgres.writer import Writer


def _choosing(name: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        kind, parts = types.settled([writer.write(one) for one in arguments], name.upper())
        listed = [one.sql for one in parts]
        if name == "coalesce":
            return Written(f"COALESCE({', '.join([*listed, 'NULL'])})", kind)
        if kind == "json":
            raise PostgresError("42883", "could not identify a comparison function for type json")
        if is_helped(kind):
            return Written(f"pg_chosen('{name}', '{kind}', {', '.join(listed)})", kind)
        # NULL counts for nothing: an aggregate over the values says so.
        rows = " UNION ALL ".join(f"SELECT {one} AS x" for one in listed)
        word = "MAX" if name == "greatest" else "MIN"
        return Written(f"(SELECT {word}(x) FROM ({rows}))", kind)


for _name in ("coalesce", "greatest", "least"):
    _choosing(_name)


@call("nullif")
def _nullif(writer: Writer, arguments: list[Any]) -> Written:
    one, other = (writer.write(each) for each in arguments)
    if {one.kind, other.kind} <= {"unknown", "null"}:
        kind = "text"
    else:
        kind = other.kind if one.kind in ("unknown", "null") else one.kind
    value = types.as_kind(one, kind).sql
    return Written(f"(CASE WHEN {compared('=', one, other)} THEN NULL ELSE {value} END)", kind)
