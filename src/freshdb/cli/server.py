"""`freshdb server`: the private Postgres of this user: start, stop, status, url."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from freshdb.cli import FOUND
from freshdb.servers.postgres.private import ensure_server, running_servers, stop_servers


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    start = actions.add_parser("start", help="start one that lives until `stop`, or use it again")
    start.add_argument("--programs", type=Path, help="the directory of Postgres's programs")
    start.add_argument("--port", type=int, help="also listen on this port of 127.0.0.1")
    actions.add_parser("stop", help="end them all, used or not")
    status = actions.add_parser("status", help="tell which run; exit code 1 if none does")
    status.add_argument("--json", action="store_true", help="one JSON object with everything")
    actions.add_parser("url", help="print the URL of the one that runs; exit code 1 if none does")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "start":
        server = ensure_server(arguments.programs, lasting=True, port=arguments.port)
        server.release()
        print(server.url())
        return 0
    if arguments.action == "stop":
        for ended in stop_servers():
            print(f"ended Postgres {ended['version']} in {ended['directory']}")
        return 0
    servers = running_servers()
    if arguments.action == "url":
        for found in servers[:1]:
            print(found["url"])
    elif arguments.json:
        print(json.dumps({"servers": servers}, indent=2))
    else:
        for found in servers:
            use = "in use" if found["in_use"] else "not in use"
            end = "until `stop`" if found["lasting"] else "until its last user has ended"
            print(f"Postgres {found['version']}, {use}, runs {end}: {found['url']}")
        if not servers:
            print("no private server runs; `freshdb server start` starts one")
    return 0 if servers else FOUND
