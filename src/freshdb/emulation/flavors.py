"""Which server a name stands for."""

from __future__ import annotations

FLAVORS = {"mysql": "mysql8", "mariadb": "mariadb", "postgres": "postgres"}
"""What the setting `emulate` says → whose answer counts."""


def flavor_of(product: str) -> str:
    """Return whose answer counts for a product's name.

    Raises:
        KeyError: it is none of them.
    """
    return FLAVORS[product]
