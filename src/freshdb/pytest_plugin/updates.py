"""`--freshdb-update`: gather what came out, from the workers too, and write it at the run's end."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

    from freshdb.case.case import Case
    from freshdb.case.updating import Update

_SENT = "freshdb_updates"
_UPDATES = pytest.StashKey[list["Update"]]()
_UPDATED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("freshdb").addoption(
        "--freshdb-update",
        action="store_true",
        help="write what came out into the `expected` of data files (not under CI)",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.freshdb_update and os.environ.get("CI", "").lower() not in ("", "false", "0"):
        raise pytest.UsageError(
            "freshdb: --freshdb-update rewrites data files, and this is CI (the environment has "
            "CI set)\n\nhint: run it where you can look at what it changed"
        )
    config.stash[_UPDATES] = []
    config.stash[_UPDATED] = []


def note_updates(item: pytest.Item, cases: Iterable[Case]) -> None:
    """Remember what a test that has passed found in the place of its cases' expected values."""
    from freshdb.case.updating import updates_of

    for case in cases:
        if case.recorder is not None and case.recorder.edits:
            try:
                item.config.stash[_UPDATES] += updates_of(case, case.recorder.edits)
            except TypeError as error:
                pytest.fail(f"case `{case.id}` ({case.place}): {error}", pytrace=False)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController, error: object) -> None:
    packed = getattr(node, "workeroutput", {}).get(_SENT)
    if packed is not None:
        from freshdb.case.updating import unpack

        node.config.stash[_UPDATES] += unpack(packed)


def pytest_sessionfinish(session: pytest.Session) -> None:
    updates = session.config.stash.get(_UPDATES, [])
    if not updates:
        return
    from freshdb.case.updating import pack, write

    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_SENT] = pack(updates)
    else:
        session.config.stash[_UPDATED] = write(updates)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = terminalreporter.config.stash.get(_UPDATED, [])
    if lines:
        terminalreporter.section("freshdb --freshdb-update", sep="-")
        for line in lines:
            terminalreporter.line(line)
