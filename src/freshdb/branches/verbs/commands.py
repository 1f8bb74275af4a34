"""Run a command: an argument vector, never a shell's line, the URL in its environment only."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from freshdb.errors import BranchInputError

NOT_EXECUTABLE = 126
NOT_FOUND = 127
TIMED_OUT = 124
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
_PATIENCE_S = 5.0


def run(
    command: Sequence[str],
    environment: Mapping[str, str],
    mark: int,
    *,
    timeout_s: float | None = None,
    **streams: Any,
) -> int:
    """Run a command to its end, and return its exit code as a shell would tell it.

    Args:
        command: its words.
        environment: variables besides those of this process.
        mark: a descriptor that the command inherits: while it lives, its branch is in use.
        timeout_s: end it after this time.
        streams: `stdout`, `stderr`, `stdin`, `cwd` as for `subprocess`.
    """
    if isinstance(command, str) or not command:
        raise BranchInputError(
            "there is no command to run", hint="give its words: `run -- pytest -q`"
        )
    try:
        process = subprocess.Popen(  # noqa: S603  # an argument vector, as the caller gave it
            list(command), env={**os.environ, **environment}, pass_fds=(mark,), **streams
        )
    except (FileNotFoundError, PermissionError) as error:
        raise _cannot_run(command[0], error) from None
    with _signals_passed_on(process):
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            _end(process)
            return TIMED_OUT
    return 128 - code if code < 0 else code


def _cannot_run(program: str, error: OSError) -> BranchInputError:
    is_missing = isinstance(error, FileNotFoundError)
    refusal = BranchInputError(
        f"cannot run `{program}`: {error.strerror}",
        hint="no shell is asked: name a program, and its words one by one after `--`",
    )
    refusal.exit_code = NOT_FOUND if is_missing else NOT_EXECUTABLE
    return refusal


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def _signals_passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Hand on what would end this process: the command decides, and the branch goes afterwards."""

    def pass_on(number: int, _frame: object) -> None:
        # A terminal has sent Ctrl-C to the command already.
        if number != signal.SIGINT or os.getpgrp() != _foreground():
            process.send_signal(number)

    previous: dict[signal.Signals, Any] = {}
    try:
        for number in _PASSED_ON:
            previous[number] = signal.signal(number, pass_on)
    except ValueError:  # only the main thread may do that
        previous = {}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _foreground() -> int:
    """Return the process group that a terminal sends signals to; 0 without a terminal."""
    try:
        return os.tcgetpgrp(0)
    except OSError:
        return 0
