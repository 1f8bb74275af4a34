"""`freshdb seed dump`: rows out of a database, and into another one again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.cli import main
from freshdb.seeds.dump import Choice, dump_rows, write
from freshdb.seeds.load import load_rows
from freshdb.seeds.rows import read_rows

metadata = sa.MetaData()
parents = sa.Table(
    "parents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False, default="a default"),
    sa.Column("next_id", sa.ForeignKey("parents.id")),
    sa.Column("favourite_id", sa.ForeignKey("children.id", use_alter=True)),
)
children = sa.Table(
    "children",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("parent_id", sa.ForeignKey("parents.id"), nullable=False),
    sa.Column("text", sa.String(60), default="a default"),
    sa.Column("price", sa.Numeric(12, 2)),
    sa.Column("weight", sa.Double),
    sa.Column("made_at", sa.DateTime),
    sa.Column("made_on", sa.Date),
    sa.Column("opens_at", sa.Time),
    sa.Column("lasts", sa.Interval),
    sa.Column("blob", sa.LargeBinary),
    sa.Column("meta", sa.JSON),
    sa.Column("is_new", sa.Boolean),
)

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=20
) | st.sampled_from(["$acme", "$acme.id", "$$", "$", "null", "", "2026-02-01", "yes", " a "])
PLAIN = st.recursive(
    st.booleans() | st.integers(-1000, 1000) | st.text("ab$ \n", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "$b", "$date"]), inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
CHILD = st.fixed_dictionaries(
    {
        "text": st.none() | TEXTS,
        "price": st.none() | st.decimals(-(10**9), 10**9, places=2),
        "weight": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "made_at": st.none() | st.datetimes(),
        "made_on": st.none() | st.dates(),
        "opens_at": st.none() | st.times(),
        "lasts": st.none() | st.timedeltas(timedelta(0), timedelta(days=9000)),
        "blob": st.none() | st.binary(max_size=8),
        "meta": PLAIN,
        "is_new": st.none() | st.booleans(),
    }
)


@st.composite
def databases(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Rows of two tables that refer to each other and to themselves."""
    ids = draw(st.lists(st.integers(1, 99), unique=True, max_size=4))
    uuids = draw(st.lists(st.uuids(), unique=True, max_size=3)) if ids else []
    anyone = st.none() | st.sampled_from(ids) if ids else st.none()
    anything = st.none() | st.sampled_from(uuids) if uuids else st.none()
    return {
        "parents": [
            {"id": i, "name": draw(TEXTS), "next_id": draw(anyone), "favourite_id": draw(anything)}
            for i in ids
        ],
        "children": [
            {"id": u, "parent_id": draw(st.sampled_from(ids)), **draw(CHILD)} for u in uuids
        ],
    }


def content(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: [
            tuple(row) for row in connection.execute(sa.select(table).order_by(table.c.id))
        ]
        for table in metadata.tables.values()
    }


@pytest.fixture
def engine() -> Iterator[sa.Engine]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    sa.event.listen(engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA foreign_keys = on"))
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("ending", [".yaml", ".json", ".toml"])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=databases())
def test_any_rows_that_are_dumped_and_seeded_again_are_equal(
    engine: sa.Engine, tmp_path: Path, ending: str, rows: dict[str, list[dict[str, Any]]]
) -> None:
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = on")
        connection.begin() if not connection.in_transaction() else None
        for name, part in rows.items():
            for row in part:
                connection.execute(metadata.tables[name].insert(), row)
        before = content(connection)
        dumped = dump_rows(connection, metadata.tables, [Choice(n) for n in metadata.tables])
        connection.rollback()
    write(dumped, tmp_path / f"dump{ending}")

    with engine.connect() as connection:
        if dumped:
            load_rows(
                connection, read_rows(tmp_path / f"dump{ending}", tmp_path), metadata.tables, {}
            )
        after = content(connection)
        connection.rollback()

    assert after == before


