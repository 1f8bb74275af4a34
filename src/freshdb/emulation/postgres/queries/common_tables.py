"""WITH and WITH RECURSIVE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.queries.combined import combined
from freshdb.emulation.postgres.scope import name_of, only, quote_name, refused
from freshdb.emulation.postgres.writer import Writer, renamed


def with_clause(writer: Writer, node: Any) -> str:
    """Return WITH, and bring its queries into scope."""
    found = node.args.get("with_")
    if found is None:
        return ""
    only(found, "expressions", "recursive")
    recursive = bool(found.args.get("recursive"))
    parts = []
    for one in found.expressions:
        only(one, "this", "alias", "materialized")
        name, alias = name_of(one.args["alias"].this), one.args["alias"]
        if not isinstance(one.this, exp.Query):
            if name not in writer.returned:
                raise refused(
                    "a change in WITH that is not the statement's own", "run it by itself"
                )
            if not writer.returned[name]:
                continue
            sql = _returned(writer, name, alias)
        elif recursive and _names(one.this, name):
            sql = _recursive(writer, one.this, name, alias)
        else:
            sql, outputs = writer.query(one.this)
            writer.ctes[name] = renamed(outputs, alias)
        listed = ", ".join(quote_name(column) for column, _ in writer.ctes[name])
        parts.append(f"{quote_name(name)} ({listed}) AS ({sql})")
    if not parts:
        return ""
    word = "WITH RECURSIVE" if recursive else "WITH"
    return f"{word} {', '.join(parts)} "


def _returned(writer: Writer, name: str, alias: Any) -> str:
    """Return what a change in WITH has returned: it has been run already."""
    outputs = writer.returned[name]
    if any(kind.removesuffix("[]") == "bytea" for _, kind in outputs):
        raise refused("bytea of a change in WITH", "run the change by itself, with RETURNING")
    writer.ctes[name] = renamed(outputs, alias)
    columns = ", ".join(f"json_extract(value, '$[{at}]')" for at in range(len(outputs)))
    return f"SELECT {columns} FROM json_each(:{returned_as(list(writer.returned).index(name))})"


def returned_as(number: int) -> str:
    """Return the name under which SQLite gets the rows of a change in WITH."""
    return f"returned{number}"


def _names(node: Any, name: str) -> bool:
    return any(name_of(one.this) == name for one in node.find_all(exp.Table) if one.name)


def _recursive(writer: Writer, node: Any, name: str, alias: Any) -> str:
    if not isinstance(node, exp.Union) or _names(node.this, name):
        raise PostgresError("42P19", f'recursive reference to query "{name}" must not appear there')
    only(node, "this", "expression", "distinct")
    sql, outputs = writer.query(node.this)
    writer.ctes[name] = renamed(outputs, alias)
    more, others = writer.query(node.expression)
    is_all = not node.args.get("distinct")
    _, found = combined([(sql, outputs), (more, others)], "UNION", is_all=is_all)
    for at, ((_, kind), (_, overall), (_, other)) in enumerate(
        zip(outputs, found, others, strict=True), 1
    ):
        if overall != kind:
            text = (
                f'recursive query "{name}" column {at} has type {types.shown(kind)} in '
                f"non-recursive term but type {types.shown(overall)} overall"
            )
            raise PostgresError("42804", text)
        if other not in (kind, "unknown", "null") or (not is_all and types.collation(kind)):
            raise refused(f"{types.shown(other)} in WITH RECURSIVE", "cast the columns alike")
    return f"SELECT * FROM ({sql}) UNION{' ALL' if is_all else ''} {more}"
