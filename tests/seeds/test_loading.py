"""Rows of seed files end up in their tables: by label, in order, with defaults, or not at all."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator

from freshdb.errors import DataFileError
from freshdb.seeds.load import load_rows
from freshdb.seeds.plan import Labels
from freshdb.seeds.progress import Bar
from freshdb.seeds.rows import read_rows


class Colour(Enum):
    RED = "r"
    GREEN = "g"


class Reversed(TypeDecorator[str]):
    """A type of the application's own."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value[::-1] if value is not None else None

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        return value[::-1] if value is not None else None


metadata = sa.MetaData()
tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.String(10), nullable=False, unique=True),
    sa.Column("plan", sa.String(10), nullable=False, default="free"),
    sa.Column("region", sa.String(10), nullable=False, server_default="eu"),
    sa.Column("owner_id", sa.ForeignKey("users.id", use_alter=True)),
)
users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("name", sa.String(40)),
    sa.Column("boss_id", sa.ForeignKey("users.id")),
    sa.Column("region", sa.String(10)),
    sqlite_autoincrement=True,
)
things = sa.Table(
    "things",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("weight", sa.Float),
    sa.Column("made_at", sa.DateTime),
    sa.Column("made_on", sa.Date),
    sa.Column("colour", sa.Enum(Colour)),
    sa.Column("blob", sa.LargeBinary),
    sa.Column("meta", sa.JSON),
    sa.Column("is_new", sa.Boolean),
    sa.Column("odd", Reversed),
    sa.Column("double", sa.Integer, sa.Computed("weight * 2")),
)
first = sa.Table(
    "first",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("second_id", sa.ForeignKey("second.id", use_alter=True), nullable=False),
)
pages = sa.Table(
    "pages",
    metadata,
    sa.Column("book", sa.String(9), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("next_in", sa.String(9)),
    sa.Column("next", sa.Integer),
    sa.ForeignKeyConstraint(["next_in", "next"], ["pages.book", "pages.number"]),
)
second = sa.Table(
    "second",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("first_id", sa.ForeignKey("first.id"), nullable=False),
)

Load = Callable[..., Labels]


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def load(connection: sa.Connection, tmp_path: Path) -> Load:
    """Load a seed that is written here, and return what is labelled."""

    def load(text: str, name: str = "seed.yaml", labels: Labels | None = None) -> Labels:
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        labels = {} if labels is None else labels
        load_rows(connection, read_rows(path, tmp_path), metadata.tables, labels)
        return labels

    return load


def rows(connection: sa.Connection, *columns: sa.Column[Any]) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.execute(sa.select(*columns).order_by(columns[0]))]


def test_rows_refer_to_rows_by_label(load: Load, connection: sa.Connection) -> None:
    load("""
    users:
      - {name: ada, tenant: $acme}
      - {name: bob, tenant_id: $globex.id, region: $globex.region}
    tenants:
      acme: {slug: acme}
      globex: {slug: globex, plan: paid}
    """)

    assert rows(connection, tenants.c.id, tenants.c.slug, tenants.c.plan, tenants.c.region) == [
        (1, "acme", "free", "eu"),
        (2, "globex", "paid", "eu"),
    ]
    assert rows(connection, users.c.id, users.c.name, users.c.tenant_id, users.c.region) == [
        (1, "ada", 1, None),
        (2, "bob", 2, "eu"),
    ]


def test_one_label_may_name_a_row_in_each_of_two_tables(
    load: Load, connection: sa.Connection
) -> None:
    load("""
    tenants:
      acme: {slug: acme}
    users:
      acme: {name: ada, tenant: $acme}
      bob: {name: bob, tenant: $acme, boss: $acme}
    """)

    assert rows(connection, users.c.id, users.c.tenant_id, users.c.boss_id) == [
        (1, 1, None),
        (2, 1, 1),
    ]


def test_rows_that_need_each_other(load: Load, connection: sa.Connection) -> None:
    load("""
    tenants:
      acme: {slug: acme, owner: $ada}
    users:
      ada: {name: ada, tenant: $acme, boss: $bob}
      bob: {name: bob, tenant: $acme, boss: $ada}
    """)

    assert rows(connection, tenants.c.id, tenants.c.owner_id) == [(1, 1)]
    assert rows(connection, users.c.id, users.c.name, users.c.boss_id) == [
        (1, "ada", 2),
        (2, "bob", 1),
    ]


