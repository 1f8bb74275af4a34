"""`protect`, `extend`, `delete`."""

from __future__ import annotations

import argparse

from freshdb.branches.facts import facts
from freshdb.cli.branch.answers import life_text, opened, show


def add_protect(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--off", action="store_true", help="do not protect it any more")


def run_protect(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        branch = branches.protect(arguments.name, on=not arguments.off)
    text = f"{branch.name} is {'not ' if arguments.off else ''}protected"
    return show(facts(branch), text, arguments)


def add_extend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    life = parser.add_mutually_exclusive_group()
    life.add_argument("--ttl", metavar="TIME", help="how long from now on, such as 30m or 7d (2h)")
    life.add_argument("--no-expiry", action="store_true", help="it stays until it is deleted")


def run_extend(arguments: argparse.Namespace) -> int:
    from freshdb.branches.choice import ttl_or_default

    ttl = ttl_or_default(arguments.ttl, is_kept=arguments.no_expiry)
    with opened(arguments) as branches:
        branch = branches.extend(arguments.name, ttl)
    return show(facts(branch), f"{branch.name} {life_text(branch)}", arguments)


def add_delete(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", metavar="NAME", nargs="+")


def run_delete(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        for name in arguments.names:
            branches.delete(name)
    text = "\n".join(f"{name} is deleted" for name in arguments.names)
    return show({"deleted": arguments.names}, text, arguments)
