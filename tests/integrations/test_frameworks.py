"""Applications of each framework, as its users write and test them, start each test anew."""

from __future__ import annotations

# Imported before any inner run, which forgets the modules that it was the first to import.
import flask_sqlalchemy  # noqa: F401
import starlette.testclient  # noqa: F401

from tests.project import ALONE, Project

TWICE = """
import pytest

twice = pytest.mark.parametrize("time", [1, 2])
"""


def test_starlette_by_its_test_client(project: Project) -> None:
    """The client runs the application on a loop of its own, in a thread of its own."""
    project.async_app().files(
        twice=TWICE,
        web="""
        from contextlib import asynccontextmanager
        from starlette.applications import Starlette
        from starlette.background import BackgroundTask
        from starlette.responses import JSONResponse
        from starlette.routing import Route
        from app import add, create_tables, names

        @asynccontextmanager
        async def lifespan(app):
            await create_tables()
            yield

        async def users(request):
            if request.method == "GET":
                return JSONResponse(await names())
            name = request.query_params["name"]
            await add(name)
            return JSONResponse({}, background=BackgroundTask(add, name + " later"))

        web = Starlette(routes=[Route("/users", users, methods=["GET", "POST"])], lifespan=lifespan)
        """,
        test_it="""
        import pytest
        from starlette.testclient import TestClient
        from twice import twice
        from app import names
        from web import web

        @twice
        def test_requests(time):
            with TestClient(web) as client:
                client.post("/users?name=ada")
                assert client.get("/users").json() == ["ada", "ada later"]

        @twice
        @pytest.mark.asyncio
        async def test_from_a_test_with_a_loop_of_its_own(time):
            with TestClient(web) as client:
                client.post("/users?name=bob")
            assert await names() == ["bob", "bob later"]
        """,
    ).run().passed(4)


def test_litestar_with_advanced_alchemy(project: Project) -> None:
    """A repository and the plugin's own sessions, on an engine that Litestar makes at its start.

    In a process of its own, since Litestar configures logging for the process.
    """
    project.files(
        twice=TWICE,
        notes="""
        from advanced_alchemy.base import BigIntBase
        from advanced_alchemy.extensions.litestar import (
            AsyncSessionConfig, SQLAlchemyAsyncConfig, SQLAlchemyPlugin,
        )
        from advanced_alchemy.repository import SQLAlchemyAsyncRepository
        from litestar import Litestar, get, post
        from litestar.di import NamedDependency
        from litestar.params import FromQuery
        from sqlalchemy.ext.asyncio import AsyncSession
        from sqlalchemy.orm import Mapped

        class Note(BigIntBase):
            __tablename__ = "notes"
            text: Mapped[str]

        class Notes(SQLAlchemyAsyncRepository[Note]):
            model_type = Note

        database = SQLAlchemyAsyncConfig(
            connection_string="sqlite+aiosqlite:///notes.db",
            session_config=AsyncSessionConfig(expire_on_commit=False),
            create_all=True,
        )

        @post("/notes")
        async def add(text: FromQuery[str], db_session: NamedDependency[AsyncSession]) -> int:
            return (await Notes(session=db_session, auto_commit=True).add(Note(text=text))).id

        @get("/notes")
        async def texts(db_session: NamedDependency[AsyncSession]) -> list[str]:
            return [note.text for note in await Notes(session=db_session).list()]

        def make():
            return Litestar([add, texts], plugins=[SQLAlchemyPlugin(config=database)])
        """,
        test_it="""
        import pytest
        from litestar.testing import AsyncTestClient, TestClient
        from notes import Note, database, make
        from twice import twice

        @twice
        def test_requests(time):
            with TestClient(make()) as client:
                assert client.post("/notes?text=milk").json() == 1
                assert client.get("/notes").json() == ["milk"]

        @twice
        @pytest.mark.asyncio
        async def test_rows_of_the_test_are_seen(time):
            async with AsyncTestClient(make()) as client:
                async with database.get_session() as session:
                    session.add(Note(text="bread"))
                    await session.commit()
                assert (await client.get("/notes")).json() == ["bread"]
        """,
    ).run_installed("-p", "freshdb.pytest_plugin", "-p", "pytest_asyncio.plugin", **ALONE).passed(4)


