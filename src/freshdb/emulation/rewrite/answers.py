"""Statements that the connection answers itself: SET, SHOW, DESCRIBE, transactions and others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError


def plan_transaction(writer: Writer, this: s.Transaction) -> Plan:
    """Compile BEGIN, COMMIT, ROLLBACK and savepoints."""
    from freshdb.emulation.catalog import quote_name

    def run(session: Any, values: Any) -> Answer:
        connection = session.connection
        match this.word:
            case "BEGIN":
                session.commit()
                session.native("BEGIN")
            case "COMMIT":
                session.commit()
            case "ROLLBACK":
                if connection.in_transaction:
                    connection.rollback()
            case word:
                if word == "SAVEPOINT" and not connection.in_transaction and connection.isolation_level is not None:
                    session.native("BEGIN")
                session.native(f"{word} {quote_name(this.name or '')}")
        return Answer()

    return Plan(run, [this.word])


def plan_do(writer: Writer, this: s.Do) -> Plan:
    """Compile DO."""
    sql = "SELECT " + ", ".join(writer.write(one).sql for one in this.expressions)

    def run(session: Any, values: Any) -> Answer:
        session.native(sql, values).fetchall()
        return Answer()

    return Plan(run, [sql])


def plan_nothing(writer: Writer, this: s.Nothing) -> Plan:
    """Compile what has no effect on SQLite."""
    if this.word == "SHOW CREATE":
        raise EmulationError(f"SHOW CREATE {(this.argument or '').upper()} is not supported", hint="SHOW CREATE TABLE is")

    def run(session: Any, values: Any) -> Answer:
        if this.word == "USE":
            session.context.database = this.argument
        if this.word == "LOCK":
            session.commit()
        return Answer()

    return Plan(run, [])


def plan_explain(writer: Writer, this: s.Explain) -> Plan:
    """Refuse EXPLAIN: what it tells is of another server's making."""
    raise EmulationError(
        "EXPLAIN is not supported", hint="ask a real server; `freshdb sql --explain` shows the rewriting"
    )


def plan_set(writer: Writer, this: s.SetVariables) -> Plan:
    """Compile SET."""
    raise NotImplementedError


def plan_show(writer: Writer, this: s.Show) -> Plan:
    """Compile SHOW and DESCRIBE."""
    raise NotImplementedError


_USED = (Sequence, MySQLError)
