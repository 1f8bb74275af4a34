"""Keep one private server: `python -m freshdb.servers.keeper DIRECTORY`, a process of its own.

It starts the server as its child, notes in the directory that it runs, waits until nobody holds
the directory's lock, ends the server and removes the directory. So a server dies with the last run
that uses it, whatever happens to that run. If the keeper itself is killed, the kernel ends the
server with it (Linux), and the next start removes what is left.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

from freshdb.servers.places import MOST_FILES, discard, is_lasting, read_facts, write_facts

_PR_SET_PDEATHSIG = 1
_STOP_TIMEOUT_S = 5.0
_LOOK_EVERY_S = 0.5


def die_with_parent(stop_signal: int) -> None:
    """Ask the kernel to end this process with its parent; for `preexec_fn`, after the drop."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, stop_signal)


def allow_many_files() -> None:
    """Let a server's processes have many files open, as far as this user may; 1024 is usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_FILES if hard == resource.RLIM_INFINITY else min(2 * MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a system may have a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main(directory: Path) -> int:
    facts = read_facts(directory)
    assert facts is not None
    allow_many_files()
    with (directory / "server.log").open("ab") as log:
        server = subprocess.Popen(  # noqa: S603  # noted by who asked for the server; no shell
            facts["command"],
            user=facts["user"],
            group=facts["group"],
            extra_groups=[] if facts["user"] is not None else None,
            env=facts["environment"],
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=partial(die_with_parent, facts["stop_signal"]),  # noqa: PLW1509  # this process has one thread
        )
    asked = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    write_facts(directory, {**facts, "pid": server.pid, "keeper": os.getpid()})
    _wait(directory, server, asked)
    _end(server, facts["stop_signal"])
    discard(directory)
    return 0


def _wait(directory: Path, server: subprocess.Popen[bytes], asked: threading.Event) -> None:
    """Return when the server is to end: nobody holds it, it has died, or somebody asks."""
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    while not asked.wait(_LOOK_EVERY_S) and server.poll() is None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        if not is_lasting(directory):
            # Held until this process ends: whoever wants the server now is told that it is ending.
            return
        fcntl.flock(lock, fcntl.LOCK_UN)


def _end(server: subprocess.Popen[bytes], stop_signal: int) -> None:
    if server.poll() is not None:
        return
    server.send_signal(stop_signal)
    deadline = time.monotonic() + _STOP_TIMEOUT_S
    while server.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    if server.poll() is None:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
