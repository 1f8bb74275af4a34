"""Carrying a difference over: exact where nothing overlaps, and undone by its inverse."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freshdb.backends.sqlite.backend import SQLite
from freshdb.backends.sqlite.merge import merge_rows_and_schema
from freshdb.model import Image

SCHEMA = """
    CREATE TABLE plain (x, y TEXT COLLATE NOCASE);
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, x UNIQUE);
    CREATE TABLE keyed (a, b, x, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE sums (a INT, b INT, c INT GENERATED ALWAYS AS (a + b));
    CREATE TABLE log (what);
    CREATE TRIGGER logs AFTER INSERT ON plain BEGIN INSERT INTO log VALUES (NEW.x); END;
    CREATE INDEX plain_x ON plain (x);
"""

values = st.one_of(
    st.none(), st.integers(-9, 9), st.sampled_from(["a", "A", "", "ä"]), st.binary(max_size=2)
)
changes = st.lists(
    st.one_of(
        st.tuples(st.just("INSERT INTO plain VALUES (?, ?)"), st.tuples(values, values)),
        st.tuples(st.just("UPDATE plain SET x = ? WHERE y IS ?"), st.tuples(values, values)),
        st.tuples(st.just("DELETE FROM plain WHERE x IS ?"), st.tuples(values)),
        st.tuples(st.just("INSERT OR IGNORE INTO counted (x) VALUES (?)"), st.tuples(values)),
        st.tuples(
            st.just("INSERT OR REPLACE INTO keyed VALUES (?, ?, ?)"),
            st.tuples(st.integers(0, 3), st.integers(0, 3), values),
        ),
        st.tuples(st.just("INSERT INTO sums (a, b) VALUES (?, 2)"), st.tuples(st.integers(0, 9))),
        st.tuples(st.just("CREATE TABLE IF NOT EXISTS extra (x)"), st.just(())),
        st.tuples(st.just("CREATE VIEW IF NOT EXISTS v AS SELECT * FROM plain"), st.just(())),
        st.tuples(st.just("DROP TABLE IF EXISTS sums"), st.just(())),
        st.tuples(st.just("DROP TRIGGER IF EXISTS logs"), st.just(())),
    ),
    max_size=6,
)


class Files:
    """Databases in a directory, made from one another."""

    def __init__(self, directory: str) -> None:
        self._directory = Path(directory)
        self._numbers = count()
        self.backend = SQLite(lambda kind: self.new())

    def new(self) -> Path:
        return self._directory / f"{next(self._numbers)}.sqlite"

    def changed(self, original: Image, steps: list[tuple[str, tuple[object, ...]]]) -> Image:
        path = self.backend.make_branch(original, "branch")
        with closing(sqlite3.connect(path)) as connection:
            for sql, parameters in steps:
                # A table that an earlier step has dropped is no obstacle to the others.
                with suppress(sqlite3.OperationalError):
                    connection.execute(sql, parameters)
            connection.commit()
        return self.backend.take_image(path)

    def empty(self) -> Image:
        image = self.backend.build_empty()
        with closing(sqlite3.connect(image.place)) as connection:
            connection.executescript(SCHEMA)
        return self.backend.take_image(image.place)


def dump(image: Image) -> set[str]:
    with closing(sqlite3.connect(image.place)) as connection:
        lines = set(connection.iterdump())
        # The dump leaves rowids out, which are ids where no column has them.
        rows = connection.execute("SELECT rowid, quote(x), quote(y) FROM plain").fetchall()
    return lines | {str(row) for row in rows}


@pytest.fixture
def files() -> Iterator[Files]:
    with TemporaryDirectory() as directory:
        yield Files(directory)


@settings(max_examples=60, deadline=None)
@given(base=changes, change=changes)
def test_a_change_carried_over_to_its_own_origin_is_the_change(
    base: list[tuple[str, tuple[object, ...]]], change: list[tuple[str, tuple[object, ...]]]
) -> None:
    with TemporaryDirectory() as directory:
        files = Files(directory)
        before = files.changed(files.empty(), base)
        after = files.changed(before, change)

        merged = files.backend.merge(before, before, after)

        assert dump(merged) == dump(after)


@settings(max_examples=60, deadline=None)
@given(base=changes, change=changes)
def test_a_change_is_taken_out_by_its_inverse(
    base: list[tuple[str, tuple[object, ...]]], change: list[tuple[str, tuple[object, ...]]]
) -> None:
    with TemporaryDirectory() as directory:
        files = Files(directory)
        before = files.changed(files.empty(), base)
        after = files.changed(before, change)

        restored = files.backend.merge(after, after, before)

        assert dump(restored) == dump(before)


def test_two_changes_beside_each_other_are_both_there(files: Files) -> None:
    base = files.empty()
    one = files.changed(base, [("INSERT INTO keyed VALUES (1, 1, 'one')", ())])
    other = files.changed(base, [("INSERT INTO keyed VALUES (2, 2, 'other')", ())])

    merged = files.backend.merge(one, base, other)

    with closing(sqlite3.connect(merged.place)) as connection:
        assert connection.execute("SELECT x FROM keyed").fetchall() == [("one",), ("other",)]


def test_a_row_in_the_same_place_is_refused_where_it_may_not_be_replaced(files: Files) -> None:
    base = files.empty()
    one = files.changed(base, [("INSERT INTO counted (x) VALUES ('one')", ())])
    other = files.changed(base, [("INSERT INTO counted (x) VALUES ('other')", ())])
    before = dump(one)

    with pytest.raises(sqlite3.IntegrityError):
        merge_rows_and_schema(one.place, base.place, other.place, may_replace=False)

    assert dump(one) == before
