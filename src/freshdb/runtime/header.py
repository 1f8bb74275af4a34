"""The line at the top of a run: what isolates it, and where from."""

from __future__ import annotations

from freshdb import workspace
from freshdb.settings import Settings


def describe(settings: Settings) -> str:
    """Return the header line: strategy, where branches live, where the schema came from."""
    if not settings.enabled:
        return f"freshdb: off (from {settings.source_of('enabled')})"
    base = workspace.choose_base(settings.directory)
    schema = (
        f"schema {settings.schema} (from {settings.source_of('schema')})"
        if settings.schema is not None
        else "schema from import-time code and wider fixtures"
    )
    strict = ", strict" if settings.strict else ""
    database = f"strategy {settings.strategy}, branches in {base}, {schema}{strict}"
    return f"freshdb: {database}; process state: {settings.state}"
