"""Fixtures for freshdb's own suite: a project in a directory, run by pytest."""

from __future__ import annotations

from pathlib import Path

# Imported before any inner run, which forgets the modules that it was the first to import.
import aiosqlite  # noqa: F401
import alembic.command  # noqa: F401
import fastapi.testclient  # noqa: F401
import pytest
import sqlalchemy.ext.asyncio  # noqa: F401
import sqlmodel  # noqa: F401

from tests.project import Project


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project, whose runs are those of a stranger: no options of ours reach them."""
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    directory = pytester.path / "branches"
    monkeypatch.setenv("FRESHDB_DIRECTORY", str(directory))
    return Project(pytester, Path(directory))
