"""What an expression is written as for SQLite, with the type that MySQL gives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from freshdb.emulation import values
from freshdb.emulation.catalog import Column, collation_of
from freshdb.emulation.types import BOOL, NATIVE_NUMBERS, TEXTS, SqlType
from freshdb.errors import EmulationError

NOTHING = object()
EXPLICIT, OF_COLUMN, OF_CONSTANT = 0, 2, 4


@dataclass(slots=True)
class Written:
    """An expression as SQLite takes it, with the type that MySQL gives it.

    Attributes:
        is_raw: its values have the form in which columns are stored, without a tag.
        is_collated: SQLite compares it by `type.collation` without being told.
        literal: the constant's value in Python, where it is one.
        strength: how binding its collation is, as MySQL's coercibility: less is stronger.
        wide: the SQL of the same value with the digits that the server goes on calculating with;
            a quotient has more of them than it shows.
        is_member: it is the least or greatest member of an ENUM, which is text; what it counts as
            where a number is asked for follows no rule.
        is_read: it is a date or time read from what may be none, which the server keeps as zero.
        is_ours: it is a column whose values MySQL's rules have normalised when they were stored.
    """

    sql: str
    type: SqlType
    is_raw: bool = False
    is_collated: bool = False
    literal: Any = NOTHING
    strength: int = OF_CONSTANT
    column: Column | None = None
    is_ours: bool = False
    has_aggregate: bool = False
    wide: str | None = None
    is_member: bool = False
    is_read: bool = False

    def __copy__(self) -> Written:
        # `copy.copy` of a dataclass with slots goes the way of pickles, ten times as slow.
        made = Written.__new__(Written)
        for name in Written.__slots__:
            setattr(made, name, getattr(self, name))
        return made

    @property
    def exact(self) -> str:
        """The expression for a calculation."""
        return self.wide or self.number

    @property
    def kept(self) -> str:
        """The expression for a user variable: all digits of a quotient, and of JSON the text."""
        if self.kind == "json":
            return f"my_cast_char({self.typed})"
        return self.wide if self.wide is not None and self.kind == "decimal" else self.typed

    @property
    def kind(self) -> str:
        """The kind of its type."""
        return self.type.kind

    @property
    def is_number(self) -> bool:
        """Whether SQLite's own comparison of numbers is right for it."""
        kind = self.type.kind
        if kind in {"decimal", "uint"}:
            return self.is_raw and not self.type.is_long_decimal
        return kind in NATIVE_NUMBERS

    @property
    def is_text(self) -> bool:
        """Whether it is text without a tag."""
        return self.type.kind in TEXTS

    @property
    def is_mixed(self) -> bool:
        """Whether its values may be tagged."""
        return self.type.is_tagged and not self.is_raw

    @property
    def typed(self) -> str:
        """The expression in the form that functions take: tagged where its type is."""
        if self.type.name == "float" and self.column is not None and self.type.scale is None:
            return f"my_typed({self.sql}, 'float')"
        if self.type.kind == "bit" and self.column is not None:
            return f"my_typed({self.sql}, 'bit', {self.type.length or 1})"
        if not self.is_raw:
            return self.sql
        kind = self.type.kind
        if isinstance(self.literal, bytes):
            return values.sql_literal("hex", self.literal.hex())
        if self.literal is not NOTHING and kind == "decimal":
            return values.sql_literal("decimal", str(self.literal))
        if kind == "decimal":
            scale = "" if self.type.scale is None else f", {self.type.scale}"
            return f"my_typed({self.sql}, 'decimal'{scale})"
        if kind in {"datetime", "time"}:
            return f"my_typed({self.sql}, '{kind}', {self.type.scale or 0})"
        if kind in {"date", "uint", "json"}:
            return f"my_typed({self.sql}, '{kind}')"
        return self.sql

    @property
    def shown(self) -> str:
        """The expression where text is asked for: a column may show more digits than it has."""
        kind = self.type
        if kind.kind == "year":
            return f"my_year_text({self.sql})"
        if self.column is None and not (kind.kind == "double" and kind.scale is not None):
            return self.typed
        if kind.zerofill and kind.kind == "uint":
            return f"my_digits_text({self.typed}, {kind.shown_width})"
        if kind.kind == "double" and kind.scale is not None:
            return f"my_places_text({self.sql}, {kind.scale})"
        return self.typed

    @property
    def number(self) -> str:
        """The expression where a number is asked for: members of an ENUM count as their index.

        Raises:
            EmulationError: it is MIN or MAX of an ENUM.
        """
        if self.is_member:
            raise EmulationError(
                "MIN or MAX of an ENUM or SET as a number is not supported",
                hint="write MAX(column + 0)",
            )
        if self.type.kind == "bit" or self.type.name == "float":
            return self.sql
        if self.wide is not None and self.type.kind == "text":
            return self.wide
        if self.type.kind in {"enum", "set"} and self.column is not None:
            members = values.quote("\x1f".join(self.type.members))
            return f"fd_{self.type.kind}_number({self.sql}, {members})"
        if isinstance(self.literal, bytes) and self.type.kind == "hex":
            number = int.from_bytes(self.literal[-8:], "big")
            return str(number) if number < 1 << 63 else values.sql_literal("uint", str(number))
        return self.typed

    @property
    def compared(self) -> str:
        """The expression for a comparison: bits and short floats count as what they are."""
        is_column_number = self.type.kind == "bit" or self.type.name == "float"
        return self.number if is_column_number and self.column is not None else self.typed

    @property
    def truth(self) -> str:
        """The expression as a condition of SQLite's."""
        may_be_long = self.type.kind == "uint" and self.type.name == "bigint"
        if (self.is_number and not may_be_long) or self.type.kind == "null":
            return self.sql
        return f"my_bool({self.number})"

    @property
    def ordered(self) -> str:
        """The expression as a key to sort or group by.

        Raises:
            EmulationError: it is MIN or MAX of an ENUM, which the server sorts by its index.
        """
        kind = self.type.kind
        if self.is_member:
            raise EmulationError(
                "MIN or MAX of an ENUM or SET to sort or group by is not supported",
                hint="sort by MIN(column + 0)",
            )
        if kind in {"enum", "set"} and self.column is not None:
            return self.number
        if kind == "time" and self.is_raw:
            return f"{self.typed} COLLATE mysql_ci"
        return self.collated

    @property
    def collated(self) -> str:
        """The expression with its collation, where SQLite would take another one."""
        if self.is_text or self.type.kind == "json":
            if self.is_collated:
                return self.sql
            return f"{self.sql} COLLATE {collation_of(self.type.collation)}"
        if self.is_mixed:
            return f"{self.sql} COLLATE mysql_ci"
        return self.sql


def boolean(sql: str, *parts: Written) -> Written:
    """Return a condition that is made of these parts."""
    return Written(sql, BOOL, has_aggregate=any(one.has_aggregate for one in parts))
