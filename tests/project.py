"""A project laid out in a directory and run by pytest: `Project.files(…).run("-q")`."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import pytest

# What an inner run loads: naming the plugins is much faster than looking for all there are.
PLUGINS = ("freshdb.pytest_plugin", "pytest_asyncio.plugin", "anyio.pytest_plugin")
PLAIN = ("-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function")

ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""The environment of a run apart that loads no plugins but those that are named."""

REMEMBER = "--freshdb-state=off"
"""For projects whose tests hand things on to the next one through globals."""

APP = """
from sqlalchemy import ForeignKey, String, create_engine, func, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, sessionmaker


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


engine = create_engine("{url}")
SessionLocal = sessionmaker(engine)


def add(*names):
    with SessionLocal.begin() as session:
        for name in names:
            session.add(User(name=name))


def names():
    with SessionLocal() as session:
        return sorted(session.scalars(select(User.name)))
"""

ASYNC_APP = """
from sqlalchemy import String, func, select, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


engine = create_async_engine("{url}")
SessionLocal = async_sessionmaker(engine, expire_on_commit=False)


async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)


async def add(*names):
    async with SessionLocal.begin() as session:
        for name in names:
            session.add(User(name=name))


async def names():
    async with SessionLocal() as session:
        return sorted(await session.scalars(select(User.name)))
"""

TABLES = """
import pytest
from app import Base, engine


@pytest.fixture(scope="session", autouse=True)
def tables():
    Base.metadata.create_all(engine)
"""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    status: int
    output: str

    @property
    def counts(self) -> dict[str, int]:
        """Return the numbers of the last line, such as `{"passed": 3, "failed": 1}`."""
        last = [line for line in self.output.splitlines() if re.search(r" in [\d.]+s", line)]
        found = (
            re.findall(r"(\d+) (passed|failed|errors?|skipped|xfailed)", last[-1]) if last else []
        )
        return {word.rstrip("s") if word.startswith("error") else word: int(n) for n, word in found}

    def passed(self, number: int) -> Outcome:
        """Require that exactly this many tests passed, and that nothing else happened."""
        assert self.counts == {"passed": number}, self.output
        return self

    def failed(self, number: int, *, passed: int = 0) -> Outcome:
        expected = {"failed": number} | ({"passed": passed} if passed else {})
        assert self.counts == expected, self.output
        return self


class Project:
    """A project in a temporary directory.

    Args:
        pytester: pytest's own helper, which owns the directory.
        branches: where runs of this project keep their branches.
    """

    def __init__(self, pytester: pytest.Pytester, branches: Path) -> None:
        self._pytester = pytester
        self.branches = branches
        self.path = pytester.path

    def files(self, **sources: str) -> Project:
        """Write files: `test_it="…"` for a module, `name__toml="…"` for another ending."""
        for name, source in sources.items():
            stem, separator, ending = name.partition("__")
            path = self.path / (f"{stem}.{ending}" if separator else f"{stem}.py")
            path.write_text(textwrap.dedent(source), encoding="utf-8")
        return self

    def app(self, url: str = "sqlite:///app.db") -> Project:
        """Write a sync application `app.py`, and a session fixture that makes its tables."""
        return self.files(app=APP.replace("{url}", url), conftest=TABLES)

    def async_app(self, url: str = "sqlite+aiosqlite:///app.db") -> Project:
        """Write an async application `app.py`; its tables are up to the test."""
        return self.files(app=ASYNC_APP.replace("{url}", url))

    def run(self, *arguments: str) -> Outcome:
        """Run pytest on the project in this process, in file order."""
        self._pytester.syspathinsert()
        plugins = [word for name in PLUGINS for word in ("-p", name)]
        result = self._pytester.runpytest_inprocess(*plugins, *PLAIN, *arguments)
        asyncio.set_event_loop(None)  # with older releases, pytest-asyncio leaves its own
        return Outcome(int(result.ret), result.stdout.str() + result.stderr.str())

    def run_apart(self, *arguments: str, **environment: str) -> Outcome:
        """Run pytest on the project in a process of its own, which loads what is needed here.

        To load all that is installed takes most of the time of a small run.
        """
        names = (*PLUGINS, "xdist.plugin") if "-n" in arguments else PLUGINS
        plugins = [word for name in names for word in ("-p", name)]
        return self.run_installed(*plugins, *arguments, **ALONE, **environment)

    def run_installed(self, *arguments: str, **environment: str) -> Outcome:
        """Run pytest on the project in a process of its own, which loads what is installed."""
        environ = {**os.environ, "PYTHONPATH": str(self.path)}
        environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD", None)
        environ |= environment
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=self.path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        return Outcome(result.returncode, result.stdout + result.stderr)

    def left_behind(self) -> list[str]:
        """Return the names of what runs have left where branches live."""
        if not self.branches.exists():
            return []
        return sorted(path.name for path in self.branches.iterdir() if path.name != "gate.lock")
