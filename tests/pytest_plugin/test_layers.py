"""What a fixture of wider scope writes is there for exactly the tests of its scope that use it."""

from __future__ import annotations

import random

import pytest

from tests.project import Project

SCOPES = """
    import pytest
    from app import *

    def rows(name, scope, **options):
        @pytest.fixture(scope=scope, name=name, **options)
        def fixture(tables):
            add(name)
            yield
            # What a fixture cleans up itself does no harm.
            with SessionLocal.begin() as session:
                session.query(User).filter_by(name=name).delete()
        return fixture

    of_session = rows("of_session", "session", autouse=True)
    of_package = rows("of_package", "package")
    of_module = rows("of_module", "module")
    of_class = rows("of_class", "class")
"""


def _module(seed: int) -> str:
    """Return a test module whose tests are in a random order."""
    tests = [
        ("def test_none(tables):", ["of_session"]),
        ("def test_module(of_module):", ["of_module", "of_session"]),
        ("def test_package(of_package):", ["of_package", "of_session"]),
        ("def test_both(of_module, of_package):", ["of_module", "of_package", "of_session"]),
    ]
    random.Random(seed).shuffle(tests)
    body = "".join(
        f"""
{head}
    assert names() == {expected}
    add("of_test")
    assert names() == {sorted([*expected, "of_test"])}
"""
        for head, expected in tests
    )
    in_class = "".join(
        f"""
    {head.replace("(", "(self, of_class, ", 1)}
        assert names() == {sorted([*expected, "of_class"])}
        add("of_test")
"""
        for head, expected in reversed(tests)
    )
    again = body.replace("def test", "def test2")
    return f"from app import *\n{body}\nclass TestIt:{in_class}\n{again}"


@pytest.mark.parametrize("seed", range(4))
def test_rows_of_every_scope_are_where_they_belong(project: Project, seed: int) -> None:
    project.app().files(
        conftest=(SCOPES + "    from app import engine, Base\n")
        + """
    @pytest.fixture(scope="session", autouse=True)
    def tables():
        Base.metadata.create_all(engine)
    """,
        test_one=_module(seed),
        test_two=_module(seed + 100),
    ).run().passed(24)


