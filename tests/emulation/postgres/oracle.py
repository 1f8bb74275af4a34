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
CASES = sorted((FOLDER / "cases").glob("*.txt"))
SCRIPTS = sorted((FOLDER / "scripts").glob("*.sql"))


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


def _changed_cases(connection: Any, path: Path) -> dict[int, Case]:
    changed: dict[int, Case] = {}
    for case in read(path):
        found = answered(connection, case.expression)
        if found != case.answer:
            changed[case.line] = replace(case, answer=found)
            print(f"{path.name}:{case.line}: {case.expression}: {case.answer}, now {found}")
    return changed


def _changed_steps(connection: Any, path: Path) -> dict[int, scripts.Step]:
    changed: dict[int, scripts.Step] = {}
    for step in scripts.read(path):
        answer = told(connection, step.text)
        if answer != step.answer:
            changed[step.line] = replace(step, answer=answer)
            print(f"{path.name}:{step.line}: {step.text}: now {answer}")
    return changed


def main() -> None:
    """Compare all files with a server; write its answers where that is asked for."""
    write, count = "--write" in sys.argv, 0
    for path in CASES:
        with connected() as connection:
            cases = _changed_cases(connection, path)
        count += len(cases)
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, case in cases.items():
            lines[number - 1] = str(case)
        if write and cases:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for path in SCRIPTS:
        with connected() as connection:
            steps = _changed_steps(connection, path)
        count += len(steps)
        if write and steps:
            path.write_text(scripts.rewritten(path, steps), encoding="utf-8")
    print(f"{count} {'written' if write else 'differ'}")
    sys.exit(1 if count and not write else 0)


if __name__ == "__main__":
    main()
