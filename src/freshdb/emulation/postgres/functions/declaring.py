"""How the body of a function of SQLite's is declared: `pg_<name>`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FUNCTIONS: dict[str, tuple[Callable[..., Any], bool]] = {}
"""Name to body, and whether a NULL argument makes the result NULL."""


def function(name: str, *, strict: bool = True) -> Callable[[Any], Any]:
    """Declare the body of `pg_<name>`."""

    def declare(body: Callable[..., Any]) -> Callable[..., Any]:
        FUNCTIONS[f"pg_{name}"] = (body, strict)
        return body

    return declare
