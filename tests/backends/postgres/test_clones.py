"""How databases are copied: by the way that is the fastest, and as few files as can be."""

from __future__ import annotations

import pytest

from freshdb.backends.postgres.backend import Postgres
from freshdb.backends.postgres.copying import TRIES
from freshdb.backends.postgres.server import PostgresServer
from tests.postgres import PROGRAMS, Products


@pytest.fixture(params=PROGRAMS)
def postgres(request: pytest.FixtureRequest, postgres_products: Products) -> Postgres:
    return postgres_products.of_version(request.param)


@pytest.fixture
def not_ours(postgres: Postgres) -> PostgresServer:
    address = postgres.build_empty().place.server.address
    return PostgresServer(address, is_private=False, label="clones")


def by_files(server: PostgresServer) -> list[str]:
    return ["FILE_COPY", *(["FILE_CLONE"] if server.version >= 180000 else [])]


def test_on_a_server_of_others_the_fastest_way_to_clone_is_found_by_trying(
    postgres: Postgres, not_ours: PostgresServer
) -> None:
    template = postgres.build_empty().place.name
    not_ours.copying.is_synced = True
    ways = ["WAL_LOG", *by_files(not_ours)]
    tried = []
    for _ in range(TRIES * len(ways) + 1):
        tried.append(not_ours.copying.way_for(template))
        not_ours.clone(template, not_ours.new_name("test"))
    not_ours.close()

    assert tried[:-1] == TRIES * ways
    times = not_ours.copying.seconds[template]
    assert tried[-1] == min(ways, key=lambda way: min(times[way]))


def test_where_nothing_is_synced_files_are_copied(not_ours: PostgresServer) -> None:
    assert [*not_ours.copying.ways] == by_files(not_ours)
    not_ours.close()


def test_a_template_has_no_maps_of_its_catalogs_and_has_what_connections_begin_with(
    postgres: Postgres,
) -> None:
    place = postgres.build_empty().place
    files = files_of(place.server, place.name)
    maps, of_template0 = maps_of(files), maps_of(files_of(place.server, "template0"))

    assert 4 * len(maps) < len(of_template0)  # the marks have brought some back
    assert "pg_internal.init" in files


def files_of(server: PostgresServer, database: str) -> set[str]:
    listed = f"SELECT pg_ls_dir('base/' || oid) FROM pg_database WHERE datname = '{database}'"
    return {name or "" for (name,) in server.admin.query(listed)}


def maps_of(files: set[str]) -> set[str]:
    return {name for name in files if name.endswith(("_fsm", "_vm"))}
