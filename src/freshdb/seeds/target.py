"""The database that seeds are written to, and the tables that it has."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from freshdb.errors import SeedError, shown
from freshdb.seeds.plan import Labels
from freshdb.seeds.progress import Bar, Screen, stderr
from freshdb.sessions import plant
from freshdb.templates.build import finish

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine, Table
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
# Where an async function is given a session and the application's own driver is a sync one.
_ASYNC_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+psycopg_async",
    "mysql": "mysql+aiomysql",
    "mariadb": "mariadb+aiomysql",
}


class Target:
    """A database that nobody else uses yet.

    Args:
        url: where it is, with any driver.
        tables: those of the project's metadata, by name.
        labels: what earlier seeds have labelled in it.
        screen: where a bar is drawn when a load takes long.
        run_script: runs the statements of an SQL text there.
    """

    def __init__(
        self,
        url: URL,
        tables: Mapping[str, Table],
        labels: Labels,
        screen: Screen = stderr,
        run_script: Callable[[str], None] | None = None,
    ) -> None:
        self._screen = screen
        self._run_script = run_script
        self._url = url
        self._tables = tables
        self.labels = labels

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what a function makes of a connection; what it has written is committed."""
        if not self._is_async:
            with self._engine() as engine, engine.begin() as connection:
                return work(connection)
        result: T = finish(self._run_async(work))
        return result

    async def _run_async(self, work: Callable[[Connection], T]) -> T:
        async with self._async_engine() as engine, engine.begin() as connection:
            return await connection.run_sync(work)

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
        assert self._run_script is not None
        try:
            self._run_script(path.read_text(encoding="utf-8"))
        except Exception as error:
            raise SeedError(
                f"the seed {shown(path)} fails: {error}",
                hint="it is run on a database that has the tables, and nothing is kept of it",
            ) from error

    def call(self, function: Callable[..., Any]) -> None:
        """Let a callable write through a session of its kind, and commit."""
        if self._is_async or inspect.iscoroutinefunction(function):
            finish(self._call_async(function))
            return
        from sqlalchemy.orm import Session

        with self._engine() as engine, Session(engine) as session:
            plant(session, function)

    async def _call_async(self, function: Callable[..., Any]) -> None:
        from sqlalchemy.ext.asyncio import AsyncSession

        async with (
            self._async_engine() as engine,
            AsyncSession(engine, expire_on_commit=False) as session,
        ):
            if not inspect.iscoroutinefunction(function):
                await session.run_sync(lambda inner: plant(inner, function))
                return
            result = function(session) if inspect.signature(function).parameters else function()
            session.add_all(await result or ())
            await session.commit()

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

    @property
    def _is_async(self) -> bool:
        return self._url.get_dialect().is_async

    @contextlib.asynccontextmanager
    async def _async_engine(self) -> AsyncIterator[AsyncEngine]:
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

        url = self._url
        if not self._is_async:
            url = url.set(drivername=_ASYNC_DRIVERS[url.get_backend_name()])
        engine = create_async_engine(url, poolclass=NullPool, execution_options={"freshdb": False})
        try:
            yield engine
        finally:
            await engine.dispose()


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
