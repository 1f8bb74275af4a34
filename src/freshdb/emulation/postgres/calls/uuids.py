"""Calls that make UUIDs."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.scope import Written
from freshdb.emulation.postgres.writer import Writer


@call("gen_random_uuid", "uuid_generate_v4")
def _uuid(writer: Writer, arguments: list[Any]) -> Written:
    return Written("pg_uuid_new()", "uuid")
