"""`freshdb globals`: a project's module-level mutable state, what changes it, and the cure."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from freshdb.cli import FOUND, MISUSE
from freshdb.state.globals import find_globals, render_json, render_text
from freshdb.state.globals.last_run import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("packages", nargs="*", metavar="PACKAGE", help="look into these only")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's directory (.)")
    parser.add_argument("--all", action="store_true", help="also what nothing was seen to change")
    parser.add_argument("--json", action="store_true", help="one JSON object with everything")


def run(arguments: argparse.Namespace) -> int:
    """Print the list; exit code 1 if anything changes any of it."""
    root: Path = arguments.root
    if not root.is_dir():
        print(f"freshdb: there is no directory `{root}`", file=sys.stderr)
        return MISUSE
    root = root.resolve()
    report = find_globals(root, packages=arguments.packages, seen=load(root))
    if arguments.json:
        print(render_json(report), end="")
    else:
        print(render_text(report, everything=arguments.all), end="")
    return FOUND if any(one.is_changed for one in report.states) else 0
