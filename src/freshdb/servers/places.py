"""Where private servers live, and who holds one: a directory each, with a lock that tells.

Every process that uses a private server holds a shared lock on the file `lock` in its directory.
The operating system lets go of it however the process dies. The server's keeper waits for the
exclusive lock, gets it when the last user is gone, and ends the server.
"""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from freshdb.errors import ServerError

MEMORY_DIRECTORY = Path("/dev/shm")  # noqa: S108  # a directory of our own is made in it
ENOUGH_MEMORY_BYTES = 512 * 1024 * 1024
FACTS = "server.json"
# Present while a server is to live on without anybody using it.
LASTING = "lasting"
# Directories whose names begin so are being removed.
ENDED = "ended-"
# How long a private server lives on for the database of a failed test.
KEPT_S = 3600
# How many files a process of a server may have open.
MOST_FILES = 8000
_CANDIDATES_FOR_ROOT = ("postgres", "mysql", "nobody")


def servers_directory() -> Path:
    """Return the directory of this user's private servers, made if it is missing.

    It is in memory where there is such a file system with room. Others may pass through it (a
    server that root starts runs as another user), but not look.
    """
    has_room = (
        os.access(MEMORY_DIRECTORY, os.W_OK)
        and shutil.disk_usage(MEMORY_DIRECTORY).free >= ENOUGH_MEMORY_BYTES
    )
    parent = MEMORY_DIRECTORY if has_room else Path(tempfile.gettempdir())
    directory = parent / f"freshdb-servers-{os.getuid()}"
    directory.mkdir(mode=0o711, exist_ok=True)
    if directory.stat().st_uid != os.getuid():
        raise ServerError(
            f"`{directory}`, where private servers live, belongs to another user",
            hint="remove it, or name a server: `server` in [tool.freshdb]",
        )
    return directory


def account_to_run_as() -> pwd.struct_passwd | None:
    """Return the account that a server runs as: another one where this is root, else None."""
    if os.getuid() != 0:
        return None
    for name in _CANDIDATES_FOR_ROOT:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerError(
        "database servers refuse to run as root, and this machine has no other account for them",
        hint="add one (`useradd --system postgres`), or run the tests as another user",
    )


class Hold:
    """A shared lock on a server's directory: as long as it is held, the server lives."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._descriptor: int | None = None

    def take(self) -> bool:
        """Take the lock, and tell whether it could be taken: not where the server is ending."""
        import fcntl

        try:
            descriptor = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        if not (self._directory / "lock").exists():
            # Removed between the two calls: this is the lock of a directory that is gone.
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_held(directory: Path) -> bool:
    """Tell whether any process uses the server in this directory."""
    return is_locked(directory / "lock")


def is_locked(path: Path) -> bool:
    """Tell whether any process holds a lock on a file, shared or not."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextlib.contextmanager
def gate(base: Path, timeout_s: float = 60.0) -> Iterator[None]:
    """Hold the lock under which servers are started and dead ones removed."""
    from filelock import FileLock, Timeout

    lock = FileLock(base / "gate.lock")
    try:
        lock.acquire(timeout=timeout_s)
    except Timeout:
        raise ServerError(
            f"waited {timeout_s:g} s for `{lock.lock_file}`, which another run holds while it "
            "starts a server",
            hint="end that run, or name a server: `server` in [tool.freshdb]",
        ) from None
    try:
        yield
    finally:
        lock.release()


def read_facts(directory: Path) -> dict[str, Any] | None:
    """Return what the keeper has noted of its server; None until it runs."""
    with contextlib.suppress(OSError, ValueError):
        facts: dict[str, Any] = json.loads((directory / FACTS).read_text(encoding="utf-8"))
        return facts
    return None


def write_facts(directory: Path, facts: dict[str, Any]) -> None:
    draft = directory / f"{FACTS}.part"
    draft.write_text(json.dumps(facts), encoding="utf-8")
    draft.replace(directory / FACTS)


def let_last(directory: Path, seconds: float = KEPT_S) -> None:
    """Let a server live on for a while when nobody uses it; one that lasts for good stays so."""
    note = directory / LASTING
    with contextlib.suppress(OSError):
        if not note.exists() or note.stat().st_size > 0:
            note.write_text(str(time.time() + seconds), encoding="utf-8")


def is_lasting(directory: Path) -> bool:
    """Tell whether a server is to live on although nobody uses it."""
    try:
        until = (directory / LASTING).read_text(encoding="utf-8")
    except OSError:
        return False
    return not until or time.time() < float(until)


def discard(directory: Path) -> None:
    """Remove a server's directory, moved away first: another server may start in its place."""
    ended = directory.with_name(f"{ENDED}{directory.name}-{os.getpid()}-{time.monotonic_ns()}")
    with contextlib.suppress(FileNotFoundError):
        directory.rename(ended)
        shutil.rmtree(ended, ignore_errors=True)


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
    """Wait for a process that is not our child to end, and tell whether it did."""
    deadline = time.monotonic() + timeout_s
    while is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True
