"""Caches with a limit, of which a result may be gone since another one took its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from freshdb.state.change import MISSING, Verb
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.special import BoundedCacheKind, cache_dict


class EvictingCacheKind(BoundedCacheKind):
    """A `functools.lru_cache` with a limit. What is gone is told, but cannot be put back."""

    def differences(self, container: Any, saved: Any) -> Sequence[Difference]:
        inside = cache_dict(container)
        gone = [Difference(key, ..., MISSING, Verb.REMOVED) for key in saved if key not in inside]
        return [*super().differences(container, saved), *gone]

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if any(one.after is MISSING for one in differences):
            raise ValueError("a result that is gone can only be computed anew")
        super().put_back(container, saved, differences)


EVICTING_CACHE = EvictingCacheKind()
