"""Give tests fixtures that were not there when they were collected."""

from __future__ import annotations

import types
from collections.abc import Iterable
from typing import Any

import pytest

_NAME = "freshdb_hunt_fixtures"


def add_fixtures(session: pytest.Session, items: Iterable[pytest.Item], source: str) -> None:
    """Let tests use all fixtures of a module, as if a plugin had brought them, the first of all.

    To collect the suite anew for them would take longer than all trials of what they help against.

    Args:
        session: pytest's.
        items: the tests.
        source: of the module; each of its public functions is a fixture.
    """
    module = types.ModuleType(_NAME)
    exec(compile(source, _NAME, "exec"), vars(module))  # noqa: S102  # the hunter wrote it
    session.config.pluginmanager.register(module, _NAME)
    manager: Any = session._fixturemanager
    for name, value in vars(module).items():
        if name.startswith("_") or isinstance(value, types.ModuleType):
            continue
        for item in items:
            info: Any = item._fixtureinfo  # type: ignore[attr-defined]
            if name not in info.names_closure:  # the tests of one function share it
                info.name2fixturedefs[name] = manager.getfixturedefs(name, item)
                info.names_closure.insert(0, name)
