"""What every statement's grammar is made of: words, names, lists of names, queries."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.clauses import ClauseGrammar
from freshdb.errors import EmulationError


class WordGrammar(ClauseGrammar):
    """Words and names; and queries, which other statements hold."""

    def _is(self, *words: str) -> bool:
        """Match a sequence of unquoted words and move behind it."""
        return bool(self._match_text_seq(*words))

    def _need(self, *words: str) -> None:
        if not self._is(*words):
            self.raise_error(f"{' '.join(words)} is missing")

    def _open(self) -> bool:
        return bool(self._match(TokenType.L_PAREN))

    def _close(self) -> None:
        if not self._match(TokenType.R_PAREN):
            self.raise_error("a parenthesis is not closed")

    def _name(self) -> str:
        token, before = self._curr, self._prev
        name = self._any_name()
        if self._is_reserved(token, before):
            self.raise_error(f"{name} is no name", token)
        return name

    def _any_name(self) -> str:
        """Parse a name, or a word of the language that stands where a name might."""
        token = self._curr
        if not token or token.token_type in (TokenType.STRING, TokenType.NUMBER):
            self.raise_error("a name is missing")
        if token.token_type != TokenType.IDENTIFIER and not (
            token.text[:1].isalnum() or token.text[:1] in "_$"
        ):
            self.raise_error("a name is missing")
        self._advance()
        return str(token.text)

    def _table_name(self) -> s.TableName:
        first = self._name()
        if self._match(TokenType.DOT):
            return s.TableName(self._name(), first)
        return s.TableName(first)

    def _names(self) -> list[str]:
        """Parse (a, b)."""
        if not self._open():
            self.raise_error("a list of names is missing")
        found = []
        if not self._match(TokenType.R_PAREN, advance=False):
            found = [self._column_name()]
            while self._match(TokenType.COMMA):
                found.append(self._column_name())
        self._close()
        return found

    def _column_name(self) -> str:
        name = self._name()
        while self._match(TokenType.DOT):
            name = self._name()
        return name

    def _text(self) -> str:
        if not self._match(TokenType.STRING):
            self.raise_error("a text is missing")
        return str(self._prev.text)

    def _rest(self) -> str:
        """Skip what remains of the statement, and return it."""
        start = self._curr.start if self._curr else len(self.sql)
        while self._curr:
            self._advance()
        return str(self.sql[start : self._prev.end + 1])

    def _if_not_exists(self) -> bool:
        return self._is("IF", "NOT", "EXISTS")

    def _value(self) -> Any:
        one = self._parse_select() or self._parse_assignment()
        if one is None:
            self.raise_error("a value is missing")
        return exp.Subquery(this=one) if isinstance(one, exp.UNWRAPPED_QUERIES) else one

    # Queries

    def _parse_statement(self) -> Any:
        """Parse the query behind WITH or in a CTE."""
        return self._query().query

    def _query(self) -> Any:
        this = self._parse_select()
        if this is None and self._curr.token_type == TokenType.L_PAREN:
            this = self._parse_select(nested=True)
        if this is None:
            self.raise_error("no statement begins like this")
        this = self._parse_query_modifiers(self._parse_set_operations(this))
        into = self._into()
        if into:
            this = self._parse_query_modifiers(this)
        return s.Query(this, into)

    def _parse_query_modifiers(self, this: Any) -> Any:
        if self._curr.text.upper() == "INTO" and isinstance(this, exp.Select):
            into = self._into()
            this = super()._parse_query_modifiers(this)
            if into:
                this.meta["into"] = into
            return this
        return super()._parse_query_modifiers(this)

    def _parse_into(self) -> Any:
        # `SELECT a INTO @b FROM t`: the names are kept until the whole query has been read.
        if self._curr.token_type != TokenType.INTO:
            return None
        this = exp.Into()
        this.meta["names"] = self._into()
        return this

    def _into(self) -> list[str]:
        if not self._match(TokenType.INTO):
            return []
        names = []
        while True:
            if not self._match(TokenType.PARAMETER):
                raise EmulationError(
                    "SELECT … INTO writes into a file or a local variable",
                    hint="select into user variables (`INTO @name`), or read the rows in Python",
                )
            names.append(self._name())
            if not self._match(TokenType.COMMA):
                return names
