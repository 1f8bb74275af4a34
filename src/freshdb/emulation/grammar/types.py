"""The types that CAST and its kin name, and character sets."""

from __future__ import annotations

from typing import Any

from sqlglot.parsers.mysql import MySQLParser
from sqlglot.tokens import TokenType


class TypeGrammar(MySQLParser):
    """The names of types in expressions."""

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
            given = [one.name for one in self._parse_csv(self._parse_number) if one]
            if len(given) > 1 and not all(one.isdigit() for one in given):
                self.raise_error("the length and the digits of a type are integers")
            numbers = [int(one.partition(".")[0]) for one in given]
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
