"""What a function is made of: its code and its default arguments, which may be exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.state.change import Verb
from freshdb.state.graph.compare import Difference, same
from freshdb.state.graph.record import Kind, Trip

_NAMES = ("__code__", "__defaults__", "__kwdefaults__")


class FunctionKind(Kind):
    """The parts of a function; default arguments by name as their dict was filled."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        named = container.__kwdefaults__ or {}
        return container.__code__, container.__defaults__, (*named, *named.values())

    def save(self, container: Any) -> tuple[Any, ...]:
        return tuple(_frozen(getattr(container, name)) for name in _NAMES)

    def differences(self, container: Any, saved: tuple[Any, ...]) -> Sequence[Difference]:
        return [
            Difference(name, before, now, Verb.CHANGED, suffix=f".{name}")
            for name, before, now in zip(_NAMES, saved, self.save(container), strict=True)
            if not same(before, now)
        ]

    def undoes_singly(self, difference: Difference) -> bool:
        return True

    def put_back(
        self, container: Any, saved: tuple[Any, ...], differences: Sequence[Difference]
    ) -> None:
        for difference in differences:
            before = difference.before
            is_named = difference.step == "__kwdefaults__" and before is not None
            setattr(container, difference.step, dict(before) if is_named else before)


def _frozen(part: Any) -> Any:
    return tuple(part.items()) if type(part) is dict else part


FUNCTION = FunctionKind()
