"""Sixty-four workers, of two checkouts, on one server: nothing of one is ever another's."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from freshdb.backends.postgres.backend import Postgres
from freshdb.backends.postgres.server import ServerDatabase
from freshdb.settings import Settings
from tests.postgres import NEWEST, PROGRAMS

WORKERS = 64
ROWS = "SELECT string_agg(name, ',' ORDER BY id) FROM users"


def worker(number: int) -> Postgres:
    settings = Settings(server="private", server_programs=str(PROGRAMS[NEWEST]))
    return Postgres(settings, f"gw{number}", f"checkout {number % 2}")


def test_workers_share_a_template_and_nothing_else(postgres: Postgres) -> None:
    fingerprint = os.urandom(8).hex()
    built: list[str] = []
    all_have_written = threading.Barrier(WORKERS, timeout=120)

    def build(draft: ServerDatabase) -> None:
        built.append(draft.name)
        with draft.server.connect(draft.name) as connection:
            connection.query("CREATE TABLE users (id serial PRIMARY KEY, name text)")
            connection.query("INSERT INTO users (name) VALUES ('seeded')")

    def work(number: int) -> tuple[str, list[str | None]]:
        backend = worker(number)
        try:
            image = backend.template(fingerprint, build, rebuild=False)
            branch = backend.make_branch(image, "test")
            resettable = backend.resettable(branch, image)
            assert resettable is not None
            with backend.connected(branch) as connection:
                seen = [connection.value(ROWS)]
                connection.query(f"INSERT INTO users (name) VALUES ('worker {number}')")
                all_have_written.wait()
                seen.append(connection.value(ROWS))
            assert resettable.reset(), resettable.why_not
            with backend.connected(branch) as connection:
                seen.append(connection.value(ROWS))
            backend.drop_branch(branch)
            return branch.name, seen
        finally:
            backend.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(work, range(WORKERS)))

    assert len(built) == 1
    assert len({name for name, _ in done}) == WORKERS
    assert [seen for _, seen in done] == [
        ["seeded", f"seeded,worker {number}", "seeded"] for number in range(WORKERS)
    ]
    server = postgres.build_empty().place.server
    server.drop(f"freshdb_template_{fingerprint}")
    assert not [name for name, _ in done if server.exists(name)]


def test_templates_that_this_project_has_not_used_for_long_go(postgres: Postgres) -> None:
    server = postgres.build_empty().place.server

    def template(backend: Postgres, **noted: object) -> str:
        name: str = backend.template(
            os.urandom(8).hex(), lambda draft: None, rebuild=False
        ).place.name
        server.note(name, server.noted(name)[name] | noted)
        return name

    with closing(worker(0)) as ours, closing(worker(1)) as others:
        theirs = template(others, used=0)
        old, recent = template(ours, used=0), template(ours)
        newest = template(ours)

    assert [server.exists(name) for name in (theirs, old, recent, newest)] == [
        True,
        False,
        True,
        True,
    ]
    for name in (theirs, recent, newest):
        server.drop(name)
