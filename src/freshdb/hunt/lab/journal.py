"""Remember the results of trials on disk, so that an interrupted hunt can go on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from pathlib import Path
from typing import IO

from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.trials import TrialResult

FOLDER = ".freshdb"
NAME = "hunt.jsonl"


class Journal:
    """A file with one line for each trial; the first line tells which suite it is about.

    A hunt makes the same trials in the same order each time. So to resume is to begin anew with
    all answers that are known already.

    Args:
        directory: where the project is.
        arguments: pytest's.
        resume: whether an earlier hunt's results are read; else they are dropped.
    """

    def __init__(self, directory: Path, arguments: list[str], *, resume: bool) -> None:
        self._path = directory / FOLDER / NAME
        self._arguments = arguments
        self._resume = resume
        self._file: IO[str] | None = None
        self._lock = threading.Lock()

    def open(self, suite: Suite) -> dict[str, TrialResult]:
        """Begin to write, and return what is known of this very suite."""
        head = self._head(suite)
        known = self._read(head) if self._resume else {}
        with contextlib.suppress(OSError):  # a project that cannot be written to
            self._path.parent.mkdir(exist_ok=True)
            (self._path.parent / ".gitignore").write_text("*\n", encoding="utf-8")
            self._file = self._path.open("a" if known else "w", encoding="utf-8")
            # A last line that was cut off must not take the next one with it.
            self._file.write("\n" if known else head + "\n")
        return known

    def add(self, trial: str, result: TrialResult) -> None:
        """Write down what came of a trial."""
        if self._file is not None:
            line = json.dumps([trial, result.to_dict()], separators=(",", ":"))
            with self._lock:
                self._file.write(line + "\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file; it is kept for `--resume`."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _head(self, suite: Suite) -> str:
        text = json.dumps([self._arguments, suite.tests])
        return json.dumps({"suite": hashlib.sha256(text.encode()).hexdigest()})

    def _read(self, head: str) -> dict[str, TrialResult]:
        try:
            first, *lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return {}
        known: dict[str, TrialResult] = {}
        for line in lines if first == head else []:
            with contextlib.suppress(ValueError, KeyError, TypeError):  # the last one, cut off
                trial, result = json.loads(line)
                known[trial] = TrialResult.from_dict(result)
        return known
