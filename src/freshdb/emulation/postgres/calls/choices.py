"""Calls that choose one of their arguments."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.expressions.comparisons import compared
from freshdb.emulation.postgres.scope import INTEGERS, STAMPS, Written, refused
from freshdb.emulation.postgres.writer import Writer


def _choosing(name: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        kind, parts = types.settled([writer.write(one) for one in arguments], name.upper())
        listed = [one.sql for one in parts]
        if name == "coalesce":
            return Written(f"COALESCE({', '.join([*listed, 'NULL'])})", kind)
        if kind not in (*INTEGERS, "float8", *STAMPS):
            raise refused(f"{name} of {kind}", "write it as CASE")
        # NULL counts for nothing: an aggregate over the values says so.
        rows = " UNION ALL ".join(f"SELECT {one} AS x" for one in listed)
        word = "MAX" if name == "greatest" else "MIN"
        return Written(f"(SELECT {word}(x) FROM ({rows}))", kind)


for _name in ("coalesce", "greatest", "least"):
    _choosing(_name)


@call("nullif")
def _nullif(writer: Writer, arguments: list[Any]) -> Written:
    one, other = (writer.write(each) for each in arguments)
    kind = "text" if one.kind == "unknown" else one.kind
    return Written(f"(CASE WHEN {compared('=', one, other)} THEN NULL ELSE {one.sql} END)", kind)
