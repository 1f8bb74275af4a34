"""Whatever is done to a branch, the diff shows exactly that, and the patch closes it."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from freshdb.branches.diff.compare import Comparison
from freshdb.branches.diff.model import Diff, Kind
from freshdb.branches.products.sqlite import SQLite
from freshdb.branches.records import Place

PRODUCT = SQLite()

TEXTS = st.one_of(
    st.sampled_from(["", "a", "A", "b", "it's", "é", "\U0001f600", "zero\0byte", "1"]),
    st.text(max_size=4),
)
VALUES = st.one_of(
    st.none(),
    st.integers(-3, 3),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from([0.5, 1.0, -2.0, 0.1 + 0.2, 5e-324, 1.7976931348623157e308, float("inf")]),
    st.floats(allow_nan=False),
    TEXTS,
    st.binary(max_size=3),
)

TABLES = {
    "keyed": "CREATE TABLE keyed (id INTEGER PRIMARY KEY, a TEXT, b REAL, c)",
    "texts": "CREATE TABLE texts (k TEXT PRIMARY KEY, a INTEGER, b BLOB)",
    "pairs": "CREATE TABLE pairs (x, y TEXT, a, PRIMARY KEY (x, y)) WITHOUT ROWID",
    "folded": "CREATE TABLE folded (k TEXT COLLATE NOCASE NOT NULL PRIMARY KEY, a COLLATE NOCASE)",
    "heap": "CREATE TABLE heap (a, b TEXT, c INTEGER)",
    "odd name": 'CREATE TABLE "odd name" ("select" INTEGER PRIMARY KEY, "a ""b""" UNIQUE, rowid)',
}
LATER = {
    "keyed": ["ALTER TABLE keyed ADD COLUMN d INTEGER NOT NULL DEFAULT 7"],
    "texts": [
        "ALTER TABLE texts RENAME COLUMN a TO aa",
        "CREATE UNIQUE INDEX texts_b ON texts (b) WHERE b = X'00'",
    ],
    "pairs": ["DROP TABLE pairs"],
    "folded": ["ALTER TABLE folded ADD COLUMN e TEXT DEFAULT 'x'", "DROP TABLE folded",
               "CREATE TABLE folded (k TEXT PRIMARY KEY, a, z DEFAULT (1 + 1))"],
    "heap": ["CREATE INDEX heap_a ON heap (a)", "ALTER TABLE heap DROP COLUMN c"],
    "odd name": ['CREATE VIEW seen AS SELECT * FROM "odd name"', "PRAGMA user_version = 5"],
}  # fmt: skip
TRIGGER = """CREATE TRIGGER echo AFTER INSERT ON keyed BEGIN
    INSERT INTO heap (a, b) VALUES (new.id, 'echo'); END"""


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, list[Any]]:
    table = draw(st.sampled_from(sorted(TABLES)))
    verb = draw(st.sampled_from(["insert", "update", "delete"]))
    return table, verb, draw(st.lists(VALUES, min_size=4, max_size=4))


SCRIPTS = st.lists(changes(), max_size=25)


def _apply(connection: sqlite3.Connection, script: list[tuple[str, str, list[Any]]]) -> None:
    for table, verb, values in script:
        found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
        names = ['"' + name.replace('"', '""') + '"' for (name,) in found]
        if not names:
            continue
        some = values[: len(names)]
        statement = {
            "insert": f'INSERT INTO "{table}" ({", ".join(names[: len(some)])}) '
            f"VALUES ({', '.join('?' * len(some))})",
            "update": f'UPDATE "{table}" SET {names[-1]} = ?, {names[0]} = ? WHERE {names[0]} > ?',
            "delete": f'DELETE FROM "{table}" WHERE {names[0]} > ? OR {names[0]} IS ?',
        }[verb]
        size = {"insert": len(some), "update": 3, "delete": 2}[verb]
        try:
            connection.execute(statement, some[:size] if verb == "insert" else values[:size])
        except (sqlite3.IntegrityError, sqlite3.OperationalError, UnicodeEncodeError):
            connection.execute("SELECT 1")  # a change that a constraint forbids is none


