"""Tests that start with the rows of seeds, named by markers, the setting or `fresh_db`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import freshdb
from freshdb.errors import DataFileError, SeedError
from freshdb.seeds.find import find_seeds, fingerprint
from freshdb.seeds.rows import Row, read_rows
from tests.project import Project


def write(project: Project, name: str, text: str) -> None:
    path = project.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


SCHEMA = '[tool.freshdb]\nschema = "app:Base"\n'

MARKED = """
    import freshdb
    import pytest
    from app import *

    pytestmark = pytest.mark.freshdb(seed="seeds/ada.yaml")

    @pytest.mark.parametrize("time", [1, 2])
    def test_the_module_s(time):
        assert names() == ["ada"]
        add("mine")

    @pytest.mark.freshdb(seed=["seeds/bob"])
    class TestClass:
        def test_the_class_s(self):
            assert names() == ["ada", "bob"]
            add("mine")

        @pytest.mark.freshdb(seed=["seeds/cid.sql", lambda: [User(name="dan")]])
        @pytest.mark.parametrize("time", [1, 2])
        def test_its_own(self, time):
            assert names() == ["ada", "bob", "cid", "dan"]
            with SessionLocal() as session:
                assert session.scalar(select(func.max(User.id))) == 4
            add("mine")

        @pytest.mark.freshdb(seed=[])
        def test_none(self):
            assert names() == []
"""


@pytest.mark.parametrize(
    ("url", "pyproject"),
    [("sqlite:///app.db", SCHEMA), ("sqlite:///app.db", ""), ("sqlite://", "")],
    ids=["template", "fixture", "memory"],
)
def test_seeds_of_markers_add_up(project: Project, url: str, pyproject: str) -> None:
    project.app(url).files(test_it=MARKED)
    if pyproject:
        project.files(pyproject__toml=pyproject, conftest="")
    write(project, "seeds/ada.yaml", "users: [{name: ada}]")
    write(project, "seeds/bob/users.csv", "name\nbob\n")
    write(project, "seeds/cid.sql", "INSERT INTO users (name) VALUES ('cid');")

    project.run().passed(6)
    assert project.left_behind() == []


HOW_OFTEN = """
    import factory, freshdb, pytest
    from app import *

    class UserFactory(factory.alchemy.SQLAlchemyModelFactory):
        class Meta:
            model = User
        name = factory.Sequence(lambda n: f"user {n}")

    calls = []

    def rows(session):
        calls.append(1)
        session.add(User(name="called"))

    @pytest.mark.parametrize("time", range(4))
    class TestAll:
        @pytest.mark.freshdb(seed=["users.csv", rows, UserFactory])
        def test_marked(self, time):
            assert names() == [*SETTING, "called", "filed", "user 0"]
            assert calls == []  # what a seed does to the process is not the test's
            add("mine")

        @freshdb.cases("cases.yaml")
        def test_cases(self, case, time):
            assert names() == [*SETTING, "of a case"]
            add("mine")
