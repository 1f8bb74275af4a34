"""Where a process keeps its branches: a private directory, locked while the process lives."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.errors import SettingError, WorkspaceError

if TYPE_CHECKING:
    from filelock import BaseFileLock

MEMORY_DIRECTORY = Path("/dev/shm")  # noqa: S108  # a directory of our own is made in it
ENOUGH_MEMORY_BYTES = 32 * 1024 * 1024
GATE_TIMEOUT_S = 10.0


class Workspace:
    """The directory of one process of a run.

    The lock file inside is held for as long as the process lives, and the operating system lets
    go of it however the process dies; so a directory whose lock is free belongs to a dead run.

    Args:
        base: the directory that all of a user's runs share.
        label: what to call this process in the directory's name, for example `gw0`.
    """

    def __init__(self, base: Path, label: str = "main") -> None:
        self._own = os.getpid()
        with _gate(base):
            reap(base)
            self.path = base / f"run-{uuid.uuid4().hex[:10]}-{label}"
            self.path.mkdir(mode=0o700)
            self._lock = _lock_at(self.path / "lock")
            self._lock.acquire(timeout=0)
        self._serial = 0

    def new_path(self, kind: str) -> Path:
        """Return a path in the workspace that no other caller has got."""
        self._serial += 1
        # A forked child has the same counter, so its process id tells its files apart.
        fork = "" if os.getpid() == self._own else f"-{os.getpid()}"
        return self.path / f"{kind}-{self._serial}{fork}.sqlite"

    def close(self) -> None:
        """Remove the directory; a forked child only forgets it."""
        if os.getpid() == self._own:
            shutil.rmtree(self.path, ignore_errors=True)
            self._lock.release()


def choose_base(setting: str | None) -> Path:
    """Return the directory that `find_base` would make."""
    if setting is not None:
        return Path(setting).expanduser().absolute()
    parent = MEMORY_DIRECTORY if _has_room(MEMORY_DIRECTORY) else Path(tempfile.gettempdir())
    return parent / f"freshdb-{_user()}"


def find_base(setting: str | None, source: str = "default") -> Path:
    """Return the directory that the runs of this user share, made if it is missing.

    Args:
        setting: the directory that the user asked for, or None to choose one: in memory where the
            machine has such a file system with room, else among the temporary files.
        source: where `setting` came from.

    Raises:
        SettingError: the directory that the user asked for cannot be written.
        WorkspaceError: the directory belongs to somebody else.
    """
    base = choose_base(setting)
    if setting is None:
        return _owned(base)
    try:
        base.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=base):
            pass
    except OSError as error:
        raise SettingError(
            f"cannot write to the directory `{setting}`: {error.strerror}",
            name="directory",
            source=source,
            hint="name a directory that this user may write to, or leave `directory` out",
        ) from None
    return base


def reap(base: Path) -> list[Path]:
    """Remove what dead runs left in `base`, and return what was removed."""
    removed = []
    for directory in base.glob("run-*"):
        if _is_dead(directory):
            shutil.rmtree(directory, ignore_errors=True)
            removed.append(directory)
    return removed


def is_alive(run: Path) -> bool:
    """Tell whether the process that made the directory `run` still lives."""
    return run.is_dir() and not _is_dead(run)


def kept_directory(rootdir: Path) -> Path:
    """Return the directory for the databases that the failed tests of a project leave behind."""
    base = _owned(Path(tempfile.gettempdir()) / f"freshdb-{_user()}")
    return base / "kept" / name_of_project(rootdir)


def name_of_project(rootdir: Path) -> str:
    """Return a name that tells this checkout of the project from others."""
    import hashlib

    return f"{rootdir.name}-{hashlib.sha256(str(rootdir).encode()).hexdigest()[:8]}"


def sweep_kept(directory: Path) -> None:
    """Remove the databases that runs which are over have kept."""
    for note in directory.glob("*.run"):
        with contextlib.suppress(OSError):
            if not is_alive(Path(note.read_text(encoding="utf-8"))):
                note.with_suffix("").unlink(missing_ok=True)
                note.unlink(missing_ok=True)


def slug(name: str) -> str:
    """Return a node id as a file name that stays the same from run to run."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")[-120:]


def keep_file(database: Path, directory: Path, name: str) -> Path:
    """Move a test's database to its stable place in `directory`, and return the place.

    Args:
        database: a file in the workspace of the run.
        directory: see `kept_directory`.
        name: the place's name, without its ending.
    """
    run = database.parent
    directory.mkdir(parents=True, exist_ok=True)
    place = directory / f"{name}.sqlite"
    place.with_name(place.name + ".run").write_text(str(run), encoding="utf-8")
    draft = place.with_name(f"{place.name}.{os.getpid()}.part")
    shutil.move(database, draft)
    draft.replace(place)
    return place


@contextlib.contextmanager
def _gate(base: Path) -> Iterator[None]:
    """Hold the lock under which runs are made and dead ones removed.

    Without it a reaper could find a directory in the moment before its maker has locked it.
    """
    from filelock import Timeout

    gate = _lock_at(base / "gate.lock")
    try:
        gate.acquire(timeout=GATE_TIMEOUT_S)
    except Timeout:
        raise WorkspaceError(
            f"waited {GATE_TIMEOUT_S:g} s for `{gate.lock_file}`, which another run holds",
            hint="end that run, or set `directory` to a place of this run's own",
        ) from None
    try:
        yield
    finally:
        gate.release()


def _is_dead(directory: Path) -> bool:
    from filelock import Timeout

    lock = _lock_at(directory / "lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    except OSError:
        # The directory vanished: its owner has just cleaned up.
        return not directory.exists()
    lock.release()
    return True


def _lock_at(path: Path) -> BaseFileLock:
    # Imported here, since filelock brings sqlite3 along: a suite without a database pays nothing.
    from filelock import FileLock

    return FileLock(path)


def _has_room(directory: Path) -> bool:
    if not os.access(directory, os.W_OK):
        return False
    return shutil.disk_usage(directory).free >= ENOUGH_MEMORY_BYTES


def _owned(directory: Path) -> Path:
    """Make `directory` for this user alone; refuse one that another user has put there."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and directory.stat().st_uid != os.getuid():
        raise WorkspaceError(
            f"`{directory}` belongs to another user",
            hint="set `directory` in [tool.freshdb] to a place of your own",
        )
    return directory


def _user() -> str:
    if hasattr(os, "getuid"):
        return str(os.getuid())
    import getpass

    return getpass.getuser()
