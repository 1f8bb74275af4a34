"""Indexes, foreign keys and CHECK."""

from __future__ import annotations

from typing import Any

from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.words import WordGrammar
from freshdb.errors import EmulationError


class KeyGrammar(WordGrammar):
    """Keys and constraints of a table."""

    def _key_or_constraint(self) -> Any:
        """Parse an index, a foreign key or a CHECK; None where a column begins."""
        if self._curr.token_type == TokenType.IDENTIFIER:
            return None
        name = None
        kinds = {"PRIMARY", "PRIMARY KEY", "UNIQUE", "FOREIGN", "FOREIGN KEY", "CHECK"}
        if self._is("CONSTRAINT") and self._curr.text.upper() not in kinds:
            name = self._name()
        if self._match(TokenType.PRIMARY_KEY) or self._is("PRIMARY", "KEY"):
            self._index_type()
            if self._curr.token_type != TokenType.L_PAREN:
                self._any_name()
                self._index_type()
            return self._key("primary", "PRIMARY")
        if self._match(TokenType.FOREIGN_KEY) or self._is("FOREIGN", "KEY"):
            return self._foreign(name)
        if self._is("UNIQUE"):
            self._match_texts(("KEY", "INDEX"))
            return self._named_key("unique", name)
        if self._match_texts(("FULLTEXT", "SPATIAL")):
            kind = self._prev.text.lower()
            self._match_texts(("KEY", "INDEX"))
            return self._named_key(kind, name)
        if self._curr.text.upper() in {"KEY", "INDEX"}:
            self._advance()
            return self._named_key("index", name)
        if self._curr.text.upper() == "CHECK" and self._next.token_type == TokenType.L_PAREN:
            self._advance()
            return self._check(name)
        return None

    def _check(self, name: str | None) -> s.Check:
        self._open()
        condition = self._parse_disjunction()
        self._close()
        self._match_text_seq("NOT")
        self._match_texts(("ENFORCED",))
        return s.Check(name, condition)

    def _named_key(self, kind: str, name: str | None) -> s.Key:
        self._if_not_exists()
        if self._curr.token_type != TokenType.L_PAREN and self._curr.text.upper() != "USING":
            name = self._name()
        self._index_type()
        return self._key(kind, name)

    def _index_type(self) -> None:
        if self._match(TokenType.USING) or self._is("TYPE"):
            self._any_name()

    def _key(self, kind: str, name: str | None) -> s.Key:
        if not self._open():
            self.raise_error("the columns of a key are missing")
        columns = [self._key_part()]
        while self._match(TokenType.COMMA):
            columns.append(self._key_part())
        self._close()
        self._key_options()
        return s.Key(kind, name, columns)

    def _key_part(self) -> tuple[str, int | None, bool]:
        if self._curr.token_type == TokenType.L_PAREN:
            raise EmulationError(
                "an index on an expression is not supported",
                hint="index a generated column that holds the expression",
            )
        name = self._name()
        length = None
        if self._open():
            length = int(self._parse_number().name)
            self._close()
        self._match(TokenType.ASC)
        return name, length, bool(self._match(TokenType.DESC))

    def _key_options(self) -> None:
        while True:
            if self._is("KEY_BLOCK_SIZE"):
                self._match(TokenType.EQ)
                self._advance()
            elif self._match(TokenType.USING):
                self._any_name()
            elif self._is("COMMENT"):
                self._text()
            elif self._is("WITH", "PARSER"):
                self._any_name()
            elif not self._match_texts(("VISIBLE", "INVISIBLE", "IGNORED")):
                return

    def _foreign(self, name: str | None) -> s.Foreign:
        self._if_not_exists()
        if self._curr.token_type != TokenType.L_PAREN:
            name = name or self._name()
            if self._curr.token_type != TokenType.L_PAREN:
                self._any_name()
        columns = self._names()
        self._need("REFERENCES")
        return self._references(name, columns)

    def _references(self, name: str | None, columns: list[str]) -> s.Foreign:
        table = self._table_name()
        referred = self._names() if self._curr.token_type == TokenType.L_PAREN else []
        this = s.Foreign(name, columns, table, referred)
        while True:
            if self._match_texts(("MATCH",)):
                self._advance()
            elif self._is("ON", "DELETE"):
                this.on_delete = self._reaction()
            elif self._is("ON", "UPDATE"):
                this.on_update = self._reaction()
            else:
                return this

    def _reaction(self) -> str:
        for words in (
            ("CASCADE",),
            ("RESTRICT",),
            ("SET", "NULL"),
            ("NO", "ACTION"),
            ("SET", "DEFAULT"),
        ):
            if self._is(*words):
                return " ".join(words)
        self.raise_error("what a foreign key does is missing")
        return ""
