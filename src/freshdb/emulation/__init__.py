"""MySQL's SQL on SQLite: the statements, functions, types and errors of the real server.

import freshdb.emulation

connection = freshdb.emulation.connect("test.db")
connection.execute("INSERT INTO t (name) VALUES ('a') ON DUPLICATE KEY UPDATE name = 'b'")
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.connection import Connection

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"


@cache
def require_sqlglot() -> None:
    """Raise one clear error where the extra `freshdb[emulation]` is not installed.

    Raises:
        EmulationError: it is not.
    """
    from importlib.util import find_spec

    missing = [name for name in ("sqlglot", "regex") if not _is_there(find_spec, name)]
    if missing:
        raise EmulationError(
            f"SQL of another server on SQLite needs {' and '.join(missing)}, which "
            f"{'is' if len(missing) == 1 else 'are'} not installed",
            hint='pip install "freshdb[emulation]"',
        )
    found = find_spec("sqlglot")
    if found is not None and _is_compiled(found.submodule_search_locations or ()):
        raise EmulationError(
            "SQL of another server on SQLite needs sqlglot in Python; here it is compiled, so that "
            "nobody can add to its parsers",
            hint="pip uninstall sqlglotc",
        )


def _is_compiled(folders: Iterable[str]) -> bool:
    """Tell whether a package's parser is machine code."""
    from pathlib import Path

    return any(
        file.suffix in (".so", ".pyd") for one in folders for file in Path(one).glob("parser.*")
    )


def _is_there(find_spec: Callable[[str], Any], name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ValueError:  # `sys.modules` holds None in its place
        return False


def connect(
    path: str | os.PathLike[str] = ":memory:",
    dialect: str = "mysql",
    flavor: str | None = None,
    time_zone: str = "+00:00",
    now: dt.datetime | Callable[[], dt.datetime] | None = None,
    *,
    database: str = "main",
    found_rows: bool = False,
    **keywords: Any,
) -> Connection:
    """Open an SQLite database with a connection that speaks another server's SQL.

    Args:
        path: the database file, or `:memory:`.
        dialect: `mysql` or `postgres`.
        flavor: whose answer counts where servers differ: `mariadb` or `mysql8`.
        time_zone: the session's, as `+02:00`.
        now: the time that NOW() tells, or what tells it; the machine's by default.
        database: what DATABASE() answers.
        found_rows: count rows that an UPDATE matches, and not those that it changes.
        keywords: for `sqlite3.connect`.

    Raises:
        EmulationError: there is no such dialect or flavor, or the extra is not installed.
    """
    import sqlite3
    from functools import partial

    _require("dialect", dialect, ("mysql", "postgres"))
    _require("flavor", flavor or "mariadb", ("mariadb", "mysql8"))
    require_sqlglot()
    from freshdb.emulation.connection import Connection, Options

    options = Options(dialect, flavor or "mariadb", time_zone, now, database, True, found_rows)
    factory: Any = partial(Connection, emulation=options)
    made: Connection = sqlite3.connect(path, factory=factory, **keywords)
    return made


def _require(what: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        listed = " or ".join(f"`{one}`" for one in known)
        raise EmulationError(f"`{what}` is {word!r}, which there is not", hint=f"write {listed}")
