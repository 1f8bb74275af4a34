"""What `mariadb-dump --no-data` has written loads as it is."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import freshdb.emulation

DUMP = Path(__file__).parent / "dump.sql"


def test_a_dump_of_a_real_server_loads() -> None:
    with closing(freshdb.emulation.connect(isolation_level=None, database="d")) as connection:
        connection.executescript(DUMP.read_text(encoding="utf-8"))
        kinds = dict(connection.execute("SHOW FULL TABLES").fetchall())
        connection.execute("INSERT INTO customers (email) VALUES ('ada@x.org')")

        assert (kinds["customers"], kinds["pv"]) == ("BASE TABLE", "VIEW")
        assert connection.execute("SELECT status FROM customers").fetchall() == [("new",)]