"""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Yield the list of what every engine executes meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("in_template", [True, False], ids=["template", "fixture"])
def test_a_seed_is_paid_for_once(
    project: Project, monkeypatch: pytest.MonkeyPatch, in_template: bool
) -> None:
    lines = ["[tool.freshdb]", 'state = "fail"']
    if in_template:
        lines += ['schema = "app:Base"', 'seed = "setting/users.csv"']
        write(project, "setting/users.csv", "name\n a setting\n")
    project.app().files(
        pyproject__toml="\n".join(lines),
        users__csv="name\nfiled\n",
        cases__yaml="""
        seed: {users: [{name: of a case}]}
        cases: [{id: one}, {id: two}]
        """,
        test_it=HOW_OFTEN.replace("SETTING", '[" a setting"]' if in_template else "[]"),
    )
    if in_template:
        project.files(conftest="")

    reads: list[Path] = []

    def read_noted(path: Path, root: Path) -> list[Row]:
        reads.append(path)
        return read_rows(path, root)

    monkeypatch.setattr("freshdb.seeds.find.read_rows", read_noted)
    with statements() as seen:
        project.run("-p", "no:randomly").passed(12)

    assert len(reads) == len(set(reads)), reads

    inserts = [one for one in seen if one.startswith("INSERT INTO users")]
    # One by each test; the setting's, the three of the marker, and that of all cases.
    assert len(inserts) == 12 + in_template + 3 + 1, inserts


def test_seeds_lie_on_top_of_what_wider_fixtures_wrote(project: Project) -> None:
    project.app().files(
        test_it="""
        import pytest
        from app import *

        @pytest.fixture(scope="module")
        def admin():
            add("admin")

        @pytest.mark.freshdb(seed="users.csv")
        def test_with(admin):
            with SessionLocal() as session:
                assert list(session.scalars(select(User.name).order_by(User.id))) == ["admin", "ada"]

        @pytest.mark.freshdb(seed="users.csv")
        def test_without():
            assert names() == ["ada"]

        def test_neither(): assert names() == []
        """,
        users__csv="name\nada\n",
    ).run("-p", "no:randomly").passed(3)


@pytest.mark.parametrize("schema", [True, False], ids=["template", "fixture"])
def test_the_setting_seeds_every_test(project: Project, schema: bool) -> None:
    lines = ["[tool.freshdb]", 'seed = ["users.csv", "more:rows"]']
    if schema:
        lines += ['schema = "app:Base"']
        project.files(conftest="")
    project.app().files(
        pyproject__toml="\n".join(lines),
        users__csv="$label,name\na,ada\n",
        more="""
        def rows():
            from app import User
            return [User(name="bob")]
        """,
        test_it="""
        import pytest
        from app import *

        def test_it(): assert names() == ["ada", "bob"]

        @pytest.mark.freshdb(seed="third.yaml")
        def test_a_label_of_the_setting_s():
            assert names() == ["ada", "ada", "bob"]
        """,
        third__yaml="users: [{name: $a.name}]",
    )
    if schema:
        project.files(conftest="")

    project.run("-p", "no:randomly").passed(2)
    if schema:
        outcome = project.run_apart("-n", "2", "-q")
        assert outcome.counts == {"passed": 2}, outcome.output


def test_wider_fixtures_see_the_seeds_of_a_template(project: Project) -> None:
    project.app().files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"\nseed = "users.csv"\n',
        conftest="""
        import pytest
        from app import names

        @pytest.fixture(scope="session")
        def seen():
            return names()
        """,
        users__csv="name\nada\n",
        test_it="def test_it(seen): assert seen == ['ada']",
    ).run().passed(1)


def test_cases_bring_seeds_of_their_own(project: Project) -> None:
    project.async_app().files(
        pyproject__toml=SCHEMA,
        conftest="",
        users__csv="name\nada\n",
        cases__yaml="""
        seed: users.csv
        cases:
          - id: one
            expected: [ada]
          - id: two
            seed: {users: [{name: bob}]}
            expected: [ada, bob]
          - id: three
            seed: [bob.yaml, {users: [{name: $b.name}]}]
            expected: [ada, bob, bob]
        """,
        bob__yaml="users: {b: {name: bob}}",
        test_it="""
        import freshdb, pytest
        from app import *

        @freshdb.cases("cases.yaml")
        @pytest.mark.asyncio
        async def test_it(case, db_session):
            assert (await db_session.scalars(select(User.name).order_by(User.name))).all() == case.expected

        @freshdb.cases("cases.yaml")
        @pytest.mark.asyncio
        async def test_rows(case, db_session):
            users = (await db_session.scalars(select(User))).all()
            assert users == case.expected or [user.name for user in users] == case.expected
        """,
    ).run().passed(6)


def test_an_async_seed_and_factories(project: Project) -> None:
    project.async_app().files(
        pyproject__toml=SCHEMA,
        conftest="",
        test_it="""
        import factory
        import freshdb, pytest
        from app import *
        from polyfactory.factories.sqlalchemy_factory import SQLAlchemyFactory

        class UserFactory(factory.alchemy.SQLAlchemyModelFactory):
            class Meta:
                model = User
            name = factory.Sequence(lambda n: f"user {n}")

        class OtherFactory(SQLAlchemyFactory[User]):
            __set_primary_key__ = False
            name = "other"

        async def ada(session):
            session.add(User(name="ada"))
            await session.flush()

        @pytest.mark.freshdb(seed=[ada, UserFactory, freshdb.made_by(OtherFactory, 2)])
        @pytest.mark.asyncio
        async def test_it():
            assert [name.split()[0] for name in await names()] == ["ada", "other", "other", "user"]
        """,
    ).run().passed(1)


def test_another_database_is_left_alone(project: Project) -> None:
    project.app().files(
        users__csv="name\nada\n",
        test_it="""
        import pytest
        from app import *

        other = create_engine("sqlite:///other.db")

        @pytest.fixture(scope="module", autouse=True)
        def other_table():
            with other.begin() as connection:
                connection.execute(text("CREATE TABLE others (id INTEGER)"))

        @pytest.mark.freshdb(seed="users.csv")
        def test_it():
            with other.connect() as connection:
                assert connection.execute(text("SELECT * FROM others")).all() == []
            assert names() == ["ada"]
        """,
    ).run().passed(1)


BAD = {
    "users: [{nmae: ada}]": "seed.yaml:1:10: table `users` has no column `nmae`\n\nhint: did you mean `name`?",
    "user: [{name: ada}]": "seed.yaml:1:1: there is no table `user`\n\nhint: did you mean `users`?",
    "users: [{}]": "seed.yaml:1:9: the row has no `name`",
    "users: [{name: $ada}]": "seed.yaml:1:16: no row has the label `ada`",
    "users: [": "seed.yaml:2:1: not valid YAML",
}


@pytest.mark.parametrize(
    ("how", "text", "message"),
    [*(("marker", *one) for one in BAD.items()), ("setting", *next(iter(BAD.items())))],
    ids=range(len(BAD) + 1),
)
def test_a_bad_seed_stops_before_any_test_runs(
    project: Project, how: str, text: str, message: str
) -> None:
    seed = 'seed = "seed.yaml"\n' if how == "setting" else ""
    marker = '@pytest.mark.freshdb(seed="seed.yaml")' if how == "marker" else ""
    project.app().files(
        pyproject__toml=f"{SCHEMA}{seed}",
        conftest="",
        seed__yaml=f"{text}\n",
        test_it=f"import pytest\nfrom app import *\n{marker}\ndef test_it(): ...\n\ndef test_other(): ...\n",
    )

    outcome = project.run("-p", "no:randomly")

    assert "passed" not in outcome.counts, outcome.output
    assert message in outcome.output.replace("\nE   ", "\n"), outcome.output
    assert outcome.output.count(message.partition("\n")[0]) == 1, outcome.output


def test_a_seed_without_tables_says_what_to_do(project: Project) -> None:
    project.app().files(
        conftest="",
        users__csv="name\nada\n",
        test_it="""
        import pytest
        from app import *

        @pytest.mark.freshdb(seed="users.csv")
        def test_it():
            Base.metadata.create_all(engine)
        """,
    )

    outcome = project.run().failed(1)

    assert "users.csv has no tables to go to: the database is empty when the test" in outcome.output


@pytest.mark.parametrize(
    ("seed", "message"),
    [
        ("3", "a seed is 3"),
        ('"nowhere:rows"', "a seed is `nowhere:rows`"),
        ('"app:nmaes"', "hint: did you mean `names`?"),
        ('"app:Base.metadata"', "and that is a MetaData"),
        ('"users.yml"', "there is no such seed"),
    ],
)
def test_a_seed_that_is_none(project: Project, seed: str, message: str) -> None:
    project.app().files(
        test_it=f"import pytest, app\n@pytest.mark.freshdb(seed={seed})\ndef test_it(): ..."
    )

    outcome = project.run()

    assert outcome.counts == {"error": 1}, outcome.output
    assert message in outcome.output


class Base(DeclarativeBase):
    """The models of these tests."""


class Tenant(Base):
    """A table."""

    __tablename__ = "tenants"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


def names(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Tenant.name).order_by(Tenant.id)))


def test_fresh_db_takes_files_and_callables(tmp_path: Path) -> None:
    (tmp_path / "tenants.csv").write_text("name\nacme\n")
    seeds = [tmp_path / "tenants.csv", lambda: [Tenant(name="globex")]]

    for _ in range(2):
        with freshdb.fresh_db(Base, seed=seeds) as session:
            assert names(session) == ["acme", "globex"]
            session.add(Tenant(name="mine"))
            session.commit()
    with freshdb.fresh_db(Base) as session:
        assert names(session) == []


@pytest.mark.asyncio
async def test_fresh_db_asynchronously(tmp_path: Path) -> None:
    (tmp_path / "seed.toml").write_text('[[tenants]]\nname = "acme"\n')

    async with freshdb.fresh_db(Base, seed=tmp_path / "seed.toml") as session:
        assert isinstance(session, AsyncSession)
        assert (await session.scalars(sa.select(Tenant.name))).all() == ["acme"]


def test_fresh_db_sees_that_a_file_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "tenants.csv"
    for name in ("acme", "globex"):
        path.write_text(f"name\n{name}\n")
        with freshdb.fresh_db(Base, seed=path) as session:
            assert names(session) == [name]


def test_fresh_db_inserts_nothing_of_a_bad_seed(tmp_path: Path) -> None:
    path = tmp_path / "tenants.csv"
    path.write_text("id,name\n1,acme\n1,globex\n")

    with (
        pytest.raises(DataFileError, match=r"tenants.csv:3:1: the database refuses this row"),
        freshdb.fresh_db(Base, seed=path),
    ):
        pass
    path.write_text("id,name\n1,acme\n")
    with freshdb.fresh_db(Base, seed=path) as session:
        assert names(session) == ["acme"]


def test_a_failing_script_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.sql"
    path.write_text("INSERT INTO tenantz VALUES (1);")

    with (
        pytest.raises(SeedError, match=r"rows.sql fails: no such table: tenantz"),
        freshdb.fresh_db(Base, seed=path),
    ):
        pass


def test_the_fingerprint_knows_what_seeds_are_made_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "a.yaml": "tenants: !include b.yaml",
        "b.yaml": "[{name: !env NAME}, {name: !include c.txt}]",
        "c.txt": "globex",
        "d.sql": "INSERT INTO tenants VALUES (1, 'initech')",
        "folder/tenants.csv": "name\nhooli\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("NAME", "acme")

    def of_now() -> str:
        return fingerprint(find_seeds(["a.yaml", "d.sql", "folder"], tmp_path, tmp_path, "here"))

    seen = {of_now()}
    assert of_now() in seen
    monkeypatch.setenv("NAME", "umbrella")
    seen.add(of_now())
    for name in ("b.yaml", "c.txt", "d.sql", "folder/tenants.csv"):
        (tmp_path / name).write_text(f"{files[name]} ")
        seen.add(of_now())

    assert len(seen) == 6
    one, other = (fingerprint(find_seeds(f, tmp_path, tmp_path, "")) for f in (names, find_seeds))
    assert one != other
    assert one == fingerprint(find_seeds([names], tmp_path, tmp_path, ""))


def test_made_by_wants_a_factory() -> None:
    with pytest.raises(TypeError, match="is no factory"):
        freshdb.made_by(Tenant)
