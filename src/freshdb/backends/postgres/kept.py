"""Databases of failed tests, kept on their server for a look."""

from __future__ import annotations

import contextlib
import hashlib
import re
from pathlib import Path

from freshdb.backends.postgres.server import PREFIX, PostgresServer, ServerDatabase
from freshdb.errors import ServerError
from freshdb.model import KeptDatabase
from freshdb.workspace import slug


def place_of(server: PostgresServer, project: str, test: str) -> KeptDatabase:
    """Return where a test's database is kept, if it is."""
    from freshdb.servers.postgres.private import url_of

    url = url_of(server.address, _name_of(project, test))
    return KeptDatabase(test, url, look=f'psql "{url}"')


def keep(branch: ServerDatabase, project: str, test: str) -> KeptDatabase:
    """Keep a test's branch, instead of the one that an earlier run has kept."""
    server = branch.server
    name = _name_of(project, test)
    if server.exists(name):
        server.drop(name)
    server.rename(branch.name, name)
    server.note(name, {"project": project, "test": test, "run": server.token})
    if server.is_private:
        from freshdb.servers.places import let_last

        let_last(Path(server.address.host))
    return place_of(server, project, test)


def sweep(server: PostgresServer, project: str) -> None:
    """Drop what a project's earlier runs have kept; runs that still go on keep theirs."""
    for name, facts in server.noted(f"{PREFIX}_kept_{project}_").items():
        if not server.is_alive(str(facts.get("run", "0"))):
            with contextlib.suppress(ServerError):
                server.drop(name)


def _name_of(project: str, test: str) -> str:
    """Return the name that a test's database is kept under, the same from run to run."""
    key = hashlib.sha256(test.encode()).hexdigest()[:6]
    words = re.sub(r"[^a-z0-9]+", "_", slug(test).lower())[-32:].strip("_")
    return f"{PREFIX}_kept_{project}_{words}_{key}"
