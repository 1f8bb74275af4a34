"""What tables there are, with the types that MySQL's SQL declared for them.

SQLite keeps the text of CREATE TABLE with its comments. So what SQLite cannot express (an ENUM's
members, UNSIGNED, a comment, the name of a key) is kept as JSON in a comment there: it is copied
with the file, undone with the transaction, and no table of freshdb's own is in anyone's way.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from freshdb.emulation.collations import SERVER_NAMES
from freshdb.emulation.types import BIN, CI, SqlType, stored_type

FACTS = re.compile(r"/\*mysql (\{.*?\})\*/", re.DOTALL)


@dataclass
class Column:
    """One column.

    Attributes:
        default: the default as text, without quotes; None where there is none.
        default_is_text: whether the default is a constant, and not an expression.
        is_collated: whether SQLite compares it by MySQL's collation.
    """

    name: str
    type: SqlType
    is_nullable: bool = True
    default: str | None = None
    default_is_text: bool = True
    auto_increment: bool = False
    on_update: bool = False
    generated: str | None = None
    is_stored: bool = False
    comment: str = ""
    is_collated: bool = False
    is_rowid: bool = False

    def to_facts(self) -> dict[str, Any]:
        """Return what is kept in the table's comment."""
        kind = self.type
        facts: dict[str, Any] = {"n": self.name, "k": kind.kind, "t": kind.name}
        optional = {
            "l": kind.length,
            "s": kind.scale,
            "u": kind.unsigned,
            "z": kind.zerofill,
            "m": list(kind.members),
            "c": "" if kind.collation == CI else kind.collation,
            "d": self.default,
            "x": not self.default_is_text,
            "nn": not self.is_nullable,
            "ai": self.auto_increment,
            "ou": self.on_update,
            "g": self.generated,
            "gs": self.is_stored,
            "co": self.comment,
        }
        return facts | {
            name: value
            for name, value in optional.items()
            if value is not None
            and value is not False
            and value != []
            and (value != "" or name == "d")
        }

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Column:
        """Return the column that `to_facts` described."""
        kind = SqlType(
            facts["k"],
            facts["t"],
            facts.get("l"),
            facts.get("s"),
            facts.get("u", False),
            facts.get("z", False),
            tuple(facts.get("m", ())),
            facts.get("c", CI),
        )
        return cls(
            facts["n"],
            kind,
            not facts.get("nn", False),
            facts.get("d"),
            not facts.get("x", False),
            facts.get("ai", False),
            facts.get("ou", False),
            facts.get("g"),
            facts.get("gs", False),
            facts.get("co", ""),
            is_collated=True,
        )


@dataclass
class Key:
    """An index; the primary key is called PRIMARY."""

    name: str
    columns: list[str]
    is_unique: bool
    kind: str = "index"


@dataclass
class Foreign:
    """A foreign key."""

    name: str
    columns: list[str]
    table: str
    referred: list[str]
    on_delete: str = "RESTRICT"
    on_update: str = "RESTRICT"


@dataclass
class Table:
    """A table or view."""

    name: str
    columns: list[Column]
    keys: list[Key] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    checks: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    is_view: bool = False
    is_temporary: bool = False
    is_ours: bool = False
    view_text: str = ""
    # Whether it may have columns that nobody knows of.
    is_open = False

    def column(self, name: str) -> Column | None:
        """Return a column by its name in any case."""
        lower = name.lower()
        for one in self.columns:
            if one.name.lower() == lower:
                return one
        return None

    @property
    def auto_increment(self) -> Column | None:
        """The column that counts by itself."""
        return next((one for one in self.columns if one.auto_increment), None)

    @property
    def primary(self) -> list[str]:
        """The columns of the primary key."""
        return next((one.columns for one in self.keys if one.name == "PRIMARY"), [])

    def facts(self) -> str:
        """Return the comment that keeps what SQLite has no word for."""
        facts = {
            "columns": [one.to_facts() for one in self.columns],
            "keys": [[one.name, one.columns, one.is_unique, one.kind] for one in self.keys],
            "foreign": [
                [one.name, one.columns, one.table, one.referred, one.on_delete, one.on_update]
                for one in self.foreign
            ],
            "checks": self.checks,
            "options": self.options,
            "view": self.view_text,
        }
        text = json.dumps({name: value for name, value in facts.items() if value})
        closing = r"*\u002f"
        return f"/*mysql {text.replace('*/', closing)}*/"


