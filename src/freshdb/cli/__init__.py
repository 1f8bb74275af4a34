"""The command `freshdb`: each verb is one file here, imported when it is asked for.

Exit codes: 0 all is well, 1 something was found (each verb says what), 2 misuse or failure,
130 interrupted before anything was found.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import freshdb
from freshdb.errors import FreshDBError

FOUND = 1
MISUSE = 2
INTERRUPTED = 130
"""As shells have it for Ctrl-C: 128 and the signal's number."""


@dataclass(frozen=True)
class Verb:
    """One verb. Its module has `add_arguments(parser)` and `run(arguments) -> exit code`."""

    name: str
    module: str
    help: str
    passes_on: bool = False
    """Whether what follows `--` is for another program: `parsed.passed`."""

    def part(self, name: str) -> Callable[..., Any]:
        """Return one of the two functions of the verb's module."""
        function: Callable[..., Any] = getattr(import_module(f"freshdb.cli.{self.module}"), name)
        return function


VERBS: tuple[Verb, ...] = (
    Verb("sql", "run_sql", "try SQL of MySQL, MariaDB or Postgres on SQLite, or check a project's"),
    Verb("branch", "branch", "private copies of databases: make, look at, compare, discard", True),
    Verb("mcp", "serve_mcp", "serve branches as tools for an agent (Model Context Protocol)"),
    Verb("globals", "list_globals", "list a project's module-level mutable state"),
    Verb("seed", "seed", "write a seed file from a database: `freshdb seed dump`"),
    Verb("server", "server", "start, stop or find this user's private servers"),
    Verb(
        "doctor", "doctor", "look at a project: what freshdb would do, popular mistakes, and cures"
    ),
    Verb("report", "report_page", "show the record of a run as an HTML page"),
    Verb("hunt", "hunt", "find which test pollutes which, through what state, and prove it", True),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: what follows the program's name; `sys.argv` by default.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    words, passed = _split(words)
    parser = _parser(words)
    try:
        parsed = parser.parse_args(words)
        parsed.passed = passed
    except SystemExit as stop:  # argparse has printed help, or what is wrong
        return stop.code if isinstance(stop.code, int) else MISUSE
    if parsed.verb is None:
        parser.print_help()
        return MISUSE
    try:
        code: int = parsed.verb.part("run")(parsed)
    except FreshDBError as error:
        print(f"freshdb: {error}", file=sys.stderr)
        return MISUSE
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Part freshdb's own words from those that a verb passes on to another program."""
    name = next((word for word in words if not word.startswith("-")), "")
    if "--" not in words or not any(verb.passes_on for verb in VERBS if verb.name == name):
        return words, []
    end = words.index("--")
    return words[:end], words[end + 1 :]


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """Return the parser; only the verb that is asked for is imported."""
    parser = argparse.ArgumentParser(
        prog="freshdb", description="Test isolation for Python applications that have a database."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version, and end")
    parser.set_defaults(verb=None)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", parser_class=_AnyOrder)
    for verb in VERBS:
        one = verbs.add_parser(verb.name, help=verb.help, description=f"{_sentence(verb.help)}.")
        one.set_defaults(verb=verb)
        if verb.name in words:
            verb.part("add_arguments")(one)
    return parser


class _AnyOrder(argparse.ArgumentParser):
    """Takes options before, between and after what they go with."""

    is_inside = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse does, or in any order where no rest is for others."""
        passes = any(one.nargs in (argparse.PARSER, argparse.REMAINDER) for one in self._actions)
        if self.is_inside or passes:
            return super().parse_known_args(args, namespace)
        self.is_inside = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self.is_inside = False


class _Version(argparse.Action):
    """Prints the version, which takes a while to find out, when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        print(f"freshdb {freshdb.__version__}")
        parser.exit()


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
