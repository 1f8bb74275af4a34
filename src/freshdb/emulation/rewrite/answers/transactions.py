"""BEGIN, COMMIT, ROLLBACK and savepoints."""

from __future__ import annotations

from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.writer import Writer


def plan_transaction(writer: Writer, this: s.Transaction) -> Plan:
    """Compile BEGIN, COMMIT, ROLLBACK and savepoints."""

    def run(session: Any, bound: Any) -> Answer:
        connection = session.connection
        match this.word:
            case "BEGIN":
                session.commit()
                session.native("BEGIN")
            case "COMMIT":
                session.commit()
            case "ROLLBACK":
                if connection.in_transaction:
                    session.native("ROLLBACK")
            case "ROLLBACK TO" | "RELEASE" if not connection.in_transaction:
                text = f"SAVEPOINT {this.name} does not exist"
                raise MySQLError(1305, "42000", text)
            case "SAVEPOINT" if not connection.in_transaction:
                # Where every statement is a transaction, this one ends with it.
                if connection.isolation_level is not None:
                    session.native("BEGIN")
                    session.native(f"SAVEPOINT {quote_name(this.name or '')}")
            case word:
                session.native(f"{word} {quote_name(this.name or '')}")
        return Answer()

    return Plan(run, [this.word])
