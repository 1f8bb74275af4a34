"""Build a template once: the tables that a schema makes, in a file that is never written again."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import FreshDBError, TemplateError
from freshdb.model import Image
from freshdb.templates.schema import Schema

if TYPE_CHECKING:
    from freshdb.backends.sqlite import SQLite


def build_template(
    schema: Schema,
    backend: SQLite,
    path: Path,
    leading_to: Callable[[Path], contextlib.AbstractContextManager[None]],
) -> Image:
    """Make the template of `schema` at `path`.

    Args:
        schema: what makes the tables.
        backend: the product that the template is for.
        path: where it goes; the file is there only if the build came to its end.
        leading_to: while its block runs, the application's engines lead to the path given.

    Raises:
        TemplateError: the build failed (its own exception is the cause), or made no tables.
    """
    draft = path.with_name(path.name + ".part")
    backend.build_empty(draft)
    try:
        with _logging_kept():
            _make_tables(schema, draft, leading_to)
        image = backend.take_image(draft, path)
    except FreshDBError:
        raise
    except Exception as error:
        raise TemplateError(
            f"building the template from schema `{schema.spec}` failed: "
            f"{type(error).__name__}: {error}",
            hint="its own traceback is above; nothing was kept of the half-built template",
        ) from error
    finally:
        backend.drop_branch(draft)
    if not image.has_tables:
        path.unlink()
        raise TemplateError(
            f"schema `{schema.spec}` ran and made no tables",
            hint="does it use another engine, or one that has the option `freshdb=False`?",
        )
    return image


def _make_tables(
    schema: Schema,
    draft: Path,
    leading_to: Callable[[Path], contextlib.AbstractContextManager[None]],
) -> None:
    if schema.run is not None:
        with leading_to(draft):
            finish(schema.run())
        return
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    assert schema.build is not None
    engine = create_engine(
        f"sqlite:///{draft}", poolclass=NullPool, execution_options={"freshdb": False}
    )
    with engine.begin() as connection:
        finish(schema.build(connection))


def finish(result: Any) -> Any:
    """Return `result`, awaited on a loop of its own where it is awaitable.

    It runs in a thread, since this one may be inside a loop.
    """
    if not inspect.isawaitable(result):
        return result
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