def test_flask_sqlalchemy(project: Project) -> None:
    """Two binds and a scoped session; an application for each test, or one for all."""
    project.files(
        twice=TWICE,
        shop="""
        from flask import Flask
        from flask_sqlalchemy import SQLAlchemy
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        class Base(DeclarativeBase):
            pass

        db = SQLAlchemy(model_class=Base)

        class Article(db.Model):
            id: Mapped[int] = mapped_column(primary_key=True)
            name: Mapped[str]

        class Visit(db.Model):
            __bind_key__ = "visits"
            id: Mapped[int] = mapped_column(primary_key=True)

        def create_app():
            app = Flask(__name__)
            app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"
            app.config["SQLALCHEMY_BINDS"] = {"visits": "sqlite:///visits.db"}
            db.init_app(app)

            @app.post("/articles/<name>")
            def add(name):
                article = Article(name=name)
                db.session.add_all([article, Visit()])
                db.session.commit()
                return [article.id, db.session.scalar(db.select(db.func.count(Visit.id)))]

            @app.post("/fail/<name>")
            def fail(name):
                db.session.add(Article(name=name))
                db.session.flush()
                db.session.rollback()
                return [one.name for one in db.session.scalars(db.select(Article))]

            return app
        """,
        test_it="""
        import pytest
        from shop import Article, create_app, db
        from twice import twice

        @pytest.fixture(scope="session")
        def shared():
            app = create_app()
            with app.app_context():
                db.create_all()
            return app

        @twice
        def test_one_application_for_all(shared, time):
            assert shared.test_client().post("/articles/pen").json == [1, 1]

        @twice
        def test_a_rollback_of_the_application_keeps_what_the_test_has_written(shared, time):
            with shared.app_context():
                db.session.add(Article(name="ink"))
                db.session.commit()
            assert shared.test_client().post("/fail/pen").json == ["ink"]

        @twice
        def test_an_application_for_each_test(time):
            app = create_app()
            with app.app_context():
                db.create_all()
            assert app.test_client().post("/articles/pen").json == [1, 1]
        """,
    ).run().passed(6)


def test_sqlmodel_with_fastapi(project: Project) -> None:
    project.files(
        twice=TWICE,
        heroes="""
        from typing import Annotated

        from fastapi import Depends, FastAPI
        from sqlmodel import Field, Session, SQLModel, create_engine, select

        class Hero(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            name: str

        engine = create_engine("sqlite:///heroes.db")

        def get_session():
            with Session(engine) as session:
                yield session

        app = FastAPI()

        @app.post("/heroes")
        def add(hero: Hero, session: Annotated[Session, Depends(get_session)]) -> Hero:
            session.add(hero)
            session.commit()
            session.refresh(hero)
            return hero

        @app.get("/heroes")
        def heroes(session: Annotated[Session, Depends(get_session)]) -> list[Hero]:
            return list(session.exec(select(Hero)).all())
        """,
        test_it="""
        from fastapi.testclient import TestClient
        from sqlmodel import Session, select
        from heroes import Hero, app, engine
        from twice import twice

        @twice
        def test_requests(time):
            client = TestClient(app)
            assert client.post("/heroes", json={"name": "ada"}).json() == {"id": 1, "name": "ada"}
            assert [hero["name"] for hero in client.get("/heroes").json()] == ["ada"]

        @twice
        def test_the_test_and_the_application_see_each_other(time):
            with Session(engine) as session:
                session.add(Hero(name="bob"))
                session.commit()
                TestClient(app).post("/heroes", json={"name": "cy"})
                assert session.exec(select(Hero.name)).all() == ["bob", "cy"]
        """,
    ).run("--freshdb-schema=heroes:Hero").passed(4)
