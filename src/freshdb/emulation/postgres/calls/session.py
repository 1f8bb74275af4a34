"""Calls about the session, and of sequences."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call, plain
from freshdb.emulation.postgres.scope import Written, emits, quote, refused
from freshdb.emulation.postgres.writer import Writer

plain("setval", "text int8 bool?", "int8")
plain("nextval", "text", "int8")
plain("currval", "text", "int8")
plain("pg_get_serial_sequence", "text text", "text", "pg_serial(")
plain("current_setting", "text", "text", "pg_setting(")


@call("lastval")
def _lastval(writer: Writer, arguments: list[Any]) -> Written:
    raise refused("lastval", "write INSERT … RETURNING id")


@call("pg_typeof")
def _typeof(writer: Writer, arguments: list[Any]) -> Written:
    (one,) = map(writer.write, arguments)
    if "any" in one.kind:
        raise refused("a column of a type that is not known")
    if one.kind == "text":
        raise refused("pg_typeof of a text", "text and varchar are not told apart here")
    return Written(quote(types.shown(one.kind)), "text")


@call("current_database", "current_catalog")
def _database(writer: Writer, arguments: list[Any]) -> Written:
    return Written("'postgres'", "text")


@call("current_schema")
def _schema(writer: Writer, arguments: list[Any]) -> Written:
    return Written("'public'", "text")


@emits(exp.CurrentUser, exp.SessionUser)
def _user(writer: Writer, node: Any) -> Written:
    return Written("'postgres'", "text")


@call("pg_advisory_lock", "pg_advisory_xact_lock", "pg_advisory_unlock", "pg_try_advisory_lock")
def _lock(writer: Writer, arguments: list[Any]) -> Written:
    raise refused("an advisory lock", "leave it out: SQLite lets one connection write at a time")


@call("version")
def _version(writer: Writer, arguments: list[Any]) -> Written:
    raise refused("version()", "SHOW server_version")
