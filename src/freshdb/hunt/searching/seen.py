"""What was seen of the suite's tests in many orders, and what explains it. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from freshdb.hunt.findings import Kind
from freshdb.hunt.pieces import Piece
from freshdb.hunt.trials import Outcome

_MOST_CONTEXTS = 3
_LEAST_SEEN, _LEAST_EACH = 10, 3
"""In so many orders, so many each way, one test agrees with another by chance in 1 of 1,000."""
_MOST_LIKELY = (3, 30)
"""So many pieces of state are taken for likely, first and second."""


@dataclass
class Suspect:
    """A test that goes differently in company than alone.

    Attributes:
        place: of the test in the suite.
        alone: how it goes alone.
        contexts: tests that were run before it when it went the other way, in their order.
        is_doubtful: whether what was seen of it so far may be chance.
        is_confirmed: whether it was run alone more than once.
    """

    place: int
    alone: Outcome
    is_doubtful: bool = True
    is_confirmed: bool = True
    contexts: list[tuple[int, ...]] = field(default_factory=list, compare=False)

    @property
    def kind(self) -> Kind:
        """Tell whether it suffers from company, or needs it."""
        return Kind.BRITTLE if self.alone.is_bad else Kind.VICTIM

    def flips(self, outcome: Outcome | None) -> bool:
        """Tell whether an outcome is the other one than alone."""
        return outcome is not None and outcome.is_bad != self.alone.is_bad

    def stays(self, outcome: Outcome | None) -> bool:
        """Tell whether there is an outcome, and it is the one of alone."""
        return outcome is not None and outcome.is_bad == self.alone.is_bad


@dataclass(frozen=True)
class Run:
    """Tests that were run one after another in one process.

    Attributes:
        tests: in their order.
        outcomes: of each of them.
        places: where in this run each test was.
    """

    tests: tuple[int, ...]
    outcomes: tuple[Outcome, ...]
    places: dict[int, int]


@dataclass
class Survey:
    """What running the whole suite in many ways showed.

    Attributes:
        runs: the orders that were run.
        alone: of each test, how it goes alone.
        deltas: of each test, the state that it leaves when run alone.
        leave_threads: the tests that leave threads running.
    """

    runs: list[Run] = field(default_factory=list)
    alone: dict[int, Outcome] = field(default_factory=dict)
    deltas: dict[int, tuple[Piece, ...]] = field(default_factory=dict)
    leave_threads: set[int] = field(default_factory=set)
    _leaving: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _alike: list[list[str]] = field(default_factory=list)
    _first: dict[str, list[float]] = field(default_factory=dict)

    @property
    def forks_well(self) -> bool:
        """Tell whether what tests leave lives on in a fork; threads do not."""
        return len(self.leave_threads) * 4 <= len(self.alone)

    def outcomes(self, place: int) -> list[Outcome]:
        """Return how a test went, each time that it was run."""
        found = [run.outcomes[run.places[place]] for run in self.runs if place in run.places]
        return found + ([self.alone[place]] if place in self.alone else [])

    def ways(self, place: int) -> set[bool]:
        """Return whether a test was seen to go well, badly, or both."""
        return {outcome.is_bad for outcome in self.outcomes(place)}

    def contexts(
        self, suspect: Suspect, most: int | None = _MOST_CONTEXTS
    ) -> list[tuple[int, ...]]:
        """Return what was run before a test when it went the other way, the shortest first."""
        found = []
        for run in self.runs:
            number = run.places.get(suspect.place)
            if number is not None and suspect.flips(run.outcomes[number]):
                found.append(run.tests[:number])
        return sorted(found, key=len)[:most]

    def explains(self, suspect: Suspect, key: str) -> int:
        """Return how well a piece of state explains in which orders a test flipped.

        It is taken to be there from the first test on that leaves it when run alone. That the test
        went as it does alone with the piece there counts most against it; that it flipped without
        it counts little, since there may be more than one cause.
        """
        total = 0
        for run, first in zip(self.runs, self._first_places(key), strict=False):
            number = run.places.get(suspect.place)
            if number is None:
                continue
            if suspect.flips(run.outcomes[number]):
                total += 2 if first < number else -1
            elif first < number:
                total -= 4
        return total

    def is_doubtful(self, suspect: Suspect) -> bool:
        """Tell whether no test, and no state, explains without exception where it flipped."""
        ranked = self.ranked(suspect)[:1]
        keys = self._keys_by_leavers(suspect)[:1]
        return not any(
            self._is_explained(suspect, places)
            for places in (ranked, *(self.leaving(key) for key in keys))
        )

    def is_mixed(self, suspect: Suspect) -> bool:
        """Tell whether a few pieces of state do not explain together where it flipped.

        A piece that was there when the test went as alone explains nothing.
        """
        numbers = [run.places.get(suspect.place, -1) for run in self.runs]
        flipped = {
            one
            for one, (run, number) in enumerate(zip(self.runs, numbers, strict=True))
            if number >= 0 and suspect.flips(run.outcomes[number])
        }
        self.leaving("")
        explained = []
        for keys in self._alike:
            pairs = enumerate(zip(self._first_places(keys[0]), numbers, strict=False))
            there = {one for one, (first, number) in pairs if first < number}
            if there <= flipped:
                explained.append(there)
        for _ in range(_MOST_LIKELY[0]):
            flipped -= max(explained, key=lambda there: len(there & flipped), default=set())
        return bool(flipped)

    def _is_explained(self, suspect: Suspect, places: Sequence[int]) -> bool:
        """Tell whether it flipped whenever one of these tests came before it, and only then."""
        seen = []
        for run in self.runs:
            number = run.places.get(suspect.place)
            if number is not None:
                first = min((run.places[one] for one in places if one in run.places), default=None)
                comes_before = first is not None and first < number
                seen.append((comes_before, suspect.flips(run.outcomes[number])))
        after = sum(comes_before for comes_before, _ in seen)
        is_enough = min(after, len(seen) - after) >= _LEAST_EACH and len(seen) >= _LEAST_SEEN
        return is_enough and all(one == other for one, other in seen)

    def leavers(self, suspect: Suspect, preferred: Collection[str] = ()) -> list[int]:
        """Return a test for each of the pieces of state that explain best where one flipped.

        Where several tests leave the same, no single one of them explains all orders, but what
        they leave does.

        Args:
            suspect: the one that flipped.
            preferred: keys of pieces that come first among those that explain as much.
        """
        contexts = self.contexts(suspect)
        found = []
        for key in self._keys_by_leavers(suspect, preferred)[: _MOST_LIKELY[0]]:
            leaving = set(self.leaving(key))
            found += [next((one for one in some if one in leaving), -1) for some in contexts[:1]]
        return [place for place in dict.fromkeys(found) if place >= 0]

    def _keys_by_leavers(self, suspect: Suspect, preferred: Collection[str] = ()) -> list[str]:
        """Return pieces that explain best where a test flipped, one of those with equal leavers."""
        self.leaving("")
        liked = set(preferred)
        scored = []
        for keys in self._alike:
            score = self.explains(suspect, keys[0])
            if score > 0:
                key = next((one for one in keys if one in liked), keys[0])
                scored.append((-score, key not in liked, key))
        return [key for _, _, key in sorted(scored, key=lambda one: one[:2])]

    def narrowed(self, suspect: Suspect, context: tuple[int, ...]) -> list[tuple[int, ...]]:
        """Return the few tests of a context that leave what explains best, then all of them."""
        self.leaving("")
        rare = [key for key, places in self._leaving.items() if 2 * len(places) <= len(self.alone)]
        best = sorted(rare, key=lambda key: self.explains(suspect, key), reverse=True)
        found = []
        for most in _MOST_LIKELY:
            leaving = {place for key in best[:most] for place in self.leaving(key)}
            some = tuple(place for place in context if place in leaving)
            if 0 < 2 * len(some) <= len(context) and some not in found:
                found.append(some)
        return [*found, context]

    def leaving(self, key: str) -> tuple[int, ...]:
        """Return the tests that leave a piece of state when run alone."""
        if not self._leaving:
            found: dict[str, list[int]] = {}
            for place, delta in self.deltas.items():
                for piece in delta:
                    found.setdefault(piece.key, []).append(place)
            self._leaving = {one: tuple(places) for one, places in found.items()}
            alike: dict[tuple[int, ...], list[str]] = {}
            for one, places in self._leaving.items():
                alike.setdefault(places, []).append(one)
            self._alike = list(alike.values())
        return self._leaving.get(key, ())

    def _first_places(self, key: str) -> list[float]:
        """Return where in each order the first test is that leaves a piece of state."""
        known = self._first.get(key)
        if known is None:
            leaving = self.leaving(key)
            known = self._first[key] = [
                min((run.places[one] for one in leaving if one in run.places), default=math.inf)
                for run in self.runs
            ]
        return known

    def ranked(self, suspect: Suspect) -> list[int]:
        """Return other tests by how well their coming before explains how this one went.

        With one culprit and nothing that puts right what it did, only the culprit explains all
        orders, and a dozen random orders single one out of thousands.
        """
        agreed: dict[int, int] = {}
        for run in self.runs:
            number = run.places.get(suspect.place)
            if number is None:
                continue
            flipped = suspect.flips(run.outcomes[number])
            for place, other in run.places.items():
                if (other < number) == flipped:
                    agreed[place] = agreed.get(place, 0) + 1
        agreed.pop(suspect.place, None)
        return sorted(agreed, key=lambda place: -agreed[place])
