"""Build a template once: the tables that a schema makes, never written again."""

from __future__ import annotations

import contextlib
import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from freshdb.errors import FreshDBError, TemplateError
from freshdb.model import Image, Place
from freshdb.templates.fingerprint import fingerprint
from freshdb.templates.schema import Schema

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

    from freshdb.backends import Backend

LeadingTo: TypeAlias = "Callable[[Place, Backend], contextlib.AbstractContextManager[None]]"


def build_template(
    schema: Schema,
    backend: Backend,
    leading_to: LeadingTo,
    *,
    url: URL | None = None,
    rebuild: bool = False,
) -> Image:
    """Return the template of `schema`, built if nobody has built it yet.

    Args:
        schema: what makes the tables.
        backend: the product that the template is for.
        leading_to: while its block runs, the application's engines lead to the place given.
        url: one of the application's for this product, where it is known.
        rebuild: build it even if it is there.

    Raises:
        TemplateError: the build failed (its own exception is the cause), or made no tables.
    """
    try:
        with _logging_kept():
            image = backend.template(
                fingerprint(schema, backend) if backend.is_server else "",
                lambda draft: _make_tables(schema, backend, draft, leading_to, url),
                rebuild=rebuild,
            )
    except FreshDBError:
        raise
    except Exception as error:
        raise TemplateError(
            f"building the template from schema `{schema.spec}` failed: "
            f"{type(error).__name__}: {error}",
            hint="its own traceback is above; nothing was kept of the half-built template",
        ) from error
    if not image.has_tables:
        backend.discard(image)
        raise TemplateError(
            f"schema `{schema.spec}` ran and made no tables",
            hint="does it use another engine, or one that has the option `freshdb=False`?",
        )
    return image


def _make_tables(
    schema: Schema, backend: Backend, draft: Place, leading_to: LeadingTo, url: URL | None
) -> None:
    if schema.run is not None:
        with leading_to(draft, backend):
            _apart(schema.run)
        return
    if schema.script is not None:
        backend.run_script(draft, schema.script())
        return
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    assert schema.build is not None
    url = backend.url_of(draft, url)
    options: dict[str, Any] = {"poolclass": NullPool, "execution_options": {"freshdb": False}}
    if url.get_dialect().is_async:
        finish(_make_tables_async(schema.build, url, options))
        return
    with create_engine(url, **options).begin() as connection:
        finish(schema.build(connection))


def _apart(run: Callable[[], Any]) -> None:
    """Call a function where no event loop is running: it may want to run one itself."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        finish(run())
        return

    async def call() -> Any:
        return await asyncio.to_thread(lambda: finish(run()))

    finish(call())


async def _make_tables_async(
    build: Callable[[Connection], Any], url: URL, options: dict[str, Any]
) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine

    engine = create_async_engine(url, **options)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: finish(build(sync)))
    await engine.dispose()


def finish(result: Any) -> Any:
    """Return `result`, awaited on a loop of its own where it is awaitable.

    It runs in a thread, since this one may be inside a loop.
    """
    if not inspect.isawaitable(result):
        return result
    import asyncio

    outcome: dict[str, Any] = {}

    async def wait() -> Any:
        return await result

    def run() -> None:
        try:
            outcome["value"] = asyncio.run(wait())
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=run, name="freshdb-await")
    thread.start()
    thread.join()
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]


@contextlib.contextmanager
def _logging_kept() -> Iterator[None]:
    """Put logging back: Alembic's `env.py` configures it, and disables every logger there is."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    loggers = [
        logger for logger in root.manager.loggerDict.values() if isinstance(logger, logging.Logger)
    ]
    states = [(logger, logger.disabled, logger.level, logger.handlers[:]) for logger in loggers]
    try:
        yield
    finally:
        root.level, root.handlers[:] = level, handlers
        for logger, disabled, its_level, its_handlers in states:
            logger.disabled, logger.handlers[:] = disabled, its_handlers
            logger.setLevel(its_level)
