"""A private server: found, shared, and gone with its last user, however that ends."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from freshdb.backends.postgres.backend import Postgres
from freshdb.backends.postgres.choice import (
    Target,
    choose,
    target_of_arguments,
)
from freshdb.backends.postgres.server import PostgresServer
from freshdb.backends.safety import is_local, production_word
from freshdb.errors import ServerError, UnsafeServerError
from freshdb.servers import places
from freshdb.servers.postgres.address import Address
from freshdb.servers.postgres.private import (
    NETWORK_USER,
    ensure_server,
    running_servers,
    url_of,
)
from freshdb.servers.postgres.programs import find_programs
from freshdb.servers.postgres.quoting import literal
from freshdb.servers.postgres.wire import Connection
from freshdb.settings import Settings
from tests.postgres import NEWEST, PROGRAMS, programs_of_its_own

USER = """
import sys, time
from pathlib import Path
from freshdb.servers.postgres.private import ensure_server
from freshdb.backends.postgres.server import PostgresServer
private = ensure_server(Path(sys.argv[1]))
server = PostgresServer(private.address, is_private=True, label="user")
name = server.new_name("left")
server.clone("template1", name)
print(private.address.host, name, flush=True)
time.sleep(600)
"""


def started(programs: Path) -> tuple[subprocess.Popen[str], str, str]:
    """Start a process that uses a private server, and return it, the directory, a database."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(programs)], stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    directory, name = user.stdout.readline().split()
    return user, directory, name


def killed(user: subprocess.Popen[str]) -> None:
    user.kill()
    user.communicate()


@pytest.fixture
def own_programs() -> Iterator[Path]:
    """A server of this test's own."""
    with programs_of_its_own() as directory:
        yield directory


def test_a_server_dies_with_its_last_user_however_that_dies(own_programs: Path) -> None:
    user, directory, _ = started(own_programs)
    server = ensure_server(own_programs)
    assert str(server.directory) == directory
    facts = places.read_facts(server.directory)
    assert facts is not None
    killed(user)
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)

    server.release()

    assert places.wait_until_gone(facts["pid"], 20)
    assert places.wait_until_gone(facts["keeper"], 20)
    assert not Path(directory).exists()


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_server_on_the_network_has_a_password_that_is_not_shown(
    own_programs: Path, port: int
) -> None:
    server = ensure_server(own_programs, port=port)
    assert server.password
    assert server.password not in repr(server) + repr(running_servers()) + server.url()
    place: Any = {"host": "127.0.0.1", "port": port, "dbname": "postgres"}
    with psycopg.connect(user=NETWORK_USER, password=server.password, **place) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(user=NETWORK_USER, **place)
    with psycopg.connect(server.url()) as connection:  # the socket needs none
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert server.url() in [one["url"] for one in running_servers()]
    again = ensure_server(own_programs, port=port)
    assert (again.address, again.password) == (server.address, server.password)
    again.release()
    server.release()


