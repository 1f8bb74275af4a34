"""`freshdb seed dump`: rows out of a database, and into another one again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from freshdb.cli import main
from freshdb.seeds.load import load_rows
from freshdb.seeds.rows import read_rows

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
