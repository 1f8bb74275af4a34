"""Each popular mistake is found with its line, and its cure is no finding."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest

from freshdb.cli import main
from freshdb.doctor import Diagnosis, checks, examine
from freshdb.settings import Settings


class Row(NamedTuple):
    """A mistake, where it is told, and the same without the mistake."""

    rule: str
    wrong: str
    line: int
    right: str


KEYS_ON = "# PRAGMA foreign_keys=ON\n"
ROWS = [
    Row(
        "static-pool",
        "engine = create_engine('sqlite://',\n    poolclass=StaticPool)",
        1,
        "engine = create_engine('sqlite://')",
    ),
    Row(
        "join-mode",
        """
        @pytest.fixture
        def session(connection):
            with Session(bind=connection) as session:
                yield session
        """,
        4,
        """
        @pytest.fixture
        def session(connection):
            with Session(bind=connection, join_transaction_mode="create_savepoint") as session:
                yield session
        """,
    ),
    Row(
        "create-all-per-test",
        """
        @pytest.fixture()
        async def tables(engine):
            async with engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)
        """,
        5,
        """
        @pytest.fixture(scope="session")
        def tables(engine):
            Base.metadata.create_all(engine)
        """,
    ),
    Row(
        "dead-loop",
        """
        @pytest.fixture(scope="session")
        def engine():
            return create_async_engine("sqlite+aiosqlite://")
        """,
        4,
        """
        @pytest.fixture
        def engine():
            return create_async_engine("sqlite+aiosqlite://")
        """,
    ),
    Row(
        "real-database",
        "URL = 'postgresql://shop:secret@db.example.org/shop'\nengine = create_engine(URL)",
        2,
        "URL = 'postgresql://shop:secret@localhost/shop'\nengine = create_engine(URL)",
    ),
    Row(
        "savepoint-listener",
        """
        @event.listens_for(engine, "begin")
        def do_begin(connection):
            connection.exec_driver_sql("BEGIN")
        """,
        4,
        """
        def transfer(connection):
            connection.exec_driver_sql("BEGIN")
        """,
    ),
]


def looked_at(root: Path, source: str, **environment: str) -> Diagnosis:
    (root / "conftest.py").write_text(KEYS_ON + textwrap.dedent(source))
    return examine(root, Settings(), environment)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.rule)
def test_a_mistake_is_found_and_its_cure_is_none(row: Row, tmp_path: Path) -> None:
    wrong = looked_at(tmp_path, row.wrong)
    right = looked_at(tmp_path, row.right)

    found = [(one.rule, one.file, one.line) for one in wrong.findings]
    assert (row.rule, "conftest.py", row.line + 1) in found
    assert row.rule not in [one.rule for one in right.findings]
    for one in wrong.findings:
        assert all((one.what, one.why, one.fix))


def test_a_loop_of_the_same_scope_lives_as_long_as_the_engine(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = "session"\n'
    )
    row = next(row for row in ROWS if row.rule == "dead-loop")

    assert "dead-loop" not in [one.rule for one in looked_at(tmp_path, row.wrong).findings]


def test_a_driver_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "engine = create_async_engine('sqlite+aiosqlite:///shop.db')"
    assert "missing-driver" not in [one.rule for one in looked_at(tmp_path, source).findings]

    monkeypatch.setattr(checks, "find_spec", lambda name: None)

    found = [(one.rule, one.line, one.fix) for one in looked_at(tmp_path, source).findings]
    assert found == [
        (
            "missing-driver",
            2,
            "install it, with the tests' other requirements: `pip install aiosqlite`",
        )
    ]


def test_foreign_keys_of_sqlite(tmp_path: Path) -> None:
    (tmp_path / "db.py").write_text("engine = create_engine('sqlite:///shop.db')\n")

    off = examine(tmp_path, Settings(), {})
    (tmp_path / "db.py").write_text(
        "engine = create_engine('sqlite:///shop.db')\nSQL = 'PRAGMA foreign_keys=ON'\n"
    )

    assert [(one.rule, one.line) for one in off.findings] == [("foreign-keys-off", 1)]
    assert examine(tmp_path, Settings(), {}).findings == ()


def test_a_url_that_leads_elsewhere_is_told_without_its_password(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# DATABASE_URL=postgresql://a:b@old.example.org/x\n"
        'DATABASE_URL="postgresql+asyncpg://shop:hunter2@db.example.org/shop"\n'
        "CACHE_URL=redis://cache.example.org\n"
    )

    diagnosis = looked_at(
        tmp_path, "", OTHER_URL="mysql://root:hunter3@db2.example.org/x", LOCAL="mysql://db/x"
    )

    found = [(one.file, one.line, one.what) for one in diagnosis.findings]
    assert found == [
        ("", 0, "`OTHER_URL` is mysql://root:***@db2.example.org/x"),
        (".env", 2, "`DATABASE_URL` is postgresql+asyncpg://shop:***@db.example.org/shop"),
    ]


def test_what_it_would_do_with_each_engine(tmp_path: Path) -> None:
    diagnosis = looked_at(
        tmp_path,
        """
        one = create_engine("sqlite:///shop.db")
        two = create_async_engine("postgresql+asyncpg://shop:hunter2@localhost/shop")
        three = create_engine(settings.url)
        four = create_engine("oracle://localhost/shop")
        """,
    )

    told = [f"{one.line} {one.engine}: {one.what}" for one in diagnosis.plans]
    assert told[0].startswith("3 sqlite:///shop.db: redirected to a private SQLite file, reset in")
    assert told[1].startswith("4 postgresql+asyncpg://shop:***@localhost/shop: redirected to a ")
    assert told[2].startswith("5 a URL that is known at run time only: redirected")
    assert told[3].endswith("freshdb does not cover this product")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "db.py").write_text(KEYS_ON + "engine = create_engine('sqlite:///shop.db')\n")
    (tmp_path / "broken.py").write_text("def (:\n")

    assert main(["doctor", "--root", str(tmp_path)]) in (0, 1)  # 1 if a run has left something
    shown = capsys.readouterr().out
    assert "db.py:2: sqlite:///shop.db: redirected to a private SQLite file" in shown
    assert "could not read broken.py: SyntaxError" in shown

    main(["doctor", "--json", "--root", str(tmp_path)])
    assert json.loads(capsys.readouterr().out)["plans"][0]["line"] == 2
    assert main(["doctor", "--root", str(tmp_path / "nowhere")]) == 2