def test_a_server_that_runs_without_the_port_that_is_asked_for_is_refused(
    own_programs: Path, port: int
) -> None:
    server = ensure_server(own_programs)

    with pytest.raises(ServerError, match=f"listens on no port, not on {port}") as caught:
        ensure_server(own_programs, port=port, lasting=True)

    assert "freshdb server stop" in str(caught.value)
    facts = places.read_facts(server.directory)
    assert facts is not None
    server.release()
    assert places.wait_until_gone(facts["pid"], 20)  # the refused call holds it no more


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells what is open")
def test_a_session_keeps_the_files_of_many_tables_open(own_programs: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        server = ensure_server(own_programs)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    with Connection(server.address, "postgres") as connection:
        for statement in ("CREATE TABLE t%s ()", "SELECT FROM t%s"):
            connection.query(
                "DO $$ BEGIN FOR number IN 1..1100 LOOP "
                f"EXECUTE format('{statement}', number); END LOOP; END $$"
            )
        open_files = len(list(Path(f"/proc/{connection.server_pid}/fd").iterdir()))
    server.release()

    assert open_files > 1100


def shares_memory(process: int) -> bool:
    """Tell whether there is a segment of shared memory that a process has made."""
    _, *segments = Path("/proc/sysvipc/shm").read_text().splitlines()
    return any(int(segment.split()[4]) == process for segment in segments)


def test_a_server_dies_with_its_keeper_and_is_replaced(own_programs: Path) -> None:
    server = ensure_server(own_programs)
    facts = places.read_facts(server.directory)
    assert facts is not None
    # Not where it would outlive a server that is killed.
    assert any((server.directory / "data" / "pg_dynshmem").iterdir())
    if sys.platform == "linux":
        assert shares_memory(facts["pid"])
        os.kill(facts["keeper"], signal.SIGKILL)
        assert places.wait_until_gone(facts["pid"], 20)
        assert not shares_memory(facts["pid"])

    another = ensure_server(own_programs)

    with psycopg.connect(another.url()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.release()
    another.release()


def test_what_a_killed_process_has_left_is_reaped_and_no_more(postgres: Postgres) -> None:
    programs = PROGRAMS[NEWEST]
    dead, _, left = started(programs)
    alive, _, in_use = started(programs)
    server = postgres.build_empty().place.server
    killed(dead)
    deadline = time.monotonic() + 20
    reaped: list[str] = []
    # The server takes a moment to see that the process has gone.
    while left not in reaped and time.monotonic() < deadline:
        reaped += server.reap()

    assert left in reaped
    assert in_use not in reaped
    assert server.exists(in_use)
    killed(alive)


def test_a_template_is_built_once_and_a_failed_build_leaves_nothing(postgres: Postgres) -> None:
    built = []

    def fails(draft: object) -> None:
        built.append("failed")
        raise RuntimeError("half-way")

    def works(draft: object) -> None:
        built.append("worked")

    fingerprint = os.urandom(8).hex()
    with pytest.raises(RuntimeError, match="half-way"):
        postgres.template(fingerprint, fails, rebuild=False)
    postgres.template(fingerprint, works, rebuild=False)
    image = postgres.template(fingerprint, works, rebuild=False)
    assert built == ["failed", "worked"]

    postgres.template(fingerprint, works, rebuild=True)
    assert built == ["failed", "worked", "worked"]
    server: PostgresServer = image.place.server
    assert not [name for name in server.noted("freshdb_") if "_draft" in name]
    server.drop(image.place.name)


def test_what_the_server_refuses_is_a_clear_error(postgres: Postgres) -> None:
    server: PostgresServer = postgres.build_empty().place.server
    with pytest.raises(ServerError, match="does not exist"):
        server.clone("no such database", server.new_name("test"))


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("shop_prod", "prod"),
        ("shop-production", "production"),
        ("prod1", "prod1"),
        ("ShopLive", "Live"),
        ("contest", None),
        ("delivery", None),
        ("product_tests", None),
        ("reproduction", None),
        ("olive", None),
    ],
)
def test_names_that_look_like_production_are_known_by_word(name: str, word: str | None) -> None:
    assert production_word(name) == word


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("/var/run/postgresql", True),
        ("db", False),
        ("10.0.0.7", False),
        ("localhost.example.org", False),
    ],
)
def test_hosts_that_are_this_machine(host: str, expected: bool) -> None:
    assert is_local(host) is expected


def target(host: str = "localhost", database: str = "shop") -> Target:
    return target_of_arguments(
        {"host": host, "port": 1, "user": "app", "password": "secret", "database": database}
    )


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (target(), "localhost:1 does not answer"),
        (target(host="db.example.org"), "not this machine"),
        (target(database="shop_prod"), "looks like production"),
    ],
)
def test_a_server_that_is_not_fit_is_left_for_a_private_one(one: Target, reason: str) -> None:
    choice = choose(one, Settings())

    assert choice.target is None
    assert reason in choice.reason
    assert "secret" not in choice.reason


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://app:secret@db.example.org/shop",
        "postgresql://app:secret@localhost:1/shop_prod",
    ],
)
def test_a_server_that_is_named_and_not_safe_is_refused(url: str) -> None:
    with pytest.raises(UnsafeServerError, match="is not used") as caught:
        choose(target(), Settings(server=url))

    assert "secret" not in str(caught.value)


def test_the_applications_own_server_is_used_where_it_is_fit(postgres: Postgres) -> None:
    server: PostgresServer = postgres.build_empty().place.server
    url = f"postgresql://{server.address.user}@/postgres?host={server.address.host}"
    own = Postgres(Settings(server=url), "test", "project")
    image = own.build_empty()
    branch = own.make_branch(image, "test")

    assert not branch.server.is_private
    with own.connected(branch) as connection:
        assert connection.value("SELECT current_database()") == branch.name
    own.close()
    assert not server.exists(branch.name)


def test_programs_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="no `postgres`"):
        find_programs(tmp_path)


def test_no_password_is_shown() -> None:
    address = Address("db", 5432, "app", "secret")

    assert "secret" not in repr(address) + str(address) + url_of(address, "shop")


@pytest.mark.parametrize("text", ["it's", "back\\slash", "plain", "\\'"])
def test_literals_come_back_as_they_were(postgres: Postgres, text: str) -> None:
    server: PostgresServer = postgres.build_empty().place.server

    assert server.admin.value(f"SELECT {literal(text)}") == text
