"""How the writer of a function's calls is declared, by the function's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from freshdb.emulation.postgres.scope import Written
from freshdb.emulation.postgres.writer import Writer

Make = Callable[[Writer, list[Any]], Written]
CALLS: dict[str, Make] = {}


def call(*names: str) -> Callable[[Make], Make]:
    """Declare what writes calls of these functions."""

    def declare(make: Make) -> Make:
        for name in names:
            CALLS[name] = make
        return make

    return declare
