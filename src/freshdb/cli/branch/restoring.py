"""`reset`, `snapshot`, `restore`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from freshdb.branches.facts import cost_facts, facts
from freshdb.cli.branch.answers import cost_text, opened, show

if TYPE_CHECKING:
    from freshdb.branches.branch import Branch


def add_reset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument(
        "--preserve-as", metavar="LABEL", help="first keep it as it is now under this label"
    )


def run_reset(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        if arguments.preserve_as:
            branches.snapshot(arguments.name, arguments.preserve_as)
        branch = branches.reset(arguments.name)
    return _tell(branch, f"is what {branch.record.parent.text} is now", arguments)


def _add_labelled(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("label", metavar="LABEL")


def add_snapshot(parser: argparse.ArgumentParser) -> None:
    _add_labelled(parser)


def run_snapshot(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        branch = branches.snapshot(arguments.name, arguments.label)
    return _tell(branch, f"is kept as it is now: {branch.name}@{arguments.label}", arguments)


def add_restore(parser: argparse.ArgumentParser) -> None:
    _add_labelled(parser)


def run_restore(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        branch = branches.restore(arguments.name, arguments.label)
    return _tell(branch, f"is what {branch.name}@{arguments.label} is", arguments)


def _tell(branch: Branch, what: str, arguments: argparse.Namespace) -> int:
    answer = {**facts(branch), "cost": cost_facts(branch.cost)}
    return show(answer, f"{branch.name} {what}; {cost_text(branch.cost)}", arguments)
