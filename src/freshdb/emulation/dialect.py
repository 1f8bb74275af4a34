"""MySQL's grammar: sqlglot's, narrowed to what the server takes and with every function verbatim.

sqlglot renames functions to its own canon and changes what some of them mean; so every call is
kept here as a `Call` with the name that was written. Statements that change data or tables are
parsed by `statements.py`, because their clauses decide what is done and none may be lost.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.parsers.mysql import MySQLParser
from sqlglot.tokens import TokenType


class Call(exp.Expression):
    """A call of a function, by the name that was written in upper case."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "expressions": False,
        "distinct": False,
        "order": False,
        "separator": False,
        "limit": False,
        "star": False,
    }


class CastTo(exp.Expression):
    """CAST and CONVERT: `to` is a tuple of words and numbers."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "to": True}


class Typed(exp.Expression):
    """A literal with its type before it: DATE'2024-01-01'."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "kind": True}


class Shift(exp.Expression):
    """A distance in time: INTERVAL 1 DAY."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "unit": True}


class BinaryString(exp.Expression):
    """The operator BINARY."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True}


class Against(exp.Expression):
    """MATCH (columns) AGAINST (text mode)."""

    arg_types: ClassVar[dict[str, bool]] = {"this": True, "expressions": True, "mode": True}


class JsonRows(exp.Expression):
    """JSON_TABLE; `columns` is a list of dictionaries."""

    arg_types: ClassVar[dict[str, bool]] = {
        "this": True,
        "path": True,
        "columns": True,
        "alias": False,
    }


UNITS = frozenset(
    [
        "MICROSECOND",
        "SECOND",
        "MINUTE",
        "HOUR",
        "DAY",
        "WEEK",
        "MONTH",
        "QUARTER",
        "YEAR",
        "SECOND_MICROSECOND",
        "MINUTE_MICROSECOND",
        "MINUTE_SECOND",
        "HOUR_MICROSECOND",
        "HOUR_SECOND",
        "HOUR_MINUTE",
        "DAY_MICROSECOND",
        "DAY_SECOND",
        "DAY_MINUTE",
        "DAY_HOUR",
        "YEAR_MONTH",
    ]
)
AGGREGATES = frozenset(
    [
        "COUNT",
        "SUM",
        "AVG",
        "MIN",
        "MAX",
        "STD",
        "STDDEV",
        "STDDEV_POP",
        "STDDEV_SAMP",
        "VAR_POP",
        "VAR_SAMP",
        "VARIANCE",
        "BIT_AND",
        "BIT_OR",
        "BIT_XOR",
        "GROUP_CONCAT",
        "JSON_ARRAYAGG",
        "JSON_OBJECTAGG",
        "ANY_VALUE",
    ]
)
_BARE = [
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "UTC_DATE",
    "UTC_TIME",
    "UTC_TIMESTAMP",
    "CURRENT_ROLE",
]
BARE_CALLS = frozenset(_BARE)
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


_PREDICATES = frozenset(
    [TokenType.BETWEEN, TokenType.IN, TokenType.LIKE, TokenType.RLIKE, TokenType.MEMBER_OF]
)
_OPERATORS = frozenset(
    [
        *(*MySQLParser.EQUALITY, *MySQLParser.COMPARISON, *MySQLParser.TERM, *MySQLParser.FACTOR),
        *(TokenType.AMP, TokenType.PIPE, TokenType.CARET),
        *(TokenType.BETWEEN, TokenType.LIKE, TokenType.RLIKE),
    ]
)


def bare(name: str) -> Any:
    """Return what makes a call without parentheses."""
    return lambda: Call(this=name, expressions=[])


