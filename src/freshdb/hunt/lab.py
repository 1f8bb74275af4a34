"""Where trials are run: asks session processes, remembers every answer, minds the time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import IO, Any

from freshdb.errors import HuntError
from freshdb.hunt.journal import Journal
from freshdb.hunt.trials import End, Outcome, Piece, Step, Suite, Trial, TrialResult

_PATIENCE_S = 60.0
_SHORTEST_PATIENCE_S = 10.0


class BudgetSpent(Exception):  # noqa: N818  # no error: the hunt stops and says what is left
    """Raised instead of a trial's result when there is no time left for it."""


@dataclass
class Budget:
    """How long the hunt may take.

    Attributes:
        seconds: from its beginning; None for as long as it takes.
        trials: how many trials it may make; None for any number.
    """

    seconds: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self.made = 0
        self.is_stopped = False

    @property
    def spent_s(self) -> float:
        """Return how long it has been."""
        return time.monotonic() - self._began

    @property
    def left_s(self) -> float:
        """Return how many seconds are left."""
        return float("inf") if self.seconds is None else self.seconds - self.spent_s

    def take(self) -> None:
        """Count one trial.

        Raises:
            BudgetSpent: there is no more.
        """
        if (
            self.is_stopped
            or self.left_s <= 0
            or (self.trials is not None and self.made >= self.trials)
        ):
            raise BudgetSpent
        self.made += 1


