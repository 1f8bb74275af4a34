"""Statements: queries, changes and tables, written for SQLite with the types of their results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import calls, expressions, types  # noqa: F401  # they declare
from freshdb.emulation.postgres.scope import (
    EMITTERS,
    NUMBERS,
    Scope,
    Source,
    Written,
    name_of,
    only,
    quote_name,
    refused,
)
from freshdb.emulation.postgres.values import PostgresError

Columns = dict[str, tuple[str, int | None]]
Outputs = list[tuple[str, str]]


class Writer:
    """Writes one statement.

    Args:
        tables: of each table its columns, with their types.
        kinds: what is bound to each parameter; of a list a tuple of what is in it.
    """

    def __init__(self, tables: dict[str, Columns], kinds: Sequence[Any]) -> None:
        self.tables = tables
        self.kinds = kinds
        self.scope = Scope()
        self.ctes: dict[str, Outputs] = {}
        self.has_aggregate = False

    # Expressions

    def write(self, node: Any) -> Written:
        """Return an expression with its type; refuse what is not known."""
        emit = EMITTERS.get(type(node))
        if emit is None:
            raise refused(f"the construct {type(node).__name__}")
        return emit(self, node)

    def condition(self, node: Any) -> str:
        """Return a condition, which has to be a boolean."""
        one = self.write(node)
        if one.kind not in ("bool", "null", "unknown"):
            raise PostgresError("42804", f"argument must be type boolean, not type {one.kind}")
        return types.as_kind(one, "bool").sql

    def text(self, node: Any) -> str:
        """Return an argument that is a text."""
        one = self.write(node)
        if one.kind not in ("text", "unknown", "null"):
            raise PostgresError("42883", f"no function takes {one.kind} for text")
        return one.sql

    def integer(self, node: Any) -> str:
        """Return an argument that is an integer."""
        one = self.write(node)
        if one.kind not in ("int2", "int4", "unknown", "null"):
            raise PostgresError("42883", f"no function takes {one.kind} for integer")
        return types.as_kind(one, "int4").sql

    def number(self, node: Any) -> Written:
        """Return an argument that is a number."""
        one = self.write(node)
        if one.kind in ("unknown", "null"):
            return types.as_kind(one, "float8")
        if one.kind not in NUMBERS:
            raise PostgresError("42883", f"no function takes {one.kind} for a number")
        return one

    def parameter(self, number: int) -> Written:
        """Return what is bound to a place."""
        kind = self.kinds[number - 1] if 0 < number <= len(self.kinds) else "unknown"
        if isinstance(kind, tuple):
            raise refused("a list that is bound", "write column = ANY(…) around it")
        return Written(f":p{number}", kind)

    def listed(self, number: int) -> list[Written]:
        """Return the values of a list that is bound to a place."""
        kinds = self.kinds[number - 1]
        if not isinstance(kinds, tuple):
            raise PostgresError("42809", "op ANY/ALL (array) requires array on right side")
        return [Written(f":p{number}_{at}", kind) for at, kind in enumerate(kinds)]

    def key(self, node: Any) -> str:
        """Return what groups or partitions rows."""
        one = self.write(node)
        if one.kind in ("interval", "json", "jsonb"):
            raise refused(f"groups by {one.kind}")
        return f"{one.sql} COLLATE pg_numeric" if one.kind == "numeric" else one.sql

    def ordered(self, node: Any) -> str:
        """Return one key of ORDER BY: NULL sorts last, and first where it descends."""
        descends = bool(node.args.get("desc"))
        sql = self.key(node.this)
        return _with_nulls(sql, node, descends=descends)

    # Queries

    def subquery(self, node: Any) -> tuple[str, list[Written]]:
        """Return a query inside a statement, and its columns."""
        sql, outputs = self.query(node)
        return sql, [Written("", kind) for _, kind in outputs]

    @staticmethod
    def single(sql: str) -> str:
        """Return a scalar subquery that may have one row at most."""
        return f"SELECT pg_single(x, n) FROM (SELECT *, COUNT(*) OVER () AS n FROM ({_named(sql)}))"

    def query(self, node: Any) -> tuple[str, Outputs]:
        """Return a query and its columns."""
        before, aggregated = self.scope, self.has_aggregate
        try:
            prefix = self._with(node)
            if isinstance(node, exp.Select):
                sql, outputs = self._select(node)
            elif isinstance(node, exp.SetOperation):
                sql, outputs = self._set_operation(node)
            elif isinstance(node, exp.Subquery):
                only(node, "this")
                sql, outputs = self.query(node.this)
            else:
                raise refused(f"the query {type(node).__name__}")
            return prefix + sql, outputs
        finally:
            self.scope, self.has_aggregate = before, aggregated

    def _with(self, node: Any) -> str:
        found = node.args.get("with_")
        if found is None:
            return ""
        if found.args.get("recursive"):
            raise refused("WITH RECURSIVE")
        parts = []
        for one in found.expressions:
            only(one, "this", "alias")
            if not isinstance(one.this, exp.Query):
                raise refused("a statement that changes rows in WITH")
            sql, outputs = self.query(one.this)
            name = name_of(one.args["alias"].this)
            self.ctes[name] = _renamed(outputs, one.args["alias"])
            listed = ", ".join(quote_name(column) for column, _ in self.ctes[name])
            parts.append(f"{quote_name(name)} ({listed}) AS ({sql})")
        return f"WITH {', '.join(parts)} "

    def _set_operation(self, node: Any) -> tuple[str, Outputs]:
        only(node, "this", "expression", "distinct", "with_", "order", "limit", "offset")
        sides = [self.query(one) for one in (node.this, node.expression)]
        kinds = [[kind for _, kind in outputs] for _, outputs in sides]
        if len(kinds[0]) != len(kinds[1]):
            raise PostgresError("42601", "each query must have the same number of columns")
        is_all = isinstance(node, exp.Union) and not node.args.get("distinct")
        if kinds[0] != kinds[1] or ("numeric" in kinds[0] and not is_all):
            raise refused("a set operation of such types", "cast the columns to the same types")
        word = {exp.Union: "UNION", exp.Intersect: "INTERSECT", exp.Except: "EXCEPT"}[type(node)]
        sql = f" {word}{' ALL' if is_all else ''} ".join(
            f"SELECT * FROM ({one})" for one, _ in sides
        )
        outputs = sides[0][1]
        order = ""
        if node.args.get("order"):
            order = " ORDER BY " + ", ".join(
                self._by_position(one, outputs) for one in node.args["order"].expressions
            )
        return sql + order + self._limit(node), outputs

    @staticmethod
    def _by_position(node: Any, outputs: Outputs) -> str:
        names = [name for name, _ in outputs]
        this = node.this
        if isinstance(this, exp.Literal) and not this.is_string and this.this.isdigit():
            place = int(this.this)
        elif isinstance(this, exp.Column) and name_of(this.this) in names:
            place = names.index(name_of(this.this)) + 1
        else:
            raise refused("ORDER BY an expression behind a set operation")
        if outputs[place - 1][1] == "numeric":
            return _with_nulls(f"{place} COLLATE pg_numeric", node, descends=node.args.get("desc"))
        return _with_nulls(str(place), node, descends=bool(node.args.get("desc")))

    def _select(self, node: Any) -> tuple[str, Outputs]:
        only(
            node, "expressions", "from_", "joins", "where", "group", "having", "order", "limit",
            "offset", "distinct", "with_",
        )  # fmt: skip
        self.scope = Scope(outer=self.scope)
        source = self._from(node)
        where = (
            f" WHERE {self.condition(node.args['where'].this)}" if node.args.get("where") else ""
        )
        self.has_aggregate = False
        items = self._items(node)
        group = self._group(node, items)
        having = ""
        if node.args.get("having"):
            having = f" HAVING {self.condition(node.args['having'].this)}"
        keys = [self._order_key(one, items) for one in self._order(node)]
        if self.has_aggregate or group:
            self._check_groups(node)
        order = f" ORDER BY {', '.join(keys)}" if keys else ""
        listed = ", ".join(f"{one.sql} AS {quote_name(name)}" for name, one in items)
        distinct = self._distinct(node, items)
        outputs = [
            (name, "text" if one.kind in ("unknown", "null") else one.kind) for name, one in items
        ]
        body = f"SELECT {distinct}{listed}{source}{where}{group}{having}"
        if isinstance(node.args.get("distinct"), exp.Distinct) and node.args["distinct"].args.get(
            "on"
        ):
            return self._distinct_on(node, items, f"{source}{where}", keys), outputs
        return body + order + self._limit(node), outputs

    def _from(self, node: Any) -> str:
        found = node.args.get("from_")
        if found is None:
            return ""
        sql = " FROM " + self._source(found.this)
        for join in node.args.get("joins") or ():
            only(join, "this", "side", "kind", "on")
            side, kind = join.args.get("side") or "", join.args.get("kind") or ""
            if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS"):
                raise refused(f"a {side or kind} JOIN")
            source = self._source(join.this)
            on = join.args.get("on")
            word = f"{side} JOIN" if side else ("CROSS JOIN" if on is None else "JOIN")
            sql += f" {word} {source}" + (f" ON {self.condition(on)}" if on is not None else "")
        return sql

    def _source(self, node: Any) -> str:
        if isinstance(node, exp.Subquery):
            only(node, "this", "alias")
            alias = node.args.get("alias")
            if alias is None:
                raise refused("a subquery in FROM without a name")
            scope, self.scope = self.scope, Scope()
            sql, outputs = self.query(node.this)
            self.scope = scope
            name = name_of(alias.this)
            listed = _renamed(outputs, alias)
            self._add(name, listed)
            if listed != outputs:
                raise refused("names of columns behind an alias")
            return f"({sql}) AS {quote_name(name)}"
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            return self._series(node)
        only(node, "this", "alias", "db")
        if node.args.get("db") and node.args["db"].name != "public":
            raise refused("a schema other than public")
        table = name_of(node.this)
        alias = name_of(node.args["alias"].this) if node.args.get("alias") else table
        if table in self.ctes:
            self._add(alias, self.ctes[table])
        else:
            self.add_table(table, alias)
        return f"{quote_name(table)} AS {quote_name(alias)}"

    def _series(self, node: Any) -> str:
        call = getattr(node, "this", None)
        name = str(getattr(call, "this", "")).lower()
        is_series = isinstance(call, (exp.Anonymous, exp.GenerateSeries)) and (
            name == "generate_series" or isinstance(call, exp.GenerateSeries)
        )
        if not is_series or not node.args.get("alias"):
            raise refused(f"{type(call or node).__name__} in FROM")
        only(node, "this", "alias")
        assert call is not None
        parts = call.expressions or [call.args["start"], call.args["end"]]
        if len(parts) != 2:
            raise refused("generate_series with a step")
        start, end = map(self.integer, parts)
        alias = node.args["alias"]
        table = name_of(alias.this)
        column = name_of(alias.columns[0]) if alias.args.get("columns") else table
        self._add(table, [(column, "int4")])
        return (
            f"(WITH RECURSIVE s(n) AS (SELECT {start} WHERE {start} <= {end} UNION ALL "
            f"SELECT n + 1 FROM s WHERE n < {end}) SELECT n AS {quote_name(column)} FROM s) "
            f"AS {quote_name(table)}"
        )

    def _add(self, alias: str, outputs: Outputs) -> None:
        columns = {
            name: Written(f"{quote_name(alias)}.{quote_name(name)}", kind) for name, kind in outputs
        }
        self.scope.sources.append(Source(alias, columns))

    def add_table(self, table: str, alias: str) -> None:
        """Bring a table's columns into scope, each in the form that expressions have."""
        found = self.tables.get(table)
        if found is None:
            raise PostgresError("42P01", f'relation "{table}" does not exist')
        columns = {}
        for name, (kind, scale) in found.items():
            sql = f"{quote_name(alias)}.{quote_name(name)}"
            if kind == "numeric":
                digits = f", 1000, {scale}" if scale is not None else ""
                sql = f"pg_cast({sql}, 'numeric', 'numeric'{digits})"
            elif kind in ("timestamp", "timestamptz", "uuid", "jsonb"):
                sql = f"pg_cast({sql}, 'text', '{kind}')"
            columns[name] = Written(sql, kind)
        self.scope.sources.append(Source(alias, columns))

    def _items(self, node: Any) -> list[tuple[str, Written]]:
        items: list[tuple[str, Written]] = []
        if not node.expressions:
            raise refused("an empty list of columns")
        for one in node.expressions:
            if isinstance(one, exp.Star) or (
                isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
            ):
                items += self._star(one)
                continue
            name = name_of(one.args["alias"]) if isinstance(one, exp.Alias) else _name(one)
            written = self.write(one.this if isinstance(one, exp.Alias) else one)
            if written.kind == "any":
                raise refused(f"the type of the column {name}")
            items.append((name, written))
        return items

    def _star(self, node: Any) -> list[tuple[str, Written]]:
        only(node, "this", "table")
        table = name_of(node.args["table"]) if node.args.get("table") else None
        return [
            pair
            for source in self.scope.sources
            if table is None or source.name == table
            for pair in source.columns.items()
        ]

    def _group(self, node: Any, items: list[tuple[str, Written]]) -> str:
        group = node.args.get("group")
        if group is None:
            return ""
        only(group, "expressions")
        keys = []
        for one in group.expressions:
            position = _position(one)
            if position is not None:
                written = items[position - 1][1]
                keys.append(
                    f"{written.sql} COLLATE pg_numeric"
                    if written.kind == "numeric"
                    else written.sql
                )
            else:
                keys.append(self._alias_or(one, items))
        return f" GROUP BY {', '.join(keys)}"

    def _alias_or(self, node: Any, items: list[tuple[str, Written]]) -> str:
        """Return a key: a column, or where there is none the item of that name."""
        if isinstance(node, exp.Column) and not node.args.get("table"):
            name = name_of(node.this)
            if not any(name in source.columns for source in self.scope.sources):
                for alias, written in items:
                    if alias == name:
                        more = " COLLATE pg_numeric" if written.kind == "numeric" else ""
                        return written.sql + more
        return self.key(node)

    def _check_groups(self, node: Any) -> None:
        """Raise 42803 where a column is neither grouped by nor inside an aggregate."""
        group = node.args.get("group")
        keys = list(group.expressions) if group is not None else []
        positions = [place for place in map(_position, keys) if place is not None]
        items = [one.this if isinstance(one, exp.Alias) else one for one in node.expressions]
        aliases = {
            name_of(one.args["alias"]): one.this
            for one in node.expressions
            if isinstance(one, exp.Alias)
        }
        grouped = [items[place - 1] for place in positions if place <= len(items)] + keys
        grouped += [
            aliases[name_of(key.this)]
            for key in keys
            if isinstance(key, exp.Column) and name_of(key.this) in aliases
        ]
        for item in items:
            bare = _bare_column(item, grouped)
            if bare is not None:
                if any(name_of(key.this) == "id" for key in keys if isinstance(key, exp.Column)):
                    raise refused("a column that depends on the primary key in GROUP BY")
                message = f'column "{bare}" must appear in the GROUP BY clause'
                raise PostgresError("42803", message)

    @staticmethod
    def _order(node: Any) -> list[Any]:
        order = node.args.get("order")
        return list(order.expressions) if order is not None else []

    def _order_key(self, node: Any, items: list[tuple[str, Written]]) -> str:
        this, written = node.this, None
        position = _position(this)
        if position is not None:
            if not 0 < position <= len(items):
                raise PostgresError("42P10", f"ORDER BY position {position} is not in select list")
            written = items[position - 1][1]
        elif isinstance(this, exp.Column) and not this.args.get("table"):
            written = next((one for name, one in items if name == name_of(this.this)), None)
        if written is None:
            return self.ordered(node)
        if written.kind in ("interval", "json", "jsonb"):
            raise refused(f"ORDER BY {written.kind}")
        sql = (
            f"{written.sql} COLLATE pg_numeric" if written.kind == "numeric" else f"({written.sql})"
        )
        return _with_nulls(sql, node, descends=bool(node.args.get("desc")))

    def _distinct(self, node: Any, items: list[tuple[str, Written]]) -> str:
        distinct = node.args.get("distinct")
        if distinct is None:
            return ""
        if not distinct.args.get("on") and any(
            one.kind in ("numeric", "interval", "json") for _, one in items
        ):
            raise refused("DISTINCT of such types", "GROUP BY them")
        return "DISTINCT "

    def _distinct_on(
        self, node: Any, items: list[tuple[str, Written]], source: str, keys: list[str]
    ) -> str:
        """Return DISTINCT ON: the first row of each group, in the order that is asked for."""
        if node.args.get("group") or self.has_aggregate:
            raise refused("DISTINCT ON with aggregates")
        on = node.args["distinct"].args["on"]
        by = [self.key(one) for one in (on.expressions if isinstance(on, exp.Tuple) else [on])]
        listed = ", ".join(f"{one.sql} AS {quote_name(name)}" for name, one in items)
        order = f" ORDER BY {', '.join(keys)}" if keys else ""
        shown = ", ".join(quote_name(name) for name, _ in items)
        number = f"ROW_NUMBER() OVER (PARTITION BY {', '.join(by)}{order}) AS _fd_first"
        place = f"ROW_NUMBER() OVER ({order.strip()}) AS _fd_place"
        return (
            f"SELECT {shown} FROM (SELECT {listed}, {number}, {place}{source}) "
            f"WHERE _fd_first = 1 ORDER BY _fd_place{self._limit(node)}"
        )

    def _limit(self, node: Any) -> str:
        limit, offset = node.args.get("limit"), node.args.get("offset")
        sql = ""
        if limit is not None:
            if not isinstance(limit, exp.Limit):
                raise refused("FETCH FIRST", "write LIMIT")
            sql = f" LIMIT {self.write(limit.expression).sql}"
        if offset is not None:
            sql += (
                "" if limit is not None else " LIMIT -1"
            ) + f" OFFSET {self.write(offset.expression).sql}"
        return sql

    @contextmanager
    def for_table(self, table: str, alias: str) -> Iterator[None]:
        """Resolve names in a table that is changed."""
        before, self.scope = self.scope, Scope()
        self.add_table(table, alias)
        try:
            yield
        finally:
            self.scope = before


