"""Which server a name stands for."""

from __future__ import annotations

FLAVORS = {"mysql": "mysql8", "mariadb": "mariadb"}
"""What the setting `emulate` says → whose answer counts."""


def flavor_of(product: str) -> str:
    """Return whose answer counts for a product's name.

    Raises:
        KeyError: it is neither of them.
    """
    return FLAVORS[product]
