"""Statements that are not queries: what each says, as plain values.

They are parsed here, clause by clause, because sqlglot keeps what it does not know as opaque text
and drops what it thinks is harmless; of a statement that writes, nothing may be lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from freshdb.emulation.types import SqlType


@dataclass(frozen=True)
class TableName:
    """A table as it was written, with its database where one was given."""

    name: str
    database: str | None = None
    alias: str | None = None


@dataclass
class Insert:
    """INSERT and REPLACE."""

    table: TableName
    columns: list[str] | None = None
    rows: list[list[Any]] | None = None
    query: Any = None
    ignore: bool = False
    replace: bool = False
    updates: list[tuple[str, Any]] = field(default_factory=list)
    row_alias: str | None = None
    column_aliases: list[str] = field(default_factory=list)
    returning: list[Any] | None = None


@dataclass
class Update:
    """UPDATE of one table or several; `source` is what FROM would hold."""

    source: Any
    assignments: list[tuple[Any, Any]]
    where: Any = None
    order: Any = None
    limit: Any = None
    ignore: bool = False


@dataclass
class Delete:
    """DELETE from one table or, with `targets`, from several of a join."""

    source: Any
    targets: list[TableName] = field(default_factory=list)
    where: Any = None
    order: Any = None
    limit: Any = None
    ignore: bool = False
    returning: list[Any] | None = None


@dataclass
class Column:
    """A column as CREATE TABLE or ALTER TABLE declares it."""

    name: str
    type: SqlType
    is_nullable: bool = True
    default: Any = None
    default_text: str | None = None
    auto_increment: bool = False
    on_update: bool = False
    generated: Any = None
    is_stored: bool = False
    comment: str = ""
    is_primary: bool = False
    is_unique: bool = False
    check: Any = None
    references: Any = None
    has_null_word: bool = False


@dataclass
class Key:
    """An index: `kind` is primary, unique, index, fulltext or spatial."""

    kind: str
    name: str | None
    columns: list[tuple[str, int | None, bool]]


@dataclass
class Foreign:
    """A foreign key."""

    name: str | None
    columns: list[str]
    table: TableName
    referred: list[str]
    on_delete: str | None = None
    on_update: str | None = None


@dataclass
class Check:
    """A CHECK constraint."""

    name: str | None
    condition: Any


@dataclass
class CreateTable:
    """CREATE TABLE in its three forms: with columns, LIKE another, from a query."""

    table: TableName
    temporary: bool = False
    if_not_exists: bool = False
    or_replace: bool = False
    columns: list[Column] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    like: TableName | None = None
    query: Any = None


@dataclass
class Alter:
    """ALTER TABLE; `actions` are (word, arguments…)."""

    table: TableName
    actions: list[tuple[Any, ...]]


@dataclass
class CreateIndex:
    """CREATE INDEX."""

    table: TableName
    key: Key
    if_not_exists: bool = False


@dataclass
class Drop:
    """DROP of tables or views."""

    kind: str
    names: list[TableName]
    if_exists: bool = False


@dataclass
class DropIndex:
    """DROP INDEX."""

    table: TableName
    name: str


@dataclass
class Rename:
    """RENAME TABLE."""

    pairs: list[tuple[TableName, TableName]]


@dataclass
class CreateView:
    """CREATE VIEW."""

    table: TableName
    columns: list[str]
    query: Any
    text: str
    or_replace: bool = False


@dataclass
class Truncate:
    """TRUNCATE TABLE."""

    table: TableName


@dataclass
class SetVariables:
    """SET; items are (scope, name, expression); scope is user, session, global or names."""

    items: list[tuple[str, str, Any]]


@dataclass
class Show:
    """SHOW and DESCRIBE: what, of which table, and LIKE or WHERE."""

    what: str
    table: TableName | None = None
    full: bool = False
    like: str | None = None
    where: Any = None


@dataclass
class Transaction:
    """Control of transactions: passed on as it is."""

    word: str
    name: str | None = None


@dataclass
class Do:
    """DO: expressions whose results nobody sees."""

    expressions: list[Any]


@dataclass
class Nothing:
    """A statement that has nothing to do on SQLite, for example LOCK TABLES."""

    word: str
    argument: str | None = None


@dataclass
class Maintain:
    """ANALYZE, OPTIMIZE, CHECK and REPAIR of tables."""

    word: str
    tables: list[TableName]


@dataclass
class Query:
    """A query; `into` are the variables of SELECT … INTO @a."""

    query: Any
    into: list[str] = field(default_factory=list)


@dataclass
class Explain:
    """EXPLAIN of a statement."""

    text: str
