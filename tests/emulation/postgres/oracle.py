"""Ask a real Postgres every case again: `python -m tests.emulation.postgres.oracle [--write]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from freshdb.servers.postgres.private import ensure_server
from tests.emulation.functions.cases import Case, read
from tests.emulation.statements import scripts

FOLDER = Path(__file__).parent
CASES = FOLDER / "cases.txt"
SCRIPT = FOLDER / "shop.sql"


@contextmanager
def connected() -> Iterator[Any]:
    """Yield a connection to a database that is gone afterwards."""
    server = ensure_server()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.execute("CREATE TEMP TABLE nothing ()")
            connection.execute("SET search_path = pg_temp")
            yield connection
    finally:
        server.release()


def told(connection: Any, text: str) -> str:
    """Run a statement and return what the driver tells of it."""
    try:
        cursor = connection.execute(text)
    except Exception as error:
        state = getattr(error, "sqlstate", None)
        return f"error {state}" if state else f"refused: {error}".splitlines()[0]
    if cursor.description is None:
        return f"{max(cursor.rowcount, 0)} rows"
    return repr([tuple(row) for row in cursor.fetchall()])


def answered(connection: Any, expression: str) -> str:
    """Return the answer to an expression, as the file has it."""
    text = told(connection, f"SELECT {expression}")
    return text[2:-3] if text.startswith("[(") else text


def main() -> None:
    """Compare both files with a server; write its answers where that is asked for."""
    write = "--write" in sys.argv
    with connected() as connection:
        changed: dict[int, Case] = {}
        for case in read(CASES):
            found = answered(connection, case.expression)
            if found != case.answer:
                changed[case.line] = replace(case, answer=found)
                print(f"{CASES.name}:{case.line}: {case.expression}: {case.answer}, now {found}")
        steps = {}
        for step in scripts.read(SCRIPT):
            answer = told(connection, step.text)
            if answer != step.answer:
                steps[step.line] = replace(step, answer=answer)
                print(f"{SCRIPT.name}:{step.line}: {step.text}: now {answer}")
    if write and changed:
        lines = CASES.read_text(encoding="utf-8").splitlines()
        for number, case in changed.items():
            lines[number - 1] = str(case)
        CASES.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if write and steps:
        SCRIPT.write_text(scripts.rewritten(SCRIPT, steps), encoding="utf-8")
    print(f"{len(changed) + len(steps)} {'written' if write else 'differ'}")
    sys.exit(1 if (changed or steps) and not write else 0)


if __name__ == "__main__":
    main()
