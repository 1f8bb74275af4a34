"""`freshdb sql`: try SQL of another server on SQLite, and find what of a project's would run."""

from __future__ import annotations

import argparse
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
        "statement", nargs="+", metavar="SQL", help="a statement; or `check` and then Python files"
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
    from freshdb.emulation import connect
    from freshdb.emulation.flavors import flavor_of

    words: Sequence[str] = arguments.statement
    misused = {"": "there is no statement", "check": "there is no file to check"}
    text = " ".join(words).strip()
    if text in misused:
        print(f"freshdb: {misused[text]}\n\nhint: {_HINTS[text]}", file=sys.stderr)
        return MISUSE
    if arguments.schema is not None and not arguments.schema.is_file():
        print(f"freshdb: there is no file `{arguments.schema}`", file=sys.stderr)
        return MISUSE
    flavor = flavor_of(arguments.dialect)
    if flavor == "postgres":
        connection = connect(arguments.database, dialect="postgres", isolation_level=None)
    else:
        connection = connect(arguments.database, flavor=flavor, isolation_level=None)
    try:
        if arguments.schema is not None:
            connection.executescript(arguments.schema.read_text(encoding="utf-8"))
        if words[0] == "check" and len(words) > 1:
            return _check(connection, words[1:])
        return _try(connection, " ".join(words), explain=arguments.explain)
    finally:
        connection.close()


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
            code, message = (*error.args, "")[:2]
            print(f"ERROR {code}: {message}", file=sys.stderr)
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
    checker = Checker(connection)
    counts: Counter[str] = Counter()
    for path in _files(names):
        for found in _found(path):
            counts[_tell(checker, found)] += 1
    listed = ", ".join(f"{counts[word]} {word}" for word in _WORDS if counts[word])
    print(listed or "no SQL was found")
    return FOUND if counts["refused"] or counts["wrong"] else 0


_WORDS = ("run", "differ", "refused", "wrong", "unknown")


def _files(names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        path = Path(name)
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _found(path: Path) -> list[Found]:
    from freshdb.emulation.finding import find_sql

    try:
        return list(find_sql(path))
    except (SyntaxError, UnicodeDecodeError) as error:
        print(f"{path}: not read: {error}", file=sys.stderr)
        return []


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