SHOP = """
CREATE TABLE tenants (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE users (id INTEGER PRIMARY KEY, tenant_id INTEGER REFERENCES tenants (id), email VARCHAR(40), phone TEXT, born DATE);
CREATE TABLE runs (id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id), status TEXT NOT NULL, at DATETIME);
INSERT INTO tenants VALUES (1, 'acme'), (2, 'globex');
INSERT INTO users VALUES (1, 1, 'ada@acme.org', '123', '1990-01-01'), (2, 2, 'bob@globex.org', NULL, NULL), (3, 2, 'ada@acme.org', '5', NULL);
INSERT INTO runs VALUES (5, 1, 'failed', '2026-02-01 10:00:00.000000'), (6, 2, 'ok', NULL);
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(SHOP)
    return path


def test_a_bug_s_rows_in_one_command(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(
        ["seed", "dump", str(shop), "--where", "runs.id = 5", "--mask", "users.email=fake",
         "--mask", "users.born: null"]
    )  # fmt: skip

    assert status == 0
    assert capsys.readouterr().out == (
        "tenants:\n  - id: 1\n    name: acme\n"
        "users:\n  - id: 1\n    tenant_id: 1\n    email: user1@example.com\n    phone: '123'\n    born: null\n"
        "runs:\n  - id: 5\n    user_id: 1\n    status: failed\n    at: 2026-02-01 10:00:00\n"
    )


def test_a_dumped_file_seeds_a_database(shop: Path, tmp_path: Path) -> None:
    out = tmp_path / "bug.toml"
    rules = ["--mask", "users.email=fake", "--mask", "users.phone=fake", "--mask", "runs.status=text:secret"]  # fmt: skip
    assert main(["seed", "dump", f"sqlite+aiosqlite:///{shop}", "--tables", "users,runs", *rules, "--out", str(out)]) == 0  # fmt: skip

    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        for statement in SHOP.split(";")[:3]:
            connection.exec_driver_sql(statement)
        tables = sa.MetaData()
        tables.reflect(connection)
        load_rows(connection, read_rows(out, tmp_path), tables.tables, {})
        users = connection.execute(sa.text("SELECT email, phone FROM users ORDER BY id")).all()
        runs = connection.execute(sa.text("SELECT status FROM runs")).scalars().all()
        tenants = connection.execute(sa.text("SELECT name FROM tenants")).scalars().all()
    engine.dispose()

    assert [tuple(user) for user in users] == [
        ("user1@example.com", "+15550000001"),
        ("user2@example.com", None),
        ("user1@example.com", "+15550000002"),
    ]
    assert (runs, tenants) == (["secret", "secret"], ["acme", "globex"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tables", "user"], "there is no table `user`\n\nhint: did you mean `users`?"),
        (["--where", "runs.nope = 5"], "`--where runs.nope = 5` fails: no such column"),
        (["--where", "id = 5"], "there is no table `id = 5`"),
        (["--where", "runs.id = 99"], "there are no such rows"),
        (["--mask", "users.mail=fake"], "table `users` has no column `mail`\n\nhint: did you mean `email`?"),
        (["--mask", "email=fake"], "names no table"),
        (["--mask", "users.email=faked"], "is `faked`\n\nhint: write `table.column=fake`"),
        (["--mask", "users.tenant_id=fake"], "would break the foreign keys"),
        (["--mask", "tenants.id=fake"], "would break the foreign keys"),
        (["--mask", "runs.status=null"], "that column cannot be null"),
        (["--out", "x.csv"], "`.csv` is no format that a seed is written in"),
        (["--schema", "nowhere:Base"], "`--schema` is `nowhere:Base`"),
    ],
)  # fmt: skip
def test_misuse_is_one_message(
    shop: Path, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["seed", "dump", str(shop), *arguments]) == 2

    assert message in capsys.readouterr().err


@pytest.mark.parametrize("database", ["nothing.sqlite", "sqlite:///nothing.sqlite", "a://b://c d"])
def test_a_database_that_is_not_there(database: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["seed", "dump", database]) == 2

    assert "freshdb: " in capsys.readouterr().err
