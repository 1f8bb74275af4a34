"""The text of a CREATE TABLE as SQLite keeps it: its columns' definitions, read and changed.

SQLite changes neither types nor constraints of a table that is there. But they are only words to
it: what rows look like on the disk does not depend on them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import quote_name, refused

_TOKENS = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|/\*.*?\*/|--[^\n]*|[(),]|[^\s(),'"`\[]+|\s+""",
    re.DOTALL,
)
_CONSTRAINTS = frozenset(
    [
        *("CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE"),
        *("REFERENCES", "GENERATED", "AS", "ON", "DEFERRABLE", "INITIALLY"),
    ]
)


@dataclass(frozen=True)
class Edit:
    """A change of a table's text."""

    table: str
    change: Callable[[Definition], object]

    def __str__(self) -> str:
        return f"-- the definition of {quote_name(self.table)} is changed"

    def run(self, cursor: sqlite3.Cursor) -> None:
        """Write the text, and let every connection read it anew."""
        where = "WHERE type = 'table' AND name = ?"
        for schema, master in (("temp", "sqlite_temp_master"), ("main", "sqlite_master")):
            cursor.execute(f"SELECT sql FROM {master} {where}", (self.table,))
            row = cursor.fetchone()
            if row is not None:
                definition = Definition(row[0])
                self.change(definition)
                cursor.execute("PRAGMA writable_schema = 1")
                texts = (str(definition), self.table)
                cursor.execute(f"UPDATE {master} SET sql = ? {where}", texts)
                version = cursor.execute(f"PRAGMA {schema}.schema_version").fetchone()[0]
                cursor.execute(f"PRAGMA {schema}.schema_version = {version + 1}")
                cursor.execute("PRAGMA writable_schema = 0")
                return


@dataclass(frozen=True)
class Check:
    """A query that has no row, or else the rows that are there break what is asked for."""

    sql: str
    error: PostgresError

    def __str__(self) -> str:
        return self.sql

    def run(self, cursor: sqlite3.Cursor) -> None:
        """Ask.

        Raises:
            PostgresError: there is a row.
        """
        if cursor.execute(self.sql).fetchone() is not None:
            raise self.error


Step = str | Edit | Check


class Definition:
    """A table's text, in parts: one for each column and constraint."""

    def __init__(self, sql: str) -> None:
        tokens = _TOKENS.findall(sql)
        self._head = "".join(tokens[: tokens.index("(") + 1])
        self._parts, self._tail = _parts(tokens[tokens.index("(") + 1 :])

    def __str__(self) -> str:
        return f"{self._head}{', '.join(' '.join(one) for one in self._parts)}{self._tail}"

    def add(self, constraint: str) -> None:
        """Add a constraint of the table."""
        self._parts.append([constraint])

    def drop(self, constraint: str) -> bool:
        """Take a named CHECK or FOREIGN KEY away; tell whether it was there."""
        for part in self._parts:
            for at, word in enumerate(part[:-1]):
                if word.upper() == "CONSTRAINT" and _name(part[at + 1]) == constraint:
                    _drop(part, at, constraint)
                    if not part:
                        self._parts.remove(part)
                    return True
        return False

    def column(self, name: str) -> list[str]:
        """Return the words of a column, to be changed in place."""
        for part in self._parts:
            if _name(part[0]) == name and part[0].upper() not in _CONSTRAINTS:
                return part
        raise PostgresError("42703", f'column "{name}" does not exist')


def _parts(tokens: list[str]) -> tuple[list[list[str]], str]:
    """Return what stands between a table's parentheses, in words, and what is behind them."""
    parts: list[list[str]] = [[]]
    depth, group = 0, ""
    for at, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")  # noqa: S105  # no password
        if depth < 0:
            return parts, "".join(tokens[at:])
        if depth or group:
            group += token
            if not depth:
                parts[-1].append(group)
                group = ""
        elif token == ",":  # noqa: S105
            parts.append([])
        elif not token.isspace():
            parts[-1].append(token)
    raise refused("the definition of this table")


def _name(word: str) -> str:
    if word[:1] in '"`[':
        return word[1:-1].replace('""', '"')
    return word


def _drop(part: list[str], at: int, constraint: str) -> None:
    kind = part[at + 2].upper()
    if kind == "CHECK":
        del part[at : at + 4]
    elif kind in ("FOREIGN", "REFERENCES") and at == 0:
        part.clear()
    else:
        raise refused(
            f"DROP CONSTRAINT of {constraint}", "only CHECK and FOREIGN KEY can be dropped"
        )


def without(part: list[str], *words: str, values: int = 0) -> None:
    """Take words of a column away, with so many words behind them."""
    for at in range(1, len(part) - len(words) + 1):
        if tuple(one.upper() for one in part[at : at + len(words)]) == words:
            del part[at : at + len(words) + values]
            return


def set_default(part: list[str], default: str | None) -> None:
    """Give a column another default, or none."""
    upper = [one.upper() for one in part]
    if "DEFAULT" in upper:
        at = upper.index("DEFAULT")
        signed = part[at + 1] in ("+", "-")
        del part[at : at + 2 + signed]
    if default is not None:
        part += ["DEFAULT", f"({default})"]


def set_type(part: list[str], declared: str) -> None:
    """Give a column another type."""
    end = next((at for at, one in enumerate(part) if at and one.upper() in _CONSTRAINTS), len(part))
    part[1:end] = [declared]


def is_counted(part: list[str]) -> bool:
    """Tell whether a column is a key that counts."""
    return any(one.upper() == "AUTOINCREMENT" for one in part)


def breaking(table: str, condition: str) -> str:
    """Return a query for a row that does not fulfil a condition."""
    return f"SELECT 1 FROM {quote_name(table)} WHERE NOT ({condition}) LIMIT 1"
