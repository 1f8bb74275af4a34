"""`sql`."""

from __future__ import annotations

import argparse
import sys

from freshdb.branches.plain import plain_rows, table_text
from freshdb.cli.branch.answers import opened, show

MAX_ROWS = 100


def add_sql(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="a branch, or NAME@LABEL")
    parser.add_argument("sql", metavar="SQL", help="a statement; `-` reads stdin")
    parser.add_argument(
        "--write", action="store_true", help="let it write; it may be several statements then"
    )
    parser.add_argument("--max-rows", type=int, default=MAX_ROWS, help=f"({MAX_ROWS})")


def run_sql(arguments: argparse.Namespace) -> int:
    sql = sys.stdin.read() if arguments.sql == "-" else arguments.sql
    with opened(arguments) as branches:
        result = branches.sql(
            arguments.name, sql, write=arguments.write, max_rows=max(1, arguments.max_rows)
        )
    rows, is_cut = plain_rows(result.rows)
    is_truncated = result.is_truncated or is_cut
    answer = {
        "branch": arguments.name, "columns": result.columns, "rows": rows,
        "row_count": len(rows), "changed": max(result.changed, 0), "truncated": is_truncated,
    }  # fmt: skip
    text = table_text(result.columns, rows) if result.columns else _done(result.changed)
    if is_truncated:
        text += f"\n(truncated after {len(rows)} rows; `--max-rows` for more)"
    return show(answer, text, arguments)


def _done(changed: int) -> str:
    """Return what a statement without rows has done, as far as it is known."""
    if changed <= 0:
        return "done"
    return f"done: {changed} row{'' if changed == 1 else 's'}"