class Session:
    """One session process, seen from the hunter.

    Args:
        arguments: pytest's.
        directory: where it is started.
        log: what it prints goes here.
    """

    def __init__(self, arguments: Sequence[str], directory: str, log: IO[bytes]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            os.set_inheritable(theirs.fileno(), True)
            self._process = subprocess.Popen(  # noqa: S603  # this Python, with the user's words
                [sys.executable, "-m", "freshdb.hunt.session", str(theirs.fileno()), *arguments],
                pass_fds=[theirs.fileno()],
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._socket = ours
        self._file = ours.makefile("rb")
        self._sending = threading.Lock()

    def read(self, timeout_s: float | None = None) -> dict[str, Any] | None:
        """Return the next message; None if the process has ended, or is silent for so long."""
        self._socket.settimeout(timeout_s)
        try:
            line = self._file.readline()
        except (OSError, ValueError):
            return None
        return json.loads(line) if line.endswith(b"\n") else None

    def ask(self, number: int, trial: Trial, patience_s: float, *, here: bool = False) -> None:
        """Ask for a trial."""
        request = {"number": number, "trial": trial.to_json(), "patience_s": patience_s}
        data = json.dumps(request | {"here": here}).encode() + b"\n"
        with self._sending:
            self._socket.sendall(data)

    def close(self) -> None:
        """End the process and all that it has started."""
        self._socket.shutdown(socket.SHUT_RDWR)
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._file.close()
        self._socket.close()


class Lab:
    """Runs trials of one suite.

    Args:
        arguments: pytest's, as the user gave them.
        directory: where pytest is started.
        jobs: how many trials may run at the same time.
        budget: what may be spent.
        journal: remembers results across hunts.
        patience_s: how long a test may be silent before it is taken for hung.
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
    ) -> None:
        self._arguments = list(arguments)
        self._directory = directory
        self.budget = budget
        self._patience_s = patience_s
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed in `close`
        self._session: Session | None = Session(arguments, directory, self._log)
        self.suite = self._hear_of_suite()
        self.jobs = jobs if self.suite.has_own_files else 1
        self._known: dict[str, TrialResult] = {}
        self._journal = journal
        if journal is not None:
            self._known = journal.open(self.suite)
        self._seconds: dict[int, float] = {}
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(self.jobs)
        self._pool = ThreadPoolExecutor(max_workers=4 * self.jobs)
        self._number = 0
        self.watcher: Callable[[int, int], None] = lambda done, total: None
        self._reader: threading.Thread | None = None
        if self.suite.can_fork:
            self._reader = threading.Thread(target=self._read, daemon=True)
            self._reader.start()

    # Trials

    def run(self, trial: Trial) -> TrialResult:
        """Run a trial, or return what came of it earlier.

        Raises:
            BudgetSpent: there is no time left.
        """
        text = trial.to_json()
        known = self._known.get(text)
        if known is not None:
            return known
        if len(trial.tails) > 1 and not self.suite.can_fork:
            result = self._each_alone(trial, TrialResult(tails=(None,) * len(trial.tails)))
        else:
            result = self._run(trial)
            if len(trial.tails) > 1 and None in result.tails:
                result = self._each_alone(trial, result)
        self._known[text] = result
        self._note_seconds(trial, result)
        if self._journal is not None:
            self._journal.add(text, result)
        return result

    def run_all(self, trials: Iterable[Trial]) -> list[TrialResult]:
        """Run trials at the same time, and return what came of them in their order."""
        every = list(trials)
        return list(self._counted(self._pool.map(self.run, every), len(every)))

    def each(self, work: Callable[[Any], Any], things: Iterable[Any]) -> list[Any]:
        """Do something with each thing, several at the same time, and return the answers."""
        every = list(things)
        with ThreadPoolExecutor(max_workers=2 * self.jobs) as pool:
            try:
                return list(self._counted(pool.map(work, every), len(every)))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                self.budget.is_stopped = True  # the others end at their next trial
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

    def _counted(self, results: Iterable[Any], total: int) -> Iterator[Any]:
        for done, result in enumerate(results, start=1):
            self.watcher(done, total)
            yield result

    def _hear_of_suite(self) -> Suite:
        assert self._session is not None
        facts = self._session.read()
        if facts is None or "failed" in facts:
            reason = "its process ended" if facts is None else facts["failed"]
            output = self.output().strip()
            self._session.close()
            self._log.close()
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
            can_fork=facts["can_fork"],
            why_not=facts["why_not"],
            has_own_files=facts["has_own_files"],
            seconds=facts["seconds"],
            places={name: place for place, name in enumerate(tests)},
        )

    def _run(self, trial: Trial) -> TrialResult:
        with self._slots:
            self.budget.take()
            if not self.suite.can_fork:
                return self._run_in_process(trial)
            with self._lock:
                self._number += 1
                number = self._number
                future = self._waiting[number] = Future()
            session = self._session
            if session is None:
                raise BudgetSpent
            session.ask(number, trial, self._patience(trial))
            return _result(trial, future.result())

    def _run_in_process(self, trial: Trial) -> TrialResult:
        """Run a trial in a session of its own, where forks do not see what a run sees."""
        session = Session(self._arguments, self._directory, self._log)
        try:
            if session.read() is None:
                return TrialResult(end=End.CRASHED)
            session.ask(0, trial, 0, here=True)
            answer: dict[str, Any] = {"end": None, "events": []}
            while answer["end"] is None:
                message = session.read(self._patience(trial))
                if message is None:
                    answer["end"] = "hung"
                    break
                answer = message
            return _result(trial, answer)
        finally:
            session.close()

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
                future = self._waiting.pop(message["number"])
            future.set_result(message)
            session = self._session
        with self._lock:
            for future in self._waiting.values():
                future.set_exception(BudgetSpent())
            self._waiting.clear()


def _result(trial: Trial, answer: dict[str, Any]) -> TrialResult:
    """Put a result together from the events of a trial."""
    outcomes: list[Outcome] = []
    tails: list[Outcome | None] = [None] * len(trial.tails)
    facts: dict[str, Any] = {"wider": ()}
    for name, content in answer["events"]:
        if name == "outcome":
            outcomes.append(Outcome(**content))
        elif name == "tail":
            tails[content[0]] = Outcome(**content[1])
        elif name in ("delta", "start"):
            facts[name] = tuple(Piece(**one) for one in content)
        elif name == "steps":
            facts[name] = tuple(
                Step(one["number"], one["differs"], tuple(tuple(f) for f in one["stack"]))
                for one in content
            )
        elif name == "threads":
            facts[name] = content
        elif name == "wider":
            facts[name] += (content,)
    end = End(answer["end"])
    if end is not End.DONE:
        lost = Outcome(str(end), message=f"the process of the trial {end}")
        if len(outcomes) < len(trial.tests):
            outcomes.append(lost)
        elif len(tails) == 1 and tails[0] is None:
            tails[0] = lost
    return TrialResult(outcomes=tuple(outcomes), tails=tuple(tails), end=end, **facts)
