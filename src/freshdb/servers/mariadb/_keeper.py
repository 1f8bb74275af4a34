"""Keep one private server: `python _mariadb_keeper.py DIRECTORY`, a process of its own.

It starts the server as its child, waits until nobody holds the directory's lock, ends the server
and removes the directory. So a server dies with the last process that uses it, however that one
dies. If the keeper itself is killed, the kernel ends the server with it (Linux); elsewhere the next
start removes what is left. Only the standard library is imported: it has to start fast.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

FACTS = "server.json"
# Present while a server is to live on without anybody using it.
LASTING = "lasting"
_PR_SET_PDEATHSIG = 1


class _EndError(Exception):
    """Raised by a signal: the server has died, or is to end."""


def die_with_parent() -> None:
    """Ask the kernel to end this process with its parent; for `preexec_fn`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def write_facts(directory: Path, facts: dict[str, object]) -> None:
    """Write what is known of a server, whole or not at all."""
    draft = directory / f"{FACTS}.{os.getpid()}.part"
    draft.write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(directory / FACTS)


def main(directory: Path) -> None:
    """Start the server of a directory, and end it when nobody holds the directory."""
    # Before the server is there to die.
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, _end)
    facts = json.loads((directory / FACTS).read_text(encoding="utf-8"))
    with (directory / "server.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603  # the command that freshdb put together
            facts["command"],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_parent,  # noqa: PLW1509  # this process has one thread
        )
    with contextlib.suppress(_EndError):
        write_facts(directory, {**facts, "pid": server.pid, "keeper": os.getpid()})
        _wait(directory)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    has_died = server.poll() is not None
    # There is nothing worth a clean shutdown, which takes a second.
    server.kill()
    server.wait()
    if has_died:
        # Its log stays for those who still want to know why.
        shutil.rmtree(directory / "data", ignore_errors=True)
        with contextlib.suppress(_EndError):
            _wait(directory)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    shutil.rmtree(directory, ignore_errors=True)


def _end(*_: object) -> None:
    raise _EndError


def _wait(directory: Path) -> None:
    """Return when nobody holds the directory; a signal ends that with an exception."""
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    # Kept until this process ends: whoever wants the server now is told that it is ending.
    fcntl.flock(lock, fcntl.LOCK_EX)
    while (directory / LASTING).exists():
        fcntl.flock(lock, fcntl.LOCK_UN)
        signal.pause()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    main(Path(sys.argv[1]))