class Parser(MySQLParser):
    """The grammar; `texts` and the order of placeholders are kept for the rewriter."""

    # Whether VALUES(a) is the value that an upsert would have inserted, and not a row.
    values_are_new = False
    # Where the value of an assignment begins, whose `=` is no comparison.
    assigned_at = -1

    FUNCTIONS: ClassVar[dict[str, Any]] = {}
    PRIMARY_PARSERS: ClassVar[dict[Any, Any]] = {
        **MySQLParser.PRIMARY_PARSERS,
        TokenType.HEX_STRING: lambda self, token: self._hex(token),
    }
    NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {
        TokenType.CURRENT_DATE: bare("CURRENT_DATE"),
        TokenType.CURRENT_TIME: bare("CURRENT_TIME"),
        TokenType.CURRENT_TIMESTAMP: bare("CURRENT_TIMESTAMP"),
        TokenType.CURRENT_USER: bare("CURRENT_USER"),
        TokenType.LOCALTIME: bare("LOCALTIME"),
        TokenType.LOCALTIMESTAMP: bare("LOCALTIMESTAMP"),
    }
    NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        "CASE": lambda self: self._parse_case(),
        "ANY": MySQLParser.NO_PAREN_FUNCTION_PARSERS["ANY"],
    }
    PLACEHOLDER_PARSERS: ClassVar[dict[Any, Any]] = {
        TokenType.PLACEHOLDER: lambda self: self._placeholder(),
        TokenType.PARAMETER: MySQLParser.PLACEHOLDER_PARSERS[TokenType.PARAMETER],
    }
    COLUMN_OPERATORS: ClassVar[dict[Any, Any]] = {
        TokenType.DOT: None,
        TokenType.ARROW: lambda self, this, path: self._arrow("JSON_EXTRACT", this, path),
        TokenType.DARROW: lambda self, this, path: self._arrow("JSON_UNQUOTE_EXTRACT", this, path),
    }
    RANGE_PARSERS: ClassVar[dict[Any, Any]] = {
        kind: parser for kind, parser in MySQLParser.RANGE_PARSERS.items() if kind in _PREDICATES
    }
    BRACKETS: ClassVar[Any] = frozenset()
    LAMBDAS: ClassVar[dict[Any, Any]] = {}
    STATEMENT_PARSERS: ClassVar[dict[Any, Any]] = {}
    ALIAS_TOKENS: ClassVar[Any] = MySQLParser.ALIAS_TOKENS - {
        TokenType.COLLATE,
        TokenType.DIV,
        TokenType.ESCAPE,
    }

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

    places: ClassVar[dict[int, int]] = {}

    def _placeholder(self) -> Any:
        return exp.Placeholder(this=str(self.places[self._prev.start]))

    def _hex(self, token: Any) -> Any:
        this = exp.HexString(this=token.text)
        this.meta["is_number"] = self.sql[token.start : token.start + 2] == "0x"
        return this

    def _arrow(self, name: str, this: Any, path: Any) -> Any:
        call = Call(this=name, expressions=[this, path])
        call.meta["arrow"] = True
        return call

    # Operators

    def _parse_equality(self, parse_is: bool = True) -> Any:
        # All comparisons bind alike, from left to right; IS comes behind any of them.
        this = self._parse_range()
        while True:
            kind = self.EQUALITY.get(self._curr.token_type) or self.COMPARISON.get(
                self._curr.token_type
            )
            if kind is not None:
                self._advance()
                this = self._build_predicate(kind, this, self._parse_range())
            elif parse_is and self._match(TokenType.IS):
                this = self._parse_is(this)
                if this is None:
                    self.raise_error("IS needs NULL, TRUE, FALSE or UNKNOWN")
            else:
                return this

    def _parse_unary(self) -> Any:
        is_word = self._curr.token_type == TokenType.NOT and self._curr.text != "!"
        is_operand = self._prev.token_type in _OPERATORS and self._index != self.assigned_at
        if is_word and is_operand:
            self.raise_error("NOT binds less than the operator before it")
        return super()._parse_unary()

    # Literals

    def _parse_primary(self) -> Any:
        dot = self._curr
        if self._match_pair(TokenType.DOT, TokenType.NUMBER):
            if self._prev.start != dot.end + 1 or "." in self._prev.text:
                self.raise_error("a number is missing")
            return exp.Literal.number(f"0.{self._prev.text}")
        if self._match(TokenType.L_BRACE):
            return self._parse_braced()
        this = super()._parse_primary()
        if isinstance(this, exp.Concat) and all(
            isinstance(one, exp.Literal) for one in this.expressions
        ):
            return exp.Literal.string("".join(one.this for one in this.expressions))
        return this

    def _parse_braced(self) -> Any:
        """Parse {d '2024-01-01'} and its kin."""
        kind = {"D": "date", "T": "time", "TS": "datetime"}.get(self._curr.text.upper())
        if kind is None or self._next.token_type != TokenType.STRING:
            self.raise_error("a date, time or timestamp belongs into braces")
        self._advance(2)
        text = self._prev.text
        if not self._match(TokenType.R_BRACE):
            self.raise_error("a brace is not closed")
        return Typed(this=text, kind=kind)

    def _parse_atom(self) -> Any:
        token, following = self._curr, self._next
        if token.token_type == TokenType.INTERVAL or (
            following.token_type == TokenType.STRING
            and token.text.upper() in {"DATE", "TIME", "TIMESTAMP", "BINARY"}
        ):
            return None
        return super()._parse_atom()

    def _parse_type(self, parse_interval: bool = True, fallback_to_identifier: bool = False) -> Any:
        word = self._curr.text.upper()
        quoted = self._curr.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
        if not quoted and word in {"DATE", "TIME", "TIMESTAMP"}:
            if self._next.token_type == TokenType.STRING:
                self._advance(2)
                kind = "datetime" if word == "TIMESTAMP" else word.lower()
                return Typed(this=self._prev.text, kind=kind)
        elif not quoted and word == "BINARY" and self._next.token_type != TokenType.L_PAREN:
            self._advance()
            return BinaryString(this=self._parse_unary())
        elif not quoted and word == "BINARY":
            self._advance()
            return BinaryString(this=self._parse_primary())
        elif not quoted and word == "INTERVAL":
            return self._parse_shift()
        elif not quoted and word == "MATCH" and self._next.token_type != TokenType.L_PAREN:
            self._advance()
            return self._against(self._parse_csv(self._parse_column))
        elif not quoted and word == "DEFAULT" and self._next.token_type != TokenType.L_PAREN:
            self._advance()
            return exp.var("DEFAULT")
        atom = self._parse_atom()
        if atom is not None:
            return self._with_collation(atom)
        return self._with_collation(self._parse_column() or self._parse_primary())

    def _with_collation(self, this: Any) -> Any:
        while this is not None and self._match(TokenType.COLLATE):
            name = self._parse_id_var() or self._parse_string()
            this = exp.Collate(this=this, expression=exp.var(name.name))
        return this

    def _parse_shift(self) -> Any:
        """Parse INTERVAL n UNIT, or the function INTERVAL(a, b, c)."""
        self._advance()
        start = self._index
        if self._match(TokenType.L_PAREN):
            arguments = self._parse_csv(self._parse_disjunction)
            closed = self._match(TokenType.R_PAREN)
            if closed and self._curr.text.upper() not in UNITS:
                return Call(this="INTERVAL", expressions=arguments)
            self._retreat(start)
        amount = self._parse_disjunction()
        unit = self._curr.text.upper()
        if unit.startswith("SQL_TSI_"):
            unit = unit.removeprefix("SQL_TSI_")
        if amount is None or unit not in UNITS:
            self.raise_error("a unit of time is missing")
        self._advance()
        return Shift(this=amount, unit=unit)

    def _parse_interval(self, *args: Any, **kwargs: Any) -> Any:
        if self._curr.token_type == TokenType.INTERVAL:
            return self._parse_shift()
        return None

    # Calls

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

    def _word(self) -> str:
        text = self._curr.text
        if not self._curr or self._curr.token_type in (TokenType.R_PAREN, TokenType.L_PAREN):
            self.raise_error("a word is missing")
        self._advance()
        return text

    def _cast_target(self) -> tuple[Any, ...]:
        """Return (words…, numbers…): ("DECIMAL", 5, 2), ("CHAR", 3, "utf8"), ("SIGNED",)."""
        words = self._word().upper().split()
        if words[0] in {"SIGNED", "UNSIGNED"}:
            self._match_texts(("INTEGER", "INT"))
            words = words[:1]
        if words[0] in {"DOUBLE", "NATIONAL"} and self._match_texts(
            ("PRECISION", "CHARACTER", "CHAR")
        ):
            words = ["DOUBLE"] if words[0] == "DOUBLE" else ["CHAR"]
        numbers: list[Any] = []
        if self._match(TokenType.L_PAREN):
            numbers = [
                int(one.name.partition(".")[0])
                for one in self._parse_csv(self._parse_number)
                if one
            ]
            if not self._match(TokenType.R_PAREN):
                self.raise_error("a type is not closed")
        charset = self._charset()
        if self._match(TokenType.COLLATE):
            self._word()
        return (words[0], numbers, charset)

    def _charset(self) -> str | None:
        found = None
        while True:
            if (
                self._match(TokenType.CHARACTER_SET)
                or self._match_text_seq("CHARACTER", "SET")
                or self._match_text_seq("CHAR", "SET")
            ):
                found = self._word().lower()
            elif self._match_texts(("ASCII", "UNICODE", "BINARY")):
                found = self._prev.text.lower()
            else:
                return found

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

    # JSON_TABLE

    def _json_table(self) -> Any:
        this = self._parse_disjunction()
        self._match(TokenType.COMMA)
        path = self._parse_string()
        if path is None:
            self.raise_error("JSON_TABLE needs a path")
        return JsonRows(this=this, path=path.name, columns=self._json_columns())

    def _json_columns(self) -> list[dict[str, Any]]:
        if not self._match_text_seq("COLUMNS") or not self._match(TokenType.L_PAREN):
            self.raise_error("COLUMNS is missing")
        columns = self._parse_csv(self._json_column)
        if not self._match(TokenType.R_PAREN):
            self.raise_error("COLUMNS is not closed")
        return columns

    def _json_column(self) -> Any:
        if self._match_text_seq("NESTED"):
            self._match_text_seq("PATH")
            path = self._parse_string()
            return {"kind": "nested", "path": path.name, "columns": self._json_columns()}
        name = self._parse_id_var().name
        if self._match_text_seq("FOR", "ORDINALITY"):
            return {"kind": "ordinality", "name": name}
        start = self._curr.start
        self._word()
        if self._match(TokenType.L_PAREN):
            while self._curr and not self._match(TokenType.R_PAREN):
                self._advance()
        self._match_texts(("UNSIGNED",))
        kind = self.sql[start : self._prev.end + 1].lower()
        self._charset()
        if self._match(TokenType.COLLATE):
            self._word()
        exists = bool(self._match_text_seq("EXISTS"))
        if not self._match_text_seq("PATH"):
            self.raise_error("PATH is missing")
        path = self._parse_string()
        column: dict[str, Any] = {
            "kind": "exists" if exists else "path",
            "name": name,
            "type": kind,
            "path": path.name,
        }
        while True:
            choice = self._json_choice()
            if choice is None:
                return column
            if not self._match(TokenType.ON):
                self.raise_error("ON is missing")
            column[self._word().lower()] = choice[0]

    def _json_choice(self) -> Any:
        if self._match(TokenType.NULL):
            return (None,)
        if self._match_text_seq("ERROR"):
            return ("error",)
        if self._match(TokenType.DEFAULT):
            literal = self._parse_unary()
            text = f"-{literal.this.name}" if isinstance(literal, exp.Neg) else literal.name
            return (["default", text],)
        return None

    # Queries

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

    def _parse_escape(self, this: Any) -> Any:
        if not self._match(TokenType.ESCAPE):
            return this
        return exp.Escape(this=this, expression=self._parse_unary())

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


_SPECIAL: dict[str, Any] = {
    "CAST": Parser._cast,
    "CONVERT": Parser._convert,
    "TRIM": Parser._trim,
    "SUBSTRING": Parser._substring,
    "SUBSTR": Parser._substring,
    "MID": Parser._substring,
    "POSITION": Parser._position,
    "EXTRACT": Parser._extract,
    "GROUP_CONCAT": Parser._group_concat,
    "TIMESTAMPDIFF": lambda self: self._with_unit("TIMESTAMPDIFF"),
    "TIMESTAMPADD": lambda self: self._with_unit("TIMESTAMPADD"),
    "GET_FORMAT": Parser._get_format,
    "CHAR": Parser._char,
    "WEIGHT_STRING": Parser._weight_string,
    "JSON_TABLE": Parser._json_table,
}


class Dialect(MySQL):
    """MySQL, as freshdb reads it."""

    class Tokenizer(MySQL.Tokenizer):
        KEYWORDS: ClassVar[dict[str, Any]] = {
            word: kind
            for word, kind in MySQL.Tokenizer.KEYWORDS.items()
            if kind != TokenType.COMMAND
        }
        COMMANDS: ClassVar[Any] = set()

    Parser = Parser


DIALECT = Dialect()
