"""information_schema: rows out of the catalog."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.rewrite.writer import Output, Writer
from freshdb.errors import EmulationError


def information_table(writer: Writer, name: str, label: str) -> tuple[str, list[Output]]:
    """Return one of its tables as a derived table."""
    raise EmulationError(f"information_schema.{name} is not supported", hint="")


