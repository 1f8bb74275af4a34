"""The hunt, from the first order to the report."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from freshdb.hunt.causing.alike import alike_culprits, also_explained
from freshdb.hunt.causing.causes import Link, causes_of
from freshdb.hunt.causing.proofs import Proof, Prover
from freshdb.hunt.findings import Loose, Report
from freshdb.hunt.lab.budget import BudgetSpent
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.leaving import hidden_links, others_that_leave, same_as_before
from freshdb.hunt.searching.culprits import (
    Culprits,
    culprits_one_by_one,
    likely_culprits,
    scan_seconds,
    single_culprits,
)
from freshdb.hunt.searching.joint import joint_culprits
from freshdb.hunt.searching.seen import Survey, Suspect
from freshdb.hunt.searching.victims import alone, confirmed, survey, suspects

_MOST_PROVED = 4
"""So many states of one test's culprits are searched; the rest is taken for the first of them."""
_MOST_FURTHER = 3
_MOST_RANKED = 3
_LONGEST_SCAN_S = 60.0
_MOST_WITHOUT_ORDERS = 3
"""Of more tests that were named, those are looked at that went both ways in many orders."""


class Hunter:
    """Hunts in one suite.

    Args:
        lab: runs the trials.
        tell: is told what is being done, for people who wait.
        randoms: how many random orders are run.
        seed: of the first of them.
    """

    def __init__(
        self, lab: Lab, tell: Callable[[str], None], *, randoms: int = 10, seed: int = 1
    ) -> None:
        self._lab = lab
        self._tell = tell
        self._randoms = randoms
        self._seed = seed
        self._survey = Survey()
        self._pending: dict[int, Suspect] = {}
        self.report = Report(tests=len(lab.suite.tests))

    def hunt(self, targets: Sequence[int] = ()) -> Report:
        """Find out what depends on what.

        Args:
            targets: places of the tests to explain; all that are found to need it, if none given.
        """
        report = self.report
        report.notes += [f"could not be collected: {error}" for error in self._lab.suite.errors]
        if self._lab.suite.garbage:
            report.notes.append(
                "importing the suite leaves something to the garbage collector that fails "
                f"whichever test comes first, where warnings are errors: {self._lab.suite.garbage}"
            )
        if not self._lab.suite.can_fork:
            report.notes.append(
                f"each trial is a run of its own, and slow: {self._lab.suite.why_not}"
            )
        links: list[Link] = []
        try:
            self._explain(self._suspects(targets), links)
        except BudgetSpent:
            report.not_done.append("explaining all that was found: the budget was spent")
        except KeyboardInterrupt:
            self._lab.budget.is_stopped = True
            report.note_interruption()
        for place in self._pending:
            note = "it goes differently in different orders; nobody had time to find out why"
            report.unexplained.append(Loose(self._lab.suite.tests[place], note))
        report.causes = causes_of(self._lab, links, is_complete=self._survey.forks_well)
        report.trials, report.seconds = self._lab.budget.made, self._lab.budget.spent_s
        return report

    def _suspects(self, targets: Sequence[int]) -> list[Suspect]:
        if targets and len(targets) <= _MOST_WITHOUT_ORDERS:
            self._tell("running each of them alone")
            found = self._lab.each(lambda place: alone(self._lab, place, self.report), targets)
            return [one for one in found if one is not None]
        self._survey = survey(
            self._lab, self.report, self._tell, randoms=self._randoms, seed=self._seed
        )
        return suspects(self._lab, self._survey, self.report, targets)

    def _explain(self, suspected: list[Suspect], links: list[Link]) -> None:
        if not suspected:
            return
        self._pending = {suspect.place: suspect for suspect in suspected}
        tests = "1 test" if len(suspected) == 1 else f"{len(suspected)} tests"
        self._tell(f"looking for what decides about {tests}, and through which state")
        likely: list[str] = []

        def explain(suspect: Suspect, every: Sequence[Culprits]) -> None:
            links.extend(self._proved(suspect, every, likely))
            del self._pending[suspect.place]

        def explain_further(suspect: Suspect) -> None:
            mine = [link for link in links if link.suspect is suspect]
            links.extend(self._proved(suspect, self._further(suspect, mine), likely))

        self._explain_in_turn(suspected, explain, links, likely)
        explained = list({link.suspect.place: link.suspect for link in links}.values())
        self._tell("finding the lines that write it")
        causes_of(
            self._lab, links, is_complete=self._survey.forks_well
        )  # the trials are remembered: at the end it costs nothing
        self._tell("looking for further causes")
        self._lab.each(explain_further, explained)
        self._tell("looking who else leaves the same state")
        links += hidden_links(self._lab, self._survey, links)

    def _explain_in_turn(
        self,
        suspected: Sequence[Suspect],
        explain: Callable[[Suspect, Sequence[Culprits]], None],
        links: list[Link],
        likely: Sequence[str],
    ) -> None:
        """Explain a few at a time, and ask those that follow about what these have shown.

        Those for which no guess is right wait until guesses fail for all of a few: a search of
        the suite for many takes little longer than for one.
        """

        def guess(suspect: Suspect) -> None:
            guessed = self._guessed(suspect, likely)
            if guessed:
                explain(suspect, guessed)

        rest, number = list(suspected), 2 * self._lab.jobs
        hard: list[Suspect] = []
        while rest or hard:
            known = len(links)
            few, rest = self._confirmed(rest[:number]), rest[number:]
            self._lab.each(guess, few)
            hard += [one for one in few if one.place in self._pending]
            if len(links) == known or not rest:
                self._search(hard, explain, links)
                hard, number = [], 2 * number
            rest = self._without_alike(rest, links, known)

    def _search(
        self,
        suspected: Sequence[Suspect],
        explain: Callable[[Suspect, Sequence[Culprits]], None],
        links: list[Link],
    ) -> None:
        """Look for one culprit of each, then for several, a few at a time: that takes longest."""
        scanned = self._scanned(suspected)
        single = [one for one in suspected if scanned[one.place]]
        self._lab.each(lambda one: explain(one, scanned[one.place]), single)
        rest = [one for one in suspected if not scanned[one.place]]
        while rest:
            known, few = len(links), self._lab.jobs
            self._lab.each(lambda one: explain(one, self._joint(one)), rest[:few])
            rest = self._without_alike(rest[few:], links, known)

    def _without_alike(
        self, rest: Sequence[Suspect], links: list[Link], known: int
    ) -> list[Suspect]:
        """Link tests that the latest links explain as well, and return the others."""
        for link in links[known:]:
            alike = [one for one in rest if self._may_be_alike(one, link)]
            for one in also_explained(self._lab, link, alike):
                links.append(one)
                del self._pending[one.suspect.place]
            rest = [one for one in rest if one.place in self._pending]
        return list(rest)

    def _confirmed(self, suspected: Sequence[Suspect]) -> list[Suspect]:
        lab, report = self._lab, self.report
        found = lab.each(lambda one: confirmed(lab, one, report, self._survey), suspected)
        for before, now in zip(suspected, found, strict=True):
            if now is None:
                del self._pending[before.place]
            else:
                self._pending[now.place] = now
        return [one for one in found if one is not None]

    def _may_be_alike(self, suspect: Suspect, link: Link) -> bool:
        """Tell whether a culprit, or one that leaves the same, came before wherever a test flipped.

        Where it did not flip behind one, a third one may have put it right.
        """
        culprits = set(link.culprits.tests)
        contexts = [set(one) for one in self._survey.contexts(suspect, most=None)]
        if suspect.kind is not link.suspect.kind or not contexts:
            return False
        if len(culprits) > 1:
            return all(culprits <= one for one in contexts)
        culprits.update(others_that_leave(self._survey, link.proof))
        return all(culprits & one for one in contexts)

    def _guessed(self, suspect: Suspect, likely: Sequence[str]) -> list[Culprits]:
        """Return a single test that decides about one, guessed from the orders that were run."""
        known = self._survey
        if not known.runs or not suspect.contexts:
            return []
        guesses = [*known.leavers(suspect, likely), *known.ranked(suspect)[:_MOST_RANKED]]
        return likely_culprits(self._lab, suspect, list(dict.fromkeys(guesses)))

    def _scanned(self, left: Sequence[Suspect]) -> dict[int, list[Culprits]]:
        """Return the single tests that decide about each: all of them, where that is cheap."""
        lab, known = self._lab, self._survey
        is_cheap = known.forks_well and scan_seconds(lab, left) < self._limit_s if left else False
        if left and (not known.runs or is_cheap):
            return single_culprits(lab, left, self._ask_ahead)
        return {one.place: [] for one in left}

    def _ask_ahead(self, suspect: Suspect, culprits: Culprits) -> None:
        """Ask, while others are looked for, all that explains the first culprit.

        What comes of trials is remembered; so whoever asks it later has the answers at once.
        """
        link = Link(suspect, culprits, self._search_state(suspect, culprits, ()))
        causes_of(self._lab, [link], is_complete=self._survey.forks_well)

    @property
    def _limit_s(self) -> float:
        return min(_LONGEST_SCAN_S, 0.2 * self._lab.budget.left_s)

    def _further(self, suspect: Suspect, links: Sequence[Link]) -> list[Culprits]:
        """Return culprits of the orders in which a test flipped and none of the known ones ran."""
        found: list[Culprits] = []
        tried = 0
        leave = {place for link in links for place in others_that_leave(self._survey, link.proof)}
        for context in self._survey.contexts(suspect, most=None):
            known = [set(link.culprits.tests) for link in links]
            known += [set(one.tests) for one in found]
            is_known = leave & set(context) or any(tests <= set(context) for tests in known)
            if is_known:
                continue
            if tried == _MOST_FURTHER:
                break
            tried += 1  # an order in which it does not flip again costs as much as one that tells
            joint = joint_culprits(self._lab, suspect, self._survey.narrowed(suspect, context))
            if joint is not None:
                found.append(joint)
        return found

    def _joint(self, suspect: Suspect) -> list[Culprits]:
        narrowed = [
            one for context in suspect.contexts for one in self._survey.narrowed(suspect, context)
        ]
        joint = joint_culprits(self._lab, suspect, narrowed)
        found = [joint] if joint is not None else []
        found = found or culprits_one_by_one(self._lab, suspect, self._limit_s)
        if not found:
            self._note_unexplained(suspect)
        return found

    def _note_unexplained(self, suspect: Suspect) -> None:
        name = self._lab.suite.tests[suspect.place]
        if suspect.contexts:
            note = "it went differently in one of the orders, and not when that was repeated"
            self.report.by_chance.append(Loose(name, note))
        elif suspect.alone.is_bad:
            self.report.always_failing.append(Loose(name, suspect.alone.short))
        else:
            self.report.notes.append(f"{name} passes alone, and in every company that was tried")

    def _proved(self, suspect: Suspect, every: Sequence[Culprits], likely: list[str]) -> list[Link]:
        """Find the state of a few culprits; all others are asked about that state first."""
        links: list[Link] = []
        left, searches = list(every), 0
        while left and searches < _MOST_PROVED:
            culprits, searches = left.pop(0), searches + 1
            proof = self._search_state(suspect, culprits, likely)
            if proof.is_proved and len(proof.pieces) == 1:
                key = proof.pieces[0].key
                if key not in likely:
                    likely.insert(0, key)
            link = Link(suspect, culprits, proof)
            alike = alike_culprits(self._lab, link, left)
            links += [link, *(Link(suspect, one, proof) for one in alike)]
            left = [one for one in left if one not in alike]
        for culprits in left:
            links.append(Link(suspect, culprits, same_as_before(self._survey, culprits, links)))
        return links

    def _search_state(self, suspect: Suspect, culprits: Culprits, likely: Sequence[str]) -> Proof:
        def likeliness(key: str) -> tuple[bool, int]:
            return self._likeliness(suspect, key, likely)

        return Prover(self._lab, suspect, culprits, likeliness).prove()

    def _likeliness(self, suspect: Suspect, key: str, proved: Sequence[str]) -> tuple[bool, int]:
        """Tell how well a piece explains a test; what was proved for others comes first."""
        explains = self._survey.explains(suspect, key)
        return key in proved and explains >= 0, explains
