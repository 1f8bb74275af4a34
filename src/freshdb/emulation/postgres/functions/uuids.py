"""New UUIDs."""

from __future__ import annotations

import uuid

from freshdb.emulation.postgres.functions.declaring import function


@function("uuid_new")
def uuid_new() -> str:
    """Return a new random UUID."""
    return str(uuid.uuid4())
