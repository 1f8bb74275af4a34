"""A template is built once per run, from whatever the setting `schema` names."""

from __future__ import annotations

import pytest

from tests.project import Project

ROWS = """
    import pytest
    from app import *

    @pytest.mark.parametrize("time", [1, 2])
    def test_rows(time):
        assert names() == ROWS
        add("ada")
"""

SCHEMAS = {
    "app:Base": "[]",
    "app:Base.metadata": "[]",
    "build:with_connection": "['seeded']",
    "build:with_the_engine": "['seeded']",
    "build:asynchronously": "['seeded']",
    "schema.sql": "['seeded']",
    "alembic": "['seeded']",
    "alembic:other.ini": "['seeded']",
}

BUILD = """
import asyncio
from app import Base, add, engine
from sqlalchemy import text

def with_connection(connection):
    Base.metadata.create_all(connection)
    connection.execute(text("INSERT INTO users (name) VALUES ('seeded')"))

def with_the_engine():
    Base.metadata.create_all(engine)
    add("seeded")

async def asynchronously():
    await asyncio.sleep(0)
    await asyncio.to_thread(with_the_engine)
"""

ENV = """
import asyncio
import logging.config
from alembic import context
from sqlalchemy import engine_from_config, pool
from sqlalchemy.ext.asyncio import create_async_engine

logging.config.dictConfig({"version": 1, "disable_existing_loggers": True})

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def run_async():
    engine = create_async_engine("sqlite+aiosqlite:///app.db", poolclass=pool.NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(run)

if context.config.get_main_option("style") == "async":
    asyncio.run(run_async())
else:
    engine = engine_from_config({"url": "sqlite:///app.db"}, prefix="", poolclass=pool.NullPool)
    with engine.connect() as connection:
        run(connection)
"""

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "one", None

def upgrade():
    key = sa.Column("id", sa.Integer, primary_key=True)
    op.create_table("users", key, sa.Column("name", sa.Text))
    op.execute("INSERT INTO users (name) VALUES ('seeded')")
"""


@pytest.mark.parametrize("url", ["sqlite:///app.db", "sqlite://"])
@pytest.mark.parametrize("schema", SCHEMAS)
def test_every_form_of_schema(project: Project, schema: str, url: str) -> None:
    (project.path / "migrations" / "versions").mkdir(parents=True)
    (project.path / "migrations" / "env.py").write_text(ENV)
    (project.path / "migrations" / "versions" / "one.py").write_text(MIGRATION)
    for name, style in (("alembic", "sync"), ("other", "async")):
        (project.path / f"{name}.ini").write_text(
            f"[alembic]\nscript_location = {project.path}/migrations\nstyle = {style}\n"
        )
    project.app(url).files(
        conftest="",
        pyproject__toml=f'[tool.freshdb]\nschema = "{schema}"',
        build=BUILD,
        schema__sql="CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);\n"
        "INSERT INTO users (name) VALUES ('seeded');",
        test_it=ROWS.replace("ROWS", SCHEMAS[schema])
        + """
    def test_loggers_are_as_they_were(caplog):
        import logging
        logging.getLogger("sqlalchemy.pool").warning("heard")
        assert caplog.messages == ["heard"]
""",
    )

    outcome = project.run().passed(3)

    assert f"schema {schema} (from pyproject.toml [tool.freshdb])" in outcome.output
    assert not (project.path / "app.db").exists()
    assert project.left_behind() == []


def test_create_all_on_top_of_a_template_changes_nothing(project: Project) -> None:
    project.app().files(
        pyproject__toml='[tool.freshdb]\nschema = "app:Base"', test_it=ROWS.replace("ROWS", "[]")
    ).run().passed(2)


def test_the_template_is_built_once_for_all_workers(project: Project) -> None:
    project.app().files(
        conftest="",
        pyproject__toml='[tool.freshdb]\nschema = "build:make"',
        build="""
        from app import Base

        def make(connection):
            with open("built.txt", "a") as log:
                log.write("built ")
            Base.metadata.create_all(connection)
        """,
        test_it=ROWS.replace("ROWS", "[]"),
    ).run_apart("-p", "no:randomly", "-n", "2").passed(2)

    assert (project.path / "built.txt").read_text() == "built "
