"""Templates are built once and seen whole; branches are theirs who made them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import freshdb
from freshdb.backends.mariadb.admin import Address, Admin
from freshdb.backends.mariadb.databases import Databases
from freshdb.errors import ServerError, TemplateError
from freshdb.servers.mariadb.private import ensure_server
from tests.mariadb import address_of, connect, connected, execute, word

BUILD = """
import sys
from pathlib import Path
from freshdb.backends.mariadb.admin import Address, Admin
from freshdb.backends.mariadb.databases import Databases
address = Address(Path(sys.argv[1]))
def build(name):
    print("builds", flush=True)
    Admin(address).run(f"CREATE TABLE {name}.t (id INT)", f"INSERT INTO {name}.t VALUES (1)")
    if sys.argv[3] == "dies":
        sys.stdin.read()
databases = Databases(address, "r")
print(databases.ensure_template(sys.argv[2], build))
"""


def _builder(address: Address, fingerprint: str, ends: str = "lives") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(address.socket), fingerprint, ends],
        env={**os.environ, "PYTHONPATH": str(Path(freshdb.__file__).parent.parent)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_of_many_processes_one_builds_a_template(address: Address) -> None:
    builders = [_builder(address, f"once {word()}") for _ in range(4)]

    said = [builder.communicate("")[0].split() for builder in builders]

    assert sorted(len(words) for words in said) == [1, 1, 1, 2]
    assert len({words[-1] for words in said}) == 1


def test_a_build_that_died_leaves_nothing_that_looks_finished(address: Address) -> None:
    fingerprint = f"died {word()}"
    builder = _builder(address, fingerprint, "dies")
    assert builder.stdout is not None
    assert builder.stdout.readline() == "builds\n"
    builder.send_signal(signal.SIGKILL)
    builder.communicate()

    said = _builder(address, fingerprint).communicate("")[0].split()

    assert said[0] == "builds"
    with connected(address, said[1]) as connection:
        assert execute(connection, "SELECT id FROM t") == [(1,)]


def test_a_build_that_fails_is_undone_and_tried_again(databases: Databases) -> None:
    def fail(name: str) -> None:
        raise ValueError(name)

    fingerprint = f"fails {word()}"
    with pytest.raises(ValueError, match="freshdb_template_") as caught:
        databases.ensure_template(fingerprint, fail)

    assert databases.ensure_template(fingerprint, lambda _: None) != str(caught.value)
    assert not databases.exists(str(caught.value))


def test_a_database_of_somebody_elses_is_not_dropped(databases: Databases) -> None:
    with pytest.raises(ServerError, match="`mysql` is not dropped"):
        databases.drop("mysql")


def test_dropping_a_branch_does_not_wait_for_its_sessions(
    databases: Databases, address: Address
) -> None:
    branch = databases.make_branch(databases.ensure_template("empty", lambda _: None))
    with connected(address, branch) as connection:
        execute(connection, "CREATE TABLE t (id INT)", "BEGIN", "INSERT INTO t VALUES (1)")

        databases.drop(branch)

    with connected(address) as connection:
        assert not execute(connection, f"SHOW DATABASES LIKE '{branch}'")


def test_a_template_that_cannot_be_copied_leaves_no_branch(
    databases: Databases, address: Address
) -> None:
    def build(name: str) -> None:
        with connected(address, name) as connection:
            execute(connection, "CREATE TABLE t (id INT)", "CREATE VIEW v AS SELECT id FROM t")
            execute(connection, "DROP TABLE t")

    template = databases.ensure_template(f"broken {word()}", build)

    with pytest.raises(TemplateError, match="could not be copied"):
        databases.make_branch(template)


def test_a_server_at_its_limit_says_so() -> None:
    with ensure_server(apart=f"limit-{word()}") as server:
        address = address_of(server)
        Admin(address).run("SET GLOBAL max_connections = 10")
        taken: list[Admin] = []

        def take_too_many() -> None:
            while len(taken) < 20:
                taken.append(Admin(address))

        with pytest.raises(ServerError, match="Too many connections"):
            take_too_many()
        for admin in taken:
            admin.close()


def test_a_killed_server_is_named_by_whoever_asks_it() -> None:
    import json

    with ensure_server(apart=f"killed-{word()}") as server:
        address = address_of(server)
        databases = Databases(address, "r")
        template = databases.ensure_template("empty", lambda _: None)
        branch = databases.make_branch(template)
        resettable = databases.resettable(template, branch)
        connect(address, branch)
        facts = json.loads((server.directory / "server.json").read_text())
        os.kill(facts["pid"], signal.SIGKILL)

        with pytest.raises(ServerError, match="is gone"):
            resettable.reset()


def test_work_that_nobody_waits_for_ends_no_session_of_freshdbs_own(databases: Databases) -> None:
    """Each connection of freshdb's has at some time made the database that another one ends."""

    def build(name: str) -> None:
        databases.admin.run(f"CREATE TABLE {name}.t (id INT)")

    template = databases.ensure_template(f"two {word()}", build)
    with databases.worker() as worker:
        databases.clone(template, made := databases.new_name("ready"), worker)
        databases.end_sessions_in(made)
        worker.rows("SELECT 1")
        databases.resettable(template, made).reset()
        worker.rows("SELECT 1")

        own = databases.make_branch(template)
        databases.drop(own, worker)
        databases.admin.rows("SELECT 1")
        databases.drop(made, worker)
