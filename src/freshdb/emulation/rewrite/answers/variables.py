"""SET of user variables and system variables."""

from __future__ import annotations

import datetime as dt
from typing import Any

from freshdb.emulation import statements as s
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import DEFAULT_SQL_MODES
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite.answers.sql_modes import modes_of
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.values import to_python
from freshdb.emulation.variables import SYSTEM_VARIABLES


def plan_set(writer: Writer, this: s.SetVariables) -> Plan:
    """Compile SET of user variables and system variables."""
    steps: list[tuple[str, str, str]] = []
    for scope, name, node in this.items:
        if scope == "names":
            continue
        if scope != "user" and name not in SYSTEM_VARIABLES:
            raise MySQLError(1193, "HY000", f"Unknown system variable '{name}'")
        if getattr(node, "name", "").upper() == "DEFAULT" and type(node).__name__ == "Var":
            steps.append((scope, name, ""))
        else:
            steps.append((scope, name, f"SELECT {writer.write(node).kept}"))

    def run(session: Any, bound: Any) -> Answer:
        found = [
            (scope, name, session.native(sql, bound).fetchone()[0] if sql else None)
            for scope, name, sql in steps
        ]
        for scope, name, value in found:
            if scope == "user":
                session.context.variables[name] = value
            else:
                set_system_variable(session, name, value)
        return Answer()

    return Plan(run, [sql for _, _, sql in steps])


def set_system_variable(session: Any, name: str, value: Any) -> None:
    """Set a system variable; those that mean something here take effect."""
    value = to_python(value)
    if value is None:
        session.context.system_variables.pop(name, None)
        value = _default_of(session, name)
        if value is None:
            return
    if _has_own_place(session, name, value):
        return
    default = SYSTEM_VARIABLES.get(name)
    session.context.system_variables[name] = (
        _flag(value) if isinstance(default, int) and default in (0, 1) else value
    )


def _default_of(session: Any, name: str) -> Any:
    """Return what NULL or DEFAULT sets a variable to; None where that is to forget it."""
    match name:
        case "sql_mode":
            return ",".join(DEFAULT_SQL_MODES[session.context.flavor])
        case "foreign_key_checks":
            return 1
        case "time_zone":
            return session.options.time_zone
    return None


def _has_own_place(session: Any, name: str, value: Any) -> bool:
    """Let a variable take effect; tell whether it is kept elsewhere than among the variables."""
    context = session.context
    match name:
        case "sql_mode":
            context.sql_mode = modes_of(str(value))
            session.schema_changed()
        case "time_zone":
            context.time_zone = "+00:00" if str(value).upper() in ("SYSTEM", "UTC") else str(value)
        case "timestamp":
            moment = dt.datetime.fromtimestamp(float(value), dt.UTC) if float(value) else None
            context.clock = (lambda: moment) if moment is not None else session.clock
        case "last_insert_id" | "identity":
            context.last_insert_id = int(value)
        case "foreign_key_checks":
            session.commit()
            session.native(f"PRAGMA foreign_keys = {int(_flag(value))}")
            return False
        case "autocommit":
            if _flag(value):
                session.commit()
            return False
        case _:
            return False
    return True


def _flag(value: Any) -> int:
    if isinstance(value, str):
        return int(value.strip().upper() in ("ON", "1", "TRUE"))
    return int(bool(value))
