"""Tell cheaply whether one dict was changed since a moment."""

from __future__ import annotations

from typing import Any

from freshdb.state import raw


class Stamp:
    """Remembers a dict's version where the interpreter has one, else its keys and values."""

    __slots__ = ("_buffer", "_mapping", "_seen")

    def __init__(self, mapping: dict[Any, Any]) -> None:
        make = raw.dict_version_buffer()
        self._mapping = mapping
        self._buffer = None if make is None else make(mapping)
        self._seen: Any = None
        self.renew()

    def renew(self) -> None:
        """Take the dict as it is now for unchanged."""
        self._seen = self._now()

    def has_moved(self) -> bool:
        """Tell whether the dict may have been changed; with versions, a rewrite counts as one."""
        if self._buffer is not None:
            return bool(self._buffer.value != self._seen)
        return not all(map(raw.same_identities, self._now(), self._seen))

    def _now(self) -> Any:
        if self._buffer is not None:
            return self._buffer.value
        return list(self._mapping), list(self._mapping.values())
