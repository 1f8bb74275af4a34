"""`freshdb sql`: try SQL of another server on SQLite, and find what of a project's would run."""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.cli import FOUND, MISUSE

if TYPE_CHECKING:
    from freshdb.emulation.checking import Checker
    from freshdb.emulation.connection import Connection
    from freshdb.emulation.finding import Found

SHOWN_ROWS = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "statement", nargs="*", metavar="SQL", help="a statement; or `check` and then Python files"
    )
    parser.add_argument(
        "--dialect",
        choices=("mysql", "mariadb", "postgres"),
        default="mysql",
        help="whose SQL it is (mysql)",
    )
    parser.add_argument("--explain", action="store_true", help="show what SQLite is given")
    parser.add_argument("--database", default=":memory:", help="an SQLite file (one in memory)")
    parser.add_argument("--schema", type=Path, help="a script with the tables, run before")


_HINTS = {
    "": 'write it between quotes: freshdb sql "SELECT NOW()"',
    "check": "name Python files or folders: freshdb sql check src",
}


def run(arguments: argparse.Namespace) -> int:
    """Run a statement, or check files; exit code 1 where something is refused."""
    words: Sequence[str] = arguments.statement
    misused = {"": "there is no statement", "check": "there is no file to check"}
    text = " ".join(words).strip()
    if text in misused:
        print(f"freshdb: {misused[text]}\n\nhint: {_HINTS[text]}", file=sys.stderr)
        return MISUSE
    if arguments.schema is not None and not arguments.schema.is_file():
        print(f"freshdb: there is no file `{arguments.schema}`", file=sys.stderr)
        return MISUSE
    try:
        connection = _connected(arguments)
    except sqlite3.Error as error:
        print(f"freshdb: `{arguments.database}` cannot be used: {error}", file=sys.stderr)
        print("\nhint: name an SQLite file, in a folder that there is", file=sys.stderr)
        return MISUSE
    try:
        if arguments.schema is not None and not _has_run(connection, arguments.schema):
            return MISUSE
        if words[0] == "check" and len(words) > 1:
            return _check(connection, words[1:])
        return _try(connection, " ".join(words), explain=arguments.explain)
    finally:
        connection.close()


def _connected(arguments: argparse.Namespace) -> Connection:
    """Return a connection to a file that is proved to be a database."""
    from freshdb.emulation import connect
    from freshdb.emulation.flavors import flavor_of

    flavor = flavor_of(arguments.dialect)
    if flavor == "postgres":
        found = connect(arguments.database, dialect="postgres", isolation_level=None)
    else:
        found = connect(arguments.database, flavor=flavor, isolation_level=None)
    try:
        sqlite3.Cursor(found).execute("PRAGMA schema_version")
    except sqlite3.Error:
        found.close()
        raise
    return found


def _has_run(connection: Connection, schema: Path) -> bool:
    """Run the script with the tables; say which of its statements does not run."""
    from freshdb.emulation.compiling import split_script

    for statement in split_script(schema.read_text(encoding="utf-8", errors="replace")):
        try:
            connection.execute(statement)
        except connection.Error as error:
            shown = " ".join(statement.split())[:70]
            print(f"freshdb: `{schema}` does not run: {_told(error)}", file=sys.stderr)
            print(f"\nhint: mend the statement `{shown}`", file=sys.stderr)
            return False
    return True


def _told(error: Exception) -> str:
    """Return the server's code and message; SQLite's own errors have a message alone."""
    code, message = (*error.args, "", "")[:2]
    return f"{code}: {message}" if message else str(code)


def _try(connection: Connection, text: str, *, explain: bool) -> int:
    from freshdb.emulation.checking import explained
    from freshdb.emulation.compiling import split_script

    for statement in split_script(text):
        try:
            if explain:
                print("\n".join(explained(connection, statement)) or "(nothing)")
                continue
            cursor = connection.execute(statement)
        except connection.Error as error:
            print(f"ERROR {_told(error)}", file=sys.stderr)
            return FOUND
        _print_rows(cursor)
    return 0


def _print_rows(cursor: Any) -> None:
    if cursor.description is None:
        print(f"{cursor.rowcount} rows affected")
        return
    print("\t".join(column[0] for column in cursor.description))
    for row in cursor.fetchmany(SHOWN_ROWS):
        print("\t".join("NULL" if value is None else str(value) for value in row))


def _check(connection: Connection, names: Sequence[str]) -> int:
    from freshdb.emulation.checking import Checker

    missing = [name for name in names if not Path(name).exists()]
    if missing:
        print(f"freshdb: there is no file `{missing[0]}`", file=sys.stderr)
        return MISUSE
    other = [name for name in names if Path(name).is_file() and Path(name).suffix != ".py"]
    if other:
        print(f"freshdb: `{other[0]}` is no Python file\n", file=sys.stderr)
        print(f"hint: a script runs with: freshdb sql --schema {other[0]} SQL", file=sys.stderr)
        return MISUSE
    checker = Checker(connection)
    counts: Counter[str] = Counter()
    for path in _files(names):
        for found in _found(path):
            counts[_tell(checker, found) if found is not None else "unread"] += 1
    listed = ", ".join(f"{counts[word]} {word}" for word in _WORDS if counts[word])
    print(listed or "no SQL was found")
    return FOUND if any(counts[word] for word in ("refused", "wrong", "unread")) else 0


_WORDS = ("run", "differ", "refused", "wrong", "unknown", "unread")


def _files(names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        path = Path(name)
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _found(path: Path) -> list[Found | None]:
    """Return the SQL of a file; None stands for a file that could not be read."""
    from freshdb.emulation.finding import find_sql

    try:
        return list(find_sql(path))
    except (SyntaxError, ValueError, OSError) as error:
        print(f"{path}: not read: {error}", file=sys.stderr)
        return [None]


def _tell(checker: Checker, found: Found) -> str:
    """Print what becomes of a statement, and return the word that it counts for."""
    shown = " ".join(found.text.split())
    shown = f"{shown[:97]}…" if len(shown) > 98 else shown
    place = f"{found.path}:{found.line}"
    if not found.is_whole:
        print(f"{place}: unknown: it is put together at run time\n    {shown}")
        return "unknown"
    verdict = checker.check(found.text)
    word = {"runs": "run", "differs": "differ", "error": "wrong"}.get(verdict.outcome, "refused")
    if word == "run":
        return word
    print(f"{place}: {verdict.outcome}: {'; '.join(verdict.reasons)}\n    {shown}")
    if verdict.hint:
        print(f"    hint: {verdict.hint}")
    return word
