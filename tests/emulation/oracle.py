"""Ask a real MariaDB every case again: `python -m tests.emulation.oracle [--write]`.

It starts a server of its own in a temporary directory, without network, and stops it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymysql

from tests.emulation.functions.cases import (
    NOW,
    Case,
    ServerError,
    families,
    is_same,
    read,
    value_of,
)
from tests.emulation.statements import scripts

OPTIONS = ("--no-defaults", "--user=root")
SERVER_OPTIONS = (
    "--skip-networking", "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci", "--default-time-zone=+00:00",
)  # fmt: skip


@contextmanager
def server() -> Iterator[Path]:
    """Run a private server and yield its socket."""
    for program in ("mariadbd", "mariadb-install-db"):
        if shutil.which(program) is None:
            sys.exit(f"`{program}` is not installed\n\nhint: apt-get install mariadb-server")
    with tempfile.TemporaryDirectory(prefix="freshdb-oracle-") as folder:
        data, socket = Path(folder, "data"), Path(folder, "socket")
        install = ["mariadb-install-db", *OPTIONS, f"--datadir={data}", "--skip-test-db"]
        install.append("--auth-root-authentication-method=normal")
        subprocess.run(install, check=True, stdout=subprocess.DEVNULL)
        run = ["mariadbd", *OPTIONS, f"--datadir={data}", f"--socket={socket}", *SERVER_OPTIONS]
        run.append(f"--pid-file={Path(folder, 'pid')}")
        process = subprocess.Popen(run, stderr=subprocess.DEVNULL)
        try:
            _await(socket, process)
            yield socket
        finally:
            process.terminate()
            process.wait(30)


def _await(socket: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            pymysql.connect(unix_socket=str(socket), user="root").close()
        except pymysql.err.OperationalError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not start")


def connect(socket: Path) -> pymysql.Connection[Any]:
    """Connect to a server whose clock stands still."""
    connection = pymysql.connect(unix_socket=str(socket), user="root", charset="utf8mb4")
    with connection.cursor() as cursor:
        cursor.execute("SET NAMES utf8mb4 COLLATE utf8mb4_general_ci")
        cursor.execute(f"SET time_zone = '+00:00', timestamp = {NOW.timestamp():.6f}")
    return connection


def connect_to(socket: Path, database: str, *, anew: bool = False) -> pymysql.Connection[Any]:
    """Connect to a database of the server; `anew` makes it an empty one."""
    connection = connect(socket)
    with connection.cursor() as cursor:
        if anew:
            cursor.execute(f"DROP DATABASE IF EXISTS {database}")
            charset = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
            cursor.execute(f"CREATE DATABASE {database} {charset}")
    connection.select_db(database)
    connection.autocommit(True)
    return connection


@contextmanager
def server_at(socket: Path | None) -> Iterator[Path]:
    """Yield the socket of a server: of the one that is running, or of one of our own."""
    if socket is not None:
        yield socket
    else:
        with server() as own:
            yield own


def answer(connection: pymysql.Connection[Any], expression: str) -> Any:
    """Return what the server answers to `SELECT expression`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {expression}")
            row = cursor.fetchone()
    except pymysql.MySQLError as error:
        return ServerError(error.args[0])
    assert row is not None
    return row[0]


def check(connection: pymysql.Connection[Any], path: Path, *, write: bool) -> int:
    """Compare a file with the server, or write its answers; return how many differ."""
    changed: dict[int, Case] = {}
    for case in read(path):
        found = answer(connection, case.expression)
        if case.answer == "?" or not is_same(found, value_of(case.answer)):
            changed[case.line] = replace(case, answer=repr(found))
            print(f"{path.name}:{case.line}: {case.expression}: {case.answer}, now {found!r}")
    if write and changed:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, case in changed.items():
            lines[number - 1] = str(case)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return len(changed)


def check_script(connection: pymysql.Connection[Any], path: Path, *, write: bool) -> int:
    """Run a script in an empty database, and compare as `check` does."""
    changed = scripts.differing(connection, path)
    for step in changed.values():
        print(f"{path.name}:{step.line}: {step.text}: now {step.answer}")
    if write and changed:
        path.write_text(scripts.rewritten(path, changed), encoding="utf-8")
    return len(changed)


def main() -> None:
    """Check all files; exit with 1 if an answer differs and is not to be written."""
    write = "--write" in sys.argv
    with server() as socket:
        connection = connect(socket)
        differing = sum(check(connection, path, write=write) for path in families())
        connection.close()
        for path in scripts.scripts():
            connection = connect_to(socket, "oracle", anew=True)
            differing += check_script(connection, path, write=write)
            connection.close()
    total = sum(1 for path in families() for _ in read(path))
    total += sum(1 for path in scripts.scripts() for _ in scripts.read(path))
    print(f"{total} answers asked for, {differing} {'written' if write else 'differ'}")
    sys.exit(1 if differing and not write else 0)


if __name__ == "__main__":
    main()
