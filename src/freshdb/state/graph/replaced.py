"""Tell a container that was replaced by its equal from one that was changed.

A teardown that says ``cache = {}`` leaves the value as the test found it, in another object. The
old object is put back, since others may refer to it; but to call that a leak would be wrong. The
same goes for a teardown that gives an instance what its class says anyhow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from freshdb.state.change import MISSING, Verb
from freshdb.state.graph.compare import MOST_DIFFERENCES, Difference, same
from freshdb.state.graph.kinds import BUILT_IN, EMPTY
from freshdb.state.graph.record import Kind, Record, Trip
from freshdb.state.graph.walk import Walk

Changed = list[tuple[Record, Sequence[Difference]]]


def with_replaced(changed: Changed, walk: Walk) -> Changed:
    """Return the same differences; those that come to nothing with the verb `Verb.REPLACED`.

    These are an equal container in the place of the old one, and what has become of the old one, if
    nobody else held it.
    """
    marked: Changed = []
    gone: set[int] = set()
    for record, differences in changed:
        news = [_marked(one) if _is_replaced(one, record, walk) else one for one in differences]
        gone.update(
            id(one.before)
            for one in news
            if one.verb is Verb.REPLACED and one.before is not MISSING
        )
        marked.append((record, news))
    if not gone:
        return marked
    return [
        (
            record,
            [_marked(one) for one in differences] if _went(record, gone, walk) else differences,
        )
        for record, differences in marked
    ]


def _marked(difference: Difference) -> Difference:
    return replace(difference, verb=Verb.REPLACED)


def _is_replaced(difference: Difference, record: Record, walk: Walk) -> bool:
    if difference.verb not in (None, Verb.CHANGED):
        return False
    before, after = difference.before, difference.after
    if before is MISSING:
        before = record.kind.default(difference.step)
        if before is EMPTY:
            return type(after) in BUILT_IN and not len(after)
    return before is not MISSING and _equals(before, after, walk, depth=4)


def _went(record: Record, gone: set[int], walk: Walk) -> bool:
    """Tell whether a container can no longer be reached, since one above it was replaced."""
    above: Record | None = record
    while above is not None and not walk.is_shared(above.container):
        if id(above.container) in gone:
            return True
        above = above.parent
    return False


def _equals(before: Any, after: Any, walk: Walk, depth: int) -> bool:
    """Tell whether a value now is what another one was in the baseline."""
    if same(before, after):
        return True
    kind = type(before)
    if not depth or kind is not type(after) or kind not in BUILT_IN or len(before) > _MOST:
        return False
    return all(_content_equals(one, before, after, walk, depth) for one in BUILT_IN[kind])


def _content_equals(kind: Kind, before: Any, after: Any, walk: Walk, depth: int) -> bool:
    if kind.trip is Trip.NONE:
        return False  # `same` has compared tuples
    record = walk.record_of(before, kind)
    if record is None:
        return False
    differences = kind.differences(after, record.saved)
    return len(differences) < MOST_DIFFERENCES and all(
        one.verb is None
        and MISSING not in (one.before, one.after)
        and _equals(one.before, one.after, walk, depth - 1)
        for one in differences
    )


_MOST = 10_000
"""The most entries of a container that is compared with its replacement."""