def _named(sql: str) -> str:
    return f"SELECT * FROM (WITH q(x) AS ({sql}) SELECT x FROM q)"


def _with_nulls(sql: str, node: Any, *, descends: Any) -> str:
    first = node.args.get("nulls_first")
    text = node.sql("postgres").upper()
    says_first, says_last = text.endswith("NULLS FIRST"), text.endswith("NULLS LAST")
    at_first = says_first or (bool(descends) and not says_last) if first is not None else descends
    word = " DESC" if descends else ""
    return f"{sql}{word} NULLS {'FIRST' if at_first else 'LAST'}"


def _renamed(outputs: Outputs, alias: Any) -> Outputs:
    names = [name_of(one) for one in alias.args.get("columns") or ()]
    return [
        (names[at] if at < len(names) else name, kind) for at, (name, kind) in enumerate(outputs)
    ]


def _position(node: Any) -> int | None:
    is_number = isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()
    return int(node.this) if is_number else None


def _bare_column(node: Any, grouped: list[Any]) -> str | None:
    if any(node == key for key in grouped):
        return None
    if isinstance(node, (exp.GroupConcat, exp.Window, exp.Query, exp.Filter)):
        return None
    if isinstance(node, exp.Anonymous) and str(node.this).lower() in calls.AGGREGATES:
        return None
    if isinstance(node, exp.Column):
        same = any(isinstance(key, exp.Column) and key.name == node.name for key in grouped)
        return None if same else str(node.name)
    if isinstance(node, exp.Star):
        return "*"
    for child in node.iter_expressions():
        found = _bare_column(child, grouped)
        if found is not None:
            return found
    return None


def _name(node: Any) -> str:
    """Return the name that the server gives to a column of a result."""
    if isinstance(node, exp.Column):
        return name_of(node.this)
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower()
    if isinstance(node, exp.Cast):
        inner = _name(node.this)
        return inner if inner != "?column?" else types.type_of(node.args["to"])[0]
    if isinstance(node, (exp.Window, exp.Filter, exp.Paren)):
        return _name(node.this)
    names = {
        exp.CurrentDate: "current_date", exp.CurrentTimestamp: "current_timestamp",
        exp.Extract: "extract", exp.Case: "case", exp.Substring: "substring", exp.Trim: "btrim",
        exp.GroupConcat: "string_agg", exp.Exists: "exists", exp.StrPosition: "position",
        exp.Floor: "floor", exp.Ceil: "ceil", exp.Initcap: "initcap", exp.Boolean: "bool",
        exp.Interval: "interval",
    }  # fmt: skip
    return names.get(type(node), "?column?")
