"""Sessions of the application's own kind: find its session factory, open, seed, close."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from freshdb.errors import SessionNotFoundError
from freshdb.isolation.places import is_library
from freshdb.templates.build import finish

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Engine
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import Session

    AnySession = Session | AsyncSession

_HINT = (
    'name it: `session = "app.db:SessionLocal"` in [tool.freshdb] (a sessionmaker, '
    "async_sessionmaker, scoped_session, engine, or a callable that returns a session)"
)


class SessionSource:
    """Makes sessions the way the application does, so that options such as expire_on_commit agree.

    Args:
        setting: `module:attribute`, or None to look through the project's modules.
        source: where the setting came from.
        rootdir: what makes a module the project's own.
    """

    def __init__(self, setting: str | None, source: str, rootdir: Path) -> None:
        self._setting = setting
        self._source = source
        self._rootdir = rootdir
        self._make: Callable[[], AnySession] | None = None

    def new_session(self) -> AnySession:
        """Return a new session.

        Raises:
            SessionNotFoundError: there is no factory, or more than one to choose from.
        """
        if self._make is None:
            self._make = self._find()
        return self._make()

    def _find(self) -> Callable[[], AnySession]:
        if self._setting is not None:
            return _maker_from(self._named(self._setting), self._setting)
        for kinds in (_factory_kinds(), _engine_kinds()):
            found = _found_in_modules(self._rootdir, kinds)
            if len(found) == 1:
                ((value, name),) = found
                return _maker_from(value, name)
            if found:
                names = ", ".join(f"`{name}`" for _, name in found)
                raise SessionNotFoundError(
                    f"the application has more than one way to make sessions: {names}", hint=_HINT
                )
        raise SessionNotFoundError(
            "no sessionmaker and no engine was found in the modules under "
            f"`{self._rootdir}` that are imported so far",
            hint=_HINT,
        )

    def _named(self, spec: str) -> Any:
        module_name, _, attribute = spec.partition(":")
        try:
            value: Any = importlib.import_module(module_name)
            for name in attribute.split("."):
                value = getattr(value, name)
        except (ImportError, AttributeError, ValueError) as error:
            raise SessionNotFoundError(
                f"session is `{spec}` (from {self._source}): {type(error).__name__}: {error}",
                hint=_HINT,
            ) from error
        return value


def urls_of_engines(rootdir: Path) -> list[URL]:
    """Return the URLs of the engines in the project's modules that are imported so far."""
    engines = [engine for engine, _ in _found_in_modules(rootdir, _engine_kinds())]
    return [
        engine.url
        for engine in engines
        if engine.get_execution_options().get("freshdb") is not False
    ]


def close_session(session: AnySession) -> None:
    """Close a session of either kind, also where no loop is running (any more)."""
    sync_session = getattr(session, "sync_session", None)
    if sync_session is None:
        session.close()
    else:
        from sqlalchemy.util import greenlet_spawn

        finish(greenlet_spawn(sync_session.close))


def engine_of(session: AnySession) -> Engine:
    """Return the (sync side of the) engine that a session is bound to."""
    bind: Any = getattr(session, "sync_session", session).get_bind()
    return bind if not hasattr(bind, "engine") else bind.engine  # type: ignore[no-any-return]  # an Engine


def plant(session: AnySession, seed: Callable[..., Any]) -> None:
    """Write the rows of `seed` through a session, and commit.

    Args:
        session: of either kind.
        seed: called with nothing, returns ORM objects to add; or called with the session. It may
            be async in both cases.
    """
    takes_session = bool(inspect.signature(seed).parameters)
    sync_session = getattr(session, "sync_session", None)
    if sync_session is None:
        session.add_all(finish(seed(session) if takes_session else seed()) or ())
        session.commit()
    else:
        finish(_plant_async(session, seed, takes_session=takes_session))


async def _plant_async(session: Any, seed: Callable[..., Any], *, takes_session: bool) -> None:
    result = seed(session) if takes_session else seed()
    rows = await result if inspect.isawaitable(result) else result
    session.add_all(rows or ())
    await session.commit()


def _factory_kinds() -> tuple[type, ...]:
    kinds: list[type] = []
    if "sqlalchemy.orm" in sys.modules:
        from sqlalchemy.orm import scoped_session, sessionmaker

        kinds += [sessionmaker, scoped_session]
    if "sqlalchemy.ext.asyncio" in sys.modules:
        from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker

        kinds += [async_sessionmaker, async_scoped_session]
    return tuple(kinds)


def _engine_kinds() -> tuple[type, ...]:
    kinds: list[type] = []
    if "sqlalchemy" in sys.modules:
        from sqlalchemy.engine import Engine

        kinds.append(Engine)
    if "sqlalchemy.ext.asyncio" in sys.modules:
        from sqlalchemy.ext.asyncio import AsyncEngine

        kinds.append(AsyncEngine)
    return tuple(kinds)


def _found_in_modules(rootdir: Path, kinds: tuple[type, ...]) -> list[tuple[Any, str]]:
    """Return the distinct objects of these kinds in the project's modules, with their names."""
    found: dict[int, tuple[Any, str]] = {}
    for module in _project_modules(rootdir):
        for name, value in list(vars(module).items()):
            # `type(value)`, since a mock or a proxy may claim to be anything.
            if issubclass(type(value), kinds) and id(value) not in found:
                found[id(value)] = (value, f"{module.__name__}:{name}")
    return list(found.values())


def _project_modules(rootdir: Path) -> Iterator[ModuleType]:
    for module in list(sys.modules.values()):
        filename = getattr(module, "__file__", None)
        if not isinstance(filename, str) or not isinstance(module, ModuleType):
            continue
        if filename.startswith(f"{rootdir}{os.sep}") and not is_library(filename):
            yield module


def _maker_from(value: Any, name: str) -> Callable[[], AnySession]:
    """Return a function that makes sessions from a factory, an engine or a callable."""
    if issubclass(type(value), _engine_kinds()):
        return _maker_for_engine(value)
    if not callable(value):
        raise SessionNotFoundError(f"`{name}` is a {type(value).__name__}", hint=_HINT)

    def make() -> AnySession:
        made = value()
        if issubclass(type(made), _factory_kinds()):
            made = made()
        if not hasattr(made, "get_bind"):
            raise SessionNotFoundError(
                f"`{name}` returned a {type(made).__name__}, not a session", hint=_HINT
            )
        return made  # type: ignore[no-any-return]  # has a session's methods

    return make


def _maker_for_engine(engine: Any) -> Callable[[], AnySession]:
    if hasattr(engine, "sync_engine"):
        from sqlalchemy.ext.asyncio import AsyncSession

        return lambda: AsyncSession(engine, expire_on_commit=False)
    from sqlalchemy.orm import Session

    if "sqlmodel" in sys.modules:
        return lambda: sys.modules["sqlmodel"].Session(engine)
    return lambda: Session(engine)
