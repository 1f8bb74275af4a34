"""How a private MariaDB or MySQL is started: its options, and the SQL that it runs first."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from freshdb.servers.mariadb.programs import Programs

SUPERUSER = "root"
NETWORK_USER = "freshdb"
SOCKET = "s"

# What both products understand. Nothing is to survive, so nothing is flushed, and a reset reads the
# counters of performance_schema, of which only those it needs are kept.
SERVER_OPTIONS = (
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=OFF",
    # Requests are few on a machine of many containers, and memory needs none.
    "--innodb-use-native-aio=OFF",
    "--skip-log-bin",
    "--sync-binlog=0",
    "--skip-name-resolve",
    "--max-connections=500",
    "--max-allowed-packet=64M",
    "--character-set-server=utf8mb4",
    "--performance-schema=ON",
    "--performance-schema-instrument=%=OFF",
    "--performance-schema-instrument=wait/io/table/%=COUNTED",
    "--performance-schema-instrument=wait/lock/table/%=COUNTED",
    "--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON",
)
MARIADB_OPTIONS = (
    "--innodb-log-file-size=32M",
    "--aria-log-file-size=8M",
    # What Debian's package and MariaDB's image set; the program's own default is latin1.
    "--collation-server=utf8mb4_general_ci",
)
MYSQL_OPTIONS = ("--mysqlx=OFF", "--innodb-redo-log-capacity=32M")


def command(directory: Path, programs: Programs, port: int | None) -> list[str]:
    """Return the command that starts a server in a directory, and on a port if there is one."""
    network = ["--skip-networking"]
    if port is not None:
        network = [f"--port={port}", "--bind-address=127.0.0.1"]
    return [
        str(programs.server),
        "--no-defaults",
        f"--datadir={directory / 'data'}",
        f"--socket={directory / SOCKET}",
        f"--pid-file={directory / 'pid'}",
        f"--tmpdir={directory / 'tmp'}",
        f"--init-file={directory / 'init.sql'}",
        *network,
        *SERVER_OPTIONS,
        *(MARIADB_OPTIONS if programs.is_mariadb else MYSQL_OPTIONS),
        *account(),
    ]


def first_statements(programs: Programs, password: str | None) -> str:
    """Return the SQL that the server runs before it lets anybody in, a statement a line.

    Its superuser has no password, and so must be out of reach of the network. Writes to the tables
    that hold routines and events are counted, as they are not otherwise.
    """
    host = socket.gethostname().lower()
    lines = [f"DROP USER IF EXISTS '{SUPERUSER}'@'{one}';" for one in ("127.0.0.1", "::1", host)]
    if programs.is_mariadb:
        lines += [
            "INSERT INTO performance_schema.setup_objects "
            f"VALUES ('TABLE', 'mysql', '{table}', 'YES', 'NO');"
            for table in ("proc", "event")
        ]
    if password is not None:
        user = f"'{NETWORK_USER}'@'127.0.0.1'"
        lines.append(f"CREATE USER {user} IDENTIFIED BY '{password}';")
        lines.append(f"GRANT ALL ON *.* TO {user} WITH GRANT OPTION;")
    return "\n".join([*lines, ""])


def account() -> list[str]:
    """Return the option that names the account to run as, where one is needed."""
    # The server refuses to run as root unless it is told to; its directory is root's alone.
    return ["--user=root"] if os.getuid() == 0 else []
