"""What the verbs print: text for people, or one JSON object for programs."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from freshdb.branches.facts import error_facts
from freshdb.cli import MISUSE
from freshdb.errors import BranchError, BranchServerError, FreshDBError, ServerError

if TYPE_CHECKING:
    from freshdb.branches.branch import Branch
    from freshdb.branches.manager import Branches
    from freshdb.branches.products import Copied

LONG_COPY_BYTES = 64 * 1024 * 1024


def show(answer: Mapping[str, Any], text: str, arguments: argparse.Namespace) -> int:
    """Print an answer in the form that was asked for; return the exit code for success."""
    if arguments.json:
        print(json.dumps({"status": "ok", **answer}, default=str))
    elif text:
        print(text)
    return 0


def show_error(error: FreshDBError, *, as_json: bool) -> int:
    """Print an error, and return its exit code."""
    if as_json:
        print(json.dumps(error_facts(error)))
    else:
        print(f"freshdb: {error}", file=sys.stderr)
    if isinstance(error, ServerError):
        return BranchServerError.exit_code
    return error.exit_code if isinstance(error, BranchError) else MISUSE


def opened(arguments: argparse.Namespace) -> Branches:
    """Return the branches that the arguments and settings mean."""
    from freshdb.branches.choice import open_branches

    return open_branches(
        arguments.directory,
        allow_hosts=getattr(arguments, "allow_host", None) or (),
        progress=_bar if sys.stderr.isatty() else None,
    )


def _bar(done: int, total: int) -> None:
    """Show how far a long copy is, on a terminal."""
    if total < LONG_COPY_BYTES:
        return
    share = done / total
    end = "\r\033[K" if done >= total else ""
    sys.stderr.write(f"\rcopying [{'#' * int(share * 30):<30}] {share:4.0%}{end}")
    sys.stderr.flush()


def cost_text(cost: Copied | None) -> str:
    if cost is None:
        return ""
    return f"{size_text(cost.size_bytes)} in {cost.seconds * 1000:.1f} ms ({cost.way})"


def size_text(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1000:.1f} kB"


def life_text(branch: Branch) -> str:
    """Return how long a branch will live, in words."""
    from freshdb.branches.lifetimes import in_words

    if branch.record.is_protected:
        return "protected"
    left = branch.seconds_left
    return "stays" if left is None else f"expires in {in_words(left)}"


def details(branch: Branch) -> str:
    """Return a branch as people read it, one fact a line."""
    record = branch.record
    lines = [
        f"branch     {record.name}",
        f"url        {branch.url}",
        f"from       {record.parent.text} ({record.parent.kind})",
        f"life       {life_text(branch)}",
    ]
    labels = [one.label for one in record.snapshots if one.is_ready]
    if labels:
        lines.append(f"snapshots  {', '.join(labels)}")
    if record.is_schema_only:
        lines.append("rows       none of the source's (schema only)")
    if branch.cost is not None:
        lines.append(f"copied     {cost_text(branch.cost)}")
    return "\n".join(lines)
