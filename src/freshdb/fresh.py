"""`fresh_db`: a session on a new database, with pytest or without."""

from __future__ import annotations

import atexit
import weakref
from collections.abc import Callable
from contextlib import AsyncExitStack, ExitStack
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from freshdb.backends.sqlite.backend import SQLite
from freshdb.errors import SchemaError
from freshdb.model import Image
from freshdb.sessions import plant
from freshdb.templates.build import build_template
from freshdb.templates.schema import Schema, schema_from
from freshdb.workspace import Workspace, find_base

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Session

_templates: weakref.WeakKeyDictionary[Any, tuple[tuple[Any, ...], Image]]
_templates = weakref.WeakKeyDictionary()


def fresh_db(
    schema: Any, *, seed: Callable[..., Any] | None = None, **session_options: Any
) -> FreshDatabase:
    """Make a new SQLite database with these tables, and open a session on it.

    Use it with `with` for a `Session` or with `async with` for an `AsyncSession` (which needs
    aiosqlite). The database is removed at the end of the block. Its tables are made once per
    process and copied after that.

        with fresh_db(Base.metadata) as session:
            session.add(User(name="ada"))
            session.commit()

    Args:
        schema: a MetaData or declarative base, a callable that takes a Connection, a path to a
            `.sql` file, or `module:attribute`.
        seed: called with nothing, returns ORM objects; or called with the session. The rows are
            committed before the block starts.
        session_options: passed on to `Session` or `AsyncSession`.

    Raises:
        SchemaError: `schema` is nothing that makes tables, or does so through an engine of its own.
        TemplateError: making the tables failed.
    """
    return FreshDatabase(schema, seed, session_options)


class FreshDatabase:
    """What `fresh_db` returns: enter it with `with` or with `async with`.

    Attributes:
        path: the database's file while the block runs.
    """

    def __init__(
        self, schema: Any, seed: Callable[..., Any] | None, session_options: dict[str, Any]
    ) -> None:
        self._schema = schema
        self._seed = seed
        self._session_options = session_options
        self._stack = ExitStack()
        self._async_stack = AsyncExitStack()
        self.path: Path | None = None

    def __enter__(self) -> Session:
        from sqlalchemy import create_engine
        from sqlalchemy.orm import Session

        with ExitStack() as stack:
            path = self._make(stack)
            engine = create_engine(f"sqlite:///{path}", execution_options={"freshdb": False})
            stack.callback(engine.dispose)
            session = stack.enter_context(Session(engine, **self._session_options))
            if self._seed is not None:
                plant(session, self._seed)
            self._stack = stack.pop_all()
        return session

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    async def __aenter__(self) -> AsyncSession:
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

        async with AsyncExitStack() as stack:
            files = stack.enter_context(ExitStack())
            path = self._make(files)
            engine = create_async_engine(
                f"sqlite+aiosqlite:///{path}", execution_options={"freshdb": False}
            )
            stack.push_async_callback(engine.dispose)
            options = {"expire_on_commit": False, **self._session_options}
            session = await stack.enter_async_context(AsyncSession(engine, **options))
            if self._seed is not None:
                plant(session, self._seed)
            self._async_stack = stack.pop_all()
        return session

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._async_stack.__aexit__(kind, error, trace)

    def _make(self, stack: ExitStack) -> Path:
        backend = _backend()
        path = backend.make_branch(_template_of(self._schema), "fresh")
        stack.callback(backend.drop_branch, path)
        self.path = path
        return path


def _template_of(value: Any) -> Image:
    """Return the template for a schema, built if this process has not built it yet."""
    from sqlalchemy import MetaData

    metadata = value if isinstance(value, MetaData) else getattr(value, "metadata", None)
    if not isinstance(metadata, MetaData):
        return _build(schema_from(value))
    shape = _shape(metadata)
    known = _templates.get(metadata)
    if known is None or known[0] != shape:
        known = _templates[metadata] = (shape, _build(schema_from(metadata)))
    return known[1]


def _shape(metadata: MetaData) -> tuple[Any, ...]:
    """Return what changes when a table is added to a MetaData, or something to a table."""
    return tuple(
        (id(table), len(table.columns), len(table.constraints), len(table.indexes))
        for table in metadata.tables.values()
    )


def _build(schema: Schema) -> Image:
    from contextlib import nullcontext

    if schema.run is not None:
        raise SchemaError(
            f"schema `{schema.spec}` makes its tables through the application's own engine, and "
            "that would reach the application's own database",
            hint="give `fresh_db` a declarative base, a MetaData, a `.sql` file, or a callable "
            "that takes a Connection",
        )
    return build_template(schema, _backend(), lambda place, backend: nullcontext())


@cache
def _backend() -> SQLite:
    workspace = Workspace(find_base(None), "fresh")
    atexit.register(workspace.close)
    return SQLite(workspace.new_path)
