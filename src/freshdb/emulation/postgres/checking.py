"""Whether a statement of Postgres's runs or is refused: told without running it."""

from __future__ import annotations

from typing import Any, Literal

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.session import PostgresSession
from freshdb.errors import EmulationError

Told = tuple[Literal["runs", "refused", "error"], tuple[str, ...], str, tuple[str, ...]]


def check(session: PostgresSession, text: str) -> Told:
    """Return outcome, reasons, a hint, and what SQLite is given.

    A table that is not there is refused and no error: of its columns the types would be needed.
    """
    try:
        plan: Any = session.compiled(text)
    except EmulationError as error:
        return "refused", (error.fact,), error.hint or "", ()
    except PostgresError as error:
        if error.state == "42P01":
            return "refused", (error.message,), "name its tables by --schema", ()
        return "error", (f"{error.state}: {error.message}",), "", ()
    return "runs", (), "", (plan,)
