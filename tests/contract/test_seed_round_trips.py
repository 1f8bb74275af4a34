"""Any rows that are dumped and seeded again are equal, in each format, on each product."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.backends.postgres.backend import Postgres
from freshdb.seeds.dump import Choice, dump_rows, write
from freshdb.seeds.load import load_rows
from freshdb.seeds.rows import read_rows
from tests import mariadb

metadata = sa.MetaData()
parents = sa.Table(
    "parents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False, default="a default"),
    sa.Column("next_id", sa.ForeignKey("parents.id")),
    sa.Column("favourite_id", sa.ForeignKey("children.id", use_alter=True, name="favourite")),
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
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["a", "$b", "$date"]), inner, max_size=2)
    ),
    max_leaves=4,
)
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
    uuids = draw(st.lists(st.uuids(version=4), unique=True, max_size=3)) if ids else []
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


@contextmanager
def in_sqlite(request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    yield sa.make_url("sqlite://")


@contextmanager
def on_postgres(request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    backend: Postgres = request.getfixturevalue("postgres")
    branch = backend.make_branch(backend.build_empty(), "round trips")
    yield backend.url_of(branch, None).set(drivername="postgresql+psycopg")
    backend.drop_branch(branch)


@contextmanager
def on_mariadb(request: pytest.FixtureRequest) -> Iterator[sa.URL]:
    server: mariadb.PrivateServer = request.getfixturevalue("private_mariadb")
    name = f"round_trips_{mariadb.word()}"
    with mariadb.connected(mariadb.address_of(server)) as connection:
        mariadb.execute(connection, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        query = {"unix_socket": str(server.socket)}
        yield sa.URL.create("mysql+pymysql", "root", database=name, query=query)
        mariadb.execute(connection, f"DROP DATABASE {name}")


# One line for each product: what gives the URL of an empty database.
PRODUCTS: dict[str, Callable[[pytest.FixtureRequest], AbstractContextManager[sa.URL]]] = {
    "sqlite": in_sqlite,
    "postgres": on_postgres,
    "mariadb": on_mariadb,
}


@pytest.fixture(scope="module", params=PRODUCTS)
def engine(request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    with PRODUCTS[request.param](request) as url:
        engine = sa.create_engine(url, poolclass=sa.StaticPool)
        if request.param == "sqlite":
            check = "PRAGMA foreign_keys = on"
            sa.event.listen(engine, "connect", lambda dbapi, _: dbapi.execute(check))
        metadata.create_all(engine)
        yield engine
        engine.dispose()


def insert(connection: sa.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Insert rows by hand: those that refer to each other first without that."""
    later = ("next_id", "favourite_id")
    for row in rows["parents"]:
        connection.execute(parents.insert(), row | dict.fromkeys(later))
    for row in rows["children"]:
        connection.execute(children.insert(), row)
    for row in rows["parents"]:
        values = {key: row[key] for key in later}
        connection.execute(parents.update().where(parents.c.id == row["id"]).values(values))


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
    path = tmp_path / f"dump{ending}"
    with engine.connect() as connection:
        insert(connection, rows)
        before = content(connection)
        dumped = dump_rows(connection, metadata.tables, [Choice(n) for n in metadata.tables])
        connection.rollback()
    write(dumped, path)

    with engine.connect() as connection:
        if dumped:
            load_rows(connection, read_rows(path, tmp_path), metadata.tables, {})
        after = content(connection)
        # An id that the database makes up comes after those that were seeded.
        new = connection.execute(parents.insert(), {"name": "new"}).inserted_primary_key
        connection.rollback()

    assert after == before
    assert new is not None
    assert new[0] > max((row["id"] for row in rows["parents"]), default=0)


def test_many_rows_get_the_keys_that_the_database_makes(engine: sa.Engine, tmp_path: Path) -> None:
    names = [{"name": f"number {number}"} for number in range(300)]
    (tmp_path / "many.json").write_text(json.dumps({"parents": names}))

    with engine.connect() as connection:
        load_rows(connection, read_rows(tmp_path / "many.json", tmp_path), metadata.tables, {})
        found = connection.execute(sa.select(parents.c.id, parents.c.name).order_by(parents.c.id))
        rows = found.all()
        connection.rollback()

    assert [name for _, name in rows] == [one["name"] for one in names]


def test_many_rows_take_the_product_s_own_road(engine: sa.Engine, tmp_path: Path) -> None:
    """So many at once that they go in by the fastest way that there is."""
    odd = ["\\N", "a\tb", "\n", "", "é", None, "\\", "'"]
    rows = [
        {
            "id": UUID(int=number, version=4),
            "parent_id": 1 + number % 3,
            "text": odd[number % len(odd)],
            "price": Decimal(number) / 100,
            "made_on": date(2026, 1, 1) + timedelta(days=number),
            "lasts": timedelta(seconds=number),
            "blob": bytes([number % 256, 92, 0]),
            "meta": {"n": [number, None, odd[number % len(odd)]]},
            "is_new": number % 2 == 0,
        }
        for number in range(400)
    ]
    with engine.connect() as connection:
        connection.execute(parents.insert(), [{"id": number} for number in (1, 2, 3)])
        for row in rows:
            connection.execute(children.insert(), row)
        before = content(connection)
        dumped = dump_rows(connection, metadata.tables, [Choice("children")])
        connection.rollback()
    write(dumped, tmp_path / "many.json")

    with engine.connect() as connection:
        load_rows(connection, read_rows(tmp_path / "many.json", tmp_path), metadata.tables, {})
        after = content(connection)
        connection.rollback()

    assert after == before
