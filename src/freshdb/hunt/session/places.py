"""Give each trial files of its own, tell which it changed, and put one of them back.

On Linux a trial gets its own view of the project, HOME and the temporary folder: an overlay file
system in a mount namespace, which costs two milliseconds and vanishes with the process. Elsewhere,
or where that is forbidden, trials run one by one and the files are put back after each.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

NOISE = re.compile(
    r"(^|/)(__pycache__|\.pytest_cache|\.hypothesis|\.coverage[^/]*|\.mypy_cache|\.ruff_cache|\.git"
    r"|\.freshdb|\.venv|venv|\.tox|\.nox|node_modules|\.cache)(/|$)|\.py[co]$"
    r"|(^|/)pytest-of-[^/]*(/pytest-\d+)?(/\.lock)?$|(^|/)pytest-current$"
)
"""Made by Python and by tools, for later runs; or too much to be looked through."""

MOST_FILES = 20_000
MOST_BYTES = 256 * 1024 * 1024

_NEWNS, _NEWUSER = 0x20000, 0x10000000
_BIND, _REC, _PRIVATE = 0x1000, 0x4000, 0x40000


class Places(Protocol):
    """The files that trials may change."""

    def enter(self) -> None:
        """Give this process, a fork that is to run a trial, files of its own."""

    def changed(self) -> dict[str, str]:
        """Return the paths that differ from what they were: ``added``, ``removed``, ``changed``."""

    def original(self, path: str) -> Path | None:
        """Return where a file can be read as it was; None if there was none."""

    def put_back(self) -> None:
        """Undo, in the session's own process, what a trial has done."""

    def close(self) -> None:
        """Remove what was needed for all this."""

    @property
    def are_own(self) -> bool:
        """Tell whether trials that run at the same time do not see each other's files."""


