"""SHOW and DESCRIBE."""

from __future__ import annotations

from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation import values
from freshdb.emulation.catalog import quote_name
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.answers.shown import SHOWN
from freshdb.emulation.rewrite.information import rows_table
from freshdb.emulation.rewrite.scope import Scope, Source
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


def plan_show(writer: Writer, this: s.Show) -> Plan:
    """Compile SHOW and DESCRIBE."""
    source = SHOWN.get(this.what)
    if source is None:
        listed = ", ".join(sorted({one.upper() for one in SHOWN}))
        raise EmulationError(
            f"SHOW {this.what.upper()} is not supported", hint=f"there are: {listed}"
        )
    names, rows = source(writer, this)
    if this.what in ("warnings", "errors", "variables", "status"):
        return _live_plan(writer, this, names)
    label = "shown"
    sql, outputs = rows_table(names, rows, label)
    where = _filter(writer, this, names, Source(label, outputs))
    query = f"SELECT * FROM {sql} AS {label}{where}"

    def run(session: Any, bound: Any) -> Answer:
        found = session.native(query, bound).fetchall()
        return Answer(names, found, len(found))

    return Plan(run, [query])


def _filter(writer: Writer, this: s.Show, names: list[str], source: Source) -> str:
    if this.like is not None:
        column = quote_name(names[0])
        return f" WHERE my_like({column}, {values.quote(this.like)})"
    if this.where is not None:
        with writer.in_scope(Scope(sources=[source])):
            return f" WHERE {writer.condition(this.where, 'where clause')}"
    return ""


def _live_plan(writer: Writer, this: s.Show, names: list[str]) -> Plan:
    """Compile SHOW of what may differ each time."""
    source = SHOWN[this.what]

    def run(session: Any, bound: Any) -> Answer:
        writer.context = session.context
        rows = [tuple(row) for row in source(writer, this)[1]]
        sql, outputs = rows_table(names, rows, "shown")
        where = _filter(writer, this, names, Source("shown", outputs))
        found = session.native(f"SELECT * FROM {sql} AS shown{where}").fetchall()
        return Answer(names, found, len(found))

    return Plan(run, [])
