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


def plan_maintain(writer: Writer, this: s.Maintain) -> Plan:
    """Compile ANALYZE TABLE and its like: there is nothing to do, and the server says so."""
    database, word = writer.context.database, this.word.lower()
    rows: list[tuple[str, str, str, str]] = []
    for one in this.tables:
        name = f"{one.database or database}.{one.name}"
        if writer.catalog.table(one.name) is None:
            rows.append((name, word, "Error", f"Table '{name}' doesn't exist"))
            rows.append((name, word, "status", "Operation failed"))
            continue
        rows += [(name, word, *told) for told in _TOLD[word]]
    answer = ["Table", "Op", "Msg_type", "Msg_text"]

    def run(session: Any, bound: Any) -> Answer:
        session.commit()
        return Answer(answer, rows, len(rows))

    return Plan(run, [])


_TOLD = {
    "analyze": [("status", "OK")],
    "check": [("status", "OK")],
    "optimize": [
        ("note", "Table does not support optimize, doing recreate + analyze instead"),
        ("status", "OK"),
    ],
    "repair": [("note", "The storage engine for the table doesn't support repair")],
}
"""What the server tells of tables in InnoDB."""


def plan_explain(writer: Writer, this: s.Explain) -> Plan:
    """Refuse EXPLAIN: what it tells is of another server's making."""
    raise EmulationError(
        "EXPLAIN is not supported",
        hint="ask a real server; `freshdb sql --explain` shows the rewriting",
    )
