"""factory_boy and polyfactory: their factories as seeds, and bound to a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_factory(value: Any) -> bool:
    """Tell whether a value is a factory class of factory_boy or polyfactory."""
    if not isinstance(value, type):
        return False
    return any(
        base.__module__.partition(".")[0] in ("factory", "polyfactory") for base in value.__mro__
    ) and hasattr(value, "build")


def from_factory(factory: Any, count: int = 1, **values: Any) -> Callable[[], list[Any]]:
    """Return a seed that lets a factory build rows.

    The objects are built, not saved: they are added to the session of whoever plants the seed.
    """

    def build() -> list[Any]:
        return [factory.build(**values) for _ in range(count)]

    build.__qualname__ = f"{factory.__qualname__} x {count}"
    build.__module__ = factory.__module__
    return build


def made_by(factory: Any, count: int = 1, **values: Any) -> Callable[[], list[Any]]:
    """Return a seed of rows that a factory makes.

        @pytest.mark.freshdb(seed=[freshdb.made_by(UserFactory, 3, active=True)])

    Args:
        factory: a class of factory_boy or of polyfactory.
        count: how many rows.
        values: handed on to the factory.

    Raises:
        TypeError: this is no factory.
    """
    if not is_factory(factory):
        raise TypeError(f"`{factory!r}` is no factory of factory_boy or polyfactory")
    return from_factory(factory, count, **values)