def test_each_parameter_of_a_fixture_has_rows_of_its_own(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module", params=["ada", "bob", "eve"])
        def who(request, tables):
            add(request.param)
            return request.param

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(who, time):
            assert names() == [who]
            add("of_test")
        """
    ).run().passed(6)


def test_a_wider_fixture_may_come_after_a_narrower_one(project: Project) -> None:
    """The session's rows outlive the module whose test was the first to need them."""
    project.app().files(
        conftest="""
        import pytest
        from app import *

        @pytest.fixture(scope="session")
        def tables():
            Base.metadata.create_all(engine)

        @pytest.fixture(scope="session")
        def late(tables):
            add("late")
        """,
        test_one="""
        import pytest
        from app import *

        @pytest.fixture(scope="module", autouse=True)
        def of_module(tables):
            add("of_module")

        def test_before():
            assert names() == ["of_module"]
            add("of_test")

        def test_after(late):
            assert names() == ["late", "of_module"]
            with SessionLocal() as session:
                ids = dict(session.execute(select(User.name, User.id)).all())
            assert ids == {"of_module": 1, "late": 2}
            add("of_test")

        def test_not_using_it():
            assert names() == ["of_module"]
        """,
        test_two="""
        from app import *

        def test_elsewhere(late):
            assert names() == ["late"]

        def test_not_using_it(tables):
            assert names() == []
        """,
    ).run().passed(5)


def test_a_fixture_asked_for_in_code_brings_its_rows(project: Project) -> None:
    """First while it is set up in the middle of a test, then when it has been there before."""
    project.app().files(
        test_it="""
        import freshdb
        import pytest
        from app import *

        @pytest.fixture(scope="module")
        def rows(tables):
            add("of_module")

        @pytest.mark.parametrize("time", [1, 2])
        def test_dynamic(request, time):
            if time == 1:
                add("of_test")
            assert names() == ["of_test"] * (time == 1)
            request.getfixturevalue("rows")
            assert names() == ["of_module"] + ["of_test"] * (time == 1)

        def test_not_using_it():
            assert names() == []

        def test_written_in_the_same_place(request):
            with SessionLocal.begin() as session:
                session.add(User(id=2, name="mine"))
            with pytest.raises(freshdb.LayerConflictError, match="as an argument"):
                request.getfixturevalue("rows")
            assert names() == ["mine"]
        """
    ).run().passed(4)


def test_import_time_rows_are_the_outermost_layer(project: Project) -> None:
    project.app().files(
        conftest="",
        test_it="""
        import pytest
        from app import *

        Base.metadata.create_all(engine)
        add("imported")

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            assert names() == ["imported"]
            add("ada")
        """,
    ).run().passed(2)
    assert not (project.path / "app.db").exists()


def test_import_time_rows_in_a_shared_memory_connection_are_a_layer(project: Project) -> None:
    """The recipe of FastAPI's documentation: StaticPool, and `create_all` in the test module."""
    project.files(
        test_it="""
        import pytest
        from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, select
        from sqlalchemy.pool import StaticPool

        engine = create_engine(
            "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
        )
        metadata = MetaData()
        items = Table("items", metadata, Column("id", Integer, primary_key=True))
        metadata.create_all(engine)

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(time):
            with engine.begin() as connection:
                assert connection.scalar(select(func.count()).select_from(items)) == 0
                connection.execute(items.insert())
        """
    ).run().passed(2)


def test_setup_functions_of_modules_and_classes_are_layers(project: Project) -> None:
    project.app().files(
        test_it="""
        import unittest
        from app import *

        def setup_module():
            Base.metadata.create_all(engine)
            add("of_module")

        class TestPlain:
            @classmethod
            def setup_class(cls):
                add("of_class")

            def setup_method(self):
                add("of_method")

            def test_one(self):
                assert names() == ["of_class", "of_method", "of_module"]
                add("of_test")

            test_two = test_one

        class TestUnit(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                add("of_class")

            def setUp(self):
                add("of_method")

            def test_one(self):
                assert names() == ["of_class", "of_method", "of_module"]
                add("of_test")

            test_two = test_one

        class TestAsync(unittest.IsolatedAsyncioTestCase):
            async def test_one(self):
                assert names() == ["of_module"]
                add("of_test")

            test_two = test_one
        """
    ).run().passed(6)


def test_a_fixture_that_fails_leaves_nothing(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="class")
        def broken(tables):
            add("half")
            raise RuntimeError("broken")

        class TestOne:
            def test_broken(self, broken):
                pass

        def test_after():
            assert names() == []
        """
    )
    outcome = project.run()
    assert outcome.counts == {"error": 1, "passed": 1}, outcome.output


def test_rows_that_a_fixture_holds_open_are_no_layer(project: Project) -> None:
    """As on a real database, what is not committed is nobody else's."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module")
        def held(tables):
            with SessionLocal() as session:
                session.add(User(name="held"))
                session.flush()
                yield session

        @pytest.mark.parametrize("time", [1, 2])
        def test_rows(held, time):
            assert names() == []
        """
    ).run().passed(2)


def test_layers_with_triggers_views_generated_columns_and_full_text(project: Project) -> None:
    """A wider fixture after a narrower one makes every kind of object pass through a merge."""
    project.app().files(
        test_it="""
        import pytest
        from app import *

        def run(*statements):
            with engine.begin() as connection:
                return [connection.execute(text(s)) for s in statements]

        def value(sql):
            with engine.connect() as connection:
                return connection.execute(text(sql)).all()

        @pytest.fixture(scope="module")
        def narrow(tables):
            add("narrow")

        @pytest.fixture(scope="session")
        def wide():
            run(
                "CREATE TABLE log (what TEXT)",
                "CREATE TABLE pairs (a, b, PRIMARY KEY (a, b)) WITHOUT ROWID",
                "CREATE TABLE sums (a INT, b INT, c INT GENERATED ALWAYS AS (a + b) STORED)",
                "CREATE VIRTUAL TABLE notes USING fts5(body)",
                "CREATE VIEW loud AS SELECT upper(name) AS name FROM users",
                "CREATE TRIGGER t AFTER INSERT ON users "
                "BEGIN INSERT INTO log VALUES (NEW.name); END",
                "INSERT INTO pairs VALUES (1, 2)",
                "INSERT INTO sums (a, b) VALUES (1, 2)",
                "INSERT INTO notes VALUES ('a needle in hay')",
            )
            add("wide")

        def test_one(narrow):
            assert names() == ["narrow"]

        def test_two(narrow, wide):
            assert names() == ["narrow", "wide"]
            check()

        def test_three(wide):
            assert names() == ["wide"] or names() == ["narrow", "wide"]
            check()

        def check():
            assert value("SELECT * FROM pairs") == [(1, 2)]
            assert value("SELECT c FROM sums") == [(3,)]
            assert value("SELECT count(*) FROM notes WHERE notes MATCH 'needle'") == [(1,)]
            assert value("SELECT what FROM log") == [("wide",)]
            add("of_test")
            assert value("SELECT what FROM log") == [("wide",), ("of_test",)]
        """
    ).run().passed(3)
