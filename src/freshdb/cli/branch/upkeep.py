"""`gc`, `doctor`."""

from __future__ import annotations

import argparse

from freshdb.cli import FOUND
from freshdb.cli.branch.answers import opened, show


def add_gc(parser: argparse.ArgumentParser) -> None:
    pass


def run_gc(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        removed = branches.gc()
    text = "\n".join(f"removed {one}" for one in removed) or "nothing to remove"
    return show({"removed": removed}, text, arguments)


def add_doctor(parser: argparse.ArgumentParser) -> None:
    pass


def run_doctor(arguments: argparse.Namespace) -> int:
    with opened(arguments) as branches:
        found = branches.doctor()
        home = branches.registry.base
    listed = [
        {"branch": one.name, "worktree": one.scope, "what": one.what, "cure": one.cure}
        for one in found
    ]
    lines = [f"{one.name}: {one.what} (cure: {one.cure})".removeprefix(": ") for one in found]
    text = "\n".join(lines) or f"all is well in {home}"
    show({"directory": str(home), "findings": listed}, text, arguments)
    return FOUND if found else 0
