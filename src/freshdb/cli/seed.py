"""`freshdb seed dump`: rows of a database as a seed file, with the rows that they refer to."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import SeedError, shown
from freshdb.seeds.dump import ENDINGS, Rows, choices, dump_rows, write, written
from freshdb.seeds.masks import find_masks

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    dump = actions.add_parser(
        "dump",
        help="write a seed file from a database",
        description="Write rows of a database as a seed file, with the rows that they refer to. "
        "The database is only read.",
    )
    dump.add_argument("database", help="a file (such as a failed test's) or an SQLAlchemy URL")
    dump.add_argument("--tables", metavar="A,B", default="", help="only these (all)")
    dump.add_argument(
        "--where",
        metavar="SQL",
        action="append",
        default=[],
        help='only these rows of a table, for example "runs.id = 5"; may be repeated',
    )
    dump.add_argument(
        "--mask",
        metavar="TABLE.COLUMN=RULE",
        action="append",
        default=[],
        help="what to write instead: fake, null or text:VALUE; may be repeated",
    )
    dump.add_argument(
        "--schema",
        metavar="MODULE:ATTRIBUTE",
        help="the MetaData or declarative base, whose types are used (those of the database)",
    )
    dump.add_argument("--out", type=Path, help=f"the file ({', '.join(ENDINGS)}); printed else")


def run(arguments: argparse.Namespace) -> int:
    """Write the seed."""
    rows = _read(_url(arguments.database), lambda connection: _rows(connection, arguments))
    if not rows:
        raise SeedError("there are no such rows", hint="nothing was written")
    if arguments.out is None:
        print(written(rows, _printed_as()), end="")
    else:
        write(rows, arguments.out)
        count = sum(len(part) for part in rows.values())
        print(f"{shown(arguments.out)}: {count} rows of {len(rows)} tables", file=sys.stderr)
    return 0


def _rows(connection: Connection, arguments: argparse.Namespace) -> Rows:
    from sqlalchemy import MetaData

    metadata = MetaData()
    if arguments.schema is not None:
        metadata = _metadata(arguments.schema)
    else:
        metadata.reflect(connection)
    names = [name.strip() for name in arguments.tables.split(",") if name.strip()]
    start = choices(names, arguments.where, metadata.tables)
    masks = find_masks(arguments.mask, metadata.tables)
    return dump_rows(connection, metadata.tables, start, masks)


def _url(database: str) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if "://" not in database:
        if not Path(database).is_file():
            raise SeedError(f"there is no file `{database}`", hint="name a file or an URL")
        database = f"sqlite:///{Path(database).absolute()}"
    try:
        url = make_url(database)
        url.get_dialect()
    except (ArgumentError, ValueError) as error:
        raise SeedError(f"the database is no SQLAlchemy URL: {error}") from None
    if url.get_backend_name() == "sqlite":
        path = Path(url.database or "")
        if not path.is_file():
            raise SeedError(f"there is no file `{path}`")
        url = url.set(drivername="sqlite")
    return url


def _read(url: URL, read: Callable[[Connection], Rows]) -> Rows:
    """Call a function with a connection, through the driver that the URL names.

    Raises:
        SeedError: the driver is not installed, or the database cannot be read.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.pool import NullPool

    shown_url = url.render_as_string(hide_password=True)
    try:
        if url.get_dialect().is_async:
            import asyncio

            return asyncio.run(_read_async(url, read))
        with create_engine(url, poolclass=NullPool).connect() as connection:
            return read(connection)
    except ImportError as error:
        raise SeedError(f"the driver of `{shown_url}` cannot be imported: {error}") from None
    except (SQLAlchemyError, OSError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        raise SeedError(
            f"`{shown_url}` cannot be read: {cause}",
            hint="with `--schema module:Base` the application's own types are used",
        ) from error


async def _read_async(url: URL, read: Callable[[Connection], Rows]) -> Rows:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        return await connection.run_sync(read)


def _metadata(spec: str) -> Any:
    from freshdb.datafiles.values import import_object

    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        value = import_object(spec)
    except ValueError as error:
        raise SeedError(f"`--schema` is `{spec}`, not {error}") from None
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(here)
    metadata = getattr(value, "metadata", value)
    if not hasattr(metadata, "tables"):
        raise SeedError(f"`--schema` is `{spec}`, and that is no MetaData or declarative base")
    return metadata


def _printed_as() -> str:
    from importlib.util import find_spec

    return ".yaml" if find_spec("ruamel.yaml") is not None else ".json"
