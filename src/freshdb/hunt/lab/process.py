"""A session process as the hunter sees it: it is asked for trials, and tells their events."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any

from freshdb.hunt.pieces import Piece
from freshdb.hunt.trials import End, Outcome, Step, Trial, TrialResult


class Session:
    """One session process, seen from the hunter.

    Args:
        arguments: pytest's.
        directory: where it is started.
        log: what it prints goes here.
        environment: of the process.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        directory: str,
        log: IO[bytes],
        environment: Mapping[str, str],
    ) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            os.set_inheritable(theirs.fileno(), True)
            self._process = subprocess.Popen(  # noqa: S603  # this Python, with the user's words
                [sys.executable, "-m", "freshdb.hunt.session", str(theirs.fileno()), *arguments],
                pass_fds=[theirs.fileno()],
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._socket = ours
        self._file = ours.makefile("rb")
        self._sending = threading.Lock()
        self._has_answered = False

    def read(self, timeout_s: float | None = None) -> dict[str, Any] | None:
        """Return the next message; None if the process has ended, or is silent for so long."""
        self._socket.settimeout(timeout_s)
        try:
            line = self._file.readline()
        except (OSError, ValueError):
            return None
        self._has_answered = True
        return json.loads(line) if line.endswith(b"\n") else None

    def ask(self, number: int, trial: Trial, patience_s: float, *, here: bool = False) -> None:
        """Ask for a trial."""
        self._send(
            {
                "number": number,
                "trial": trial.to_json(),
                "patience_s": patience_s,
                "here": here,
                # What the process has to know of it; it leaves the rest to who runs it.
                "looks_at_state": trial.looks_at_state,
                "tests": len(trial.tests),
            }
        )

    def cancel(self, number: int) -> None:
        """Let a trial end that nobody waits for any more."""
        with contextlib.suppress(OSError):  # the process has ended, and the trial with it
            self._send({"cancelled": number})

    def _send(self, request: Mapping[str, Any]) -> None:
        with self._sending:
            self._socket.sendall(json.dumps(request).encode() + b"\n")

    def hang_up(self) -> None:
        """Let whoever reads have no answer; the process ends by that."""
        with contextlib.suppress(OSError):  # it has ended by itself
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the process and all that it has started."""
        self.hang_up()
        if not self._has_answered:  # it collects, and does not listen
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._file.close()
        self._socket.close()


def result_of(trial: Trial, answer: dict[str, Any]) -> TrialResult:
    """Put a result together from the events of a trial."""
    outcomes: list[Outcome] = []
    others = trial.tails if trial.sweep is None else trial.sweep.tests
    tails: list[Outcome | None] = [None] * len(others)
    facts: dict[str, Any] = {"wider": (), "garbage": ()}
    for name, content in answer["events"]:
        if name == "outcome":
            outcomes.append(Outcome(**content))
        elif name == "tail":
            tails[content[0]] = Outcome(**content[1])
        elif name in ("delta", "start", "rest"):
            facts[name] = tuple(Piece(**one) for one in content)
        elif name == "steps":
            facts[name] = tuple(
                Step(one["number"], one["differs"], tuple(tuple(f) for f in one["stack"]))
                for one in content
            )
        elif name == "threads":
            facts[name] = content
        elif name in ("wider", "garbage"):
            facts[name] += (content,)
    end = End(answer["end"])
    if end is not End.DONE:
        lost = Outcome(str(end), message=f"the process of the trial {end}")
        if len(outcomes) < len(trial.tests):
            outcomes.append(lost)
        elif len(trial.tails) == 1 and tails[0] is None:
            tails[0] = lost
    return TrialResult(outcomes=tuple(outcomes), tails=tuple(tails), end=end, **facts)
