"""Where trials are run: asks session processes, remembers every answer, minds the time."""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Self

from freshdb.errors import HuntError
from freshdb.hunt.lab.budget import Budget, BudgetSpent
from freshdb.hunt.lab.journal import Journal
from freshdb.hunt.lab.process import Session, result_of
from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.trials import FOCUS, End, Outcome, Trial, TrialResult

_PATIENCE_S = 60.0
_SHORTEST_PATIENCE_S = 10.0
_DEAF_AT_MOST_S = 0.2
_IN_USE = re.compile(
    r"address already in use|EADDRINUSE|only one usage of each socket address", re.IGNORECASE
)


class Lab:
    """Runs trials of one suite, which a process begins to collect when this is made.

    Args:
        arguments: pytest's, as the user gave them.
        directory: where pytest is started.
        jobs: how many trials may run at the same time.
        budget: what may be spent.
        journal: remembers results across hunts.
        patience_s: how long a test may be silent before it is taken for hung.
        focus: the one file that is collected, and the files whose imports are taken for tests.
        environment: variables that the suite sees besides those of this process.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        directory: str,
        *,
        jobs: int,
        budget: Budget,
        journal: Journal | None = None,
        patience_s: float = _PATIENCE_S,
        focus: Mapping[str, object] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._arguments = list(arguments)
        self._directory = directory
        self.budget = budget
        self._patience_s = patience_s
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed in `close`
        self._environment = {**os.environ, **(environment or {})}
        if focus is not None:
            self._environment[FOCUS] = json.dumps(focus)
        self._session: Session | None = self._new_session()
        self._jobs = jobs
        self._known: dict[str, TrialResult] = {}
        self._journal = journal
        self._seconds: dict[int, float] = {}
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._alone: list[Session] = []  # those that serve one trial
        self._lock = threading.Lock()
        self._taking_all = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=4 * jobs)
        self._number = 0
        self.watcher: Callable[[int, int], None] = lambda done, total: None
        self._reader: threading.Thread | None = None

    def open(self) -> Self:
        """Wait until the suite is collected.

        Raises:
            HuntError: it cannot be collected.
        """
        self.suite = self._hear_of_suite()
        self.jobs = self._jobs if self.suite.has_own_files else 1
        self._slots = threading.Semaphore(self.jobs)
        if self._journal is not None:
            self._known = self._journal.open(self.suite)
        if self.suite.can_fork:
            self._reader = threading.Thread(target=self._read, daemon=True)
            self._reader.start()
        return self

    # Trials

    def run(self, trial: Trial) -> TrialResult:
        """Run a trial, or return what came of it earlier.

        Raises:
            BudgetSpent: there is no time left.
        """
        text = trial.to_json()
        known = self._known.get(text)
        if known is not None:
            self._note_seconds(trial, known)  # on them depends what is done next
            return known
        if len(trial.tails) > 1 and not self.suite.can_fork:
            result = self._each_alone(trial, TrialResult(tails=(None,) * len(trial.tails)))
        else:
            result = self._run(trial)
            is_lost = bool(result.outcomes) and result.outcomes[-1].is_lost
            if len(trial.tails) > 1 and None in result.tails and not is_lost:
                result = self._each_alone(trial, result)
        self._known[text] = result
        self._note_seconds(trial, result)
        if self._journal is not None:
            self._journal.add(text, result)
        return result

    def run_all(self, trials: Iterable[Trial]) -> list[TrialResult]:
        """Run trials at the same time, and return what came of them in their order."""
        return list(self._counted([self._pool.submit(self.run, trial) for trial in trials]))

    def each(
        self, work: Callable[[Any], Any], things: Iterable[Any], *, at_once: int | None = None
    ) -> list[Any]:
        """Do something with each thing, several at the same time, and return the answers.

        Args:
            work: what is done.
            things: with what.
            at_once: with how many at the same time; twice as many as there are jobs, if not given.
        """
        with ThreadPoolExecutor(max_workers=at_once or 2 * self.jobs) as pool:
            try:
                return list(self._counted([pool.submit(work, thing) for thing in things]))
            except BudgetSpent:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self._give_up()
                raise

    def seconds_of(self, place: int) -> float:
        """Return how long a test takes, as far as is known."""
        return self._seconds.get(place, 0.01)

    def output(self) -> str:
        """Return the last of what the session process printed."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]

    def close(self) -> None:
        """End all processes."""
        if self._session is not None:
            self._session.close()
            self._session = None
        self._pool.shutdown(cancel_futures=True)
        if self._reader is not None:
            self._reader.join(timeout=5)
        self._log.close()
        if self._journal is not None:
            self._journal.close()

    # How

    def _new_session(self) -> Session:
        return Session(self._arguments, self._directory, self._log, self._environment)

    def _counted(self, futures: Sequence[Future[Any]]) -> Iterator[Any]:
        try:
            for done, future in enumerate(futures, start=1):
                result = awaited(future)
                self.watcher(done, len(futures))
                yield result
        finally:
            for future in futures:
                future.cancel()

    def _hear_of_suite(self) -> Suite:
        assert self._session is not None
        facts = self._session.read()
        if facts is None or "failed" in facts:
            reason = "its process ended" if facts is None else facts["failed"]
            output = self.output().strip()
            self.close()
            raise HuntError(
                f"cannot collect the suite: {reason}" + (f"\n{output}" if output else ""),
                hint="`pytest --collect-only` with the same arguments must work",
            )
        tests = tuple(facts["tests"])
        return Suite(
            tests=tests,
            classes=tuple((module, kind) for module, kind in facts["classes"]),
            rootdir=facts["rootdir"],
            errors=tuple(facts["errors"]),
            garbage=facts["garbage"],
            can_fork=facts["can_fork"],
            why_not=facts["why_not"],
            has_own_files=facts["has_own_files"],
            seconds=facts["seconds"],
            places={name: place for place, name in enumerate(tests)},
        )

    def _run(self, trial: Trial) -> TrialResult:
        with self._slots:
            result = self._run_now(trial)
        if self.jobs > 1 and _is_crowded(result):
            with self._all_slots():
                result = self._run_now(trial)
        return result

    @contextmanager
    def _all_slots(self) -> Iterator[None]:
        """Let no other trial run: files are each trial's own, ports are not."""
        with self._taking_all, ExitStack() as taken:
            for _ in range(self.jobs):
                taken.enter_context(self._slots)
            yield

    def _run_now(self, trial: Trial) -> TrialResult:
        self.budget.take()
        if not self.suite.can_fork:
            return self._run_in_process(trial)
        with self._lock:
            self._number += 1
            number = self._number
            future = self._waiting[number] = Future()
        session = self._session
        if session is None or self.budget.is_stopped:  # who gave up may not have seen this one
            raise BudgetSpent
        session.ask(number, trial, self._patience(trial))
        try:
            return result_of(trial, future.result(self.budget.timeout_s))
        except TimeoutError:
            self._waiting.pop(number, None)
            session.cancel(number)
            raise BudgetSpent from None

    def _run_in_process(self, trial: Trial) -> TrialResult:
        """Run a trial in a session of its own, where forks do not see what a run sees."""
        session = self._new_session()
        self._alone.append(session)
        try:
            self._check_is_wanted()  # who gave up before may not have seen this session
            if session.read() is None:
                self._check_is_wanted()
                return TrialResult(end=End.CRASHED)
            session.ask(0, trial, 0, here=True)
            answer: dict[str, Any] = {"end": None, "events": []}
            while answer["end"] is None:
                message = session.read(min(self._patience(trial), max(0.0, self.budget.left_s)))
                if message is None:
                    self._check_is_wanted()
                    answer["end"] = "hung"
                    break
                answer = message
            return result_of(trial, answer)
        finally:
            self._alone.remove(session)
            session.close()

    def _check_is_wanted(self) -> None:
        """Tell a trial that was given up from one that has come to nothing."""
        if self.budget.is_stopped or self.budget.left_s <= 0:
            raise BudgetSpent

    def _give_up(self) -> None:
        """Let nobody wait for a trial that is running, or begin another one."""
        self.budget.is_stopped = True
        self._fail_waiting()
        for session in list(self._alone):
            session.hang_up()

    def _fail_waiting(self) -> None:
        with self._lock:
            waiting = list(self._waiting.values())
            self._waiting.clear()
        for future in waiting:
            future.set_exception(BudgetSpent())

    def _each_alone(self, trial: Trial, result: TrialResult) -> TrialResult:
        """Run each tail that was not run after its own run of the first tests."""
        missing = [number for number, one in enumerate(result.tails) if one is None]
        tails: list[Outcome | None] = list(result.tails)
        for number in missing:
            alone = replace(trial, tails=(trial.tails[number],), wants_delta=False, trace=None)
            again = self.run(alone)
            tails[number] = again.last
            if not result.outcomes:
                result = replace(result, outcomes=again.outcomes)
        return replace(result, tails=tuple(tails))

    def _patience(self, trial: Trial) -> float:
        tests = {*trial.tests, *(place for tail in trial.tails for place in tail.tests)}
        tests |= set(trial.sweep.tests if trial.sweep is not None else ())
        known = [self._seconds[place] for place in tests if place in self._seconds]
        if len(known) < len(tests):
            return self._patience_s
        is_guess = any(tail.undo for tail in trial.tails)  # which may well break the test
        shortest = _SHORTEST_PATIENCE_S / 2 if is_guess else _SHORTEST_PATIENCE_S
        needed = max(shortest, 20 * max(known, default=0.0))
        return max(self._patience_s, needed) if trial.trace else min(self._patience_s, needed)

    def _note_seconds(self, trial: Trial, result: TrialResult) -> None:
        for place, outcome in zip(trial.tests, result.outcomes, strict=False):
            if trial.trace is None:
                self._seconds[place] = outcome.seconds

    def _read(self) -> None:
        session = self._session
        while session is not None:
            message = session.read()
            if message is None:
                break
            with self._lock:
                future = self._waiting.pop(message["number"], None)
            if future is not None:  # else it was given up
                future.set_result(message)
            session = self._session
        self._fail_waiting()


def awaited(future: Future[Any]) -> Any:
    """Return what comes of something, and hear of an interrupt meanwhile.

    One that comes just before Python begins to wait would not end the wait.
    """
    while not wait([future], timeout=_DEAF_AT_MOST_S).done:
        pass
    return future.result()


def _is_crowded(result: TrialResult) -> bool:
    """Tell whether a test met an address in use, perhaps by another trial."""
    every = (*result.outcomes, *result.tails)
    return any(one is not None and _IN_USE.search(one.message) for one in every)
