"""`freshdb seed dump`: rows of a database as a seed file, with the rows that they refer to."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import SeedError, shown
from freshdb.seeds.dump import ENDINGS, choices, dump_rows, write, written
from freshdb.seeds.masks import find_masks

if TYPE_CHECKING:
    from sqlalchemy import Engine


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
    from sqlalchemy import MetaData

    engine = _engine(arguments.database)
    with engine.connect() as connection:
        metadata = MetaData()
        if arguments.schema is not None:
            metadata = _metadata(arguments.schema)
        else:
            metadata.reflect(connection)
        names = [name.strip() for name in arguments.tables.split(",") if name.strip()]
        start = choices(names, arguments.where, metadata.tables)
        masks = find_masks(arguments.mask, metadata.tables)
        rows = dump_rows(connection, metadata.tables, start, masks)
    engine.dispose()
    if not rows:
        raise SeedError("there are no such rows", hint="nothing was written")
    if arguments.out is None:
        print(written(rows, _printed_as()), end="")
    else:
        write(rows, arguments.out)
        count = sum(len(part) for part in rows.values())
        print(f"{shown(arguments.out)}: {count} rows of {len(rows)} tables", file=sys.stderr)
    return 0


def _engine(database: str) -> Engine:
    from sqlalchemy import create_engine, make_url
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
    return create_engine(url)


def _metadata(spec: str) -> Any:
    from freshdb.datafiles.values import import_object

    sys.path.insert(0, str(Path.cwd()))
    try:
        value = import_object(spec)
    except ValueError as error:
        raise SeedError(f"`--schema` is `{spec}`, not {error}") from None
    return getattr(value, "metadata", value)


def _printed_as() -> str:
    from importlib.util import find_spec

    return ".yaml" if find_spec("ruamel.yaml") is not None else ".json"
