"""`freshdb hunt`: which test pollutes which, through what, proved."""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

from freshdb.cli import FOUND, INTERRUPTED
from freshdb.errors import HuntError
from freshdb.hunt.causing.cures import (
    ARGUMENTS_WITH_FRESHDB,
    ENVIRONMENT_WITH_FRESHDB,
    add_cures,
    fixtures_file,
)
from freshdb.hunt.findings import Report
from freshdb.hunt.hunter import Hunter
from freshdb.hunt.lab.budget import Budget
from freshdb.hunt.lab.journal import Journal
from freshdb.hunt.lab.lab import Lab
from freshdb.hunt.lab.suite import Suite
from freshdb.hunt.searching.imports import explain_by_imports
from freshdb.hunt.text import render

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.usage = "freshdb hunt [NODEID ...] [options] [-- pytest's arguments]"
    parser.add_argument(
        "tests", nargs="*", metavar="NODEID", help="explain these tests only (all that need it)"
    )
    parser.add_argument(
        "--budget",
        type=_budget,
        default=Budget(600.0),
        help="how long it may take: 90s, 10m, 1h; or how many trials: 500runs (10m)",
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with an interrupted hunt of the same suite"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object with everything")
    parser.add_argument(
        "--write-fixtures", type=Path, metavar="FILE", help="write fixtures that help into a file"
    )
    parser.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, help="trials at a time (all cores)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the first random order (1)")
    parser.add_argument("--orders", type=int, default=10, help="how many random orders (10)")
    parser.add_argument("--no-cures", action="store_true", help="do not try what would help")
    parser.add_argument(
        "--timeout",
        type=_positive,
        default=60,
        metavar="SECONDS",
        help="a test that is silent for so long has hung (60)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Hunt, print the report; exit code 1 if a test depends on another."""
    progress = Progress()
    try:
        report = _hunt(arguments, progress)
    except KeyboardInterrupt:  # nothing is known yet that could be told
        print("interrupted while the suite was collected", file=sys.stderr)
        return INTERRUPTED
    finally:
        progress.end()
    if arguments.write_fixtures is not None:
        fixtures = [one.cure.fixture for one in report.causes if one.cure and one.cure.fixture]
        arguments.write_fixtures.write_text(fixtures_file(fixtures), encoding="utf-8")
        report.notes.append(f"{len(fixtures)} fixtures were written to {arguments.write_fixtures}")
    if arguments.json:
        print(json.dumps(report.to_dict(), indent=2))
    else:
        print(render(report), end="")
    if report.has_found:
        return FOUND
    return INTERRUPTED if report.is_interrupted else 0


def _hunt(arguments: argparse.Namespace, progress: Progress) -> Report:
    directory = Path.cwd()
    journal = Journal(directory, arguments.passed, resume=arguments.resume)
    progress.tell("collecting the suite")
    with ExitStack() as labs:
        lab = labs.enter_context(closing(_lab(arguments.passed, arguments, journal)))
        is_wanted_soon = bool(arguments.tests) and not arguments.no_cures
        curing = labs.enter_context(_CuringLab(arguments, is_wanted_soon=is_wanted_soon))
        try:
            lab.open()
        except HuntError:
            if not is_wanted_soon:
                raise
            # Perhaps what it does when it is imported cannot be done twice at a time.
            curing.close()
            lab = labs.enter_context(closing(_lab(arguments.passed, arguments, journal)))
            lab.open()
        lab.watcher = progress.count
        targets = find_targets(lab.suite, arguments.tests, directory)
        hunter = Hunter(lab, progress.tell, randoms=arguments.orders, seed=arguments.seed)
        report = hunter.hunt(targets)
        try:
            if not report.is_interrupted:
                _add_what_takes_other_labs(report, lab, curing, arguments, progress)
        except KeyboardInterrupt:
            report.note_interruption()
    return report


class _CuringLab:
    """A lab of the suite with freshdb, which collects beside the other one where that is short.

    To collect the suite once more takes as long as all that one test needs to be explained.
    """

    def __init__(self, arguments: argparse.Namespace, *, is_wanted_soon: bool) -> None:
        self._arguments = arguments
        self._lab = self._begun() if is_wanted_soon else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __call__(self) -> Lab | None:
        """Return it; None if the suite cannot be collected with freshdb."""
        self._lab = self._lab or self._begun()
        try:
            return self._lab.open()
        except HuntError:
            return None

    def close(self) -> None:
        """End it; if it is asked for again, it begins anew."""
        if self._lab is not None:
            self._lab.close()
            self._lab = None

    def _begun(self) -> Lab:
        passed = [*self._arguments.passed, *ARGUMENTS_WITH_FRESHDB]
        return _lab(passed, self._arguments, environment=ENVIRONMENT_WITH_FRESHDB)


def _add_what_takes_other_labs(
    report: Report,
    lab: Lab,
    curing: _CuringLab,
    arguments: argparse.Namespace,
    progress: Progress,
) -> None:
    """Add culprits that are imports, and cures: for these the suite is collected anew."""
    passed: list[str] = arguments.passed
    if report.always_failing and lab.suite.can_fork:
        progress.tell("looking for files whose import breaks tests")
        explain_by_imports(
            report,
            lab.suite,
            lambda focus: _lab(passed, arguments, focus=focus).open(),
            lambda focused, places: Hunter(focused, lambda doing: None).hunt(places),
        )
    if report.causes and not arguments.no_cures and not report.is_interrupted:
        progress.tell("trying what helps")
        add_cures(report, lab, curing)


def _lab(
    passed: Sequence[str],
    arguments: argparse.Namespace,
    journal: Journal | None = None,
    focus: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Lab:
    return Lab(
        passed,
        str(Path.cwd()),
        jobs=arguments.jobs,
        budget=arguments.budget,
        journal=journal,
        patience_s=arguments.timeout,
        focus=focus,
        environment=environment,
    )


def find_targets(suite: Suite, names: Sequence[str], directory: Path) -> list[int]:
    """Return the places of the tests that are named: by node id, or by what lies around them.

    Raises:
        HuntError: a name that no test has.
    """
    found: list[int] = []
    for name in names:
        here = _from_root(name, suite, directory)
        places = [
            place
            for place, test in enumerate(suite.tests)
            if test in (name, here) or test.startswith((f"{here}::", f"{here}[", f"{here}/"))
        ]
        if not places:
            near = difflib.get_close_matches(name, suite.tests, n=1, cutoff=0.3)
            raise HuntError(
                f"there is no test `{name}` among the {len(suite.tests)} that were collected",
                hint=f"did you mean `{near[0]}`?" if near else "name it as `pytest -v` does",
            )
        found += places
    return list(dict.fromkeys(found))


def _from_root(name: str, suite: Suite, directory: Path) -> str:
    """Return a node id as seen from the root directory, where pytest's begin."""
    file, separator, rest = name.partition("::")
    relative = os.path.relpath(directory / file, suite.rootdir).replace(os.sep, "/")
    return f"{relative}{separator}{rest}"


class Progress:
    """Tells on standard error what is being done: one line that moves on a terminal, else none."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._doing = ""
        self._began = 0.0

    def tell(self, doing: str) -> None:
        """Say what is done now."""
        self._doing, self._began = doing, time.monotonic()
        if self._is_terminal:
            self._show(doing)
        else:
            print(doing, file=sys.stderr, flush=True)

    def count(self, done: int, total: int) -> None:
        """Say how much of it is done."""
        if self._is_terminal and total > 1:
            left_s = (time.monotonic() - self._began) / done * (total - done)
            filled = "#" * (20 * done // total)
            self._show(f"[{filled:<20}] {done}/{total}, {left_s:.0f} s left: {self._doing}")

    def end(self) -> None:
        """Leave no line behind."""
        if self._is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)

    def _show(self, text: str) -> None:
        width = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)


def _budget(text: str) -> Budget:
    number = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|h|runs|)", text.strip())
    if number is None or float(number[1]) <= 0:
        raise argparse.ArgumentTypeError(f"`{text}` is no budget; write 90s, 10m, 1h or 500runs")
    if number[2] == "runs":
        return Budget(trials=int(float(number[1])))
    return Budget(float(number[1]) * _UNITS[number[2]])


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"`{text}` is no number from 1 on")
    return int(text)
