"""ONLY_FULL_GROUP_BY: a query may show only what its groups determine.

MySQL 8 knows what follows from keys and from equalities in WHERE and ON; MariaDB, where the mode is
not on by default, goes by the names in GROUP BY alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import AGGREGATES, Call
from freshdb.emulation.rewrite.queries.aggregation import has_aggregate
from freshdb.emulation.rewrite.queries.model import Item
from freshdb.emulation.rewrite.queries.order import ordinal
from freshdb.emulation.rewrite.scope import Scope, Source
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError

_WORDS = "this is incompatible with sql_mode=only_full_group_by"
_ENOUGH = frozenset({*AGGREGATES, "ANY_VALUE"})


def check(writer: Writer, node: Any, scope: Scope, items: list[Item]) -> None:
    """Raise what the server does for a SELECT that shows what its groups do not determine."""
    if "ONLY_FULL_GROUP_BY" not in writer.context.sql_mode:
        return
    if node.args.get("group") is not None or has_aggregate(node):
        _Groups(writer, node, scope, items).check()
    elif node.args.get("distinct") or node.expressions[0].meta.get("distinct"):
        _check_distinct(writer, node, scope, items)


class _Groups:
    """What the groups of one SELECT determine: columns and whole expressions, as they are written.

    A column is known by its SQL, `"table"."name"`.
    """

    def __init__(self, writer: Writer, node: Any, scope: Scope, items: list[Item]) -> None:
        self.writer, self.node, self.scope, self.items = writer, node, scope, items
        self.group = node.args.get("group")
        self.known = {_key(writer, one.this, items) for one in self._keys()}
        if writer.context.is_mysql8:
            self._follow()

    def _keys(self) -> list[Any]:
        return self.group.expressions if self.group is not None else []

    def check(self) -> None:
        """Raise 1055, or 1140 where there is no GROUP BY, for the first that is not determined."""
        for place, (one, written) in enumerate(self._shown(), 1):
            self._check(one, written, f"#{place} of SELECT list")
        order = self.node.args.get("order") if self.writer.context.is_mysql8 else None
        if self.group is not None and order is not None:
            aliases = {item.name.lower() for item in self.items if item.has_alias}
            for place, one in enumerate(order.expressions, 1):
                if ordinal(one.this) is None and one.this.name.lower() not in aliases:
                    self._check(one.this, None, f"#{place} of ORDER BY clause")

    def _shown(self) -> Iterator[tuple[Any, str | None]]:
        """Yield the expressions of the select list; what `*` stands for as its SQL."""
        items = iter(self.items)
        stars = len(self.items) - len(self.node.expressions) + 1
        for one in self.node.expressions:
            if _is_star(one):
                alone = sum(map(_is_star, self.node.expressions)) == 1
                for _ in range(stars if alone else 0):
                    yield None, next(items).written.sql
            else:
                yield one.this if isinstance(one, exp.Alias) else one, None

    def _check(self, node: Any, written: str | None, place: str) -> None:
        found = [written] if written is not None else self._columns(node, is_whole=True)
        for sql in found:
            if sql not in self.known and (source := self._source_of(sql)) is not None:
                raise self._error(sql, source, place)

    def _columns(self, node: Any, *, is_whole: bool = False) -> Iterator[str]:
        """Yield the columns that an expression needs and its groups have not as a whole.

        MariaDB looks for the whole entry of the select list alone, MySQL 8 for its parts too.
        """
        if not isinstance(node, exp.Expr):
            return
        if isinstance(node, (exp.Select, exp.SetOperation)):
            yield from self._outer_columns(node)
            return
        if isinstance(node, Call) and node.this in _ENOUGH:
            return
        if isinstance(node, exp.Column):
            yield self.writer.write(node).sql
            return
        may_be_key = is_whole or self.writer.context.is_mysql8
        if may_be_key and not isinstance(node, exp.Window) and self._is_known(node):
            return
        for value in node.args.values():
            for child in value if isinstance(value, list) else (value,):
                yield from self._columns(child)

    def _outer_columns(self, query: Any) -> Iterator[str]:
        """Yield the columns of this SELECT's tables that a query inside it names with the table."""
        inner = {one.alias_or_name.lower() for one in query.find_all(exp.Table)}
        here = {one.name.lower() for one in self.scope.sources} - inner
        for column in query.find_all(exp.Column):
            if column.table.lower() in here:
                yield self.writer.write(column).sql

    def _is_known(self, node: Any) -> bool:
        if type(node) not in self.writer.emitters:
            return False
        return self.writer.write(node).ordered in self.known

    def _source_of(self, sql: str) -> Source | None:
        """Return the table here that a column is of; None for a column of an outer query."""
        for source in self.scope.sources:
            if any(one.written.sql == sql for one in source.columns):
                return source
        return None

    # What follows

    def _follow(self) -> None:
        """Add what keys and equalities determine, until nothing is new."""
        pairs = list(self._equalities())
        before = -1
        while before < len(self.known):
            before = len(self.known)
            self.known |= {to for start, to in pairs if start is None or start in self.known}
            for source in self.scope.sources:
                if any(key <= self.known for key in _unique_keys(source)):
                    self.known |= {one.written.sql for one in source.columns}

    def _equalities(self) -> Iterator[tuple[str | None, str]]:
        """Yield (a, b) where b follows from a, and (None, b) where b is constant."""
        where = self.node.args.get("where")
        yield from self._of_condition(where.this if where is not None else None)
        for join in self.node.args.get("joins") or ():
            side = join.args.get("side") or ""
            inner = f"{quote_name(join.this.alias_or_name)}."
            for start, to in self._of_condition(join.args.get("on")):
                # An outer join makes NULL of its inner side, from which nothing follows then.
                if not side or (start and to.startswith(inner) is (side == "LEFT")):
                    yield start, to
            for one in join.args.get("using") or ():
                same = [
                    each.written.sql
                    for source in self.scope.sources
                    for each in source.columns
                    if each.name.lower() == one.name.lower()
                ]
                yield from ((a, b) for a in same for b in same if a != b)

    def _of_condition(self, node: Any) -> Iterator[tuple[str | None, str]]:
        if isinstance(node, exp.Paren):
            yield from self._of_condition(node.this)
        elif isinstance(node, exp.And):
            yield from self._of_condition(node.this)
            yield from self._of_condition(node.args["expression"])
        elif isinstance(node, exp.EQ):
            left, right = (self._side(one) for one in (node.this, node.args["expression"]))
            if left and right:
                yield left, right
                yield right, left
            elif left or right:
                other = node.args["expression"] if left else node.this
                if isinstance(other, (exp.Literal, exp.Placeholder)):
                    yield None, left or right or ""

    def _side(self, node: Any) -> str | None:
        return self.writer.write(node).sql if isinstance(node, exp.Column) else None

    # Errors

    def _error(self, sql: str, source: Source, place: str) -> Exception:
        if source.table is None or source.table.is_view:
            return EmulationError(
                f"ONLY_FULL_GROUP_BY is not supported for columns of `{source.name}`, which is "
                "not a table",
                hint="name the column in GROUP BY, or wrap it in ANY_VALUE() or MAX()",
            )
        column = next(one.name for one in source.columns if one.written.sql == sql)
        name = f"{self.writer.context.database}.{source.name}.{column}"
        if not self.writer.context.is_mysql8:
            return _mariadb_error(name, is_grouped=self.group is not None)
        if self.group is None:
            text = (
                f"In aggregated query without GROUP BY, expression {place} contains nonaggregated "
                f"column '{name}'; {_WORDS}"
            )
            return MySQLError(1140, "42000", text)
        text = (
            f"Expression {place} is not in GROUP BY clause and contains nonaggregated column "
            f"'{name}' which is not functionally dependent on columns in GROUP BY clause; {_WORDS}"
        )
        return MySQLError(1055, "42000", text)