def test_given_keys_need_each_other_with_foreign_keys_enforced(
    load: Load, connection: sa.Connection
) -> None:
    connection.exec_driver_sql("PRAGMA foreign_keys = on")

    load("""
    users:
      - {id: 1, tenant: 1, boss: 3}
      - {id: 2, tenant: 1, boss: 1}
      - {id: 3, tenant: 1, boss: 3}
    tenants:
      - {id: 1, slug: acme, owner: 2}
    """)

    assert rows(connection, users.c.id, users.c.boss_id) == [(1, 3), (2, 1), (3, 3)]
    assert rows(connection, tenants.c.id, tenants.c.owner_id) == [(1, 2)]


def test_a_key_of_two_columns_of_which_one_is_null_leads_nowhere(
    load: Load, connection: sa.Connection
) -> None:
    load("""
    pages:
      - {book: a, number: 1, next_in: a, next: 2}
      - {book: a, number: 2, next_in: b}
    """)

    assert rows(connection, pages.c.number, pages.c.next) == [(1, 2), (2, None)]
    with pytest.raises(DataFileError, match=r"`pages.next_in, next` is 'c', 1"):
        load("pages: [{book: b, number: 1, next_in: c, next: 1}]")


def test_labels_of_an_earlier_seed_are_known(load: Load, connection: sa.Connection) -> None:
    labels = load("tenants: {acme: {slug: acme}}", "one.yaml")

    load("users: [{name: ada, tenant: $acme, region: $acme.region}]", "two.yaml", labels)

    assert rows(connection, users.c.tenant_id, users.c.region) == [(1, "eu")]


def test_values_fit_their_columns(load: Load, connection: sa.Connection) -> None:
    load(
        "id,price,weight,made_at,made_on,colour,blob,meta,is_new,odd\n"
        '8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a10,1.20,2,2026-02-01T10:00:00,2026-02-01,RED,aGk=,"{""a"": [1]}",yes,$$x\n',
        "things.csv",
    )
    load("""
    things:
      - id: !uuid 8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a11
        made_at: 2026-02-01
        colour: g
        meta: {a: 1}
        odd: abc
    """)

    one, two = connection.execute(sa.select(things).order_by(things.c.id)).all()
    assert one[1:] == (
        Decimal("1.20"), 2.0, datetime(2026, 2, 1, 10), date(2026, 2, 1), Colour.RED, b"hi",
        {"a": [1]}, True, "$x", 4,
    )  # fmt: skip
    assert (two.made_at, two.colour, two.meta) == (datetime(2026, 2, 1), Colour.GREEN, {"a": 1})
    assert connection.execute(sa.text("SELECT odd FROM things ORDER BY id")).scalars().all() == [
        "x$",
        "cba",
    ]


def test_a_folder_is_all_its_files(load: Load, connection: sa.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "tenants.csv").write_text("$label,slug\na,acme\n")
    (folder / "users.jsonl").write_text('{"tenant": "$a", "name": "ada"}\n{"tenant": "$a"}\n')
    (folder / "notes.txt").write_text("no data file")

    load_rows(connection, read_rows(folder, tmp_path), metadata.tables, {})

    assert rows(connection, users.c.id, users.c.name) == [(1, "ada"), (2, None)]


def test_given_ids_move_autoincrement_on(load: Load, connection: sa.Connection) -> None:
    load("""
    tenants: {acme: {slug: acme}}
    users: [{id: 41, tenant: $acme}, {tenant: $acme}]
    """)

    assert [key for (key,) in rows(connection, users.c.id)] == [41, 42]


def test_many_rows_of_several_shapes_keep_their_order(
    load: Load, connection: sa.Connection
) -> None:
    shapes = ["{tenant: $a, name: u%d}", "{name: u%d, tenant: $a, region: x}", "{tenant: $a, name: u%d, boss: $first}"]  # fmt: skip
    lines = "\n".join(f"  - {shapes[n % 3] % n}" for n in range(60))
    load(
        f"tenants: {{a: {{slug: a}}}}\nusers:\n  - {{$label: first, tenant: $a, name: f}}\n{lines}\n"
    )

    names = [name for _, name in rows(connection, users.c.id, users.c.name)]
    assert names == ["f", *(f"u{n}" for n in range(60))]


