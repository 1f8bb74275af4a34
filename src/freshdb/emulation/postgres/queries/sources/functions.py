"""Functions in FROM: each returns one list, which SQLite's `json_each` takes apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import as_argument, no_function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import (
    INTEGERS,
    NUMBERS,
    STAMPS,
    Source,
    Written,
    name_of,
    only,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.writer import Writer

Columns = list[tuple[str, str]]
Rows = Callable[[list[Written]], tuple[str, Columns]]
ROWS: dict[str, Rows] = {}
"""Name to what returns the list, and the columns; an empty name is that of the alias."""


def _rows(*names: str) -> Callable[[Rows], Rows]:
    def declare(make: Rows) -> Rows:
        for name in names:
            ROWS[name] = make
        return make

    return declare


def _taken(name: str, given: list[Written], *kinds: str) -> list[Written]:
    found = [as_argument(one, kind) for one, kind in zip(given, kinds, strict=False)]
    if len(given) != len(kinds) or None in found:
        raise no_function(name, given)
    return [one for one in found if one is not None]


@_rows("generate_series")
def _series(given: list[Written]) -> tuple[str, Columns]:
    if len(given) not in (2, 3):
        raise no_function("generate_series", given)
    kind = types.shared(given[:2], "generate_series")
    step = given[2] if len(given) == 3 else Written("1", "int4")
    if kind in STAMPS:
        if len(given) == 2:
            raise no_function("generate_series", given)
        kind = "timestamptz" if kind == "date" else kind
        step = types.as_kind(step, "interval")
    elif kind in (*INTEGERS, "numeric"):
        kind = types.shared([*given[:2], step], "generate_series")
        kind = "int4" if kind == "int2" else kind
        step = types.as_kind(step, kind)
    if (kind not in NUMBERS and step.kind != "interval") or kind == "float8":
        raise no_function("generate_series", given)
    start, end = (types.as_kind(one, kind).sql for one in given[:2])
    return f"pg_series('{kind}', {start}, {end}, {step.sql})", [("", kind)]


@_rows("unnest")
def _unnest(given: list[Written]) -> tuple[str, Columns]:
    (one,) = given
    inner = types.element(one.kind)
    if inner is None:
        raise no_function("unnest", given)
    return one.sql, [("", inner)]


def _json_rows(name: str, body: str, columns: Columns) -> None:
    for prefix in ("json", "jsonb"):

        @_rows(f"{prefix}_{name}")
        def make(given: list[Written], prefix: str = prefix) -> tuple[str, Columns]:
            (one,) = _taken(f"{prefix}_{name}", given, prefix)
            named = [(column, prefix if kind == "json" else kind) for column, kind in columns]
            return f"pg_json_rows('{body}', '{prefix}', {one.sql})", named


_json_rows("array_elements", "elements", [("value", "json")])
_json_rows("array_elements_text", "element texts", [("value", "text")])
_json_rows("each", "pairs", [("key", "text"), ("value", "json")])
_json_rows("each_text", "pair texts", [("key", "text"), ("value", "text")])
_json_rows("object_keys", "keys", [("", "text")])


@_rows("regexp_split_to_table")
def _split_table(given: list[Written]) -> tuple[str, Columns]:
    parts = _taken("regexp_split_to_table", given, *("text",) * max(len(given), 2))
    return f"pg_regexp_split({', '.join(one.sql for one in parts)})", [("", "text")]


@_rows("regexp_matches")
def _matches(given: list[Written]) -> tuple[str, Columns]:
    parts = _taken("regexp_matches", given, *("text",) * max(len(given), 2))
    return f"pg_regexp_matches({', '.join(one.sql for one in parts)})", [("", "text[]")]


@_rows("string_to_table")
def _string_table(given: list[Written]) -> tuple[str, Columns]:
    parts = _taken("string_to_table", given, *("text",) * max(len(given), 2))
    return f"pg_string_to_array({', '.join(one.sql for one in parts)})", [("", "text")]


def list_of(writer: Writer, call: Any) -> tuple[str, str, Columns]:
    """Return the name of a function that returns rows, their list, and the columns."""
    if isinstance(call, exp.Unnest):
        name = "unnest"
    elif isinstance(call, exp.Anonymous):
        name = str(call.this).lower()
    else:
        raise refused(f"{type(call).__name__} in FROM")
    make = ROWS.get(name)
    if make is None:
        raise refused(f"the function {name} in FROM")
    if name == "unnest" and len(call.expressions) != 1:
        raise refused("unnest of several arrays", "number the elements WITH ORDINALITY and join")
    given = [writer.write(one) for one in call.expressions]
    return (name, *make(given))


def of_function(writer: Writer, node: Any, call: Any) -> str:
    """Return a call in FROM, and bring its columns into scope."""
    alias = node.args.get("alias") or call.args.get("alias")
    offset = call.args.get("offset") if isinstance(call, exp.Unnest) else None
    only(node, "this", "alias", "expressions", "offset", "ordinality", "joins")
    name, sql, columns = list_of(writer, call)
    table = name_of(alias.this) if alias is not None and alias.this is not None else name
    given = [name_of(one) for one in (alias.args.get("columns") or ())] if alias else []
    numbered = bool(offset) or bool(node.args.get("ordinality"))
    if len(given) > len(columns) + numbered:
        raise PostgresError("42P10", f'table "{table}" has fewer columns')
    quoted = quote_name(table)
    found: dict[str, Written] = {}
    for at, (column, kind) in enumerate(columns):
        shown = given[at] if at < len(given) else column or table
        place = f"{quoted}.value"
        if len(columns) > 1:
            place = f"json_extract({quoted}.value, '$[{at}]')"
        found[shown] = Written(place, kind)
    if numbered:
        label = name_of(offset) if isinstance(offset, exp.Identifier) else "ordinality"
        label = given[len(columns)] if len(given) > len(columns) else label
        found["ordinality" if label == "offset" else label] = Written(f"({quoted}.key + 1)", "int8")
    writer.scope.sources.append(Source(table, found, is_value=len(found) == 1))
    return f"json_each({sql}) AS {quoted}"
