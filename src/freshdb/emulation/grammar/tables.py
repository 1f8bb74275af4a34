"""CREATE TABLE, CREATE INDEX, CREATE VIEW."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.changes import ChangeGrammar
from freshdb.emulation.grammar.columns import ColumnGrammar
from freshdb.emulation.types import CI, default_collation_of
from freshdb.errors import EmulationError


class TableGrammar(ColumnGrammar, ChangeGrammar):
    """What makes tables, indexes and views."""

    def _create(self) -> Any:
        or_replace = self._is("OR", "REPLACE")
        temporary = self._is("TEMPORARY")
        if self._is("TABLE"):
            return self._create_table(temporary=temporary, or_replace=or_replace)
        self._view_options()
        if self._is("VIEW"):
            return self._create_view(or_replace=or_replace)
        kind = "index"
        if self._match_texts(("UNIQUE", "FULLTEXT", "SPATIAL")):
            kind = self._prev.text.lower()
        if self._match_texts(("INDEX",)):
            return self._create_index(kind)
        if self._match_texts(("DATABASE", "SCHEMA")):
            self._rest()
            return s.Nothing("CREATE DATABASE")
        word = self._curr.text.upper()
        if word in {
            "TRIGGER",
            "PROCEDURE",
            "FUNCTION",
            "EVENT",
            "SEQUENCE",
            "USER",
            "ROLE",
            "SERVER",
        }:
            raise EmulationError(
                f"CREATE {word} is not supported",
                hint="test what needs it on a real server (freshdb makes branches of those too)",
            )
        self.raise_error("CREATE what?")
        return None

    def _view_options(self) -> None:
        if self._is("ALGORITHM"):
            self._match(TokenType.EQ)
            self._advance()
        if self._is("DEFINER"):
            self._match(TokenType.EQ)
            while self._curr and self._curr.text.upper() not in {
                "SQL",
                "VIEW",
                "TRIGGER",
                "PROCEDURE",
                "FUNCTION",
                "EVENT",
            }:
                self._advance()
        if self._is("SQL", "SECURITY"):
            self._advance()

    def _create_table(self, *, temporary: bool, or_replace: bool) -> Any:
        exists = self._if_not_exists()
        this = s.CreateTable(self._table_name(), temporary, exists, or_replace)
        if self._is("LIKE"):
            this.like = self._table_name()
            return this
        if self._curr.token_type == TokenType.L_PAREN and not self._query_follows():
            self._advance()
            if self._is("LIKE"):
                this.like = self._table_name()
                self._close()
                return this
            self._table_element(this)
            while self._match(TokenType.COMMA):
                self._table_element(this)
            self._close()
        this.options = self._table_options()
        ignores = self._match_texts(("IGNORE", "REPLACE"))
        self._match(TokenType.ALIAS)
        if self._curr:
            this.query = self._query().query
        elif ignores or not this.columns:
            self.raise_error("columns are missing")
        collation = this.options.get("collate")
        charset = this.options.get("charset")
        if collation is None and charset not in (None, "binary"):
            collation = default_collation_of(charset)
        if collation is None and charset == "binary":
            collation = "binary"
        if collation is not None:
            this.columns = [_collated(column, collation) for column in this.columns]
        return this

    def _table_element(self, this: s.CreateTable) -> None:
        element = self._key_or_constraint()
        if element is None:
            this.columns.append(self._column_definition(self._name()))
        elif isinstance(element, s.Key):
            this.keys.append(element)
        elif isinstance(element, s.Foreign):
            this.foreign.append(element)
        else:
            this.checks.append(element)

    def _table_options(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._match(TokenType.COMMA)
            index = self._index
            if self._is("PARTITION", "BY") or self._match(TokenType.PARTITION_BY):
                self._skip_partitions()
                continue
            self._match(TokenType.DEFAULT)
            name = None
            if self._match(TokenType.CHARACTER_SET) or self._is("CHARACTER", "SET"):
                name = "charset"
            elif self._is("DATA", "DIRECTORY") or self._is("INDEX", "DIRECTORY"):
                name = "directory"
            elif self._curr.text.upper() in _TABLE_OPTIONS:
                name = self._curr.text.lower()
                self._advance()
            if name is None:
                self._retreat(index)
                return found
            self._match(TokenType.EQ)
            if self._open():
                while self._curr and not self._match(TokenType.R_PAREN):
                    self._advance()
            else:
                found[name] = self._curr.text if name == "comment" else self._curr.text.lower()
                self._advance()

    def _skip_partitions(self) -> None:
        """Leave partitions out: they change where rows are kept, and no answer."""
        depth = 0
        while self._curr:
            if depth == 0 and self._curr.text.upper() in {"SELECT", "AS", "IGNORE", "REPLACE"}:
                return
            depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(self._curr.token_type, 0)
            self._advance()

    def _create_index(self, kind: str) -> Any:
        exists = self._if_not_exists()
        name = self._name()
        self._index_type()
        self._need("ON")
        table = self._table_name()
        key = self._key(kind, name)
        while self._match_texts(("ALGORITHM", "LOCK")):
            self._match(TokenType.EQ)
            self._advance()
        return s.CreateIndex(table, key, exists)

    def _create_view(self, *, or_replace: bool) -> Any:
        self._if_not_exists()
        name = self._table_name()
        columns = self._names() if self._curr.token_type == TokenType.L_PAREN else []
        self._match(TokenType.ALIAS)
        start = self._curr.start
        query = self._query().query
        text = self.sql[start : self._prev.end + 1]
        if self._is("WITH"):
            self._rest()
        return s.CreateView(name, columns, query, text, or_replace)


def _collated(column: s.Column, collation: str) -> s.Column:
    if column.type.kind in {"text", "enum", "set"} and column.type.collation == CI:
        column.type = replace(column.type, collation=collation)
    return column


_TABLE_OPTIONS = frozenset(
    [
        "ENGINE",
        "TYPE",
        "AUTO_INCREMENT",
        "CHARSET",
        "COLLATE",
        "COMMENT",
        "ROW_FORMAT",
        "CHECKSUM",
        "PACK_KEYS",
        "MAX_ROWS",
        "MIN_ROWS",
        "AVG_ROW_LENGTH",
        "DELAY_KEY_WRITE",
        "KEY_BLOCK_SIZE",
        "STATS_PERSISTENT",
        "STATS_AUTO_RECALC",
        "STATS_SAMPLE_PAGES",
        "CONNECTION",
        "UNION",
        "INSERT_METHOD",
        "PAGE_CHECKSUM",
        "TRANSACTIONAL",
        "TABLESPACE",
        "COMPRESSION",
        "ENCRYPTION",
        "ENCRYPTED",
        "PAGE_COMPRESSED",
        "PASSWORD",
        "SEQUENCE",
    ]
)
