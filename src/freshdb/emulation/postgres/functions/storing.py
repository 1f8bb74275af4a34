"""Numerics as columns keep them: SQLite holds fifteen digits of them."""

from __future__ import annotations

from freshdb.emulation.postgres.functions.casts import cast
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.values import numeric
from freshdb.errors import EmulationError

MOST_DIGITS = 15


@function("stored_numeric")
def stored_numeric(value: str, first: int, second: int) -> str:
    """Return a numeric as its column takes it."""
    text = str(cast(value, "numeric", "numeric", first, second))
    digits = numeric(text).normalize().as_tuple().digits
    if len(digits) > MOST_DIGITS:
        raise EmulationError(
            f"a column with the numeric {text} is not supported: more than {MOST_DIGITS} digits",
            hint="test it on a real Postgres",
        )
    return text
