"""`exec`, `run`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from freshdb.branches.facts import cost_facts, facts
from freshdb.cli.branch.answers import cost_text, opened, show
from freshdb.cli.branch.making import add_source
from freshdb.errors import BranchInputError

if TYPE_CHECKING:
    from freshdb.branches.branch import Branch


def _add_command(parser: argparse.ArgumentParser) -> None:
    parser.usage = f"{parser.prog} [options] -- COMMAND …"
    parser.add_argument("--driver", help="SQLAlchemy's driver in the URL, such as aiosqlite")
    parser.add_argument(
        "--env", action="append", metavar="VARIABLE",
        help="under which name the command finds the URL (DATABASE_URL); repeatable",
    )  # fmt: skip


def add_exec(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    _add_command(parser)
    parser.usage = f"{parser.prog} NAME [options] -- COMMAND …"


def run_exec(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        code = branches.exec(
            arguments.name, _command(arguments), driver=arguments.driver,
            variables=arguments.env, **_streams(arguments),
        )  # fmt: skip
    if arguments.json:
        show({"branch": arguments.name, "exit_code": code}, "", arguments)
    return code


def add_run(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    _add_command(parser)
    parser.add_argument("--name", help="what the branch is called meanwhile")
    parser.add_argument(
        "--keep-on-failure", action="store_true",
        help="keep the branch for two hours if the exit code is not 0",
    )  # fmt: skip


def run_run(arguments: argparse.Namespace) -> int:
    from freshdb.branches.choice import source_or_default

    made: list[Branch] = []
    with opened(arguments) as branches:
        code = branches.run(
            _command(arguments), source_or_default(arguments.source),
            keep_on_failure=arguments.keep_on_failure, name=arguments.name, tell=made.append,
            schema_only=arguments.schema_only, driver=arguments.driver, variables=arguments.env,
            **_streams(arguments),
        )  # fmt: skip
    branch = made[0]
    is_kept = code != 0 and arguments.keep_on_failure
    if arguments.json:
        cost = cost_facts(branch.cost)
        answer = {**facts(branch), "exit_code": code, "kept": is_kept, "cost": cost}
        show(answer, "", arguments)
    fate = f"kept as `{branch.name}`: {branch.url}" if is_kept else "discarded"
    _say(f"branch of {branch.record.parent.text}, {cost_text(branch.cost)}, {fate}")
    return code


def _streams(arguments: argparse.Namespace) -> dict[str, Any]:
    """Keep stdout for the one JSON object where that was asked for."""
    return {"stdout": 2} if arguments.json else {}


def _command(arguments: argparse.Namespace) -> list[str]:
    words: list[str] = arguments.command
    if not words:
        raise BranchInputError(
            "there is no command to run", hint="give its words after `--`: `-- pytest -q`"
        )
    return words


def _say(text: str) -> None:
    print(f"freshdb: {text}", file=sys.stderr)
