"""FROM: tables, joins, derived tables, and what `*` stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import JsonRows
from freshdb.emulation.rewrite.comparing import compare
from freshdb.emulation.rewrite.scope import Output, Scope, Source
from freshdb.emulation.rewrite.writer import Writer, unsupported
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import INT, TEXT
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    from freshdb.emulation.rewrite.queries.model import Item


def write_from(writer: Writer, node: Any, scope: Scope) -> str:
    """Write FROM with its joins, and put their columns into scope."""
    from_ = node.args.get("from_")
    if from_ is None:
        return ""
    if (
        isinstance(from_.this, exp.Table)
        and not node.args.get("joins")
        and not from_.this.args.get("db")
    ):
        this = from_.this.this
        if (
            isinstance(this, exp.Identifier)
            and this.name.lower() == "dual"
            and not this.args.get("quoted")
        ):
            return ""
    sql = _joined(writer, from_.this, scope)
    for join in node.args.get("joins") or ():
        sql += _join(writer, join, scope)
    return f" FROM {sql}"


def _joined(writer: Writer, node: Any, scope: Scope) -> str:
    """Write one operand of a join, with the joins that hang on it."""
    sql = _source(writer, node, scope)
    joins = node.args.get("joins") or ()
    if not joins:
        return sql
    for join in joins:
        sql += _join(writer, join, scope)
    return f"({sql})"


def _join(writer: Writer, node: Any, scope: Scope) -> str:
    side, kind, method = (node.args.get(name) or "" for name in ("side", "kind", "method"))
    before = list(scope.sources)
    sql = _joined(writer, node.this, scope)
    added = scope.sources[len(before) :]
    if kind not in ("", "INNER", "CROSS", "STRAIGHT_JOIN", "OUTER", "STRAIGHT") or method not in (
        "",
        "NATURAL",
    ):
        raise EmulationError(
            f"the join {method} {side} {kind} is not supported", hint="write LEFT or INNER JOIN"
        )
    word = f" {side} JOIN " if side else (" CROSS JOIN " if kind == "CROSS" else " JOIN ")
    condition = ""
    if node.args.get("on") is not None:
        condition = f" ON {writer.condition(node.args['on'], 'on clause')}"
        if word == " CROSS JOIN ":
            word = " JOIN "
    for source in added if side == "LEFT" else before if side == "RIGHT" else ():
        _may_be_null(source)
    names = [one.name for one in node.args.get("using") or ()]
    if method == "NATURAL":
        names = _common(before, added)
    if names:
        condition = f" ON {_using(names, before, added, scope, side)}"
        if word == " CROSS JOIN ":
            word = " JOIN "
    return f"{word}{sql}{condition}"


def _may_be_null(source: Source) -> None:
    for output in source.columns:
        if output.written.column is not None:
            output.written.column = replace(output.written.column, is_nullable=True)


def _common(before: list[Source], added: list[Source]) -> list[str]:
    left = {
        one.name.lower()
        for source in before
        for one in source.columns
        if one.name.lower() not in source.hidden
    }
    return [one.name for source in added for one in source.columns if one.name.lower() in left]


def _using(
    names: list[str], before: list[Source], added: list[Source], scope: Scope, side: str
) -> str:
    """Write the condition of USING, and merge the columns that it names."""
    tests = []
    for name in names:
        lower = name.lower()
        left, right = _visible(before, lower), _visible(added, lower)
        if left is None or right is None:
            raise MySQLError(1054, "42S22", f"Unknown column '{name}' in 'from clause'")
        tests.append(f"({compare('=', left[1].written, right[1].written)})")
        kept, dropped = (right, left) if side == "RIGHT" else (left, right)
        dropped[0].hidden.add(lower)
        scope.merged[lower] = kept[1].written
    return " AND ".join(tests)


def _visible(sources: list[Source], name: str) -> tuple[Source, Output] | None:
    for source in sources:
        for one in source.columns:
            if one.name.lower() == name and name not in source.hidden:
                return source, one
    return None


def _source(writer: Writer, node: Any, scope: Scope) -> str:
    alias = node.args.get("alias")
    renames = alias is not None and alias.args.get("columns")
    if renames and (isinstance(node, exp.Table) or not writer.context.is_mysql8):
        near = alias.columns[0].name
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '({near}'")
    if isinstance(node, exp.Table):
        return _table(writer, node, scope)
    if isinstance(node, exp.Subquery):
        if _is_join(node):
            return f"({_parenthesised(writer, node.this, scope)})"
        return _derived(writer, node, scope)
    if isinstance(node, exp.Values):
        return _derived(writer, exp.Subquery(this=node, alias=node.args.get("alias")), scope)
    raise unsupported(node)


def _is_join(node: Any) -> bool:
    """Tell whether parentheses hold tables, and not a query."""
    if isinstance(node.this, exp.Table):
        return True
    if node.args.get("alias") is not None or not isinstance(node.this, exp.Subquery):
        return False
    return bool(node.this.args.get("alias") or node.this.args.get("joins")) or _is_join(node.this)


def _parenthesised(writer: Writer, node: Any, scope: Scope) -> str:
    sql = _source(writer, node, scope)
    for join in node.args.get("joins") or ():
        sql += _join(writer, join, scope)
    return sql


def _table(writer: Writer, node: Any, scope: Scope) -> str:
    for name in (
        "pivots",
        "sample",
        "version",
        "when",
        "changes",
        "rows_from",
        "only",
        "partition",
    ):
        if node.args.get(name):
            raise EmulationError(f"{name.upper()} of a table is not supported", hint="leave it out")
    this = node.this
    alias = node.args.get("alias")
    if isinstance(this, JsonRows):
        return _json_rows(writer, this, alias, scope)
    if not isinstance(this, exp.Identifier):
        raise unsupported(this)
    name = this.name
    database = node.args["db"].name if node.args.get("db") is not None else None
    label = alias.this.name if alias is not None and alias.this is not None else name
    if database is not None and database.lower() == "information_schema":
        from freshdb.emulation.rewrite.information import information_table

        sql, outputs = information_table(writer, name, label)
        scope.sources.append(Source(label, outputs))
        return f"{sql} AS {quote_name(label)}"
    cte = writer.ctes.get(name.lower()) if database is None else None
    if cte is not None:
        scope.sources.append(Source(label, [_renamed(label, one) for one in cte]))
    else:
        table = writer.table(name, database)
        _not_twice(scope, label)
        scope.sources.append(writer.source_of(table, label))
        name = table.name
    return f"{quote_name(name)} AS {quote_name(label)}" if label != name else quote_name(name)


def _not_twice(scope: Scope, label: str) -> None:
    if any(one.name.lower() == label.lower() for one in scope.sources):
        raise MySQLError(1066, "42000", f"Not unique table/alias: '{label}'")


def _renamed(label: str, output: Output) -> Output:
    from copy import copy

    written = copy(output.written)
    written.sql = f"{quote_name(label)}.{quote_name(output.name)}"
    if written.wide is not None:
        written.wide = written.sql
        written.sql = f"my_cast_decimal({written.wide}, 65, {written.type.scale})"
    return Output(output.name, written)


def _derived(writer: Writer, node: Any, scope: Scope) -> str:
    from freshdb.emulation.rewrite.queries.common_tables import alias_name
    from freshdb.emulation.rewrite.queries.model import derived, merged_query, write_query

    alias = node.args.get("alias")
    if alias is None or alias.this is None:
        raise MySQLError(1248, "42000", "Every derived table must have its own alias")
    label = alias.this.name
    _not_twice(scope, label)
    with writer.in_scope(Scope(outer=writer.scope.outer)):
        query = merged_query(write_query(writer, node.this))
    given = [alias_name(one) for one in alias.args.get("columns") or ()]
    lower = [one.name.lower() for one in query.outputs]
    if not given and len(set(lower)) < len(lower):
        twice = next(one.name for one in query.outputs if lower.count(one.name.lower()) > 1)
        raise MySQLError(1060, "42S21", f"Duplicate column name '{twice}'")
    names = given or query.names
    outputs = [
        Output(name, derived(label, real, one.written))
        for name, real, one in zip(names, query.names, query.outputs, strict=True)
    ]
    scope.sources.append(Source(label, outputs))
    return f"({query.sql}) AS {quote_name(label)}"


def _json_rows(writer: Writer, node: Any, alias: Any, scope: Scope) -> str:
    """Write JSON_TABLE: each row is a JSON array that the function has made."""
    import json

    from freshdb.emulation import values
    from freshdb.emulation.types import declared_type

    if alias is None or alias.this is None:
        raise MySQLError(1248, "42000", "Every derived table must have its own alias")
    label = alias.this.name
    outer = Scope(sources=scope.sources, outer=scope.outer)
    with writer.in_scope(outer):
        document = writer.write(node.this)
    columns = values.quote(json.dumps(node.args["columns"]))
    path = values.quote(node.args["path"])
    source = f"json_each(my_json_table({document.typed}, {path}, {columns}))"
    outputs = []
    for index, (name, kind) in enumerate(_json_columns(node.args["columns"])):
        sql = f"json_extract({quote_name(label)}.value, '$[{index}]')"
        words, _, rest = kind.partition("(")
        numbers = tuple(
            int(one) for one in rest.partition(")")[0].split(",") if one.strip().isdigit()
        )
        known = declared_type(words.strip() or "int", numbers) or (INT if kind == "int" else TEXT)
        outputs.append(Output(name, Written(sql, known)))
    scope.sources.append(Source(label, outputs))
    return f"{source} AS {quote_name(label)}"


def _json_columns(columns: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for one in columns:
        if one["kind"] == "nested":
            yield from _json_columns(one["columns"])
        else:
            yield one["name"], one.get("type", "int")


def star(scope: Scope, table: str | None) -> Iterator[Item]:
    """Yield what `*` or `table.*` stands for: merged columns first, then the others in order."""
    from freshdb.emulation.rewrite.queries.model import Item

    if not scope.sources:
        raise MySQLError(1096, "HY000", "No tables used")
    chosen = [one for one in scope.sources if table is None or one.name.lower() == table.lower()]
    if not chosen:
        raise MySQLError(1051, "42S02", f"Unknown table '{table}'")
    merged = {} if table is not None else dict(scope.merged)
    for source in chosen:
        kept = {name for name, one in merged.items() if _holds(source, one)}
        if merged and (kept or source.hidden & set(scope.merged)):
            for name, written in merged.items():
                yield Item(_shown(scope, name), written, name)
            merged = {}
        for one in source.columns:
            lower = one.name.lower()
            is_merged = lower in source.hidden or one.written is scope.merged.get(lower)
            if table is not None or not is_merged:
                yield Item(one.name, one.written, one.name)


def _holds(source: Source, written: Written) -> bool:
    return any(one.written is written for one in source.columns)


def _shown(scope: Scope, lower: str) -> str:
    return next(
        one.name for source in scope.sources for one in source.columns if one.name.lower() == lower
    )
