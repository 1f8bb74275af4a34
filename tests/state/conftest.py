"""A small project of modules for one test, and a keeper that watches it."""

from __future__ import annotations

import importlib
import sys
import textwrap
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from freshdb.state import StateKeeper, StateSettings


class Project:
    """A package of its own name for each test, loaded from source texts."""

    def __init__(self, folder: Path) -> None:
        # pytest numbers the directories, so each test has a package of its own name.
        self.name = f"shop_{zlib.crc32(str(folder).encode()):x}"
        self.folder = folder / self.name
        self.folder.mkdir()
        (self.folder / "__init__.py").write_text("")

    def write(self, name: str, source: str) -> str:
        """Write a module and return its dotted name."""
        (self.folder / f"{name}.py").write_text(textwrap.dedent(source))
        importlib.invalidate_caches()
        return f"{self.name}.{name}"

    def load(self, name: str, source: str) -> ModuleType:
        """Write a module and import it."""
        return importlib.import_module(self.write(name, source))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    sys.path.insert(0, str(tmp_path))
    made = Project(tmp_path)
    yield made
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.split(".")[0] == made.name]:
        del sys.modules[name]


@pytest.fixture
def keep(project: Project) -> Iterator[Callable[..., StateKeeper]]:
    """Open a keeper of the project; all layers are closed at the end."""
    keepers: list[StateKeeper] = []

    def open_keeper(**options: Any) -> StateKeeper:
        options.setdefault("packages", (project.name,))
        keeper = StateKeeper(StateSettings(**options))
        keepers.append(keeper)
        keeper.open("test")
        keeper.check()  # which notes the signs by which changes show
        return keeper

    yield open_keeper
    for keeper in keepers:
        while keeper.owners:
            keeper.close()
