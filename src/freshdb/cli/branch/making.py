"""`create`."""

from __future__ import annotations

import argparse

from freshdb.branches.facts import cost_facts, facts
from freshdb.cli.branch.answers import details, opened, show, size_text


def add_source(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what to branch."""
    parser.add_argument(
        "--from", dest="source", metavar="SOURCE",
        help="a branch, NAME@LABEL, a file, a URL, env:VARIABLE or template",
    )  # fmt: skip
    parser.add_argument("--schema-only", action="store_true", help="copy no rows")
    parser.add_argument(
        "--allow-host", action="append", metavar="HOST", help="a host that is not this machine"
    )


def add_create(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="one is made up by default")
    add_source(parser)
    life = parser.add_mutually_exclusive_group()
    life.add_argument("--ttl", metavar="TIME", help="how long it lives, such as 30m or 7d (2h)")
    life.add_argument("--no-expiry", action="store_true", help="it stays until it is deleted")
    parser.add_argument(
        "--if-exists", choices=("fail", "reuse", "replace"), default="fail",
        help="what to do about a branch of that name (fail)",
    )  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="only tell what would be done")


def run_create(arguments: argparse.Namespace) -> int:
    from freshdb.branches.choice import source_or_default, ttl_or_default

    source = source_or_default(arguments.source)
    ttl = ttl_or_default(arguments.ttl, is_kept=arguments.no_expiry)
    with opened(arguments) as branches:
        if arguments.dry_run:
            plan = branches.plan(arguments.name, source, ttl=ttl, schema_only=arguments.schema_only)
            answer = {
                "dry_run": True, "branch": plan.name, "from": plan.parent.text,
                "from_kind": plan.parent.kind, "product": plan.parent.place.product,
                "bytes": plan.size_bytes, "ttl_s": plan.ttl_s, "schema_only": plan.is_schema_only,
            }  # fmt: skip
            size = f" ({size_text(plan.size_bytes)})" if plan.size_bytes else ""
            text = f"would branch {plan.parent.text}{size} as {plan.name}"
            return show(answer, text, arguments)
        branch = branches.create(
            arguments.name, source, ttl=ttl, schema_only=arguments.schema_only,
            if_exists=arguments.if_exists,
        )  # fmt: skip
        answer = {**facts(branch), "created": branch.is_new, "cost": cost_facts(branch.cost)}
        return show(answer, details(branch), arguments)
