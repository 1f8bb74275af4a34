"""Columns, as CREATE TABLE and ALTER TABLE declare them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.keys import KeyGrammar
from freshdb.emulation.types import CI, SqlType, declared_type, default_collation_of
from freshdb.errors import EmulationError

_BINARY_TYPES = {"char": "binary", "varchar": "varbinary"}
_IDLE_FLAGS = ("SIGNED", "PRECISION", "COMPRESSED", "ASCII", "UNICODE")


@dataclass
class _Flags:
    unsigned: bool = False
    zerofill: bool = False
    charset: str | None = None
    collation: str = CI

    @property
    def collation_of_column(self) -> str:
        if self.charset in (None, "binary") or self.collation != CI:
            return self.collation
        return default_collation_of(self.charset)


class ColumnGrammar(KeyGrammar):
    """Columns, their types and options."""

    def _column_definition(self, name: str) -> s.Column:
        this = s.Column(name, self._column_type())
        if self._curr_type_is_serial:
            this.auto_increment = this.is_unique = True
            this.is_nullable = False
            self._curr_type_is_serial = False
        while self._column_option(this):
            pass
        return this

    _curr_type_is_serial = False

    def _column_type(self) -> SqlType:
        start = self._curr
        words = self._type_words()
        members, numbers = self._type_arguments()
        flags = self._type_flags()
        if flags.charset == "binary":
            words = _BINARY_TYPES.get(words, words.replace("text", "blob"))
        if words == "year" and numbers == (2,):
            raise EmulationError(
                "YEAR(2) is not supported", hint="declare YEAR, which has four digits"
            )
        found = declared_type(
            words,
            numbers,
            members,
            unsigned=flags.unsigned,
            zerofill=flags.zerofill,
            collation=flags.collation_of_column,
        )
        if found is None:
            if words in _FOREIGN_TYPES:
                raise EmulationError(
                    f"the column type {words.upper()} is not supported",
                    hint="test what needs it on a real server (freshdb has branches there too)",
                )
            self.raise_error("no such type", start)
            raise AssertionError
        self._curr_type_is_serial = words == "serial"
        return found

    def _type_arguments(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Parse ('a', 'b') or (10, 2)."""
        if not self._open():
            return (), ()
        is_text = self._curr.token_type == TokenType.STRING
        read: Any = self._text if is_text else self._length
        found = [read()]
        while self._match(TokenType.COMMA):
            found.append(read())
        self._close()
        return (tuple(found), ()) if is_text else ((), tuple(found))

    def _length(self) -> int:
        return int(self._parse_number().name)

    def _type_flags(self) -> _Flags:
        """Parse what follows a type's name: its sign, its character set, its collation."""
        found = _Flags()
        while True:
            if self._is("UNSIGNED"):
                found.unsigned = True
            elif self._is("ZEROFILL"):
                found.zerofill = True
            elif self._is("BINARY"):
                found.collation = "utf8mb4_bin"
            elif self._match(TokenType.COLLATE):
                found.collation = self._word().lower()
            elif self._charset_follows():
                found.charset = self._word().lower()
            elif not self._match_texts(_IDLE_FLAGS):
                return found

    def _charset_follows(self) -> bool:
        return bool(
            self._match(TokenType.CHARACTER_SET)
            or self._is("CHARACTER", "SET")
            or self._is("CHAR", "SET")
        )

    def _type_words(self) -> str:
        words = self._any_name().lower()
        for first, more in _LONG_TYPES:
            if words == first and self._is(*more):
                return " ".join((first, *more)).lower()
        return words

    def _column_option(self, this: s.Column) -> bool:
        if self._is("NOT", "NULL"):
            this.is_nullable = False
        elif self._match(TokenType.NULL):
            this.has_null_word = True
        elif self._match(TokenType.DEFAULT):
            self._default(this)
        elif self._is("AUTO_INCREMENT"):
            this.auto_increment = True
        elif self._is("ON", "UPDATE"):
            self._parse_unary()
            this.on_update = True
        elif self._match(TokenType.PRIMARY_KEY) or self._is("PRIMARY", "KEY") or self._is("KEY"):
            this.is_primary = True
        elif self._is("UNIQUE"):
            self._match_texts(("KEY",))
            this.is_unique = True
        elif self._is("COMMENT"):
            this.comment = self._text()
        elif self._is("COLLATE"):
            this.type = replace(this.type, collation=self._word().lower())
        elif self._is("GENERATED", "ALWAYS") or self._curr.token_type == TokenType.ALIAS:
            self._generated(this)
        elif self._is("CONSTRAINT"):
            if self._curr.text.upper() != "CHECK":
                self._any_name()
        elif self._curr.text.upper() == "CHECK" and self._next.token_type == TokenType.L_PAREN:
            self._advance()
            this.check = self._check(None)
        elif self._is("REFERENCES"):
            self._references(None, [this.name])  # MySQL reads it, and does nothing
        elif self._match_texts(("INVISIBLE", "VISIBLE")):
            if self._prev.text.upper() == "INVISIBLE":
                raise EmulationError(
                    "an INVISIBLE column is not supported", hint="leave out INVISIBLE"
                )
        elif self._match_texts(("COLUMN_FORMAT", "STORAGE")):
            self._advance()
        else:
            return False
        return True

    def _default(self, this: s.Column) -> None:
        start = self._curr.start
        this.default = self._parse_unary()
        if this.default is None:
            self.raise_error("a default is missing")
        this.default_text = self.sql[start : self._prev.end + 1]

    def _generated(self, this: s.Column) -> None:
        if not self._match(TokenType.ALIAS):
            self.raise_error("AS is missing")
        if not self._open():
            self.raise_error("an expression is missing")
        this.generated = self._parse_disjunction()
        self._close()
        if self._match_texts(("STORED", "PERSISTENT", "VIRTUAL")):
            this.is_stored = self._prev.text.upper() != "VIRTUAL"


_FOREIGN_TYPES = frozenset(
    [
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "inet6",
        "inet4",
        "vector",
    ]
)


_LONG_TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("national", ("CHARACTER", "VARYING")),
    ("national", ("CHARACTER",)),
    ("national", ("VARCHAR",)),
    ("national", ("CHAR",)),
    ("character", ("VARYING",)),
    ("char", ("VARYING",)),
    ("double", ("PRECISION",)),
    ("long", ("VARCHAR",)),
    ("long", ("VARBINARY",)),
)
