"""factory_boy and polyfactory: their factories as seeds, and bound to a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def is_factory(value: Any) -> bool:
    """Tell whether a value is a factory class of factory_boy or polyfactory."""
    if not isinstance(value, type):
        return False
    return any(
        base.__module__.partition(".")[0] in ("factory", "polyfactory") for base in value.__mro__
    ) and hasattr(value, "build")


@dataclass(frozen=True)
class FromFactory:
    """A seed that lets a factory build rows; two of the same factory are the same seed.

    The objects are built, not saved: they are added to the session of whoever plants the seed.
    """

    factory: Any
    count: int = 1
    values: dict[str, Any] = field(default_factory=dict, hash=False)

    def __call__(self) -> list[Any]:
        return [self.factory.build(**self.values) for _ in range(self.count)]

    def __str__(self) -> str:
        return f"`{self.factory.__module__}:{self.factory.__qualname__}` x {self.count}"


def made_by(factory: Any, count: int = 1, **values: Any) -> FromFactory:
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
    return FromFactory(factory, count, values)
