"""Where private MariaDB servers live, and who holds one: a directory each, with a lock that tells.

Every process that uses a server holds a shared lock on the file `lock` in its directory, and the
operating system lets go of it however the process dies. The server's keeper waits for the exclusive
lock, gets it when the last user is gone, and ends the server.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from freshdb.errors import ServerError
from freshdb.servers.mariadb import _keeper as keeper_program

MEMORY_DIRECTORY = Path("/dev/shm")  # noqa: S108  # a directory of our own is made in it
ENOUGH_MEMORY_BYTES = 256 * 1024 * 1024
GATE_TIMEOUT_S = 60.0


def servers_directory() -> Path:
    """Return the directory of this user's private servers: in memory where there is room."""
    has_room = (
        os.access(MEMORY_DIRECTORY, os.W_OK)
        and shutil.disk_usage(MEMORY_DIRECTORY).free >= ENOUGH_MEMORY_BYTES
    )
    return _owned(MEMORY_DIRECTORY if has_room else Path(tempfile.gettempdir()))


def prepared_directory() -> Path:
    """Return the directory in which prepared data directories are kept for the next run."""
    return _owned(Path(tempfile.gettempdir()))


def _owned(parent: Path) -> Path:
    directory = parent / f"freshdb-mariadb-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise ServerError(
            f"`{directory}`, where private servers live, belongs to another user",
            hint="remove it, or name a server that runs",
        )
    return directory


@contextlib.contextmanager
def gate(base: Path) -> Iterator[None]:
    """Hold the lock under which servers are started and dead ones removed."""
    from filelock import FileLock, Timeout

    lock = FileLock(base / "gate.lock")
    try:
        lock.acquire(timeout=GATE_TIMEOUT_S)
    except Timeout:
        raise ServerError(
            f"waited {GATE_TIMEOUT_S:g} s for `{lock.lock_file}`, which another run holds while it "
            "starts a server",
            hint="end that run, or name a server that runs",
        ) from None
    try:
        yield
    finally:
        lock.release()


class Hold:
    """A shared lock on a server's directory: as long as it is held, the server lives."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take the lock, and tell whether it could be taken: not where the server is ending."""
        path = self._directory / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            return False
        if not _share(descriptor, self._directory):
            os.close(descriptor)
            return False
        if not path.exists():
            # Removed between the two calls: this is the lock of a directory that is gone.
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let go of the lock; a second time does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _share(descriptor: int, directory: Path) -> bool:
    # The keeper of a lasting server has the lock to itself for a moment, when nobody holds it.
    deadline = time.monotonic() + 1.0
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            is_lasting = (directory / keeper_program.LASTING).exists()
            if not is_lasting or time.monotonic() > deadline:
                return False
            time.sleep(0.001)
        else:
            return True


def is_held(directory: Path) -> bool:
    """Tell whether any process uses the server in this directory."""
    try:
        descriptor = os.open(directory / "lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def read_facts(directory: Path) -> dict[str, Any]:
    """Return what has been noted of the server in a directory; nothing until it is started."""
    with contextlib.suppress(OSError, ValueError):
        facts: dict[str, Any] = json.loads(
            (directory / keeper_program.FACTS).read_text(encoding="utf-8")
        )
        return facts
    return {}


def start_keeper(directory: Path, facts: dict[str, Any]) -> None:
    """Start the process that starts the server, and that ends it when nobody holds it."""
    keeper_program.write_facts(directory, facts)
    keeper = subprocess.Popen(  # noqa: S603  # our own file, by this interpreter
        [sys.executable, "-I", "-S", keeper_program.__file__, str(directory)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    # It is not ours to wait for: it may outlive us. Without this, Python would warn of it.
    keeper.returncode = 0


def is_alive(pid: int) -> bool:
    """Tell whether a process runs."""
    # Where it is our child, it stays in the table of processes until we have asked for it.
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until_gone(pid: int, timeout_s: float) -> bool:
    """Wait for a process to end, and tell whether it did."""
    deadline = time.monotonic() + timeout_s
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def kill_what_is_left(directory: Path, timeout_s: float) -> None:
    """End the processes of a server that nobody holds, and remove its directory."""
    facts = read_facts(directory)
    for name in ("keeper", "pid"):
        if name in facts and _is_about(facts[name], directory):
            with contextlib.suppress(ProcessLookupError):
                os.kill(facts[name], signal.SIGKILL)
            wait_until_gone(facts[name], timeout_s)
    shutil.rmtree(directory, ignore_errors=True)


def _is_about(pid: int, directory: Path) -> bool:
    """Tell whether a process id is (still) that of a process that has to do with a directory."""
    shown = subprocess.run(  # noqa: S603  # `ps` is where there is no /proc
        ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return str(directory) in shown.stdout
