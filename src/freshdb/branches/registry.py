"""The registry: a directory for each branch, with its record in it. One per user.

A record says what is about to happen before it happens, and is replaced in one step. So whoever
finds a record in a state that is not `ready`, with nobody holding the branch's lock, knows what a
killed process has left, and finishes it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from freshdb.branches import locks
from freshdb.branches.records import BranchRecord, Place
from freshdb.errors import BranchError, BranchInputError, BranchSpaceError

RECORD = "branch.json"
USE = "in-use"
_ID = ".registry"
_SERVER = ".server-"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,47}")
_SCOPE = re.compile(r"[A-Za-z0-9_-]{1,24}-[0-9a-f]{8}")
DATABASE = re.compile(r"(?P<main>(database|snapshot-.+)\.sqlite)(-wal|-shm|-journal)?")
_OURS = re.compile(rf"{DATABASE.pattern}|{re.escape(RECORD)}(\.part)?|{USE}")
_MARKS_OF_A_PROJECT = (".git", "pyproject.toml")


class Registry:
    """The branches of a user.

    Args:
        base: the directory that holds everything.
        project: the worktree whose names are meant; found from the working directory by default.
    """

    def __init__(self, base: Path, project: Path | None = None) -> None:
        self.base = base
        self.scope = scope_of(project or Path.cwd())
        try:
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BranchError(
                f"cannot make the directory `{base}` for branches: {error.strerror}",
                hint="name another one: `branch_directory` in [tool.freshdb]",
            ) from None
        if base.stat().st_uid != os.getuid():
            raise BranchError(
                f"`{base}`, where branches live, belongs to another user",
                hint="name another one: `branch_directory` in [tool.freshdb]",
            )

    def home_of(self, name: str, scope: str | None = None) -> Path:
        """Return the directory of a branch, which may be missing.

        Raises:
            BranchInputError: this is no name for a branch.
        """
        return self.base / (scope or self.scope) / checked_name(name)

    @contextlib.contextmanager
    def locked(self, name: str, scope: str | None = None) -> Iterator[None]:
        """Hold a branch against all others that would change it."""
        home = self.home_of(name, scope)
        home.parent.mkdir(mode=0o700, exist_ok=True)
        with locks.held(home.parent / f".{home.name}.lock"):
            yield

    @contextlib.contextmanager
    def locked_if_free(self, name: str, scope: str) -> Iterator[bool]:
        """Hold a branch if nobody does, and tell whether it is held."""
        home = self.home_of(name, scope)
        with locks.held_if_free(home.parent / f".{home.name}.lock") as is_held:
            yield is_held

    def read(self, name: str, scope: str | None = None) -> BranchRecord | None:
        """Return what is written about a branch; None if nothing is, or nothing legible."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            text = (self.home_of(name, scope) / RECORD).read_text(encoding="utf-8")
            return BranchRecord.unpack(json.loads(text))
        return None

    def write(self, record: BranchRecord) -> None:
        """Write a record in one step."""
        home = self.home_of(record.name, record.scope)
        draft = draft_in(home)
        with _written_in(home):
            home.mkdir(mode=0o700, exist_ok=True)
            draft.write_text(json.dumps(record.pack()), encoding="utf-8")
            draft.replace(home / RECORD)

    def forget(self, record: BranchRecord) -> None:
        """Remove a branch's directory, its record last."""
        self.remove(self.home_of(record.name, record.scope))

    def remove(self, home: Path) -> None:
        """Remove a branch's directory, as far as it is there; what somebody put into it stays."""
        with contextlib.suppress(FileNotFoundError):
            ours = [path for path in home.iterdir() if _OURS.fullmatch(path.name)]
            for path in sorted(ours, key=lambda path: path.name == RECORD):
                path.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # it has more than that in it
                home.rmdir()

    def records(self, *, everywhere: bool = False) -> list[BranchRecord]:
        """Return the records of this scope, or of all, by name."""
        found = [self.read(home.name, home.parent.name) for home in self.homes(everywhere)]
        return [record for record in found if record is not None]

    def homes(self, everywhere: bool = True) -> list[Path]:
        """Return the directories of branches, whole or not."""
        pattern = "*/*" if everywhere else f"{self.scope}/*"
        return sorted(path for path in self.base.glob(pattern) if _may_be_a_home(path))

    def note_server(self, place: Place) -> None:
        """Remember a server, so that what is lost on it is found without a record."""
        text = json.dumps({"product": place.product, "where": place.where, "secret": place.secret})
        path = self.base / f"{_SERVER}{zlib.crc32(server_of(place).encode()):08x}.json"
        if not path.exists():
            draft = path.with_suffix(f".{os.urandom(4).hex()}")
            with _written_in(self.base):
                draft.write_text(text, encoding="utf-8")
                draft.replace(path)

    def servers(self) -> list[Place]:
        """Return a place on each server that branches have been made on."""
        found = []
        for path in sorted(self.base.glob(f"{_SERVER}*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError):
                found.append(Place(**json.loads(path.read_text(encoding="utf-8"))))
        return found

    def use_mark(self, record: BranchRecord) -> Path:
        """Return the path of the mark that tells that a branch is in use."""
        return self.home_of(record.name, record.scope) / USE


def _may_be_a_home(path: Path) -> bool:
    """Tell whether a directory is a branch's, and not one that was there before freshdb."""
    if not (_SCOPE.fullmatch(path.parent.name) and _NAME.fullmatch(path.name) and path.is_dir()):
        return False
    if (path / RECORD).exists():
        return True
    with contextlib.suppress(OSError):
        return all(_OURS.fullmatch(one.name) for one in path.iterdir())
    return False


def draft_in(home: Path) -> Path:
    """Return the path of a record before it takes the place of the one before."""
    return home / f"{RECORD}.part"


@contextlib.contextmanager
def _written_in(directory: Path) -> Iterator[None]:
    """Say of an error of the system's that there is no room, or no right, to write here."""
    try:
        yield
    except OSError as error:
        raise BranchSpaceError(
            f"cannot write to `{directory}`: {error.strerror}",
            hint="make room there, or name another place: `branch_directory` in [tool.freshdb]",
        ) from None


def server_of(place: Place) -> str:
    """Return a place's URL without its database."""
    return urlsplit(place.where)._replace(path="").geturl()


def registry_id(base: Path) -> str:
    """Return what tells the databases of one registry from those of all others on a server."""
    path = base / _ID
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii")
    draft = base / f"{_ID}.{os.urandom(4).hex()}"
    with _written_in(base):
        draft.write_text(os.urandom(4).hex(), encoding="ascii")
        try:
            os.link(draft, path)  # as a whole, and by one process only
        except FileExistsError:
            pass
        except OSError:  # a file system that has no links
            draft.replace(path)
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")


def checked_name(name: str) -> str:
    """Return a branch's name or a snapshot's label, if it can be one."""
    if not _NAME.fullmatch(name):
        raise BranchInputError(
            f"`{name}` is no name for a branch or a snapshot",
            hint="up to 48 letters, digits, `-`, `_` and `.`, the first a letter or digit",
        )
    return name


def project_of(directory: Path) -> Path:
    """Return the worktree that a directory lies in: the next one above with a mark of a project."""
    directory = directory.resolve()
    for place in (directory, *directory.parents):
        if any((place / mark).exists() for mark in _MARKS_OF_A_PROJECT):
            return place
    return directory


def scope_of(directory: Path) -> str:
    """Return the prefix of a worktree's branches: two worktrees of one project have two."""
    root = project_of(directory)
    name = re.sub(r"[^A-Za-z0-9_-]", "-", root.name)[:24] or "root"
    return f"{name}-{zlib.crc32(str(root).encode()):08x}"


def default_base() -> Path:
    """Return where branches live unless a setting says otherwise."""
    state = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(state).expanduser() / "freshdb" / "branches"
