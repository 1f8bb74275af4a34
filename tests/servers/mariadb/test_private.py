"""A private MariaDB server is shared by those who name it, and dies with the last of them."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import filelock
import pymysql
import pytest
from sqlalchemy import create_engine, text

from freshdb.errors import ServerError
from freshdb.servers import places
from freshdb.servers.mariadb import data, options
from freshdb.servers.mariadb import programs as mariadb_programs
from freshdb.servers.mariadb.private import (
    PrivateServer,
    ensure_server,
    running_servers,
    stop_servers,
)
from freshdb.servers.mariadb.programs import find_programs
from tests.mariadb import address_of, connected, execute, require_programs

SOURCE = Path(data.__file__).parents[3]
HOLD = """
import json, sys
from freshdb.servers.mariadb.private import ensure_server
server = ensure_server(apart=sys.argv[1])
print(json.dumps([str(server.socket), str(server.directory)]), flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def own_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Servers of these tests live apart from those of other tests; none outlives its test."""
    require_programs()
    directory = places.MEMORY_DIRECTORY if os.access(places.MEMORY_DIRECTORY, os.W_OK) else None
    place = Path(_short_directory(directory))
    monkeypatch.setattr(places, "servers_directory", lambda: place)
    yield
    stop_servers()
    shutil.rmtree(place, ignore_errors=True)


def _short_directory(parent: Path | None) -> str:
    import tempfile

    return tempfile.mkdtemp(prefix="freshdb-", dir=parent)


def await_(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def facts_of(server: PrivateServer) -> dict[str, Any]:
    facts = places.read_facts(server.directory)
    assert facts is not None
    return facts


def test_a_server_is_a_real_one_in_a_private_directory() -> None:
    with ensure_server(apart="a") as server:
        engine = create_engine(server.url("mysql"), execution_options={"freshdb": False})
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT @@performance_schema")) == 1
            assert connection.scalar(text("SELECT @@skip_networking")) == 1
            assert connection.scalar(text("SELECT COUNT(*) FROM mysql.user WHERE user = 'root'"))
        engine.dispose()
        assert server.directory.stat().st_mode & 0o777 == 0o700


def test_those_who_name_the_same_run_share_a_server() -> None:
    with (
        ensure_server(apart="a") as one,
        ensure_server(apart="a") as other,
        ensure_server(apart="b") as third,
    ):
        assert one.socket == other.socket != third.socket
        assert facts_of(one)["pid"] == facts_of(other)["pid"]


def test_it_ends_with_the_last_who_uses_it() -> None:
    one, other = ensure_server(apart="a"), ensure_server(apart="a")
    pid = facts_of(one)["pid"]
    one.release()
    one.release()
    with connected(address_of(other)) as connection:
        assert execute(connection, "SELECT 1") == [(1,)]

    other.release()

    await_(lambda: not places.is_alive(pid) and not other.directory.exists())


def _holder(name: str, python: str = sys.executable, **options: Any) -> Any:
    libraries = Path(filelock.__file__).parent.parent
    return subprocess.Popen(
        [python, "-c", HOLD, name],
        env={**os.environ, "PYTHONPATH": f"{SOURCE}:{libraries}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def test_it_dies_with_a_killed_parent() -> None:
    holder = _holder(f"killed-{os.getpid()}")
    directory = Path(json.loads(holder.stdout.readline())[1])
    facts = places.read_facts(directory)
    assert facts is not None

    holder.kill()
    holder.communicate()

    await_(lambda: not places.is_alive(facts["pid"]) and not places.is_alive(facts["keeper"]))
    await_(lambda: not directory.exists())


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start removes it")
def test_it_dies_with_a_killed_keeper() -> None:
    with ensure_server(apart="a") as server:
        facts = facts_of(server)

        os.kill(facts["keeper"], signal.SIGKILL)

        await_(lambda: not places.is_alive(facts["pid"]))


def test_a_killed_server_is_replaced() -> None:
    first = ensure_server(apart="a")
    facts = facts_of(first)
    os.kill(facts["pid"], signal.SIGKILL)
    await_(lambda: not places.is_alive(facts["pid"]))

    with ensure_server(apart="a") as second, connected(address_of(second)) as connection:
        assert execute(connection, "SELECT 1") == [(1,)]
        assert facts_of(second)["pid"] != facts["pid"]
    first.release()


def test_what_a_killed_keeper_left_is_removed_by_the_next_start() -> None:
    first = ensure_server(apart="a")
    facts = facts_of(first)
    os.kill(facts["keeper"], signal.SIGKILL)
    await_(lambda: not places.is_alive(facts["pid"]))
    first.release()

    with ensure_server(apart="b"):
        assert not first.directory.exists()


def test_a_lasting_server_lives_until_it_is_stopped() -> None:
    server = ensure_server(apart="a", lasting=True)
    pid = facts_of(server)["pid"]
    server.release()
    await_(lambda: not running_servers()[0]["in_use"])
    (shown,) = running_servers()
    assert (shown["pid"], shown["lasting"]) == (pid, True)
    with ensure_server(apart="a") as again:
        assert facts_of(again)["pid"] == pid

    assert [one["pid"] for one in stop_servers()] == [pid]

    assert not places.is_alive(pid)
    assert running_servers() == []


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_a_server_that_runs_without_the_port_that_is_asked_for_is_refused(port: int) -> None:
    with ensure_server(apart="a") as server:
        with pytest.raises(ServerError, match=f"listens on no port, not on {port}") as caught:
            ensure_server(apart="a", port=port, lasting=True)
        pid = facts_of(server)["pid"]

    assert "freshdb server stop" in str(caught.value)
    assert places.wait_until_gone(pid, 20)  # the refused call holds it no more


def test_a_server_on_the_network_has_a_password_that_is_not_shown(port: int) -> None:
    with ensure_server(apart="a", port=port) as server:
        assert server.password
        assert server.password not in repr(server) + repr(running_servers())
        place: Any = {"host": "127.0.0.1", "port": port, "ssl_disabled": True}
        with pymysql.connect(user="freshdb", password=server.password, **place) as connection:
            assert execute(connection, "SELECT 1") == [(1,)]
        for user in ("root", "freshdb"):
            with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
                pymysql.connect(user=user, **place)
        with pytest.raises(ServerError, match=f"listens on port {port}, not on {port + 1}"):
            ensure_server(apart="a", port=port + 1)


@pytest.mark.skipif(os.getuid() != 0, reason="all other tests run as another user already")
def test_a_user_who_is_not_root_gets_a_server() -> None:
    nobody = pwd.getpwnam("nobody")
    identity: Any = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}
    holder = _holder(f"nobody-{os.getpid()}", _python_for(identity), **identity)
    directory = Path(json.loads(holder.stdout.readline())[1])

    assert directory.stat().st_uid == nobody.pw_uid
    facts = places.read_facts(directory)
    assert facts is not None
    assert Path(f"/proc/{facts['pid']}").stat().st_uid == nobody.pw_uid
    holder.communicate("")
    await_(lambda: not directory.exists())


def _python_for(identity: Any) -> str:
    """Return an interpreter that another user may run: this one may be in root's own home."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            subprocess.run([python, "-c", "import tomllib"], check=True, **identity)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip("another user may run no Python 3.11 of this machine")


def test_a_server_that_does_not_start_shows_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = (*options.SERVER_OPTIONS, "--no-such-option")
    monkeypatch.setattr(options, "SERVER_OPTIONS", wrong)

    with pytest.raises(ServerError, match="no-such-option"):
        ensure_server(apart="a")


def test_no_server_found_says_where_was_looked(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=rf"looked in `{tmp_path}`(.|\n)*hint: install one"):
        find_programs(tmp_path)
    (tmp_path / "mariadbd").write_text("#!/bin/sh\necho 'mysqld Ver 10.11.6-MariaDB'\n")
    (tmp_path / "mariadbd").chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "which", lambda _: None)
        with pytest.raises(ServerError, match="has no `mariadb-install-db` beside it"):
            find_programs(tmp_path)