BAD = {
    "user:\n - {}\n": "1:1: there is no table `user`\n\nhint: did you mean `users`?",
    "users:\n - {nmae: x, tenant: 1}\n": "2:5: table `users` has no column `nmae`\n\nhint: did you mean `name`?",
    "users:\n - {name: x}\n": "2:4: the row has no `tenant_id`",
    "users:\n - {tenant: $nobody}\n": "2:13: no row has the label `nobody`",
    "tenants: {acme: {slug: a}}\nusers:\n - {tenant: $acmee}\n": "3:13: no row has the label `acmee`\n\nhint: did you mean `acme`?",
    "tenants: {acme: {slug: a}}\nusers:\n - {tenant: $acme.uid}\n": "3:13: `$acme.uid`: table `tenants` has no column `uid`",
    "tenants: {a: {slug: a}}\nusers: {a: {tenant: $a}, b: {tenant: $a, name: $a.id}}\n": "2:48: `a` is the label of a row in each of `tenants`, `users`",
    "tenants:\n - {slug: a, $label: x}\n - {slug: b, $label: x}\n": "3:4: `tenants` has two rows with the label `x`",
    "tenants:\n - {slug: null}\n": "2:11: `tenants.slug` cannot be null",
    "tenants:\n - {slug: much-too-long}\n": "2:11: `tenants.slug` is 'much-too-long', not a text of at most 10",
    "tenants:\n - {slug: [1]}\n": "2:11: `tenants.slug` is [1], not a text",
    "tenants:\n - {slug: true}\n": "2:11: `tenants.slug` is True, not a text",
    "tenants:\n - {slug: a, id: one}\n": "2:18: `tenants.id` is 'one', not a whole number",
    "tenants:\n - {slug: a, id: 1.5}\n": "2:18: `tenants.id` is 1.5, not a whole number",
    "tenants:\n - {slug: a}\n - {slug: a}\n": "3:4: the database refuses this row of `tenants`: UNIQUE",
    "tenants: 3\n": "1:10: `tenants` has no rows",
    "tenants:\n - 3\n": "2:4: a row of `tenants` is no mapping",
    "users:\n - {tenant: 7}\n": "2:4: `users.tenant_id` is 7, and `tenants` has no row with that `id`",
    "things:\n - {id: x}\n": "2:9: `things.id` is 'x', not a UUID",
    "things:\n - {id: !uuid 8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a11, colour: REDD}\n": "not one of `RED`, `GREEN` (did you mean `RED`?)",
    "things:\n - {id: !uuid 8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a11, made_at: 2026-02-01T00:00:00Z}\n": "not a moment without a zone",
    "things:\n - {id: !uuid 8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a11, double: 4}\n": "the database computes `things.double`",
    "users:\n - {tenant: 1, tenant_id: 1}\n": "`users.tenant_id` is given twice",
    "first: {a: {second: $b}}\nsecond: {b: {first: $a}}\n": "rows that need each other, by columns that may not be null: second `b` > first `a` > second `b`",
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD.items(), ids=range(len(BAD)))
def test_a_bad_row_is_one_message_with_a_place(load: Load, text: str, message: str) -> None:
    with pytest.raises(DataFileError) as caught:
        load(text)

    assert message in str(caught.value)
    assert caught.value.line is not None


def test_an_empty_folder_and_a_list_without_a_table_are_refused(load: Load, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    with pytest.raises(DataFileError, match="the folder holds no data file"):
        read_rows(tmp_path / "empty", tmp_path)
    with pytest.raises(DataFileError, match=r"1:1: this is no mapping of tables|a row of"):
        load("- 3\n")


class Screen(StringIO):
    """A terminal, or a file."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("is_terminal", "drawn"),
    [
        (True, ["", "freshdb: a.csv [############------------------] 40 of 100 rows",
                "freshdb: a.csv [##############################] 100 of 100 rows\n"]),
        (False, [""]),
    ],
)  # fmt: skip
def test_a_long_load_draws_a_bar_on_a_terminal(is_terminal: bool, drawn: list[str]) -> None:
    screen = Screen(is_terminal=is_terminal)
    times = iter([0.0, 1.0, 2.5, 3.0])
    bar = Bar("a.csv", lambda: nullcontext(screen), lambda: next(times))

    for done in (20, 40, 100):
        bar(done, 100)

    assert screen.getvalue().split("\r") == drawn
