"""`freshdb mcp`: branches as tools for an agent, over stdio."""

from __future__ import annotations

import argparse

from freshdb.errors import BranchInputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--read-only", action="store_true", help="leave out the tools that write")
    parser.add_argument("--directory", metavar="DIR", help="where branches live")
    parser.add_argument(
        "--allow-host", action="append", metavar="HOST", help="a host that is not this machine"
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        import mcp  # noqa: F401
    except ImportError:
        raise BranchInputError(
            "`freshdb mcp` needs the official MCP SDK", hint="pip install 'freshdb[mcp]'"
        ) from None
    from freshdb.branches.choice import open_branches
    from freshdb.mcp import server

    branches = open_branches(arguments.directory, allow_hosts=arguments.allow_host or ())
    server(branches, read_only=arguments.read_only).run("stdio")
    return 0
