"""Expressions: sqlglot's grammar, narrowed to what the server takes, functions verbatim.

sqlglot renames functions to its own canon and changes what some of them mean; so every call is
kept here as a `Call` with the name that was written.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.parsers.mysql import MySQLParser
from sqlglot.tokens import TokenType

from freshdb.emulation.grammar.calls import CallGrammar
from freshdb.emulation.nodes import BARE_CALLS, UNITS, BinaryString, Call, Shift, Typed

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


class ExpressionGrammar(CallGrammar):
    """Literals, operators and what a query is made of."""

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

    places: ClassVar[dict[int, int]] = {}

    # The words that are names only between backticks, or behind a dot.
    reserved: ClassVar[frozenset[str]] = frozenset()

    def _parse_id_var(self, any_token: bool = True, tokens: Any = None) -> Any:
        token, before = self._curr, self._prev
        found = super()._parse_id_var(any_token=any_token, tokens=tokens)
        if found is not None and self._is_reserved(token, before):
            self.raise_error(f"{token.text} is no name", token)
        return found

    def _is_reserved(self, token: Any, before: Any) -> bool:
        """Tell whether a token is a word of the language or a number, and not a name."""
        if token.token_type == TokenType.NUMBER:
            return True
        return (
            token.token_type not in (TokenType.IDENTIFIER, TokenType.STRING)
            and token.text.upper() in self.reserved
            and (before is None or before.token_type != TokenType.DOT)
        )

    def _placeholder(self) -> Any:
        return exp.Placeholder(this=str(self.places[self._prev.start]))

    def _hex(self, token: Any) -> Any:
        is_number = self.sql[token.start : token.start + 2] == "0x"
        if len(token.text) % 2 and not is_number:
            self.raise_error("a digit of a byte is missing", token)
        this = exp.HexString(this=token.text)
        this.meta["is_number"] = is_number
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
        is_word = token.token_type == TokenType.VAR and following.token_type != TokenType.L_PAREN
        may_be_name = token.text.upper() in BARE_CALLS or not self._is_reserved(token, self._prev)
        if is_word and not may_be_name:
            self.raise_error(f"{token.text} is no name", token)
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

    def _parse_escape(self, this: Any) -> Any:
        if not self._match(TokenType.ESCAPE):
            return this
        return exp.Escape(this=this, expression=self._parse_unary())


class Dialect(MySQL):
    """MySQL, as freshdb reads it."""

    class Tokenizer(MySQL.Tokenizer):
        KEYWORDS: ClassVar[dict[str, Any]] = {
            word: kind
            for word, kind in MySQL.Tokenizer.KEYWORDS.items()
            if kind != TokenType.COMMAND
        }
        COMMANDS: ClassVar[Any] = set()

    Parser = ExpressionGrammar


DIALECT = Dialect()
