"""Calls of functions: each by the name that was written, and those whose arguments have words."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation.grammar.json_table import JsonTableGrammar
from freshdb.emulation.nodes import BARE_CALLS, UNITS, Against, Call, CastTo

_NO_CALL = frozenset(
    [
        "SELECT",
        "FROM",
        "WHERE",
        "IN",
        "AND",
        "OR",
        "NOT",
        "XOR",
        "ON",
        "USING",
        "AS",
        "THEN",
        "ELSE",
        "WHEN",
        "BETWEEN",
        "LIKE",
        "IS",
        "BY",
        "HAVING",
        "SET",
        "UNION",
        "INTERSECT",
        "EXCEPT",
        "ALL",
        "ANY",
        "SOME",
        "EXISTS",
        "INTERVAL",
        "CASE",
        "END",
        "LIMIT",
        "ORDER",
        "GROUP",
        "INTO",
        "JOIN",
        "DISTINCT",
        "REGEXP",
        "RLIKE",
        "BINARY",
        "VALUES_",
        "OVER",
        "RETURNING",
        "WITH",
        "CROSS",
        "INNER",
        "NATURAL",
        "STRAIGHT_JOIN",
        "ASC",
        "DESC",
        "COLLATE",
        "ESCAPE",
        "DIV",
        "UPDATE",
        "DELETE",
        "KEY",
        "UNIQUE",
        "PRIMARY",
        "CHECK",
        "FOREIGN",
        "REFERENCES",
        "CONSTRAINT",
    ]
)


class CallGrammar(JsonTableGrammar):
    """Calls of functions."""

    def _parse_function_call(
        self,
        functions: Any = None,
        anonymous: bool = False,
        optional_parens: bool = True,
        any_token: bool = False,
    ) -> Any:
        token = self._curr
        upper = token.text.upper()
        quoted = token.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
        if not quoted and upper == "CASE" and optional_parens:
            self._advance()
            return self._parse_case()
        if self._next.token_type != TokenType.L_PAREN:
            after_dot = self._prev.token_type == TokenType.DOT
            if optional_parens and not quoted and not after_dot and upper in BARE_CALLS:
                self._advance()
                return Call(this=upper, expressions=[])
            return None
        if not quoted and upper in {"ANY", "SOME", "ALL", "EXISTS"}:
            return super()._parse_function_call(functions, anonymous, optional_parens, any_token)
        if token.token_type in (TokenType.NUMBER, TokenType.STRING, TokenType.L_PAREN):
            return None
        if not quoted and (upper in _NO_CALL or not (upper[:1].isalpha() or upper[:1] in "_$")):
            return None
        if upper == "VALUES" and not self.values_are_new:
            return None
        self._advance(2)
        if upper == "MATCH":
            return self._match_against()
        special = _SPECIAL.get(upper)
        this = special(self) if special is not None else self._parse_call(upper)
        if not self._match(TokenType.R_PAREN):
            self.raise_error("a call is not closed")
        return self._parse_window(this)

    def _parse_call(self, name: str) -> Any:
        distinct = bool(self._match(TokenType.DISTINCT))
        if not distinct and self._curr.text.upper() == "ALL":
            self._match(TokenType.ALL)
        if self._match(TokenType.STAR):
            return Call(this=name, expressions=[], star=True)
        arguments = self._arguments()
        order = self._parse_order() if name == "JSON_ARRAYAGG" else None
        limit = self._group_limit() if name == "JSON_ARRAYAGG" else None
        return Call(this=name, expressions=arguments, distinct=distinct, order=order, limit=limit)

    def _arguments(self) -> list[Any]:
        if self._match(TokenType.R_PAREN, advance=False):
            return []
        found = []
        while True:
            if self._curr.token_type == TokenType.SELECT:
                self.raise_error("a query as an argument needs parentheses of its own")
            one = self._parse_select() or self._parse_assignment()
            if one is None:
                self.raise_error("an argument is missing")
            if isinstance(one, exp.UNWRAPPED_QUERIES):
                one = exp.Subquery(this=one)
            found.append(one)
            if not self._match(TokenType.COMMA):
                return found

    def _group_limit(self) -> Any:
        if not self._match(TokenType.LIMIT):
            return None
        first = self._parse_number()
        if self._match(TokenType.COMMA):
            return [int(first.name), int(self._parse_number().name)]
        if self._match(TokenType.OFFSET):
            return [int(self._parse_number().name), int(first.name)]
        return [0, int(first.name)]

    def _group_concat(self) -> Any:
        distinct = bool(self._match(TokenType.DISTINCT))
        arguments = self._arguments()
        order = self._parse_order()
        separator = None
        if self._match(TokenType.SEPARATOR):
            separator = self._parse_primary()
        return Call(
            this="GROUP_CONCAT",
            expressions=arguments,
            distinct=distinct,
            order=order,
            separator=separator,
            limit=self._group_limit(),
        )

    def _cast(self) -> Any:
        this = self._parse_disjunction()
        if not self._match(TokenType.ALIAS):
            self.raise_error("CAST needs AS")
        return CastTo(this=this, to=self._cast_target())

    def _convert(self) -> Any:
        this = self._parse_disjunction()
        if self._match(TokenType.USING):
            charset = self._word()
            return Call(
                this="CONVERT_USING", expressions=[this, exp.Literal.string(charset.lower())]
            )
        if not self._match(TokenType.COMMA):
            self.raise_error("CONVERT needs a type or USING")
        return CastTo(this=this, to=self._cast_target())

    def _trim(self) -> Any:
        where = (
            self._prev.text.upper() if self._match_texts(("BOTH", "LEADING", "TRAILING")) else None
        )
        if where is not None and self._match(TokenType.FROM):
            return Call(this="TRIM", expressions=[self._parse_disjunction(), None, where])
        first = self._parse_disjunction()
        if self._match(TokenType.FROM):
            text = self._parse_disjunction()
            return Call(this="TRIM", expressions=[text, first, where or "BOTH"])
        if where is not None:
            self.raise_error("TRIM needs FROM")
        return Call(this="TRIM", expressions=[first])

    def _substring(self) -> Any:
        arguments = [self._parse_disjunction()]
        if self._match(TokenType.FROM):
            arguments.append(self._parse_disjunction())
            if self._match(TokenType.FOR):
                arguments.append(self._parse_disjunction())
        else:
            while self._match(TokenType.COMMA):
                arguments.append(self._parse_disjunction())
        return Call(this="SUBSTRING", expressions=arguments)

    def _position(self) -> Any:
        needle = self._parse_bitwise()
        if not self._match(TokenType.IN):
            self.raise_error("POSITION needs IN")
        return Call(this="POSITION", expressions=[needle, self._parse_disjunction()])

    def _extract(self) -> Any:
        unit = self._unit()
        if not self._match(TokenType.FROM):
            self.raise_error("EXTRACT needs FROM")
        return Call(this="EXTRACT", expressions=[unit, self._parse_disjunction()])

    def _with_unit(self, name: str) -> Any:
        unit = self._unit()
        if not self._match(TokenType.COMMA):
            self.raise_error("a comma is missing")
        return Call(this=name, expressions=[unit, *self._arguments()])

    def _unit(self) -> str:
        unit = self._curr.text.upper().removeprefix("SQL_TSI_")
        if unit == "FRAC_SECOND":
            unit = "MICROSECOND"
        if unit not in UNITS:
            self.raise_error("a unit of time is missing")
        self._advance()
        return unit

    def _get_format(self) -> Any:
        kind = self._word().upper()
        if kind not in {"DATE", "TIME", "DATETIME", "TIMESTAMP"} or not self._match(
            TokenType.COMMA
        ):
            self.raise_error("GET_FORMAT needs DATE, TIME or DATETIME")
        return Call(this="GET_FORMAT", expressions=[kind, *self._arguments()])

    def _char(self) -> Any:
        arguments = self._arguments()
        if self._match(TokenType.USING):
            return Call(
                this="CHAR_USING",
                expressions=[exp.Literal.string(self._word().lower()), *arguments],
            )
        return Call(this="CHAR", expressions=arguments)

    def _weight_string(self) -> Any:
        depth = 0
        while self._curr and (depth or self._curr.token_type != TokenType.R_PAREN):
            depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(self._curr.token_type, 0)
            self._advance()
        return Call(this="WEIGHT_STRING", expressions=[])

    def _match_against(self) -> Any:
        columns = self._parse_csv(self._parse_column)
        if not self._match(TokenType.R_PAREN):
            self.raise_error("a call is not closed")
        return self._against(columns)

    def _against(self, columns: list[Any]) -> Any:
        if not self._match_text_seq("AGAINST") or not self._match(TokenType.L_PAREN):
            self.raise_error("MATCH needs AGAINST")
        text = self._parse_unary()
        mode = "natural"
        if self._match_text_seq("IN", "BOOLEAN", "MODE"):
            mode = "boolean"
        elif self._match_text_seq("IN", "NATURAL", "LANGUAGE", "MODE"):
            mode = "natural"
        if self._match_text_seq("WITH", "QUERY", "EXPANSION"):
            mode = "expansion"
        if not self._match(TokenType.R_PAREN):
            self.raise_error("AGAINST is not closed")
        return Against(this=text, expressions=columns, mode=mode)


_SPECIAL: dict[str, Any] = {
    "CAST": CallGrammar._cast,
    "CONVERT": CallGrammar._convert,
    "TRIM": CallGrammar._trim,
    "SUBSTRING": CallGrammar._substring,
    "SUBSTR": CallGrammar._substring,
    "MID": CallGrammar._substring,
    "POSITION": CallGrammar._position,
    "EXTRACT": CallGrammar._extract,
    "GROUP_CONCAT": CallGrammar._group_concat,
    "TIMESTAMPDIFF": lambda self: self._with_unit("TIMESTAMPDIFF"),
    "TIMESTAMPADD": lambda self: self._with_unit("TIMESTAMPADD"),
    "GET_FORMAT": CallGrammar._get_format,
    "CHAR": CallGrammar._char,
    "WEIGHT_STRING": CallGrammar._weight_string,
    "JSON_TABLE": CallGrammar._json_table,
}
