"""A snapshot of an object graph: what each container held, and the wire that tells of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from freshdb.state.change import MISSING, Action, Change, Finding, Verb
from freshdb.state.exempt import exempt_lazy
from freshdb.state.graph import special
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.kinds import BUILT_IN
from freshdb.state.graph.record import Kind, Record, Trip
from freshdb.state.graph.replaced import Changed, with_replaced
from freshdb.state.graph.tripwire import Tripwire
from freshdb.state.graph.walk import Walk
from freshdb.state.render import show

_SHOWN_AS_SAVED = (dict, list, set)
"""Types of containers that are saved as they are."""


class Part:
    """Records that were taken at one moment, and their wire."""

    def __init__(self, records: list[Record]) -> None:
        self.records = records
        self.wire = Tripwire()
        self.wire.extend(records)
        self.looked_at: list[int] = []

    def changed(self) -> Iterator[tuple[Record, Sequence[Difference]]]:
        """Yield the records that differ from what they held."""
        self.looked_at = self.wire.suspects()
        yield from self.still_changed()

    def still_changed(self) -> Iterator[tuple[Record, Sequence[Difference]]]:
        """Yield the records that differ, of those that were looked at last."""
        for index in self.looked_at:
            record = self.records[index]
            differences = record.differences()
            if differences:
                yield record, differences

    def renewed(self, records: Iterable[Record]) -> Part:
        """Return a part in which these records hold what their containers hold now."""
        fresh = {id(record): record.renewed() for record in records}
        return Part([fresh.get(id(record), record) for record in self.records])


class GraphBaseline:
    """All that some roots reach, as it was.

    Args:
        name: the probe that its changes are told under.
        walk: finds what is reached.
        tells_all: whether what was made at its first use is told as well.
    """

    def __init__(self, name: str, walk: Walk, *, tells_all: bool = False) -> None:
        self._name = name
        self._walk = walk
        self._tells_all = tells_all
        self._parts: list[Part] = []

    @property
    def records(self) -> list[Record]:
        """Return all records, those that only lead to others among them."""
        return [record for part in self._parts for record in part.records]

    @property
    def size(self) -> int:
        """Return how many records can change, and so are watched."""
        return sum(record.kind.trip is not Trip.NONE for record in self.records)

    @property
    def wires(self) -> list[Tripwire]:
        """Return what tells that nothing was changed."""
        return [part.wire for part in self._parts]

    def add_roots(self, roots: Iterable[tuple[Any, Kind, str]]) -> None:
        """Watch more roots and all that they newly reach, from now on as they are now."""
        records: list[Record] = []
        for container, kind, name in roots:
            records.extend(self._walk.from_root(container, kind, name))
        if records:
            self._parts.append(Part(records))

    def paths(self) -> Iterator[str]:
        """Yield the paths of all that is watched: containers, and entries that have a key."""
        for record in self.records:
            path = record.path
            yield path
            if isinstance(record.saved, dict):
                yield from (path + record.kind.suffix(key) for key in record.saved)

    def compare(self) -> list[Finding]:
        """Return what is not as it was."""
        changed: Changed = []
        for part in self._parts:
            if part.wire.is_untouched():
                part.looked_at = []
            else:
                changed += self._changed_in(part)
        if not changed:
            return []
        return [
            one
            for record, differences in with_replaced(changed, self._walk)
            for one in self._findings_of(record, differences)
        ]

    def _changed_in(self, part: Part) -> Changed:
        told = ((record, self._wanted(differences)) for record, differences in part.changed())
        changed = [(record, differences) for record, differences in told if differences]
        if part.looked_at and not changed:
            part.wire.rearm()  # false alarms; do not look at them again
        return changed

    def _wanted(self, differences: Sequence[Difference]) -> Sequence[Difference]:
        if self._tells_all:
            return differences
        return [one for one in differences if not is_made_lazily(one)]

    def _findings_of(self, record: Record, differences: Sequence[Difference]) -> list[Finding]:
        return findings_of(self._name, record, differences, self._as_it_was)

    def _as_it_was(self, value: Any) -> Any:
        """Return what a dict, list or set held in the baseline; any other value itself."""
        kinds = BUILT_IN[type(value)] if type(value) in _SHOWN_AS_SAVED else ()
        record = self._walk.record_of(value, kinds[0]) if kinds else None
        return value if record is None else record.saved

    def remaining(self) -> list[Finding]:
        """Return what still is not as it was, of what was looked at last."""
        return [
            one
            for part in self._parts
            for record, differences in part.still_changed()
            for one in self._findings_of(record, self._wanted(differences))
        ]

    def settle(self, left: Sequence[Finding]) -> None:
        """Take what is there now for the baseline, once the findings not in ``left`` are undone."""
        for found in left:
            if found.adopt is not None:
                found.adopt()
        for part in self._parts:
            if part.looked_at:
                part.wire.rearm()
                part.looked_at = []

    def rebased(self) -> GraphBaseline:
        """Return the baseline of what is there now; itself if nothing was changed."""
        changed = [[record for record, _ in part.changed()] for part in self._parts]
        if not any(changed):
            return self
        fresh = GraphBaseline(self._name, self._walk.copy(), tells_all=self._tells_all)
        new: list[Record] = []
        for part, records in zip(self._parts, changed, strict=True):
            fresh._parts.append(part.renewed(records) if records else part)
            for record in records:
                new.extend(fresh._walk.beyond(record))
        if new:
            fresh._parts.append(Part(new))
        return fresh

    def open_changes(self) -> dict[int, tuple[Record, Any]]:
        """Return the records that differ now, each with its content now."""
        return {
            id(record): (record, record.kind.save(record.container))
            for part in self._parts
            for record, _ in part.changed()
        }

    def adopt_since(self, earlier: dict[int, tuple[Record, Any]]) -> None:
        """Make part of the baseline what was changed since `open_changes`, and only that."""
        new: list[Record] = []
        for part in self._parts:
            for record, _ in list(part.changed()):
                if id(record) in earlier:
                    _adopt_additions(record, earlier[id(record)][1])
                else:
                    record.adopt()
                new.extend(self._walk.beyond(record))
        if new:
            self._parts.append(Part(new))


def _adopt_additions(record: Record, content: Any) -> None:
    """Add to a record what its container gained since it had the given content."""
    for difference in record.kind.differences(record.container, content):
        if difference.before is not MISSING or difference.suffix is not None:
            continue
        if type(record.saved) is dict:
            record.saved[difference.step] = difference.after
        elif type(record.saved) is list:
            record.saved.append(difference.after)
        elif type(record.saved) is set:
            record.saved.add(difference.step)


def findings_of(
    name: str,
    record: Record,
    differences: Sequence[Difference],
    as_it_was: Callable[[Any], Any],
) -> list[Finding]:
    """Return the findings for one container; they share one way to undo where they must."""
    put_back, container, saved = record.kind.put_back, record.container, record.saved
    together = partial(put_back, container, saved, differences)
    singly = all(map(record.kind.undoes_singly, differences))
    return [
        Finding(
            change_of(name, record, difference, as_it_was),
            undo=partial(put_back, container, saved, (difference,)) if singly else together,
            adopt=record.adopt,
            undone=_outcome(record, difference),
        )
        for difference in differences
    ]


def _outcome(record: Record, difference: Difference) -> Action:
    is_bounded = isinstance(record.kind, special.BoundedCacheKind)
    return Action.CLEARED if is_bounded and difference.step in record.saved else Action.RESTORED


def is_made_lazily(difference: Difference) -> bool:
    """Tell whether it is only that something harmless was made at its first use."""
    is_first = difference.before is MISSING or difference.before is None
    return is_first and exempt_lazy(type(difference.after))


def change_of(
    name: str, record: Record, difference: Difference, as_it_was: Callable[[Any], Any]
) -> Change:
    """Return the change that one difference of a container amounts to.

    What a container held before, `as_it_was` tells: the test may have changed it, then replaced it.
    """
    suffix = difference.suffix
    path = record.path + (record.kind.suffix(difference.step) if suffix is None else suffix)
    before, after = (
        "" if value is MISSING else show(value, name=_secret_name(record, difference))
        for value in (as_it_was(difference.before), difference.after)
    )
    return Change(name, path, before, after, verb=difference.verb or _verb(difference))


def _secret_name(record: Record, difference: Difference) -> object:
    return difference.step if type(difference.step) is str else record.step


def _verb(difference: Difference) -> Verb:
    if difference.before is MISSING:
        return Verb.ADDED
    return Verb.REMOVED if difference.after is MISSING else Verb.CHANGED
