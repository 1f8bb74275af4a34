"""`diff`."""

from __future__ import annotations

import argparse
import io
import sys

from freshdb.cli import FOUND
from freshdb.cli.branch.answers import opened, show
from freshdb.errors import BranchInputError

LIMIT = 20


def add_diff(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("one", metavar="A", help="a branch, NAME@LABEL, a file or a URL")
    parser.add_argument(
        "other", metavar="B", nargs="?",
        help="what A would have to become, or ^parent; without it, what A has become since its "
        "parent",
    )  # fmt: skip
    parser.add_argument("--schema", action="store_true", help="the schema only")
    parser.add_argument("--data", action="store_true", help="the rows only")
    parser.add_argument("--table", action="append", metavar="TABLE", help="this one; repeatable")
    parser.add_argument("--limit", type=int, help=f"rows to show of each table ({LIMIT})")
    parser.add_argument("--format", choices=("text", "json", "patch"), default="text")
    parser.add_argument(
        "--exit-code", action="store_true", help="end with 1 if there is a difference"
    )
    parser.add_argument("--allow-host", action="append", metavar="HOST")


def run_diff(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        if arguments.format == "patch":
            return _patch(branches, arguments)
        arguments.json = arguments.json or arguments.format == "json"
        is_all = arguments.schema == arguments.data
        diff = branches.diff(
            arguments.one, arguments.other, tables=arguments.table or (),
            schema=is_all or arguments.schema, data=is_all or arguments.data,
            limit=LIMIT if arguments.limit is None else max(0, arguments.limit),
        )  # fmt: skip
    from freshdb.branches.diff.render import as_facts, as_text

    show({"branch": arguments.one, **as_facts(diff)}, as_text(diff), arguments)
    return FOUND if arguments.exit_code and not diff.is_empty else 0


def _patch(branches: object, arguments: argparse.Namespace) -> int:
    from freshdb.branches.manager import Branches

    assert isinstance(branches, Branches)
    if arguments.limit is not None or arguments.schema or arguments.data or arguments.exit_code:
        raise BranchInputError(
            "a patch is whole: it takes no `--limit`, `--schema`, `--data` or `--exit-code`",
            hint="`--table` restricts it to tables",
        )
    out = io.StringIO() if arguments.json else sys.stdout
    branches.patch(arguments.one, arguments.other, out=out, tables=arguments.table or ())
    if isinstance(out, io.StringIO):
        show({"branch": arguments.one, "patch": out.getvalue()}, "", arguments)
    return 0
