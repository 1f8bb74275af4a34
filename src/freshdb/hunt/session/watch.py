"""The state of the session process: what tests left different, to be told and put back by parts."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import sys
import threading
import warnings
from collections.abc import Collection
from types import FrameType
from typing import Any

from freshdb.hunt.pieces import Piece
from freshdb.hunt.session.garbage import seldom_collected
from freshdb.hunt.session.own_files.places import Places
from freshdb.hunt.session.probes.around import NAME as AROUND
from freshdb.hunt.session.probes.around import AroundProbe
from freshdb.hunt.session.probes.files import FilesOfTrial
from freshdb.hunt.session.probes.interpreter import InterpreterProbe
from freshdb.hunt.session.probes.registries import RegistriesProbe
from freshdb.hunt.session.probes.rows import RowsOfTrial
from freshdb.hunt.session.probes.subclasses import SubclassesProbe
from freshdb.hunt.session.probes.wider import WiderFixturesProbe
from freshdb.state import PROBES, Change, StateKeeper, StateSettings, Verb
from freshdb.state.delta import Delta
from freshdb.state.probes.modules import ModulesBaseline, ModulesProbe
from freshdb.state.settings import Ownership

THREADS = "threads"
_OF_MODULES = ("modules", "patches", "logging", "paths", "around")
_UNTOLD = re.compile(
    r"(pytest|_pytest|pluggy|freshdb|pytest_asyncio|anyio\.pytest_plugin)\b"
    r"|os\.environ\['(PYTEST_\w+|FRESHDB_\w+)'\]|sys\.modules\['(_pytest|pytest|freshdb)[^']*'\]"
)


class _ModulesProbe(ModulesProbe):
    """Notes all modules without the garbage collector, which would look through them in vain."""

    def snapshot(self) -> ModulesBaseline:
        with seldom_collected():
            return super().snapshot()


class Watch:
    """Knows the state as it was when this was opened, and what differs now.

    Args:
        rootdir: the project's.
        places: the files of trials.
        without: probes of state that a plugin resets for each test.
    """

    def __init__(self, rootdir: str, places: Places, *, without: Collection[str] = ()) -> None:
        self._own = Ownership((), rootdir, ())
        registry = PROBES.copy()
        registry.register("modules", _ModulesProbe, replace=True)
        registry.register("interpreter", InterpreterProbe)
        registry.register("registries", RegistriesProbe)
        registry.register("subclasses", SubclassesProbe)
        registry.register("fixtures", self._make_wider)
        registry.register(AROUND, self._make_around)
        registry.register("rows", lambda settings: RowsOfTrial(places, rootdir))
        registry.register("files", lambda settings: FilesOfTrial(places, rootdir), replace=True)
        probes = tuple(name for name in registry if name not in without)
        settings = StateSettings(root=rootdir, thorough=True, probes=probes)
        self._keeper = StateKeeper(settings, registry=registry)
        self.is_open = False
        self._threads: list[threading.Thread] = []
        self._seen: Delta | None = None

    def open(self) -> None:
        """Note all state as it is now; until then, nothing can be told or put back."""
        self._keeper.open("the session")
        self.is_open = True

    def _make_wider(self, settings: StateSettings) -> WiderFixturesProbe:
        self._wider = WiderFixturesProbe(settings)
        return self._wider

    def _make_around(self, settings: StateSettings) -> AroundProbe:
        self._around = AroundProbe(settings)
        return self._around

    def look_closer(self, frame: FrameType) -> None:
        """Watch from now on all that a frame can get at."""
        self._around.note(frame)

    def note_fixture(self, fixture: Any, request: Any) -> None:
        """Watch the value of a fixture of wider scope, which has just been set up."""
        self._wider.note(fixture, request)

    def begin(self, *, reseed: bool, looks: bool) -> None:
        """Note that this process, a fork, begins a trial.

        Args:
            reseed: whether it is to draw random numbers of its own.
            looks: whether anything is to be told, or put back, later.
        """
        if reseed:  # every fork would draw the same numbers
            random.seed()
            numpy = sys.modules.get("numpy")
            if numpy is not None:
                numpy.random.seed()
        self._threads = threading.enumerate()
        if looks:
            self._keeper.renew("random", "streams", "threads", "descriptors", "children")

    def new_threads(self) -> int:
        """Return how many threads run that did not when the trial began."""
        return sum(one not in self._threads for one in threading.enumerate())

    def pieces(self) -> list[Piece]:
        """Return what differs now, the most telling first."""
        delta = self._keeper.delta()
        every = [(self._rank(change), change) for change in delta if not _is_untold(change)]
        every.sort(key=lambda pair: pair[0])
        pieces = {_key(one): self._piece(one, delta) for _, one in every}
        return list(pieces.values())

    def differs(self, key: str) -> bool:
        """Tell whether a piece is different now."""
        kind = key.partition("|")[0]
        return any(_key(change) == key for change in self._keeper.delta(kind))

    def look(self) -> None:
        """Look at what differs now, for all forks that put some of it back before anything else."""
        self._seen = self._keeper.delta()

    def look_again(self) -> None:
        """Forget what was seen: this fork changes more before it puts anything back."""
        self._seen = None

    def undo(self, keys: Collection[str]) -> None:
        """Put pieces back; what differs besides stays."""
        with warnings.catch_warnings():
            # What dies by this may warn that nobody closed it, which is no fault of the next test.
            warnings.simplefilter("ignore")
            self._undo(keys)

    def _undo(self, keys: Collection[str]) -> None:
        # All probes take longer than most tests. Of nothing: it is to take the time and no more.
        delta = self._seen or self._keeper.delta(*{key.partition("|")[0] for key in keys})
        for change in delta:
            if _key(change) in keys:
                _undo_in_system(change)
        delta.undo(lambda change: _key(change) in keys)

    def _piece(self, change: Change, delta: Delta) -> Piece:
        return Piece(
            change.kind,
            _path(change),
            change.before,
            "" if change.kind == "children" else change.after,
            "changed" if change.verb is Verb.CHANGED else str(change.verb),
            delta.can_undo(change) or change.kind in (THREADS, "descriptors", "children"),
            _module_of(change.path) if change.kind in _OF_MODULES else "",
            change.kind in ("modules", AROUND) and not self._is_own(change.path),
        )

    def _rank(self, change: Change) -> int:
        """Return how likely a reader is to look for the cause here: less is more likely."""
        if change.kind == "files":
            return 4 if "pytest-of-" in change.path else 1
        if change.kind in ("imports", "fixtures"):
            return 3
        if change.kind == "modules" and not self._is_own(change.path):
            return 2
        if change.verb in (Verb.CACHED, Verb.DRAWN, Verb.REPLACED):
            return 1
        if change.kind in ("descriptors", "tasks"):
            return 2
        return 0

    def _is_own(self, path: str) -> bool:
        name = _module_of(path)
        return bool(name) and self._own.owns(name)


def _module_of(path: str) -> str:
    """Return the module that a path begins with; nothing if it begins with none."""
    parts = re.split(r"[\[({ ]", path)[0].split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in sys.modules), "")


def _is_untold(change: Change) -> bool:
    return _UNTOLD.match(change.path) is not None


def _key(change: Change) -> str:
    return f"{change.kind}|{_path(change)}"


def _path(change: Change) -> str:
    if change.kind == "children":  # by what it runs: its number is another in every trial
        return f"child process {change.after}"
    return change.path


def _undo_in_system(change: Change) -> None:
    """Put back what a run would only tell of: close descriptors, end children."""
    number = re.search(r"\d+", change.path)
    if number is None:
        return
    with contextlib.suppress(OSError):
        if change.kind == "descriptors":
            os.close(int(number[0]))
        elif change.kind == "children":
            os.kill(int(number[0]), signal.SIGKILL)
            os.waitpid(int(number[0]), 0)
