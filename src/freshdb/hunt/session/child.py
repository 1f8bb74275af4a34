"""One trial, in a process of its own: run the tests, and write down what happens."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from types import FrameType
from typing import Any

from freshdb.hunt.session.collecting import Collected, randomness_is_reset
from freshdb.hunt.session.fixtures import add_fixtures
from freshdb.hunt.session.own_files.places import Places
from freshdb.hunt.session.running import Runner
from freshdb.hunt.session.sharing import unshare
from freshdb.hunt.session.tracing import AtStep, Tracer, cut_short
from freshdb.hunt.session.watch import THREADS, Watch
from freshdb.hunt.trials import Spot, Sweep, Tail, Trial

Write = Callable[[str, Any], None]
_SIGKILL_ON_PARENT_DEATH = 1

# Tests patch these, and leave them patched: a trial has to go on with those that there were.
_encode = json.JSONEncoder(separators=(",", ":")).encode
_fork, _wait, _exit, _write = os.fork, os.waitpid, os._exit, os.write


_GOOD, _BAD = 0, 3
"""Exit codes of a fork that runs a tail."""


@dataclass(frozen=True)
class Equipment:
    """What trials are made with, ready before the first fork.

    Attributes:
        collected: the suite.
        watch: knows the state before the trial.
        places: the trial's files.
        runner: runs the tests.
    """

    collected: Collected
    watch: Watch
    places: Places
    runner: Runner


class Child:
    """Runs one trial. Events are written as they happen, so that a crash loses nothing.

    Args:
        equipment: what trials are made with.
        write: takes an event's name and content.
    """

    def __init__(self, equipment: Equipment, write: Write) -> None:
        self._collected = equipment.collected
        self._watch = equipment.watch
        self._places = equipment.places
        self._runner = equipment.runner
        self._write = write
        self._wants_start = self._wants_rest = False
        self._runner.note_start = self._note_start

    def run(self, trial: Trial) -> None:
        """Run a trial."""
        self._watch.begin(
            reseed=not self._collected.is_seeded
            and not randomness_is_reset(self._collected.config),
            looks=trial.looks_at_state,
        )
        if trial.looks_at_state:
            self._runner.note_fixture = self._watch.note_fixture
        if trial.fixtures:
            items = [self._collected.items[place] for place in trial.tests]
            add_fixtures(self._collected.session, items, trial.fixtures)
        if trial.sweep is not None:
            self._sweep(trial.tests, trial.sweep)
            return
        self._wants_rest = trial.wants_rest
        with self._traced(trial):
            self._run_first(trial)
        threads = self._watch.new_threads()
        if threads:
            self._write("threads", threads)
        if not trial.tails:
            self._end_without_tail(trial)
        elif len(trial.tails) == 1:
            self._run_only_tail(trial)
        else:
            self._run_tails(trial, threads)
        for text in self._runner.wider:
            self._write("wider", text)

    def _run_first(self, trial: Trial) -> None:
        closer = self._watch.look_closer
        for number, place in enumerate(trial.tests):
            is_last = number + 1 == len(trial.tests)
            following = None if is_last else trial.tests[number + 1]
            if is_last and trial.tails:
                following = trial.tails[0].tests[0]
            self._wants_start = trial.wants_start and is_last
            with self._at(trial.cut, number, cut_short), self._at(trial.closer, number, closer):
                outcome = self._runner.run(place, following)
            self._write("outcome", vars(outcome))
            if not is_last:
                self._runner.close(following)

    def _sweep(self, tests: Sequence[int], sweep: Sweep) -> None:
        """Run tests, and others in forks in between, up to where one of these goes differently.

        It ends, too, where a fork would not see what is here, or would change files of all.
        """
        for number, place in enumerate(tests, start=1):
            following = tests[number] if number < len(tests) else None
            self._write("outcome", vars(self._runner.run(place, following)))
            if sweep.is_stop(number) or following is None:
                threads = self._watch.new_threads()
                if threads:
                    self._write("threads", threads)
                if threads or not self._all_go_as_alone(sweep):
                    break
            self._runner.close(following)
        self._runner.close(None)

    def _all_go_as_alone(self, sweep: Sweep) -> bool:
        before = {} if self._places.are_own else self._places.changed()
        are_as_alone = True
        for number, (place, is_bad) in enumerate(zip(sweep.tests, sweep.are_bad, strict=True)):
            code = self._apart(
                partial(self._run_close_and_tail, number, Tail((*sweep.first, place)))
            )
            are_as_alone &= code == (_BAD if is_bad else _GOOD)
            if not self._places.are_own and self._places.changed() != before:
                return False
        return are_as_alone

    def _end_without_tail(self, trial: Trial) -> None:
        # Wider fixtures are closed for the delta, and always at the end: they may hold processes.
        self._runner.close(None)
        if trial.wants_delta:
            self._write("delta", [asdict(piece) for piece in self._watch.pieces()])
            for text in self._runner.garbage.collect():
                self._write("garbage", text)

    def _run_only_tail(self, trial: Trial) -> None:
        tail = trial.tails[0]
        self._runner.close(tail.tests[0])
        if trial.wants_delta:
            self._write("delta", [asdict(piece) for piece in self._watch.pieces()])
        if any(key.startswith(f"{THREADS}|") for key in tail.undo or ()):
            self._apart(lambda: self._run_tail(0, tail))  # threads do not live on in a fork
        else:
            self._run_tail(0, tail)

    def _run_tails(self, trial: Trial, threads: int) -> None:
        """Run each tail in a fork of what is here now, as long as they do not see each other."""
        if threads:
            return  # a fork would be without them: each tail is run by itself
        if sum(tail.undo is not None for tail in trial.tails) > 1:
            self._watch.look()
        before = self._places.changed()
        for number, tail in enumerate(trial.tails):
            self._apart(partial(self._run_close_and_tail, number, tail))
            if not self._places.are_own and self._places.changed() != before:
                return

    def _run_close_and_tail(self, number: int, tail: Tail) -> int:
        self._places.enter()
        unshare()
        if not self._runner.shares_all(tail.tests[0]):
            self._watch.look_again()
        self._runner.close(tail.tests[0])
        return self._run_tail(number, tail)

    def _run_tail(self, number: int, tail: Tail) -> int:
        """Run a tail, and return what its process ends with."""
        if tail.undo is not None and tail.at is None:
            self._watch.undo(tail.undo)
            if self._wants_rest:
                self._write("rest", [asdict(piece) for piece in self._watch.pieces()])
        with self._undone_later(tail):
            for index, place in enumerate(tail.tests):
                is_last = index + 1 == len(tail.tests)
                following = None if is_last else tail.tests[index + 1]
                outcome = self._runner.run(place, following)
                if not is_last:
                    self._runner.close(following)
        self._write("tail", [number, vars(outcome)])
        self._runner.close(None)
        return _BAD if outcome.is_bad else _GOOD

    def _apart(self, work: Callable[[], int]) -> int:
        """Do something in a fork, wait for it, and return what it ended with."""
        pid = _fork()
        if pid == 0:
            code = 1
            try:
                die_with_parent()
                code = work()
            finally:
                _exit(code)
        return os.waitstatus_to_exitcode(_wait(pid, 0)[1])

    @contextlib.contextmanager
    def _traced(self, trial: Trial) -> Iterator[None]:
        trace = trial.trace
        if trace is None:
            yield
            return
        rootdir = str(self._collected.config.rootpath)
        with Tracer(trace, rootdir, lambda: self._watch.differs(trace.key)) as tracer:
            yield
        self._write("steps", [asdict(step) for step in tracer.steps])

    @contextlib.contextmanager
    def _at(
        self, spot: Spot | None, number: int, act: Callable[[FrameType], object]
    ) -> Iterator[None]:
        """Do something at a spot, if it is in the test of this number."""
        if spot is None or spot.test != number:
            yield
            return
        rootdir = str(self._collected.config.rootpath)
        with AtStep(
            spot.at, rootdir, act, only_new=spot.only_new, own_thread=spot.own_thread
        ) as steps:
            yield
        self._write("steps", [asdict(steps.reached)])

    @contextlib.contextmanager
    def _undone_later(self, tail: Tail) -> Iterator[None]:
        if tail.at is None:
            yield
            return
        rootdir, keys = str(self._collected.config.rootpath), tail.undo or ()
        undo = partial(self._watch.undo, keys)
        with AtStep(tail.at, rootdir, lambda frame: undo(), only_new=tail.only_new) as undoer:
            yield
        self._write("steps", [asdict(undoer.reached)])

    def _note_start(self) -> None:
        if self._wants_start:
            self._wants_start = False
            self._write("start", [asdict(piece) for piece in self._watch.pieces()])


def be_child(equipment: Equipment, asked: int, telling: int) -> None:
    """Be the process of one trial, from just after the fork to its exit.

    Args:
        equipment: what trials are made with.
        asked: where the trial is read from, once it is known.
        telling: where its events are written to.
    """
    status = 1
    try:
        die_with_parent()
        os.setpgid(0, 0)
        equipment.places.enter()
        unshare()
        _capture_anew(equipment.collected)
        with os.fdopen(asked, "rb") as asking:
            text = asking.readline()

        def write(name: str, content: Any) -> None:
            data = _encode([name, content]).encode() + b"\n"
            while data:
                data = data[_write(telling, data) :]

        if text:  # else nobody wants one any more
            Child(equipment, write).run(Trial.from_json(text.decode()))
            write("done", None)
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc(file=sys.__stderr__)
    finally:
        _exit(status)


def die_with_parent() -> None:
    """Ask the system to end this process when its parent ends; where it cannot, do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGKILL_ON_PARENT_DEATH, signal.SIGKILL)


def _capture_anew(collected: Collected) -> None:
    """Let the trial capture output into files of its own, not into those that forks share.

    They come behind the descriptors that pytest's stay with: what was imported may hold its
    ``sys.stdout``, and so that must not be closed.
    """
    manager: Any = collected.config.pluginmanager.getplugin("capturemanager")
    capturing = getattr(manager, "_global_capturing", None)
    for stream in (getattr(capturing, "out", None), getattr(capturing, "err", None)):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # kept in memory, or off
            descriptor = stream.tmpfile.fileno()  # type: ignore[union-attr]
            with tempfile.TemporaryFile() as own:
                os.dup2(own.fileno(), descriptor, inheritable=False)
