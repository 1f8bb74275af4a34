"""`freshdb branch`: private copies of databases, made, looked at, compared, discarded.

Each group of its verbs is one file here, imported when one of them is asked for. With `--json`
there is one object on stdout, whatever happens.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from freshdb.cli import MISUSE
from freshdb.cli.branch.answers import show_error
from freshdb.errors import BranchInputError, FreshDBError
from freshdb.nearest import nearest

OWN_FAILURE = 125
"""What `run` and `exec` end with where freshdb fails and not the command."""
_OF_COMMANDS = (126, 127)  # not executable, not found

VERBS: dict[str, tuple[str, str]] = {
    "create": ("making", "make a branch of a database, a branch, a snapshot or a template"),
    "list": ("looking", "list the branches of this worktree"),
    "show": ("looking", "show one branch"),
    "url": ("looking", "print a branch's URL"),
    "env": ("looking", "print a branch's URL as environment variables"),
    "exec": ("running", "run a command with a branch's URL in its environment"),
    "run": ("running", "make a branch, run a command on it, discard the branch"),
    "sql": ("asking", "run SQL on a branch, read-only unless `--write`"),
    "diff": ("comparing", "show what differs between a branch and its parent, or any two"),
    "reset": ("restoring", "make a branch what its parent is now; its URL stays"),
    "snapshot": ("restoring", "keep a branch as it is now under a label"),
    "restore": ("restoring", "make a branch what a snapshot of it is; its URL stays"),
    "protect": ("keeping", "let a branch neither expire nor be deleted or written over by freshdb"),
    "extend": ("keeping", "let a branch live for longer"),
    "delete": ("keeping", "remove branches with their snapshots"),
    "gc": ("upkeep", "remove expired branches, and what killed processes have left"),
    "doctor": ("upkeep", "look for what is not as it should be; exit code 1 if something is not"),
}
"""Each verb with its file and the sentence that explains it."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments as JSON where JSON was asked for."""

    as_json = False

    def error(self, message: str) -> NoReturn:
        if not self.as_json:
            super().error(message)
        error = BranchInputError(message, hint=f"`{self.prog} --help`")
        raise SystemExit(show_error(error, as_json=True))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    width = max(map(len, VERBS)) + 2
    lines = (f"  {name:<{width}}{text}" for name, (_, text) in VERBS.items())
    parser.epilog = "\n".join(["verbs:", *lines, "", "`freshdb branch VERB --help` tells more."])
    # What follows is read by the parser of its verb, without what is a command's.
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="VERB …", help="see below")
    parser.set_defaults(branch_help=parser.print_help)


def run(arguments: argparse.Namespace) -> int:
    """Run one verb; the reference lists the exit codes."""
    words: list[str] = arguments.words
    if not words:
        arguments.branch_help()
        return MISUSE
    verb = words[0]
    if verb not in VERBS:
        return show_error(_unknown(verb), as_json="--json" in words)
    parser = _parser(verb, as_json="--json" in words)
    try:
        parsed = parser.parse_args(words[1:])
    except SystemExit as stop:  # it has printed help, or what is wrong
        return stop.code if isinstance(stop.code, int) else MISUSE
    parsed.command = arguments.passed
    try:
        code: int = _part(verb, "run")(parsed)
    except FreshDBError as error:
        code = show_error(error, as_json=parsed.json)
        return code if verb not in ("run", "exec") or code in _OF_COMMANDS else OWN_FAILURE
    return code


def _parser(verb: str, *, as_json: bool) -> _Parser:
    text = VERBS[verb][1]
    parser = _Parser(
        prog=f"freshdb branch {verb}", description=f"{text[:1].upper()}{text[1:]}.",
        allow_abbrev=False,
    )  # fmt: skip
    parser.as_json = as_json
    _part(verb, "add")(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--directory", metavar="DIR", help="where branches live")
    return parser


def _unknown(verb: str) -> BranchInputError:
    return BranchInputError(
        f"there is no verb `{verb}`",
        hint=nearest(verb, VERBS) or f"verbs: {', '.join(VERBS)}",
    )


def _part(verb: str, what: str) -> Callable[..., Any]:
    module = import_module(f"freshdb.cli.branch.{VERBS[verb][0]}")
    function: Callable[..., Any] = getattr(module, f"{what}_{verb}")
    return function
