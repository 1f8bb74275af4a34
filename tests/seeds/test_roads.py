"""Many rows into Postgres: as fast as it goes, and nothing that the database would refuse."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from freshdb import DataFileError
from freshdb.backends.postgres.backend import Postgres
from freshdb.errors import FreshDBError
from freshdb.seeds.load import load_rows
from freshdb.seeds.roads import UNCHECKED_FROM
from freshdb.seeds.rows import read_rows
from freshdb.seeds.target import Target

DRIVERS = ["psycopg", "psycopg_async", "asyncpg", "psycopg2"]
MANY = UNCHECKED_FROM + 50

metadata = sa.MetaData()
owners = sa.Table("owners", metadata, sa.Column("id", sa.Integer, primary_key=True))
things = sa.Table(
    "things",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("owner_id", sa.ForeignKey("owners.id"), nullable=False),
    sa.Column("next_id", sa.ForeignKey("things.id")),
    sa.Column("name", sa.String(20)),
    sa.Column("price", sa.Numeric(12, 2)),
    sa.Column("made_at", sa.DateTime(timezone=True)),
    sa.Column("lasts", sa.Interval),
    sa.Column("words", ARRAY(sa.String)),
    sa.Column("meta", sa.JSON),
    sa.Column("blob", sa.LargeBinary),
    sa.Column("is_new", sa.Boolean),
    sa.Column("weight", sa.Double),
)


class Ground:
    """An empty database with the tables, and seeds on their way into it."""

    def __init__(self, url: sa.URL, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            poolclass=sa.NullPool,
            execution_options={"freshdb": False},
        )
        metadata.create_all(self.engine)

    def load(self, driver: str, **tables: list[dict[str, Any]]) -> None:
        path = self.folder / "seed.json"
        path.write_text(json.dumps(tables))
        url = self.url.set(drivername=f"postgresql+{driver}")
        target = Target(url, metadata.tables, {})
        target.run(lambda c: load_rows(c, read_rows(path, self.folder), metadata.tables, {}))

    def change(self, statements: str) -> None:
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statements)

    def all(self, query: sa.Select[Any]) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(query))


@pytest.fixture
def ground(postgres: Postgres, tmp_path: Path) -> Iterator[Ground]:
    branch = postgres.make_branch(postgres.build_empty(), "roads")
    yield Ground(postgres.url_of(branch, None), tmp_path)
    postgres.drop_branch(branch)


def many(**last: object) -> list[dict[str, Any]]:
    """Return many rows of `things`, of which the last one is different."""
    rows: list[dict[str, Any]] = [{"owner_id": 1 + n % 2, "name": f"n{n}"} for n in range(MANY)]
    return [*rows, {**rows[0], **last}]


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("has_more", [True, False], ids=["lists and bytes too", "plain values"])
def test_every_driver_takes_many_rows(ground: Ground, driver: str, *, has_more: bool) -> None:
    start = datetime(2026, 2, 1, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {
            "owner_id": 1,
            "name": "\\N" if n % 2 else "a\tb\n",
            "price": str(Decimal(n) / 100),
            "made_at": (start + timedelta(seconds=n)).isoformat(),
            "lasts": str(timedelta(seconds=n)),
            "meta": {"n": n},
            "is_new": n % 2 == 0,
            "weight": n / 8,
        }
        for n in range(MANY)
    ]
    if has_more:
        blob = {"$bytes": base64.b64encode(b"\\\0").decode()}
        rows = [{**row, "words": ["a,b", str(n)], "blob": blob} for n, row in enumerate(rows)]
    ground.load(driver, owners=[{"id": 1}], things=rows)

    made = ground.all(sa.select(things).order_by(things.c.id))
    assert len(made) == MANY
    assert made[7] == (
        *(8, 1, None, "\\N", Decimal("0.07"), start + timedelta(seconds=7)),
        *(timedelta(seconds=7), ["a,b", "7"] if has_more else None, {"n": 7}),
        *(b"\\\0" if has_more else None, False, 0.875),
    )
    assert made[8].name == "a\tb\n"
    assert ground.all(sa.select(sa.func.nextval("owners_id_seq"))) == [(2,)]


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("key", ["owner_id", "next_id"])
def test_a_key_that_leads_nowhere_is_named(ground: Ground, driver: str, key: str) -> None:
    with pytest.raises(DataFileError, match=f"(?s)seed.json:1:.*{key}.*9999"):
        ground.load(driver, owners=[{"id": 1}, {"id": 2}], things=many(**{key: 9999}))

    assert ground.all(sa.select(things)) == []


HEEDED = {
    "a key that the metadata does not know": "ALTER TABLE things ADD FOREIGN KEY (name) REFERENCES names",
    "a unique constraint that is deferred": "ALTER TABLE things ADD UNIQUE (name) DEFERRABLE INITIALLY DEFERRED",
    "a trigger that refuses": "CREATE TRIGGER refuses BEFORE INSERT ON things FOR EACH ROW "
    "WHEN (NEW.name = 'n0') EXECUTE FUNCTION refuse()",
}
REFUSE = """
CREATE TABLE names (name text PRIMARY KEY);
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE 'no such thing'; END $$;
"""


@pytest.mark.parametrize("change", HEEDED.values(), ids=HEEDED)
def test_what_else_the_database_looks_at_is_heeded(ground: Ground, change: str) -> None:
    ground.change(REFUSE + change)

    with pytest.raises((FreshDBError, sa.exc.IntegrityError)):
        ground.load("psycopg", owners=[{"id": 1}, {"id": 2}], things=many())

    assert ground.all(sa.select(things)) == []


def test_a_trigger_is_fired_by_each_row(ground: Ground) -> None:
    ground.change(
        "CREATE TABLE seen (name text);"
        "CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS"
        "  $$ BEGIN INSERT INTO seen VALUES (NEW.name); RETURN NULL; END $$;"
        "CREATE TRIGGER sees AFTER INSERT ON things FOR EACH ROW EXECUTE FUNCTION see()"
    )
    ground.load("psycopg", owners=[{"id": 1}, {"id": 2}], things=many())

    assert ground.all(sa.select(sa.func.count()).select_from(sa.table("seen"))) == [(MANY + 1,)]
