"""ANY and ALL: whether something holds for one or for each of several values, or is not known."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def quantified(
    holds: Callable[[Any], bool], value: Any, elements: str | None, *, every: bool
) -> int | None:
    """Return what ANY, or ALL where it is to be every one, gives for the elements of an array.

    Args:
        holds: tells it of one element; not called where a NULL is on either side.
        value: what is compared.
        elements: the array, in JSON.
        every: whether it is ALL.
    """
    if elements is None:
        return None
    unsure = False
    for one in json.loads(elements):
        if one is None or value is None:
            unsure = True
        elif holds(one) != every:
            return int(not every)
    return None if unsure else int(every)
