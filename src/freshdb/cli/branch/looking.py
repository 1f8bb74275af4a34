"""`list`, `show`, `url`, `env`."""

from __future__ import annotations

import argparse
import shlex
from typing import TYPE_CHECKING

from freshdb.branches.facts import facts
from freshdb.branches.plain import aligned
from freshdb.cli.branch.answers import details, life_text, opened, show, size_text
from freshdb.errors import FreshDBError

if TYPE_CHECKING:
    from freshdb.branches.branch import Branch
    from freshdb.branches.manager import Branches


def add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="those of other worktrees too")


def run_list(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        found = branches.list(everywhere=arguments.all)
        sizes = [_size(branches, one) for one in found]
    listed = [
        {**facts(one), "worktree": one.record.scope, "bytes": size}
        for one, size in zip(found, sizes, strict=True)
    ]
    rows = [
        [one.name, "does not answer" if size is None else size_text(size), life_text(one),
         one.record.parent.text, *([one.record.scope] if arguments.all else [])]
        for one, size in zip(found, sizes, strict=True)
    ]  # fmt: skip
    text = aligned(rows) or "no branches; `freshdb branch create` makes one"
    return show({"branches": listed}, text, arguments)


def _size(branches: Branches, branch: Branch) -> int | None:
    """Return how many bytes a branch has; None where its server is away, or it is gone."""
    try:
        return branches.size(branch)
    except FreshDBError:
        return None


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")


def add_show(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)


def run_show(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        branch = branches.get(arguments.name)
        size = branches.size(branch)
    text = f"{details(branch)}\nsize       {size_text(size)}"
    return show({**facts(branch), "bytes": size}, text, arguments)


def _add_url(parser: argparse.ArgumentParser) -> None:
    _add_name(parser)
    parser.add_argument("--driver", help="SQLAlchemy's driver, such as aiosqlite or asyncpg")
    parser.add_argument("--show-password", action="store_true", help="do not mask it")


def add_url(parser: argparse.ArgumentParser) -> None:
    _add_url(parser)


def run_url(arguments: argparse.Namespace) -> int:
    url = _url(arguments)
    return show({"branch": arguments.name, "url": url}, url, arguments)


def add_env(parser: argparse.ArgumentParser) -> None:
    _add_url(parser)
    parser.add_argument(
        "--env", action="append", metavar="VARIABLE", help="its name (DATABASE_URL); repeatable"
    )
    parser.add_argument(
        "--format", choices=("dotenv", "shell"), default="dotenv", help="dotenv, or for `eval`"
    )


def run_env(arguments: argparse.Namespace) -> int:
    url = _url(arguments)
    variables = dict.fromkeys(arguments.env or ("DATABASE_URL",), url)
    if arguments.format == "shell":
        lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    else:
        lines = [f"{name}={_dotenv(value)}" for name, value in variables.items()]
    return show({"branch": arguments.name, "env": variables}, "\n".join(lines), arguments)


def _dotenv(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"'


def _url(arguments: argparse.Namespace) -> str:
    with opened(arguments) as branches:
        branches.get(arguments.name)
        return branches.url(
            arguments.name, driver=arguments.driver, with_password=arguments.show_password
        )
