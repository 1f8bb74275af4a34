"""An open Postgres database: its schema by `pg_dump`, its rows by `COPY`, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from freshdb.branches.products import (
    Column,
    Database,
    Digests,
    Result,
    Row,
    SchemaObject,
    Selection,
    Table,
)
from freshdb.branches.products.postgres.server import dump
from freshdb.branches.records import Place
from freshdb.errors import BranchError, BranchInputError, ServerError
from freshdb.servers.postgres.quoting import quoted
from freshdb.servers.postgres.wire import Connection

_NUMBERS = ("smallint", "integer", "bigint")
_ENTRY = re.compile(
    r"^-- Name: (?P<name>.*?); Type: (?P<kind>[A-Z ]+); Schema: (?P<schema>\S+); Owner: .*$",
    re.MULTILINE,
)
_OF_EVERY_DATABASE = ("COMMENT ON SCHEMA public", "CREATE SCHEMA public")
_NOISE = ("--", "SET ", "SELECT pg_catalog.set_config", "\\")
_READ_ONLY = "25006"
_CONSTANT = re.compile(r"\(?(-?[\d.]+|'([^']|'')*'|true|false|NULL)\)?(::[\w\s\"\[\]().,]+)?")
_ONE = r'(?:"(?:[^"]|"")+"|[\w$]+)'
_OF_A_TABLE = re.compile(
    rf"(?:ALTER TABLE (?:ONLY )?|(?:.*?)(?: ON | TO | OWNED BY )(?:ONLY )?)({_ONE})\.({_ONE})",
    re.DOTALL,
)
_TABLES = """
SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
  pg_get_expr(d.adbin, d.adrelid),
  array_position(i.indkey::int2[], a.attnum),
  EXISTS (SELECT 1 FROM pg_index u WHERE u.indrelid = c.oid AND NOT u.indisprimary
    AND (u.indisunique OR u.indisexclusion)),
  t.typnamespace <> 'pg_catalog'::regnamespace
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  AND a.attgenerated = ''
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
ORDER BY 1, 2, a.attnum
"""


class PostgresDatabase:
    """One open database; a read-only one is a repeatable-read transaction."""

    # Whether anything differs is told by all of the server's processors, and where by one.
    buckets: tuple[int, ...] = (1, 1 << 14)

    def __init__(self, connection: Connection, place: Place, *, may_write: bool) -> None:
        self.connection = connection
        self.place = place
        self._may_write = may_write

    def objects(self) -> list[SchemaObject]:
        snapshot = self.connection.value("SELECT pg_export_snapshot()")
        text = dump(self.place, "--schema-only", f"--snapshot={snapshot}")
        return list(objects_of(text))

    def tables(self) -> dict[str, Table]:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for schema, table, *facts in self.connection.query(_TABLES):
            found.setdefault(shown(schema or "", table or ""), []).append(tuple(facts))
        return {name: _table(name, facts) for name, facts in found.items()}

    def unread(self) -> dict[str, str]:
        return {}

    def rows(self, table: Table, selection: Selection) -> Iterator[list[Row]]:
        types = {column.name: column.type for column in table.columns}
        values = selection.values(table, value_of, stand_in)
        numbers = {
            at
            for at, name in enumerate(selection.key)
            if types.get(name) in _NUMBERS and name in selection.alike
        }
        key = values[: len(selection.key)]
        order = [
            value if at in numbers else f'({value})::text COLLATE "C"'
            for at, value in enumerate(key)
        ]
        where = ""
        if selection.only is not None:
            wanted = ", ".join(map(str, sorted(selection.only.wanted)))
            where = f" WHERE {_bucket(table, selection, selection.only.number)} IN ({wanted})"
        sql = (
            f"COPY (SELECT {', '.join(values)} FROM {qualified(table.name)}{where} "
            f"ORDER BY {', '.join(order) or '1'}) TO STDOUT"
        )
        for lines in self.connection.copy_stream(sql):
            fields = (line[:-1].split(b"\t") for line in lines)
            if not numbers:
                yield [tuple(row) for row in fields]
            elif numbers == {0}:
                yield [(_number(first), *others) for first, *others in fields]
            else:
                yield [
                    tuple(_number(one) if at in numbers else one for at, one in enumerate(row))
                    for row in fields
                ]

    def alike(self, other: Database) -> set[str]:
        return set()

    def digests(self, table: Table, selection: Selection, number: int) -> Digests:
        values = selection.values(table, value_of, stand_in)
        found = self.connection.query(
            f"SELECT {_bucket(table, selection, number)}, count(*), "
            f"sum(hashtextextended({_image(values)}, 0)) FROM {qualified(table.name)} GROUP BY 1"
        )
        return {int(bucket or 0): tuple(digest) for bucket, *digest in found}

    def query(self, sql: str, parameters: Sequence[Any], max_rows: int) -> Result:
        texts = [None if one is None else str(one) for one in parameters]
        try:
            names, rows, done = self.connection.answer(
                sql, texts, max_rows + 1, to_the_end=self._may_write
            )
        except ServerError as error:
            if error.code == _READ_ONLY:
                raise BranchInputError(
                    "this statement writes, and the branch was opened for reading",
                    hint="`--write` lets it",
                ) from None
            if "multiple commands" in error.fact:
                raise BranchInputError(
                    "there is more than one statement", hint="with `--write` there may be several"
                ) from None
            raise BranchError(error.fact) from error
        if names:
            return Result.capped(names, rows, max_rows)
        number = done.rsplit(" ", 1)[-1]
        return Result((), (), changed=int(number) if number.isdigit() else -1)

    def run_script(self, sql: str) -> None:
        try:
            self.connection.query(sql)
        except ServerError as error:
            raise BranchError(error.fact) from error


def _image(values: Sequence[str]) -> str:
    """Return the SQL for a text that is the same for the same values, and for no others."""
    return f"ROW({', '.join(values)})::text"


def _bucket(table: Table, selection: Selection, number: int) -> str:
    """Return the SQL for the bucket that a row falls into; `number` is a power of two."""
    key = selection.values(table, value_of, stand_in)[: len(selection.key)]
    types = {column.name: column.type for column in table.columns}
    if number == 1:
        return "0"
    if len(key) == 1 and types.get(selection.key[0]) in _NUMBERS:
        return f"hashint8({key[0]}) & {number - 1}"
    return f"hashtext({_image(key)}) & {number - 1}"


def _number(field: bytes) -> int | None:
    return None if field == b"\\N" else int(field)


def objects_of(text: str) -> Iterator[SchemaObject]:
    """Yield the things of a dump, which `pg_dump` writes in one form and in a useful order."""
    entries = list(_ENTRY.finditer(text))
    for at, entry in enumerate(entries):
        end = entries[at + 1].start() if at + 1 < len(entries) else len(text)
        lines = text[entry.end() : end].splitlines()
        sql = "\n".join(
            line for line in lines if line.strip() and not line.startswith(_NOISE)
        ).rstrip(";")
        if not sql or sql.startswith(_OF_EVERY_DATABASE):
            continue
        schema = "" if entry["schema"] == "-" else entry["schema"]
        kind, name = entry["kind"].lower(), entry["name"]
        yield SchemaObject(kind, f"{schema}.{name}", _table_of(kind, schema, name, sql), sql, sql)


_PARTS = {
    "constraint", "fk constraint", "check constraint", "default", "index", "trigger", "policy",
    "rule", "row security", "sequence", "sequence owned by",
}  # fmt: skip


def _table_of(kind: str, schema: str, name: str, sql: str) -> str:
    """Return the table, as people know it, that a thing belongs to; its own name if to none."""
    found = _OF_A_TABLE.match(sql) if kind in _PARTS else None
    if found and not (kind == "sequence" and sql.startswith("CREATE")):
        return shown(*(part.strip('"').replace('""', '"') for part in found.groups()))
    if kind == "comment":
        name = name.partition(" ")[2].partition(".")[0]
    return shown(schema, name)


def shown(schema: str, table: str) -> str:
    """Return a table's name as people know it."""
    return table if schema in ("public", "") else f"{schema}.{table}"


def qualified(name: str) -> str:
    """Return the SQL for a table's name."""
    schema, _, table = name.rpartition(".")
    return f"{quoted(schema or 'public')}.{quoted(table)}"


def value_of(column: Column) -> str:
    """Return the SQL for a column's value."""
    return quoted(column.name)


def stand_in(column: Column) -> str:
    """Return the value that rows get in a column when it is added to their table."""
    default = column.default
    if default is None or not default_is_constant(default):
        return "NULL"
    if column.has_own_type:
        return default.partition("::")[0].lstrip("(")
    return f"({default})::{column.type}"


def default_is_constant(default: str) -> bool:
    """Tell whether a default is the same for every row."""
    return bool(_CONSTANT.fullmatch(default))


def _table(name: str, facts: list[tuple[Any, ...]]) -> Table:
    key = sorted((int(at), column) for column, _, _, at, *_ in facts if at is not None)
    return Table(
        name,
        tuple(
            Column(column, kind, default, has_own_type=is_own == "t")
            for column, kind, default, _, _, is_own in facts
        ),
        tuple(column for _, column in key),
        is_unique=bool(key),
        has_unique=facts[0][4] == "t",
    )