@contextmanager
def _two(before: list[Any], after: list[Any], later: list[str]) -> Iterator[tuple[Place, Place]]:
    """Make a database, and a copy of it that is changed."""
    with tempfile.TemporaryDirectory() as directory:
        one, other = (Place("sqlite", str(Path(directory) / name)) for name in ("one", "other"))
        with closing(sqlite3.connect(one.where, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = off")
            for sql in (*TABLES.values(), TRIGGER):
                connection.execute(sql)
            _apply(connection, before)
        PRODUCT.copy(one, other, schema_only=False, progress=lambda *_: None)
        with closing(sqlite3.connect(other.where, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = off")
            _apply(connection, after[: len(after) // 2])
            for sql in later:
                try:
                    connection.execute(sql)
                except sqlite3.Error:
                    event(f"refused: {sql[:20]}")
            _apply(connection, after[len(after) // 2 :])
        yield one, other


def _diff(one: Place, other: Place) -> Diff:
    with PRODUCT.open(one) as before, PRODUCT.open(other) as after:
        comparison = Comparison(("one", before), ("other", after), PRODUCT.dialect)
        return comparison.diff(limit=None)


def _patch(one: Place, other: Place) -> str:
    out = io.StringIO()
    with PRODUCT.open(one) as before, PRODUCT.open(other) as after:
        comparison = Comparison(("one", before), ("other", after), PRODUCT.dialect)
        PRODUCT.dialect.write_patch(comparison.pairs(), comparison.schema(), out)
    return out.getvalue()


def _content(place: Place, table: str) -> Counter[tuple[Any, ...]]:
    """Return the rows with their types, read without any of the code that is tested."""
    with closing(sqlite3.connect(place.where)) as connection:
        found = connection.execute(f'SELECT * FROM "{table}"').fetchall()
    return Counter(tuple((type(value), value) for value in row) for row in found)


PLENTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@PLENTY
@given(SCRIPTS, SCRIPTS)
def test_the_diff_is_exactly_what_differs(before: list[Any], after: list[Any]) -> None:
    with _two(before, after, []) as (one, other):
        found = {table.name: table for table in _diff(one, other).tables}

        for table in TABLES:
            old, new = _content(one, table), _content(other, table)
            gone: Counter[Any] = Counter()
            come: Counter[Any] = Counter()
            for change in found[table].sample if table in found else ():
                names = change.names
                order = _order(one, table)
                for row, heap in ((change.before, gone), (change.after, come)):
                    if row is not None:
                        by_name = dict(zip(names, row, strict=False))
                        heap[tuple((type(by_name[n]), by_name[n]) for n in order)] += 1
            assert gone == old - new
            assert come == new - old


def _order(place: Place, table: str) -> list[str]:
    with closing(sqlite3.connect(place.where)) as connection:
        found = connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
        return [name for (name,) in found]


@PLENTY
@given(SCRIPTS, SCRIPTS, st.sets(st.sampled_from(sorted(LATER))), st.booleans())
def test_applying_the_patch_makes_the_diff_empty(
    before: list[Any], after: list[Any], migrated: set[str], backwards: bool
) -> None:
    later = [sql for table in sorted(migrated) for sql in LATER[table]]
    with _two(before, after, later) as places:
        one, other = reversed(places) if backwards else places
        patch = _patch(one, other)
        with PRODUCT.open(one, write=True) as database:
            database.run_script(patch)

        left = _diff(one, other)

        assert left.is_empty, (patch, left)
        for table in TABLES:
            if _order(other, table):
                assert _content(one, table) == _content(other, table), patch


@PLENTY
@given(SCRIPTS, SCRIPTS)
def test_a_row_that_keeps_its_key_is_changed_not_replaced(
    before: list[Any], after: list[Any]
) -> None:
    with _two(before, after, []) as (one, other):
        for table in _diff(one, other).tables:
            keys = [tuple(change.values()[name] for name in table.key) for change in table.sample
                    if change.kind is not Kind.CHANGED and table.is_keyed]  # fmt: skip
            whole = [key for key in keys if None not in key]
            assert len(whole) == len(set(whole)), table
