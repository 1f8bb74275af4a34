"""Calls by the name of the function, each written by what has been declared for it."""

from __future__ import annotations

import difflib
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.calls.aggregates import AGGREGATES, aggregate
from freshdb.emulation.postgres.calls.declaring import CALLS
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written, emits, only, refused
from freshdb.emulation.postgres.writer import Writer


@emits(exp.Anonymous)
def _call(writer: Writer, node: Any) -> Written:
    only(node, "this", "expressions")
    name = str(node.this).lower()
    if name in AGGREGATES:
        return aggregate(writer, name, node.expressions)
    make = CALLS.get(name)
    if make is None:
        near = difflib.get_close_matches(name, CALLS, n=1)
        raise refused(f"the function {name}", f"did you mean {near[0]}?" if near else "")
    try:
        return make(writer, node.expressions)
    except (ValueError, IndexError):
        raise PostgresError(
            "42883", f"function {name} with such arguments does not exist"
        ) from None
