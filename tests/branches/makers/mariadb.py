"""MariaDB, by PyMySQL, on the private server."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pymysql
from hypothesis import strategies as st

from freshdb.branches.records import Place
from tests.mariadb import PrivateServer, address_of, connected


class _Session:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, tuple(parameters) or None)
            return list(cursor.fetchall())


@dataclass
class MariaDBMaker:
    """Makes databases whose names have this process's number."""

    server: PrivateServer
    error: tuple[type[Exception], ...] = (pymysql.err.MySQLError,)

    mark = "%s"
    tables = {  # it is read only
        "keyed": "CREATE TABLE keyed (id BIGINT AUTO_INCREMENT PRIMARY KEY, "
        "name VARCHAR(9) UNIQUE)",
        "texts": "CREATE TABLE texts (k VARCHAR(9) COLLATE utf8mb4_bin PRIMARY KEY, a FLOAT, "
        "b VARBINARY(9))",
        "pairs": "CREATE TABLE pairs (x INT, y VARCHAR(5) CHARACTER SET latin1, a DECIMAL(9, 2), "
        "PRIMARY KEY (x, y))",
        "heap": "CREATE TABLE heap (a VARCHAR(9), b DOUBLE, c TIMESTAMP NULL, d BIT(9))",
        "odd name": "CREATE TABLE `odd name` (`select` INT PRIMARY KEY, `a ``b``` TEXT, b BIGINT, "
        "twice INT AS (`select` * 2) STORED, FOREIGN KEY (b) REFERENCES keyed (id))",
    }
    extras = (
        "CREATE VIEW names AS SELECT name FROM keyed",
        """CREATE TRIGGER echo AFTER INSERT ON texts FOR EACH ROW BEGIN
        INSERT INTO heap (a) VALUES (NEW.k); INSERT INTO heap (b) VALUES (1); END""",
        "CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN x * 2",
        "CREATE SEQUENCE numbers",
    )
    later = {  # it is read only
        "a column": ["ALTER TABLE keyed ADD COLUMN age INT NOT NULL DEFAULT 7",
                     "ALTER TABLE heap ADD COLUMN at DATETIME NOT NULL DEFAULT NOW() FIRST"],
        "a table": ["CREATE TABLE more (x INT PRIMARY KEY, y TEXT, CHECK (x < 5))",
                    "INSERT INTO more VALUES (1, 'z')", "CREATE INDEX heap_a ON heap (a)"],
        "gone": ["DROP VIEW names", "DROP TRIGGER echo", "DROP FUNCTION twice",
                 "ALTER TABLE `odd name` DROP FOREIGN KEY `odd name_ibfk_1`, DROP COLUMN b",
                 "ALTER TABLE keyed DROP COLUMN name", "DROP SEQUENCE numbers"],
        "wider": ["ALTER TABLE pairs MODIFY a DECIMAL(12, 3) NULL DEFAULT 1.5",
                  "ALTER TABLE texts ADD COLUMN m ENUM('a', 'b') NOT NULL DEFAULT 'b' AFTER k"],
        "another type": ["ALTER TABLE pairs MODIFY a TEXT, COMMENT 'of things'"],
        "another key": ["ALTER TABLE heap ADD COLUMN id INT AUTO_INCREMENT PRIMARY KEY",
                        "ALTER TABLE pairs DROP PRIMARY KEY",
                        "ALTER TABLE texts ADD UNIQUE KEY by_b (b), ADD CHECK (a < 1e38)"],
        "a name": ["ALTER TABLE `odd name` RENAME TO `Odd Names`",
                   "ALTER TABLE texts RENAME COLUMN a TO aa",
                   "CREATE OR REPLACE VIEW names AS SELECT name, id FROM keyed",
                   "ALTER TABLE heap MODIFY d BIT(9) FIRST"],
    }  # fmt: skip
    values = st.one_of(
        st.none(),
        st.integers(1, 5),
        st.sampled_from(["", "a", "A", "é", "a\tb", "\\N", "it's", "x\ny", "2020-02-02", "a "]),
        st.integers(-(2**31), 2**31 - 1),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
        st.binary(max_size=2),
    )

    def place(self, name: str) -> Place:
        return Place("mariadb", self.url(name))

    def url(self, name: str) -> str:
        return self.server.url(self._own(name)).replace("+pymysql", "")

    def make(self, name: str) -> None:
        self.drop(name)
        self.as_admin(f"CREATE DATABASE {self._own(name)}")

    def drop(self, name: str) -> None:
        self.as_admin(f"DROP DATABASE IF EXISTS {self._own(name)}")

    @contextmanager
    def connect(self, name: str) -> Iterator[_Session]:
        # Every value is its text, and bytes are bytes.
        writers = dict(pymysql.converters.encoders)
        with connected(address_of(self.server), self._own(name), conv=writers) as connection:
            session = _Session(connection)
            session.run("SET time_zone = '+00:00'")
            yield session

    def quoted(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def columns(self, session: Any, table: str) -> list[str]:
        found = session.run(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() "
            "AND table_name = %s AND extra NOT LIKE '%%GENERATED%%' ORDER BY ordinal_position",
            (table,),
        )
        return [name for (name,) in found]

    def content(self, session: Any, table: str) -> Counter[tuple[Any, ...]]:
        # As a float it would be rounded to six digits.
        values = ", ".join(
            f"{self.quoted(name)} + 0e0"
            if (table, name) in (("texts", "a"), ("texts", "aa"))
            else self.quoted(name)
            for name in self.columns(session, table)
        )
        return Counter(session.run(f"SELECT {values} FROM {self.quoted(table)}"))

    def comparable(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) else value

    def branches(self) -> list[str]:
        found = self.as_admin("SHOW DATABASES LIKE 'freshdb\\_branch\\_%'")
        return [name for (name,) in found]

    def _own(self, name: str) -> str:
        return f"{name}_{os.getpid()}"

    def as_admin(self, sql: str) -> list[tuple[Any, ...]]:
        with connected(address_of(self.server)) as connection:
            return _Session(connection).run(sql)


@contextmanager
def made(fixture: Callable[[str], Any]) -> Iterator[MariaDBMaker]:
    maker = MariaDBMaker(fixture("private_mariadb"))
    yield maker
    for name in ("one", "other", "shop"):
        maker.drop(name)
