"""Import before the first fork what each fork would import by itself: what running any test needs.

Plugins and fixtures that are there for every test import much at the first test. A trial that has
to do so again costs ten times as much as one that finds it done.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import sys
import types

import pytest

from freshdb.hunt.session.child import die_with_parent
from freshdb.hunt.session.collecting import Collected
from freshdb.hunt.session.own_files.places import Places
from freshdb.state.settings import Ownership

PATIENCE_S = 20.0
_NAME = "freshdb_hunt_nothing"


def warm_up(collected: Collected, places: Places) -> list[str]:
    """Import what a test that does nothing imports, but for the project's own modules.

    The test is run in a fork. So nothing of what fixtures do is done here; and what only some
    tests import stays for them to import, since another may depend on it.

    Returns:
        The names of the modules.
    """
    imported = []
    for name in _imported_by_nothing(collected, places):
        with contextlib.suppress(Exception):  # what fails here fails in a trial too, and is told
            importlib.import_module(name)
            imported.append(name)
    return imported


def _imported_by_nothing(collected: Collected, places: Places) -> list[str]:
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            die_with_parent()
            os.close(reading)
            names = _names(collected, places)
            os.write(writing, json.dumps(names).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        is_told, _, _ = select.select([answer], [], [], PATIENCE_S)
        if not is_told:
            os.kill(pid, 9)
        text = answer.read() if is_told else b""
    os.waitpid(pid, 0)
    places.put_back()
    try:
        return list(json.loads(text))
    except ValueError:
        return []


def _names(collected: Collected, places: Places) -> list[str]:
    """Run the test, and return what it imported, in the order of the imports."""
    _be_silent()
    places.enter()
    before = set(sys.modules)
    item = _nothing(collected)
    collected.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
    own = Ownership((), str(collected.config.rootpath), ())
    return [
        name
        for name, module in list(sys.modules.items())
        if name not in before
        and getattr(module, "__spec__", None) is not None
        and not own.owns(name)
    ]


def _nothing(collected: Collected) -> pytest.Item:
    """Return a test that does nothing, in a module of its own at the root."""
    path = collected.config.rootpath / f"{_NAME}.py"
    module = pytest.Module.from_parent(collected.session, path=path)
    module.obj = types.ModuleType(_NAME)
    return pytest.Function.from_parent(module, name="test_nothing", callobj=lambda: None)


def _be_silent() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (1, 2):
        os.dup2(nothing, standard)