def test_mysql_prepares_its_data_directory_by_itself(tmp_path: Path) -> None:
    server = tmp_path / "mysqld"
    server.write_text("#!/bin/sh\necho '/usr/sbin/mysqld  Ver 8.0.36 for Linux on x86_64'\n")
    server.chmod(0o755)

    programs = find_programs(tmp_path)

    assert (programs.is_mariadb, programs.version) == (False, "8.0.36")
    assert "--initialize-insecure" in data._preparation(programs, tmp_path / "data")
    command = options.command(tmp_path, programs, None)
    assert "--mysqlx=OFF" in command
    assert not [option for option in command if "aria" in option]


def test_the_data_directory_is_prepared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    programs = find_programs()
    first = data.prepared_data(programs)
    monkeypatch.setattr(data, "_preparation", lambda *_: ["false"])

    assert data.prepared_data(programs) == first


def test_a_preparation_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "prepared_directory", lambda: tmp_path)
    monkeypatch.setattr(data, "_preparation", lambda *_: ["sh", "-c", "echo broken; false"])

    with pytest.raises(ServerError, match="broken"):
        data.prepared_data(find_programs())

    assert list(tmp_path.iterdir()) == []


def test_finders_are_tried_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_programs().server.parent
    monkeypatch.setattr(
        mariadb_programs,
        "FINDERS",
        (("nowhere", lambda: iter(())), ("there", lambda: mariadb_programs._in(found))),
    )

    assert find_programs().found_by == "there"
