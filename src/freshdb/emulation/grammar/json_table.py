"""JSON_TABLE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation.grammar.types import TypeGrammar
from freshdb.emulation.nodes import JsonRows


class JsonTableGrammar(TypeGrammar):
    """JSON_TABLE with its columns."""

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
