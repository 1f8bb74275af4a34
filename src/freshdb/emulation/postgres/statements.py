"""Statements that are answered without SQLite: SET, SHOW, LISTEN and their like."""

from __future__ import annotations

import re

from freshdb.emulation.plan import Answer
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import refused

VERSION = "15.0"
_SETTINGS = {
    "server_version": VERSION, "server_version_num": "150000", "server_encoding": "UTF8",
    "client_encoding": "UTF8", "timezone": "UTC", "search_path": '"$user", public',
    "datestyle": "ISO, MDY", "intervalstyle": "postgres", "standard_conforming_strings": "on",
    "transaction_isolation": "read committed", "default_transaction_isolation": "read committed",
    "statement_timeout": "0", "lock_timeout": "0", "integer_datetimes": "on",
    "application_name": "", "idle_in_transaction_session_timeout": "0",
}  # fmt: skip
_FREE = (
    *("application_name", "statement_timeout", "lock_timeout", "client_min_messages", "work_mem"),
    *("idle_in_transaction_session_timeout", "synchronous_commit", "maintenance_work_mem"),
    *("default_transaction_isolation", "enable_seqscan", "jit", "random_page_cost"),
)
"""Settings that no answer depends on."""
_FIXED = {
    "timezone": ("utc", "gmt", "etc/utc"), "client_encoding": ("utf8", "utf-8", "unicode"),
    "search_path": ("public", '"$user", public', "$user, public", "'public'"),
    "standard_conforming_strings": ("on", "true"), "intervalstyle": ("postgres",),
    "datestyle": ("iso", "iso, mdy"),
}  # fmt: skip
_SET = re.compile(
    r"\s*SET\s+(?P<scope>SESSION\s+|LOCAL\s+)?(?P<name>TIME\s+ZONE|[\w.]+)\s*(?:=|\bTO\b|\s)\s*(?P<value>.+?)\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_SHOW = re.compile(
    r"\s*SHOW\s+(?P<name>TIME\s+ZONE|[\w.]+|TRANSACTION\s+ISOLATION\s+LEVEL)\s*;?\s*", re.IGNORECASE
)
_NOTHING = re.compile(
    r"\s*(?:LISTEN\s+\w+|UNLISTEN\s+(?:\w+|\*)|NOTIFY\s+\w+(?:\s*,\s*'(?:[^']|'')*')?"
    r"|LOCK\s+(?:TABLE\s+)?[\w.\", ]+?(?:\s+IN\s+[\w ]+\s+MODE)?(?:\s+NOWAIT)?"
    r"|ANALYZE(?:\s+[\w.\"]+)?|VACUUM(?:\s+(?:FULL|ANALYZE))*(?:\s+[\w.\"]+)?"
    r"|REINDEX\s+\w+\s+[\w.\"]+|RESET\s+(?:ALL|\w+)|DISCARD\s+ALL"
    r"|SET\s+CONSTRAINTS\s+ALL\s+IMMEDIATE"
    r"|SET\s+(?:SESSION\s+CHARACTERISTICS\s+AS\s+)?TRANSACTION\b[\w ,]+"
    r"|COMMENT\s+ON\s+[\w ]+\s+[\w.\"]+\s+IS\s+(?:'(?:[^']|'')*'|NULL)"
    r"|CREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?"
    r"\"?(?:uuid-ossp|pgcrypto|plpgsql)\"?(?:\s+[\w ]+)?"
    r"|(?:GRANT|REVOKE)\s.+)\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_REFUSED = {
    "COPY": "read and write the rows in Python",
    "EXPLAIN": "ask a real server: the plan would be SQLite's",
    "DO": "write it in Python",
    "CALL": "write it in Python",
    "PREPARE": "run the statement with parameters",
    "EXECUTE": "run the statement with parameters",
    "DECLARE": "fetch the rows of a query",
    "FETCH": "fetch the rows of a query",
    "MERGE": "write INSERT … ON CONFLICT, or UPDATE … FROM",
    "REFRESH": "select from a view",
}


def answered(text: str) -> Answer | None:
    """Return the answer to a statement about the session; None for others.

    Raises:
        EmulationError: it asks for what is not as the server has it.
        PostgresError: 42704, where there is no such setting.
    """
    if text.lstrip()[:1].upper() not in "SLUNADRVCGPEFM":
        return None
    if _NOTHING.fullmatch(text):
        return Answer(None, [], -1)
    if match := _SHOW.fullmatch(text):
        return _shown(match["name"].lower())
    if match := _SET.fullmatch(text):
        return _set(match["name"].lower(), match["value"].strip().strip("'\"").lower())
    word = text.lstrip().split(None, 1)[0].upper() if text.strip() else ""
    if word in _REFUSED:
        raise refused(f"the statement {word}", _REFUSED[word])
    return None


def _name(name: str) -> str:
    name = " ".join(name.split())
    return {"time zone": "timezone", "transaction isolation level": "transaction_isolation"}.get(
        name, name
    )


def setting(name: str) -> str:
    """Return a setting's value.

    Raises:
        PostgresError: 42704, where there is none.
    """
    found = _SETTINGS.get(_name(name.lower()))
    if found is None:
        raise PostgresError("42704", f'unrecognized configuration parameter "{name}"')
    return found


def _shown(name: str) -> Answer:
    if name == "all":
        raise refused("SHOW ALL", "name the setting")
    label = {"timezone": "TimeZone", "datestyle": "DateStyle", "intervalstyle": "IntervalStyle"}
    plain = _name(name)
    return Answer([label.get(plain, plain)], [(setting(name),)], 1)


def _set(name: str, value: str) -> Answer:
    name = _name(name)
    if name in _FREE or "." in name:
        return Answer(None, [], -1)
    if name in _FIXED:
        if value in _FIXED[name] or value == "default":
            return Answer(None, [], -1)
        allowed = _FIXED[name][0]
        raise refused(f"SET {name} to {value}", f"it is {allowed} here")
    raise refused(f"SET {name}")
