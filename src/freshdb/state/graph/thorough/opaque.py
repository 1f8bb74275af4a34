"""Objects of compiled classes: what they tell of themselves in plain values."""

from __future__ import annotations

import types
from collections.abc import Sequence
from functools import cache
from typing import Any

from freshdb.state.change import MISSING, Verb
from freshdb.state.graph.compare import SCALARS, Difference, same
from freshdb.state.graph.kinds import built_in_kinds
from freshdb.state.graph.record import Kind, Trip

_DESCRIPTORS = (types.GetSetDescriptorType, types.MemberDescriptorType)


class OpaqueKind(Kind):
    """An object whose attributes are made by compiled code, as far as these are plain values.

    What cannot be read tells something, too: of a connection that is closed, nothing can be.
    """

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        return tuple(self.save(container).values())

    def save(self, container: Any) -> dict[Any, Any]:
        kind: Any = type(container)
        found = {name: _read(container, name) for name in _names(kind)}
        if _is_mapping(kind):
            found |= {key: value for key, value in container.items() if type(key) is not str}
        return found

    def differences(self, container: Any, saved: dict[Any, Any]) -> Sequence[Difference]:
        now = self.save(container)
        return [
            Difference(
                step,
                saved.get(step, MISSING),
                now.get(step, MISSING),
                Verb.CHANGED,
                suffix=f".{step}" if type(step) is str else None,
            )
            for step in {**saved, **now}
            if not same(saved.get(step, MISSING), now.get(step, MISSING))
        ]

    def undoes_singly(self, difference: Difference) -> bool:
        return True

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        for difference in differences:
            setattr(container, str(difference.step), difference.before)


def is_opaque(kind: type) -> bool:
    """Tell whether compiled code tells something of a class's instances."""
    return bool(_names(kind)) or _is_mapping(kind)


def _is_mapping(kind: type) -> bool:
    is_like_one = all(hasattr(kind, name) for name in ("keys", "items", "__getitem__"))
    return is_like_one and kind.__dictoffset__ == 0 and not built_in_kinds(kind)


@cache
def _names(kind: type) -> tuple[str, ...]:
    """Return the names of a class's attributes that compiled code makes."""
    return tuple(
        name
        for base in type.__dict__["__mro__"].__get__(kind)
        for name, value in type.__dict__["__dict__"].__get__(base).items()
        if type(value) in _DESCRIPTORS and not name.startswith("__")
    )


def _read(container: Any, name: str) -> Any:
    """Return a plain value; of a frame, where in its code it is; of any other object, its class."""
    try:
        value = getattr(container, name)
    except Exception as error:
        return f"raises {type(error).__name__}"
    if type(value) in SCALARS or type(value) is float:
        return value
    return value.f_lasti if type(value) is types.FrameType else type(value).__name__


OPAQUE = OpaqueKind()
