"""The clauses of a query: its list of columns, VALUES, ORDER BY and GROUP BY."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation.grammar.expressions import ExpressionGrammar

_MODIFIERS = frozenset(
    [
        "HIGH_PRIORITY",
        "STRAIGHT_JOIN",
        "SQL_SMALL_RESULT",
        "SQL_BIG_RESULT",
        "SQL_BUFFER_RESULT",
        "SQL_CACHE",
        "SQL_NO_CACHE",
    ]
)


class ClauseGrammar(ExpressionGrammar):
    """Clauses, as the server takes them."""

    def _parse_projections(self) -> tuple[list[Any], list[Any] | None]:
        # MySQL takes DISTINCT behind words like SQL_CALC_FOUND_ROWS too, and more than once.
        distinct = False
        while self._match_texts(_MODIFIERS) or self._match(TokenType.DISTINCT):
            distinct |= self._prev.token_type == TokenType.DISTINCT
        found = []
        while True:
            start = self._curr
            one = self._parse_expression()
            if one is None:
                break
            one.meta["text"] = self.sql[start.start : self._prev.end + 1]
            found.append(one)
            if not self._match(TokenType.COMMA):
                break
        if not found:
            self.raise_error("a SELECT list is missing")
        found[0].meta["distinct"] = distinct
        return found, None

    def _parse_derived_table_values(self, allow_value_synonym: bool = False) -> Any:
        """Parse VALUES (1, 2), (3, 4), which MariaDB takes wherever it takes a query."""
        if self.values_are_new:
            return None
        follows = self._next.token_type == TokenType.L_PAREN or self._next.text.upper() == "ROW"
        if self._curr.text.upper() != "VALUES" or not follows:
            return None
        self._advance()
        start = self._curr.start
        rows = []
        while True:
            self._match_texts(("ROW",))
            if not self._match(TokenType.L_PAREN):
                self.raise_error("a row of VALUES is missing")
            row = []
            while True:
                begin = self._curr.start
                one = self._parse_select() or self._parse_assignment()
                if one is None:
                    self.raise_error("a value is missing")
                if isinstance(one, exp.UNWRAPPED_QUERIES):
                    one = exp.Subquery(this=one)
                one.meta["text"] = self.sql[begin : self._prev.end + 1]
                row.append(one)
                if not self._match(TokenType.COMMA):
                    break
            if not self._match(TokenType.R_PAREN):
                self.raise_error("a row of VALUES is not closed")
            rows.append(exp.Tuple(expressions=row))
            if not self._match(TokenType.COMMA):
                break
        assert start >= 0
        this = exp.Values(expressions=rows)
        return self._parse_query_modifiers(this)

    def _parse_into(self) -> Any:
        return None

    def _parse_ordered(self, parse_method: Any = None) -> Any:
        this = parse_method() if parse_method else self._parse_assignment()
        if this is None:
            return None
        self._match(TokenType.ASC)
        desc = bool(self._match(TokenType.DESC))
        return exp.Ordered(this=this, desc=desc)

    def _parse_group(self, skip_group_by_token: bool = False) -> Any:
        if not skip_group_by_token and not self._match(TokenType.GROUP_BY):
            return None
        keys = self._parse_csv(self._parse_ordered)
        rollup = bool(self._match_text_seq("WITH", "ROLLUP"))
        return exp.Group(expressions=keys, rollup=[exp.Rollup()] if rollup else None)

    def _parse_pivots(self) -> Any:
        return None

    def _parse_table_sample(self, as_modifier: bool = False) -> Any:
        return None