def undo(places: Places, path: str) -> None:
    """Put one file back as it was."""
    before = places.original(path)
    if before is None:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path, ignore_errors=True)
        else:
            Path(path).unlink(missing_ok=True)
    elif before.is_dir():
        os.makedirs(path, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # Written in place: whoever has the file open goes on with the same one.
        with open(path, "wb") as target:
            target.write(before.read_bytes())


def find_places(roots: Sequence[str]) -> Places:
    """Return what this machine allows for these folders."""
    tops = _tops(roots)
    if Overlays.work():
        return Overlays(tops)
    return Copies(tops)


def _tops(roots: Sequence[str]) -> list[str]:
    """Return the folders that lie in no other of them, on the same device."""
    real = sorted({os.path.realpath(root) for root in roots if root and os.path.isdir(root)})
    tops: list[str] = []
    for root in real:
        inside = [top for top in tops if root == top or root.startswith(top.rstrip("/") + "/")]
        if root != "/" and not any(os.stat(top).st_dev == os.stat(root).st_dev for top in inside):
            tops.append(root)
    return tops


class Overlays:
    """Overlay file systems, new for each trial. Linux only."""

    are_own = True

    def __init__(self, tops: Sequence[str]) -> None:
        self._tops = list(tops)
        self._scratch = _scratch()
        self._layers: list[str] = []

    @staticmethod
    def work() -> bool:
        """Tell whether this process may mount such a thing, by trying it in a child."""
        if sys.platform != "linux" or os.environ.get("FRESHDB_HUNT_NO_OVERLAY"):
            return False
        folder = tempfile.mkdtemp()
        places = Overlays([folder])
        pid = os.fork()
        if pid == 0:
            try:
                places.enter()
                Path(folder, "probe").write_text("x")
                os._exit(0 if places.changed() else 1)
            except BaseException:
                os._exit(1)
        _, status = os.waitpid(pid, 0)
        places.close()
        is_clean = not os.listdir(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return status == 0 and is_clean

    def enter(self) -> None:
        """Lay one more layer over the files: the first for a trial, the second for a tail of it."""
        cwd = os.getcwd()
        _new_namespace()
        if not self._layers:
            # A file system in memory that no other process sees, and that dies with this one.
            _mount("tmpfs", self._scratch, "tmpfs", "mode=700")
        layer = str(os.getpid())  # tails of one trial come one after another in one scratch
        for number, top in enumerate(self._tops):
            lower = self._lower(number)
            if not self._layers:
                os.mkdir(lower)
                _mount(top, lower, "", "", _BIND)  # as it is beneath all layers
            layers = [*reversed(self._uppers(number)), lower]
            upper, work = (f"{self._scratch}/{name}{number}.{layer}" for name in "uw")
            os.mkdir(upper)
            os.mkdir(work)
            shutil.copymode(top, upper)
            options = f"lowerdir={':'.join(layers)},upperdir={upper},workdir={work}"
            _mount("overlay", top, "overlay", options)
        self._layers.append(layer)
        os.chdir(cwd)  # the old one is beneath the overlay

    def changed(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, top in enumerate(self._tops):
            for upper in self._uppers(number):
                for path, entry in _walk(upper):
                    real = top + path[len(upper) :]
                    how = self._how(real, entry)
                    if how:
                        found[real] = how
        return found

    def _how(self, path: str, entry: os.DirEntry[str]) -> str:
        before = self.original(path)
        if not os.path.lexists(path):
            return "removed" if before is not None else ""
        if entry.is_dir(follow_symlinks=False) and os.path.isdir(path):
            return "added" if before is None and not os.listdir(path) else ""
        if before is None:
            return "added"
        return "" if _same_content(before, Path(path)) else "changed"

    def original(self, path: str) -> Path | None:
        for number, top in enumerate(self._tops):
            if path.startswith(top + "/"):
                before = Path(self._lower(number) + path[len(top) :])
                return before if before.exists() or before.is_symlink() else None
        return None

    def close(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _lower(self, number: int) -> str:
        return f"{self._scratch}/l{number}"

    def _uppers(self, number: int) -> list[str]:
        return [f"{self._scratch}/u{number}.{layer}" for layer in self._layers]

    def put_back(self) -> None:
        """Nothing: the changes went with the trial."""


class Copies:
    """Copies of the files as they were; after a trial they are written back."""

    are_own = False

    def __init__(self, tops: Sequence[str]) -> None:
        self._tops = list(tops)
        self._store = Path(_scratch())
        self._before: dict[str, tuple[int, int, int]] = {}
        left = MOST_BYTES
        for path, entry in self._files():
            status = entry.stat(follow_symlinks=False)
            left -= status.st_size
            self._before[path] = _stamp(status)
            if left > 0 and entry.is_file(follow_symlinks=False):
                target = self._kept(path)
                target.parent.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(OSError):
                    shutil.copy2(path, target)

    def _kept(self, path: str) -> Path:
        return self._store / path.lstrip("/")

    def _files(self) -> Iterator[tuple[str, os.DirEntry[str]]]:
        for top in self._tops:
            for count, one in enumerate(_walk(top)):
                if count > MOST_FILES:
                    break
                if not one[1].is_dir(follow_symlinks=False):
                    yield one

    def enter(self) -> None:
        """Nothing: trials share the files, and run one by one."""

    def changed(self) -> dict[str, str]:
        now: dict[str, tuple[int, int, int]] = {}
        for path, entry in self._files():
            with contextlib.suppress(OSError):
                now[path] = _stamp(entry.stat(follow_symlinks=False))
        found = {path: "removed" for path in self._before if path not in now}
        for path, stamp in now.items():
            if path not in self._before:
                found[path] = "added"
            elif self._before[path] != stamp and not _same_content(self._kept(path), Path(path)):
                found[path] = "changed"
        return found

    def close(self) -> None:
        shutil.rmtree(self._store, ignore_errors=True)

    def original(self, path: str) -> Path | None:
        return self._kept(path) if path in self._before else None

    def put_back(self) -> None:
        for path in self.changed():
            with contextlib.suppress(OSError):
                undo(self, path)
                if path in self._before:
                    self._before[path] = _stamp(os.stat(path))


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _same_content(before: Path, now: Path) -> bool:
    try:
        if before.is_symlink() or now.is_symlink():
            return os.readlink(before) == os.readlink(now)
        return before.read_bytes() == now.read_bytes()
    except OSError:
        return False


def _walk(top: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield what lies in a folder, noise left out; folders before what is in them."""
    try:
        entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if NOISE.search(entry.name) and not re.match(r"pytest-of-|pytest-\d", entry.name):
            continue
        yield entry.path, entry
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path)


def _scratch() -> str:
    base = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  # a folder of our own
    return tempfile.mkdtemp(prefix="freshdb-hunt-", dir=base)


def _new_namespace() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEWNS) != 0:
        user, group = os.getuid(), os.getgid()
        if libc.unshare(_NEWNS | _NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    if libc.mount(b"none", b"/", None, _REC | _PRIVATE, None) != 0:
        raise OSError(ctypes.get_errno(), "mount /")


def _mount(source: str, target: str, kind: str, options: str, flags: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    texts = [os.fsencode(text) for text in (source, target, kind)]
    if libc.mount(*texts, flags, os.fsencode(options)) != 0:
        raise OSError(ctypes.get_errno(), f"mount {kind}")
