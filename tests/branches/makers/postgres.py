"""Postgres, by psycopg, on the private server."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from hypothesis import strategies as st

from freshdb.branches.records import Place
from freshdb.servers.postgres.private import PrivateServer


class _Session:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(sql.encode(), parameters or None)
        return cursor.fetchall() if cursor.description else []


@dataclass
class PostgresMaker:
    """Makes databases whose names have this process's number."""

    server: PrivateServer
    error: tuple[type[Exception], ...] = (psycopg.Error,)

    mark = "%s"
    tables = {  # it is read only
        "keyed": "CREATE TABLE keyed (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "name text UNIQUE)",
        "texts": "CREATE TABLE texts (k text PRIMARY KEY, a real, b bytea)",
        "pairs": "CREATE TABLE pairs (x int, y varchar(5), a numeric(9, 2), PRIMARY KEY (x, y))",
        "heap": "CREATE TABLE heap (a text, b text, c timestamptz)",
        "odd name": 'CREATE TABLE "odd name" ("select" serial PRIMARY KEY, "a ""b""" text, '
        'b bigint REFERENCES keyed, twice int GENERATED ALWAYS AS ("select" * 2) STORED)',
    }
    extras = (
        "CREATE VIEW names AS SELECT name FROM keyed",
        "COMMENT ON VIEW names IS 'of those who are keyed'",
        """CREATE FUNCTION echo() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO heap VALUES (NEW.k, 'echo'); RETURN NEW; END $$""",
        "CREATE TRIGGER echo AFTER INSERT ON texts FOR EACH ROW EXECUTE FUNCTION echo()",
    )
    later = {  # it is read only
        "a column": ["ALTER TABLE keyed ADD COLUMN age int DEFAULT 7 NOT NULL",
                     "ALTER TABLE heap ADD COLUMN at timestamptz NOT NULL DEFAULT now()"],
        "a table": ["CREATE TABLE more (x int PRIMARY KEY, y text CHECK (y <> 'no'))",
                    "INSERT INTO more VALUES (1, 'z')", "CREATE INDEX heap_a ON heap (a)"],
        "gone": ["DROP VIEW names", 'ALTER TABLE "odd name" DROP COLUMN b',
                 "ALTER TABLE keyed DROP COLUMN name", "DROP TRIGGER echo ON texts",
                 "DROP FUNCTION echo()"],
        "wider": ["ALTER TABLE pairs ALTER COLUMN y TYPE varchar(9)",
                  "ALTER TABLE pairs ALTER COLUMN a DROP NOT NULL",
                  "ALTER TABLE pairs ALTER COLUMN a SET DEFAULT 1.5",
                  "CREATE TYPE mood AS ENUM ('good', 'bad')",
                  "ALTER TABLE texts ADD COLUMN m mood DEFAULT 'bad'"],
        "another type": ["ALTER TABLE pairs ALTER COLUMN a TYPE text"],
        "another key": ["ALTER TABLE heap ADD COLUMN id serial PRIMARY KEY",
                        "ALTER TABLE pairs DROP CONSTRAINT pairs_pkey"],
        "a name": ['ALTER TABLE "odd name" RENAME TO "Odd Names"',
                   "ALTER TABLE texts RENAME COLUMN a TO aa",
                   "CREATE OR REPLACE VIEW names AS SELECT name, id FROM keyed"],
    }  # fmt: skip
    values = st.one_of(
        st.none(),
        st.integers(1, 5).map(str),
        st.sampled_from(["", "a", "A", "é", "a\tb", "\\N", "it's", "x\ny", "2020-02-02", "1.50"]),
        st.integers(-(2**31), 2**31 - 1).map(str),
        st.floats(allow_nan=False, allow_infinity=False, width=32).map(str),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4),
    )

    def place(self, name: str) -> Place:
        return Place("postgres", self.url(name))

    def url(self, name: str) -> str:
        return self.server.url(self._own(name))

    def make(self, name: str) -> None:
        self.drop(name)
        self.as_admin(f'CREATE DATABASE "{self._own(name)}"')

    def drop(self, name: str) -> None:
        self.as_admin(f'DROP DATABASE IF EXISTS "{self._own(name)}" WITH (FORCE)')

    @contextmanager
    def connect(self, name: str) -> Iterator[_Session]:
        with self._connection(self._own(name)) as connection:
            yield _Session(connection)

    def quoted(self, name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    def columns(self, session: Any, table: str) -> list[str]:
        found = session.run(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 "
            "AND NOT attisdropped AND attgenerated = '' ORDER BY attnum", (self.quoted(table),)
        )  # fmt: skip
        return [name for (name,) in found]

    def content(self, session: Any, table: str) -> Counter[tuple[Any, ...]]:
        names = self.columns(session, table)
        texts = ", ".join(f"{self.quoted(name)}::text" for name in names)
        return Counter(session.run(f"SELECT {texts} FROM {self.quoted(table)}"))

    def comparable(self, value: Any) -> Any:
        return None if value is None else str(value)

    def branches(self) -> list[str]:
        found = self.as_admin("SELECT datname FROM pg_database")
        return [name for (name,) in found if name.startswith("freshdb_branch_")]

    def _own(self, name: str) -> str:
        return f"{name}_{os.getpid()}"

    def as_admin(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection("postgres") as connection:
            return _Session(connection).run(sql)

    def _connection(self, database: str) -> psycopg.Connection[Any]:
        address = self.server.address
        return psycopg.connect(
            host=address.host, port=address.port, user=address.user, dbname=database,
            autocommit=True, options="-c timezone=UTC",
        )  # fmt: skip


@contextmanager
def made(fixture: Callable[[str], Any]) -> Iterator[PostgresMaker]:
    maker = PostgresMaker(fixture("private_postgres"))
    yield maker
    for name in ("one", "other", "shop"):
        maker.drop(name)
