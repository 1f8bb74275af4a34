"""Files of its own for each trial, by overlay file systems in a mount namespace. Linux only."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from freshdb.hunt.session.own_files.places import difference, walk
from freshdb.hunt.session.own_files.scratch import Scratch

_NEWNS, _NEWUSER = 0x20000, 0x10000000
_BIND, _REC, _PRIVATE = 0x1000, 0x4000, 0x40000
_DETACH = 2


class Overlays:
    """Overlay file systems, new for each trial. Linux only."""

    are_own = True

    def __init__(self, tops: Sequence[str]) -> None:
        self._tops = list(tops)
        self._own = Scratch()
        self._scratch = self._own.path
        self._layers: list[str] = []

    @staticmethod
    def work() -> bool:
        """Tell whether this process may mount such a thing, by trying it in a child."""
        if sys.platform != "linux":
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
        try:
            os.rmdir(folder)
        except OSError:  # what the child wrote is to be seen here
            os.unlink(f"{folder}/probe")
            os.rmdir(folder)
            return False
        return status == 0

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
            _look_alike(top, upper)
            options = f"lowerdir={':'.join(layers)},upperdir={upper},workdir={work}"
            _mount("overlay", top, "overlay", options)
        self._layers.append(layer)
        os.chdir(cwd)  # the old one is beneath the overlay

    def changed(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for number, top in enumerate(self._tops):
            for upper in self._uppers(number):
                for path, entry in walk(upper):
                    real = top + path[len(upper) :]
                    how = self._how(real, entry)
                    if how:
                        found[real] = how
                    if how == "removed":
                        found |= dict.fromkeys(self._beneath(real), how)
        return found

    def _beneath(self, path: str) -> list[str]:
        """Return what was in a folder that was removed as a whole."""
        before = self.original(path)
        if before is None or not before.is_dir() or before.is_symlink():
            return []
        return [path + inside[len(str(before)) :] for inside, _ in walk(str(before))]

    def _how(self, path: str, entry: os.DirEntry[str]) -> str:
        before = self.original(path)
        if not os.path.lexists(path):
            return "removed" if before is not None else ""
        if entry.is_dir(follow_symlinks=False) and os.path.isdir(path):
            return "added" if before is None and not os.listdir(path) else ""
        if before is None:
            return "added"
        return difference(before, Path(path))

    def original(self, path: str) -> Path | None:
        for number, top in enumerate(self._tops):
            if path.startswith(top + "/"):
                before = Path(self._lower(number) + path[len(top) :])
                return before if before.exists() or before.is_symlink() else None
        return None

    def close(self) -> None:
        # Never with what is in it: seen from a trial, that is the very files of the project, HOME
        # and the temporary folder. Seen from outside there is nothing in it.
        if self._layers:
            ctypes.CDLL(None).umount2(os.fsencode(self._scratch), _DETACH)
        self._own.close()

    def _lower(self, number: int) -> str:
        return f"{self._scratch}/l{number}"

    def _uppers(self, number: int) -> list[str]:
        return [f"{self._scratch}/u{number}.{layer}" for layer in self._layers]

    def put_back(self) -> None:
        """Nothing: the changes went with the trial."""


def _look_alike(top: str, upper: str) -> None:
    """Give the layer the mode and the time of what it covers.

    With another time every import would list the folder again, and fail where nothing more can be
    opened.
    """
    status = os.stat(top)
    shutil.copymode(top, upper)
    os.utime(upper, ns=(status.st_atime_ns, status.st_mtime_ns))


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
