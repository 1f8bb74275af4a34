"""`freshdb server`: the private servers of this user: start, stop, status, url."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from freshdb.cli import FOUND

# Each has `ensure_server`, `running_servers` and `stop_servers`.
PRODUCTS = {
    "postgres": "freshdb.servers.postgres.private",
    "mariadb": "freshdb.servers.mariadb.private",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    start = actions.add_parser("start", help="start one that lives until `stop`, or use it again")
    start.add_argument(
        "product", nargs="?", choices=PRODUCTS, default="postgres",
        help="postgres (default), or mariadb, which also stands for MySQL",
    )  # fmt: skip
    start.add_argument("--programs", type=Path, help="the directory of its programs")
    start.add_argument("--port", type=int, help="also listen on this port of 127.0.0.1")
    stop = actions.add_parser("stop", help="end them, used or not")
    status = actions.add_parser("status", help="tell which run; exit code 1 if none does")
    status.add_argument("--json", action="store_true", help="one JSON object with everything")
    url = actions.add_parser("url", help="print the URL of one that runs; exit code 1 if none does")
    for action in (stop, status, url):
        action.add_argument("product", nargs="?", choices=PRODUCTS, help="only this product's")


def run(arguments: argparse.Namespace) -> int:
    if arguments.action == "start":
        return _start(arguments)
    modules = [
        import_module(module)
        for product, module in PRODUCTS.items()
        if arguments.product in (None, product)
    ]
    if arguments.action == "stop":
        for module in modules:
            for ended in module.stop_servers():
                print(f"ended {ended['product']} {ended['version']} in {ended['directory']}")
        return 0
    servers = [server for module in modules for server in module.running_servers()]
    if arguments.action == "url":
        for found in servers[:1]:
            print(found["url"])
    elif arguments.json:
        print(json.dumps({"servers": servers}, indent=2))
    else:
        _tell(servers)
    return 0 if servers else FOUND


def _start(arguments: argparse.Namespace) -> int:
    module = import_module(PRODUCTS[arguments.product])
    server = module.ensure_server(arguments.programs, lasting=True, port=arguments.port)
    server.release()
    print(server.url())
    if arguments.port is not None and getattr(server, "password", None):
        print(
            f"over the network as `{module.NETWORK_USER}`; its password is in "
            f"{server.directory / 'server.json'}",
            file=sys.stderr,
        )
    return 0


def _tell(servers: list[dict[str, Any]]) -> None:
    for found in servers:
        use = "in use" if found["in_use"] else "not in use"
        end = "until `stop`" if found["lasting"] else "until its last user has ended"
        print(f"{found['product']} {found['version']}, {use}, runs {end}: {found['url']}")
    if not servers:
        print("no private server runs; `freshdb server start` starts one")