class Catalog:
    """The tables of one schema; connections whose schema is the same share it.

    Attributes:
        plans: statements that were compiled for this schema, by their text.
    """

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = {one.name.lower(): one for one in tables}
        self.plans: dict[Any, Any] = {}

    def table(self, name: str) -> Table | None:
        """Return a table by its name in any case."""
        return self.tables.get(name.lower())


_shared: dict[Any, Catalog] = {}
_latest: list[Catalog] = [Catalog(())]


def latest_catalog() -> Catalog:
    """Return the schema that a connection of this process has read last."""
    return _latest[0]


_ROWS = """
SELECT 0, type, name, tbl_name, sql FROM main.sqlite_schema
UNION ALL SELECT 1, type, name, tbl_name, sql FROM temp.sqlite_schema
"""


def load_catalog(connection: sqlite3.Connection, key: object) -> Catalog:
    """Return the catalog of a connection's schema; `key` tells apart what else plans depend on."""
    cursor = sqlite3.Cursor(connection)
    cursor.row_factory = None
    rows = tuple(cursor.execute(_ROWS).fetchall())
    found = _shared.get((key, rows))
    if found is None:
        if len(_shared) >= 64:
            _shared.clear()
        found = _shared[key, rows] = Catalog(_tables(cursor, rows))
    if found.tables:
        _latest[0] = found
    return found


def _tables(cursor: sqlite3.Cursor, rows: tuple[Any, ...]) -> Iterable[Table]:
    for temporary, kind, name, _, sql in rows:
        if kind not in ("table", "view") or name.startswith("sqlite_"):
            continue
        match = FACTS.search(sql or "")
        try:
            if match is not None:
                table = _from_facts(name, json.loads(match.group(1)))
            else:
                table = _from_sqlite(cursor, name)
        except (sqlite3.Error, ValueError):
            continue
        table.is_view = kind == "view"
        table.is_temporary = bool(temporary)
        yield table


def _from_facts(name: str, facts: dict[str, Any]) -> Table:
    table = Table(
        name,
        [Column.from_facts(one) for one in facts["columns"]],
        [Key(*one) for one in facts.get("keys", ())],
        [Foreign(*one) for one in facts.get("foreign", ())],
        [(one[0], one[1]) for one in facts.get("checks", ())],
        facts.get("options", {}),
        is_ours=True,
        view_text=facts.get("view", ""),
    )
    for column in table.columns:
        column.is_rowid = column.auto_increment or (
            table.primary == [column.name] and column.type.fits_rowid
        )
    return table


def _from_sqlite(cursor: sqlite3.Cursor, name: str) -> Table:
    """Describe a table that MySQL's DDL has not made, for example SQLAlchemy's `create_all`."""
    quoted = quote_name(name)
    columns, primary = [], []
    for _, column, declared, not_null, default, key, hidden in cursor.execute(
        f"PRAGMA table_xinfo({quoted})"
    ).fetchall():
        one = Column(column, stored_type(declared or "", CI), not not_null and not key)
        if default is not None:
            one.default_is_text = (
                default[:1] == "'" or default.lstrip("-").replace(".", "").isdigit()
            )
            one.default = default[1:-1].replace("''", "'") if default[:1] == "'" else default
        one.generated = "" if hidden in (2, 3) else None
        columns.append(one)
        if key:
            primary.append((key, column))
    keys = (
        [Key("PRIMARY", [column for _, column in sorted(primary)], True, "primary")]
        if primary
        else []
    )
    table = Table(name, columns, keys)
    if len(primary) == 1:
        column_ = table.column(primary[0][1])
        if column_ is not None and column_.type.kind in {"int", "uint"}:
            column_.is_rowid = column_.auto_increment = True
    for row in cursor.execute(f"PRAGMA index_list({quoted})").fetchall():
        if row[3] != "pk":
            parts = cursor.execute(f"PRAGMA index_info({quote_name(row[1])})").fetchall()
            table.keys.append(Key(row[1], [part[2] for part in parts if part[2]], bool(row[2])))
    return table


def quote_name(name: str) -> str:
    """Return an identifier as SQLite takes it."""
    return '"' + name.replace('"', '""') + '"'


def collation_of(name: str) -> str:
    """Return the collation that stands in for one of the server's: `mysql_ci` or `mysql_bin`."""
    lower = name.lower()
    if lower == CI:
        return "mysql_ci"
    if lower == "binary":
        return "BINARY"
    if lower == BIN:
        return "mysql_bin"
    if lower not in SERVER_NAMES:
        return "mysql_bin" if lower.endswith("_bin") else "mysql_ci"
    return lower
