"""The fixtures that users ask for by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from freshdb.fresh import FreshDatabase


@dataclass(frozen=True)
class DatabaseBranch:
    """The running test's branch of the application's database.

    Attributes:
        url: an SQLAlchemy URL with the application's driver, for another engine or process.
        path: the branch's file; None where it is a database on a server.
        owner: the test's node id.
    """

    url: str
    path: Path | None
    owner: str


@pytest.fixture
def db_session(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A session on the test's branch, made by the application's own session factory.

    It is an AsyncSession where the application uses async engines. Closed after the test; what it
    committed is gone with the test. If the test fails, its database is kept and its path printed.
    """
    from freshdb.sessions import close_session

    session = _sessions(request).new_session()
    yield session
    close_session(session)


@pytest.fixture
def fresh_db() -> Callable[..., FreshDatabase]:
    """More databases, each with a session: called like `freshdb.fresh_db`."""
    from freshdb.fresh import fresh_db

    return fresh_db


@pytest.fixture
def db_branch(request: pytest.FixtureRequest) -> DatabaseBranch:
    """The test's branch of the application's database: its URL, its file, its owner."""
    from freshdb.pytest_plugin.run import RUN
    from freshdb.sessions import engine_of

    engine = engine_of(_sessions(request).new_session())
    branch = request.config.stash[RUN].freshdb.branch_of(engine)
    url = branch.backend.url_of(branch.place, engine.url)
    path = None if branch.backend.is_server else branch.place
    return DatabaseBranch(url.render_as_string(hide_password=False), path, branch.owner.name)


def _sessions(request: pytest.FixtureRequest) -> Any:
    from freshdb.pytest_plugin.run import RUN

    run = request.config.stash.get(RUN, None)
    if run is None:
        pytest.fail("freshdb is off (`enabled = false`), so there is no branch", pytrace=False)
    return run.freshdb.sessions
