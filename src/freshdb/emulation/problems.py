"""The driver's exceptions: the classes, codes and words that PyMySQL would have raised.

An application catches what its driver raises. So each error is one of SQLite's classes (which
SQLAlchemy recognises) and, where PyMySQL or mysqlclient is imported, one of theirs as well.
"""

from __future__ import annotations

import re
import sqlite3
import sys
from functools import lru_cache
from typing import Any

from freshdb.emulation.errors import MySQLError

# As PyMySQL maps them; every code that is not here is an OperationalError.
_CLASSES = {
    "ProgrammingError": (1007, 1064, 1102, 1103, 1110, 1111, 1112, 1113, 1146, 1149, 1166, 1179),
    "DataError": (1171, 1230, 1263, 1264, 1265, 1366, 1367, 1406, 1441),
    "IntegrityError": (1048, 1062, 1215, 1216, 1217, 1451, 1452),
    "NotSupportedError": (1196, 1235, 1286, 1289),
}
_CLASS_OF = {code: name for name, codes in _CLASSES.items() for code in codes}
_DRIVERS = ("pymysql.err", "MySQLdb._exceptions")


def class_name(code: int) -> str:
    """Return the name of the driver's exception for a code of the server's."""
    return _CLASS_OF.get(code, "OperationalError")


def exception_class(name: str) -> type[Exception]:
    """Return the exception class of that name, a kind of every loaded driver's."""
    loaded = tuple(one for one in _DRIVERS if one in sys.modules)
    return _exception_class(name, loaded)


@lru_cache(maxsize=64)
def _exception_class(name: str, drivers: tuple[str, ...]) -> type[Exception]:
    bases: list[type] = [getattr(sys.modules[one], name) for one in drivers]
    bases.append(getattr(sqlite3, name))
    return type(
        name,
        tuple(bases),
        {"__module__": "freshdb.emulation", "__doc__": "An error of the emulated server."},
    )


def driver_error(error: MySQLError) -> Exception:
    """Return the exception that the driver raises for an error of the server's."""
    made = exception_class(class_name(error.code))(error.code, error.message)
    for note in getattr(error, "__notes__", ()):
        made.add_note(note)
    return made


_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")
_NOT_NULL = re.compile(r"NOT NULL constraint failed: [^.]+\.(.+)")
_CHECK = re.compile(r"CHECK constraint failed: (.+)")


def from_sqlite(error: sqlite3.Error, session: Any, table: Any) -> MySQLError | None:
    """Return the server's error for one of SQLite's; None where there is no such error."""
    text = str(error)
    if session.context.pending_error is not None:
        pending = session.context.pending_error
        session.context.pending_error = None
        return pending if isinstance(pending, MySQLError) else None
    if match := _UNIQUE.match(text):
        columns = [
            one.split(".", 1)[1] if "." in one else one for one in match.group(1).split(", ")
        ]
        name = _key_of(table, columns)
        entry = session.duplicate_entry(table, columns)
        return MySQLError(1062, "23000", f"Duplicate entry '{entry}' for key '{name}'")
    if match := _NOT_NULL.match(text):
        return MySQLError(1048, "23000", f"Column '{match.group(1)}' cannot be null")
    if match := _CHECK.match(text):
        shown = table.name if table is not None else "?"
        return MySQLError(
            4025,
            "23000",
            f"CONSTRAINT `{match.group(1)}` failed for `{session.context.database}`.`{shown}`",
        )
    if text.startswith("FOREIGN KEY constraint failed"):
        return _foreign(session, table)
    if text.startswith("You did not supply a value for binding parameter"):
        return MySQLError(1210, "HY000", "Incorrect arguments: a place without a value")
    if text == "string or blob too big":
        return MySQLError(1301, "HY000", "Result was larger than max_allowed_packet; truncated")
    if text.startswith("database is locked"):
        return MySQLError(1205, "HY000", "Lock wait timeout exceeded; try restarting transaction")
    return None


def _key_of(table: Any, columns: list[str]) -> str:
    wanted = [one.lower() for one in columns]
    for key in table.keys if table is not None else ():
        if key.is_unique and [one.lower() for one in key.columns] == wanted:
            return str(key.name)
    return "PRIMARY"


_FAILS = "a foreign key constraint fails"


def _foreign(session: Any, table: Any) -> MySQLError:
    database = session.context.database
    if table is not None and session.is_deleting:
        referring = session.referring_key(table)
        if referring is not None:
            other, key = referring
            return MySQLError(
                1451,
                "23000",
                f"Cannot delete or update a parent row: {_FAILS} ({_shown(database, other, key)})",
            )
    if table is not None and table.foreign:
        key = table.foreign[0]
        return MySQLError(
            1452,
            "23000",
            f"Cannot add or update a child row: {_FAILS} ({_shown(database, table, key)})",
        )
    return MySQLError(
        1451, "23000", "Cannot delete or update a parent row: a foreign key constraint fails"
    )


def _shown(database: str, table: Any, key: Any) -> str:
    columns = ", ".join(f"`{one}`" for one in key.columns)
    referred = ", ".join(f"`{one}`" for one in key.referred)
    more = "".join(
        f" ON {word} {action}"
        for word, action in (("DELETE", key.on_delete), ("UPDATE", key.on_update))
        if action != "RESTRICT"
    )
    return (
        f"`{database}`.`{table.name}`, CONSTRAINT `{key.name}` FOREIGN KEY ({columns}) "
        f"REFERENCES `{key.table}` ({referred}){more}"
    )
