"""Statements without rows: DO, what has no effect on SQLite, and EXPLAIN, which is refused."""

from __future__ import annotations

from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


def plan_do(writer: Writer, this: s.Do) -> Plan:
    """Compile DO."""
    sql = "SELECT " + ", ".join(writer.write(one).sql for one in this.expressions)

    def run(session: Any, bound: Any) -> Answer:
        session.native(sql, bound).fetchall()
        return Answer()

    return Plan(run, [sql])


def plan_nothing(writer: Writer, this: s.Nothing) -> Plan:
    """Compile what has no effect on SQLite."""
    if this.word == "SHOW CREATE":
        raise EmulationError(
            f"SHOW CREATE {(this.argument or '').upper()} is not supported",
            hint="SHOW CREATE TABLE is",
        )

    def run(session: Any, bound: Any) -> Answer:
        if this.word == "USE" and this.argument != session.context.database:
            raise MySQLError(1049, "42000", f"Unknown database '{this.argument}'")
        if this.word == "LOCK":
            session.commit()
        return Answer()

    return Plan(run, [])


def plan_explain(writer: Writer, this: s.Explain) -> Plan:
    """Refuse EXPLAIN: what it tells is of another server's making."""
    raise EmulationError(
        "EXPLAIN is not supported",
        hint="ask a real server; `freshdb sql --explain` shows the rewriting",
    )
