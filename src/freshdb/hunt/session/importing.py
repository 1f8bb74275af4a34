"""Collect one file of tests only, with the import of each other file as if it were a test.

So what a module does to others while it is imported is found as what a test does is.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from freshdb.hunt.trials import FOCUS


class Focus:
    """A plugin that collects only one file.

    Attributes:
        file: the one, as seen from the root directory; empty for all.
        others: the files whose imports become tests.
    """

    def __init__(self) -> None:
        wanted = json.loads(os.environ.pop(FOCUS, "{}"))
        self.file: str = wanted.get("file", "")
        self.others: list[str] = wanted.get("others", [])

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        is_other = collection_path.is_file() and collection_path != config.rootpath / self.file
        return True if self.file and is_other else None

    def imports(self, session: pytest.Session) -> list[pytest.Item]:
        """Return a test for each of the other files."""
        return [Import.from_parent(session, name=one, nodeid=one) for one in self.others]


class Import(pytest.Item):
    """The import of a file of tests, as a test; it is named as the file is."""

    def runtest(self) -> None:
        """Import the file as pytest does when it collects it."""
        path = self.config.rootpath / self.name
        pytest.Module.from_parent(self.session, path=path).obj  # noqa: B018  # it is imported now

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where it is."""
        return self.config.rootpath / self.name, None, self.name
