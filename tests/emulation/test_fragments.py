"""Texts and functions inside SQLAlchemy's constructs answer as on the server that they are for."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    bindparam,
    case,
    create_engine,
    func,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import DataError, ProgrammingError

from freshdb.errors import EmulationError
from freshdb.isolation.connections.emulating import Emulating
from freshdb.servers.postgres.private import PrivateServer
from tests import mariadb

# The engines here are the tests' own, and no application's.
pytestmark = pytest.mark.freshdb(enabled=False)

OWN = f"fragments_{os.getpid()}"
DAY = dt.datetime(2024, 1, 31, 8, 30)
ROWS = [
    {"id": 1, "sensor": "Attic", "value": Decimal("1.50"), "made": DAY, "note": None},
    {
        "id": 2,
        "sensor": "barn",
        "value": Decimal("10.25"),
        "made": DAY.replace(day=30),
        "note": "b",
    },
    {"id": 3, "sensor": "barn", "value": None, "made": DAY.replace(year=2023), "note": "a"},
]
metadata = MetaData()
readings = Table(
    "readings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sensor", String(20)),
    Column("value", Numeric(10, 2)),
    Column("made", DateTime),
    Column("note", String(20)),
)
c = readings.c
others = readings.alias("o")
per_sensor = select(c.sensor, func.sum(c.value).label("total")).group_by(c.sensor).subquery("q")

POSTGRES = {
    "columns": select(text("value / 2 AS half, date_trunc('month', made) m, sensor"), c.id)
    .select_from(readings)
    .order_by(c.id),
    "a literal column": select(literal_column("made::date"), literal_column("value * 2").label("x"))
    .select_from(readings)
    .order_by(c.id),
    "sorted by a label's number": select(c.id, literal_column("value * 9").label("x")).order_by(
        text("x DESC")
    ),
    "a condition with values": select(c.id).where(
        text("made > :since AND sensor ILIKE :like").bindparams(
            since=dt.datetime(2024, 1, 1), like="B%"
        )
    ),
    "a list of values": select(c.id).where(
        text("id IN :ids AND sensor IN :names").bindparams(
            bindparam("ids", [1, 2], expanding=True), bindparam("names", ["barn"], expanding=True)
        )
    ),
    "an array of values": select(c.id).where(text("id = ANY(:ids)").bindparams(ids=[1, 3])),
    "NULL sorts last": select(c.id).order_by(text("value"), c.id),
    "NULL sorts first where it descends": select(c.id).order_by(text("value DESC, id")),
    "by a label": select(c.sensor, func.count().label("n"))
    .group_by(text("sensor"))
    .order_by(text("n DESC, sensor")),
    "by a place": select(text("date_trunc('year', made), sum(value)"))
    .select_from(readings)
    .group_by(text("1"))
    .order_by(text("1")),
    "by the name of a text": select(text("date_trunc('year', made) AS y, count(*)"))
    .select_from(readings)
    .group_by(text("y"))
    .order_by(text("y")),
    "a text beside an operator": select(c.id).where(literal_column("value * 2") > 5),
    "HAVING": select(c.sensor)
    .group_by(c.sensor)
    .having(text("count(*) FILTER (WHERE id > 1) > 1")),
    "a table in text": select(func.count())
    .select_from(text("readings r JOIN (VALUES ('barn')) AS x(name) ON x.name = r.sensor"))
    .where(text("r.note ~ '^[ab]$'")),
    "an alias": select(others.c.id, text("o.value * 2")).where(text("o.value > 5")),
    "an alias without a name": select(readings.alias().c.id).where(text("value > 5")),
    "a subquery's column": select(per_sensor.c.sensor).where(text("q.total > 5")),
    "names of the query around": select(c.id).where(
        select(others.c.id).where(text("o.value > readings.value")).exists()
    ),
    "a union": union_all(select(text("1 AS a")), select(text("2"))).order_by(text("a DESC")),
    "windows": select(
        c.id,
        func.row_number().over(order_by=text("value DESC")),
        func.lag(c.id).over(order_by=[text("id")]),
    ).order_by(c.id),
    "CASE": select(c.id, case((text("value > 2"), "much"), else_="little")).order_by(c.id),
    "functions of dates": select(
        func.date_trunc("month", c.made), func.to_char(c.made, "YYYY-MM"), func.age(c.made, DAY)
    ).order_by(c.id),
    "functions in functions": select(
        func.concat(func.initcap(c.sensor), "!", func.upper(c.note)), func.greatest(c.id, 2)
    ).order_by(c.id),
    "a text in a function": select(func.date_part(text("'day'"), c.made)).order_by(c.id),
    "aggregates": select(
        func.array_agg(c.sensor), func.bool_or(c.id > 2), func.jsonb_object_agg(c.id, c.sensor)
    ),
    "compared": select(c.id).where(func.date_trunc("month", c.made) == dt.datetime(2024, 1, 1)),
    "grouped": select(func.date_trunc("year", c.made).label("y"), func.count())
    .group_by("y")
    .order_by("y"),
    "changes": update(readings)
    .where(text("sensor ILIKE 'attic'"))
    .values(value=text("value * 2 + 1"), note=func.left(c.sensor, 2))
    .returning(c.value, text("upper(note) AS n")),
}
MARIADB = {
    "columns": select(text("value, DATE_ADD(made, INTERVAL 1 MONTH) AS later, sensor"), c.id)
    .select_from(readings)
    .order_by(c.id),
    "a literal column": select(
        literal_column("LAST_DAY(made)"), literal_column("value DIV 1").label("x")
    )
    .select_from(readings)
    .order_by(text("x DESC")),
    "a condition": select(c.id).where(
        text("DATE_FORMAT(made, '%Y-%m') = :month && sensor <> :name").bindparams(
            month="2024-01", name="x"
        )
    ),
    "keys": select(c.id).order_by(text("FIELD(sensor, 'barn', 'attic') DESC, id DESC")),
    "INTERVAL in a function": select(func.date_add(c.made, text("INTERVAL 1 DAY"))).order_by(c.id),
    "a unit in a function": select(func.timestampdiff(text("DAY"), c.made, DAY)).order_by(c.id),
    "a text beside an operator": select(c.id).where(literal_column("value / 2") > 1),
}


@pytest.fixture
def emulated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    emulating = Emulating(request.param)
    emulating.start()
    engine = create_engine(f"sqlite:///{tmp_path / 'readings.db'}")
    fill(engine)
    yield engine
    engine.dispose()
    emulating.stop()


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(readings.insert(), ROWS)


def answer(engine: Engine, statement: Any) -> Any:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(statement)]


@pytest.fixture(scope="module")
def postgres_engine(private_postgres: PrivateServer) -> Iterator[Engine]:
    """An engine on a schema of this process's own."""
    url = private_postgres.url().replace("postgresql:", "postgresql+psycopg:")
    with psycopg.connect(private_postgres.url(), autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {OWN}")
        engine = create_engine(url, connect_args={"options": f"-csearch_path={OWN}"})
        yield engine
        engine.dispose()
        connection.execute(f"DROP SCHEMA {OWN} CASCADE")


@pytest.fixture(scope="module")
def mariadb_engine(private_mariadb: Any) -> Iterator[Engine]:
    """An engine on a database of this process's own."""
    address = mariadb.address_of(private_mariadb)
    with mariadb.connected(address) as connection:
        mariadb.execute(connection, f"CREATE DATABASE {OWN}")
        engine = create_engine(
            "mysql+pymysql://",
            creator=lambda: mariadb.connect(address, database=OWN, autocommit=False),
        )
        yield engine
        engine.dispose()
        mariadb.execute(connection, f"DROP DATABASE {OWN}")


@pytest.mark.parametrize("emulated", ["postgres"], indirect=True)
@pytest.mark.parametrize("name", POSTGRES)
def test_core_with_texts_answers_as_postgres(
    emulated: Engine, name: str, postgres_engine: Engine
) -> None:
    fill(postgres_engine)

    assert answer(emulated, POSTGRES[name]) == answer(postgres_engine, POSTGRES[name])


@pytest.mark.parametrize("emulated", ["mariadb"], indirect=True)
@pytest.mark.parametrize("name", MARIADB)
def test_core_with_texts_answers_as_mariadb(
    emulated: Engine, name: str, mariadb_engine: Engine
) -> None:
    fill(mariadb_engine)

    assert answer(emulated, MARIADB[name]) == answer(mariadb_engine, MARIADB[name])


@pytest.mark.parametrize("emulated", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (select(c.id).where(c.made > func.now() - text("interval '1 day'")), "interval inside"),
        (select(func.generate_series(1, 3)), "generate_series inside"),
        (select(func.percentile_cont(0.5).within_group(c.value)), "percentile_cont inside"),
        (select(text("xmlforest(id)")).select_from(readings), "xmlforest"),
    ],
)
def test_what_sqlite_would_answer_wrongly_is_refused(
    emulated: Engine, statement: Any, refusal: str
) -> None:
    with pytest.raises(EmulationError, match=refusal):
        answer(emulated, statement)


@pytest.mark.parametrize("emulated", ["postgres"], indirect=True)
def test_errors_in_texts_are_the_drivers(emulated: Engine) -> None:
    with pytest.raises(ProgrammingError) as unknown:
        answer(emulated, select(text("nothing")).select_from(readings))
    with pytest.raises(DataError) as divided:
        answer(emulated, select(c.id).where(text("1 / (id - 2) > 0")).order_by(c.id))

    assert unknown.value.orig.sqlstate == "42703"  # type: ignore[union-attr]
    assert divided.value.orig.sqlstate == "22012"  # type: ignore[union-attr]


@pytest.mark.parametrize("emulated", ["postgres"], indirect=True)
def test_defaults_in_text_are_postgres_own(emulated: Engine) -> None:
    table = Table(
        "notes",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("made", DateTime, server_default=text("date_trunc('day', now())")),
        Column("kind", String, server_default=text("'new'::text")),
    )
    with emulated.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"id": 1})

    ((made, kind),) = answer(emulated, select(table.c.made, table.c.kind))

    assert (made.time(), kind) == (dt.time(), "new")