def _mariadb_error(name: str, *, is_grouped: bool) -> MySQLError:
    if is_grouped:
        return MySQLError(1055, "42000", f"'{name}' isn't in GROUP BY")
    text = (
        "Mixing of GROUP columns (MIN(),MAX(),COUNT(),...) with no GROUP columns is illegal if "
        "there is no GROUP BY clause"
    )
    return MySQLError(1140, "42000", text)


def _key(writer: Writer, node: Any, items: list[Item]) -> str:
    place = ordinal(node)
    if place is not None:
        written = items[place - 1].written if 0 < place <= len(items) else None
    else:
        written = writer.write(node)
    if written is None:
        return ""
    return written.sql if written.column is not None else written.ordered


def _unique_keys(source: Source) -> Iterator[set[str]]:
    table = source.table
    for key in table.keys if table is not None else ():
        columns = [table.column(name) for name in key.columns] if table is not None else []
        if key.is_unique and all(one is not None and not one.is_nullable for one in columns):
            yield {f"{quote_name(source.name)}.{quote_name(name)}" for name in key.columns}


def _is_star(node: Any) -> bool:
    return isinstance(node, exp.Star) or (
        isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
    )


def _check_distinct(writer: Writer, node: Any, scope: Scope, items: list[Item]) -> None:
    """Raise 3065 where MySQL 8 would have to sort by what DISTINCT has left out."""
    order = node.args.get("order")
    if order is None or not writer.context.is_mysql8:
        return
    shown = {item.written.sql for item in items}
    names = {item.name.lower() for item in items}
    for place, one in enumerate(order.expressions, 1):
        if ordinal(one.this) is not None or one.this.name.lower() in names:
            continue
        if writer.write(one.this).sql in shown:
            continue
        for column in one.this.find_all(exp.Column):
            sql = writer.write(column).sql
            for source in scope.sources:
                found = next((each for each in source.columns if each.written.sql == sql), None)
                if found is not None and sql not in shown:
                    name = f"{writer.context.database}.{source.name}.{found.name}"
                    text = (
                        f"Expression #{place} of ORDER BY clause is not in SELECT list, references "
                        f"column '{name}' which is not in SELECT list; this is incompatible with "
                        "DISTINCT"
                    )
                    raise MySQLError(3065, "HY000", text)
