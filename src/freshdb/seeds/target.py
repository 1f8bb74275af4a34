"""The database that seeds are written to, and the tables that it has."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import SeedError, shown
from freshdb.seeds.plan import Labels
from freshdb.seeds.progress import Bar, Screen, stderr
from freshdb.sessions import plant

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, Table

_ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite"}


class Target:
    """A database that nobody else uses yet.

    Args:
        url: where it is, with a sync driver.
        tables: those of the project's metadata, by name.
        labels: what earlier seeds have labelled in it.
        screen: where a bar is drawn when a load takes long.
    """

    def __init__(
        self,
        url: URL,
        tables: Mapping[str, Table],
        labels: Labels,
        screen: Screen = stderr,
    ) -> None:
        self._screen = screen
        self._url = url
        self._tables = tables
        self.labels = labels

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection in a transaction, committed at the end of the block."""
        with self._engine() as engine, engine.begin() as connection:
            yield connection

    def has_any(self, connection: Connection, names: Iterable[str]) -> bool:
        """Tell whether the database has one of these tables, or all that are asked for are none."""
        from sqlalchemy import inspect

        wanted = set(names)
        schemas = {name.rpartition(".")[0] or None for name in wanted}
        present = {
            f"{schema}.{name}" if schema else name
            for schema in schemas
            for name in inspect(connection).get_table_names(schema=schema)
        }
        # A name that the project does not know either is a mistake, to be told when it is planned.
        return not wanted or bool(wanted & present) or not wanted & set(self._tables)

    def tables_for(self, connection: Connection, names: Iterable[str]) -> Mapping[str, Table]:
        """Return the tables by name, from the database itself if the project knows too few."""
        if all(name in self._tables for name in names):
            return self._tables
        from sqlalchemy import MetaData

        reflected = MetaData()
        reflected.reflect(connection)
        return {**reflected.tables, **self._tables}

    def run_script(self, path: Path) -> None:
        """Run the statements of a `.sql` file.

        Raises:
            SeedError: the database refuses one of them.
        """
        script = path.read_text(encoding="utf-8")
        with self._engine() as engine:
            connection = engine.raw_connection()
            try:
                driver: Any = connection.driver_connection
                if hasattr(driver, "executescript"):
                    driver.executescript(script)
                else:
                    driver.cursor().execute(script)
                connection.commit()
            except Exception as error:
                raise SeedError(
                    f"the seed {shown(path)} fails: {error}",
                    hint="it is run on a database that has the tables, and nothing is kept of it",
                ) from error
            finally:
                connection.close()

    def call(self, function: Callable[..., Any]) -> None:
        """Let a callable write through a session of its kind, and commit."""
        if inspect.iscoroutinefunction(function):
            from freshdb.templates.build import finish

            finish(self._call_async(function))
            return
        from sqlalchemy.orm import Session

        with self._engine() as engine, Session(engine) as session:
            plant(session, function)

    async def _call_async(self, function: Callable[..., Any]) -> None:
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

        url = self._url.set(drivername=_ASYNC_DRIVERS[self._url.get_backend_name()])
        engine = create_async_engine(url, execution_options={"freshdb": False})
        try:
            async with AsyncSession(engine, expire_on_commit=False) as session:
                result = function(session) if inspect.signature(function).parameters else function()
                session.add_all(await result or ())
                await session.commit()
        finally:
            await engine.dispose()

    def progress(self, what: str) -> Bar:
        """Return what shows how far a load is."""
        return Bar(what, self._screen)

    @contextlib.contextmanager
    def _engine(self) -> Iterator[Engine]:
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        engine = create_engine(self._url, poolclass=NullPool, execution_options={"freshdb": False})
        try:
            yield engine
        finally:
            engine.dispose()


def url_of(backend: str, place: Path) -> URL:
    """Return the URL of a branch that is being made; each product says here where its own are."""
    from sqlalchemy import URL

    if backend == "sqlite":
        return URL.create("sqlite", database=str(place))
    raise SeedError(f"branches of {backend} cannot be seeded yet")


def project_tables(modules: Iterable[Any]) -> dict[str, Table]:
    """Return the tables of every MetaData that a project's modules hold, by name."""
    if "sqlalchemy" not in sys.modules:
        return {}
    from sqlalchemy import MetaData, Table

    found: dict[int, MetaData] = {}
    for module in modules:
        for value in list(vars(module).values()):
            is_holder = isinstance(value, type) or issubclass(type(value), Table)
            metadata: Any = getattr(value, "metadata", None) if is_holder else value
            if issubclass(type(metadata), MetaData):
                found[id(metadata)] = metadata
    tables: dict[str, Table] = {}
    for metadata in found.values():
        for name, table in metadata.tables.items():
            tables.setdefault(name, table)
    return tables
