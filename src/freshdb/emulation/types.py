"""MySQL's types: what is declared, how it is stored, what it unifies to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

INTEGER_BITS = {"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}
TEXT_LENGTHS = {"tinytext": 255, "text": 65535, "mediumtext": 16777215, "longtext": 4294967295}
BLOB_LENGTHS = {"tinyblob": 255, "blob": 65535, "mediumblob": 16777215, "longblob": 4294967295}
CI = "utf8mb4_general_ci"
BIN = "utf8mb4_bin"

_DEFAULT_COLLATIONS = {"latin1": "latin1_swedish_ci"}


def default_collation_of(charset: str) -> str:
    """Return the collation of a character set where none is named; those of UTF-8 are one."""
    if charset.startswith("utf8") or charset == "ascii":
        return CI
    return _DEFAULT_COLLATIONS.get(charset, f"{charset}_general_ci")


NATIVE_NUMBERS = frozenset({"int", "bool", "double", "year", "bit"})
INTEGERS = frozenset({"int", "bool", "uint", "year", "bit"})
TEXTS = frozenset({"text", "enum", "set"})

_WORDS = {
    "integer": "int",
    "int1": "tinyint",
    "int2": "smallint",
    "int3": "mediumint",
    "int4": "int",
    "int8": "bigint",
    "middleint": "mediumint",
    "bool": "tinyint",
    "boolean": "tinyint",
    "dec": "decimal",
    "numeric": "decimal",
    "fixed": "decimal",
    "real": "double",
    "double precision": "double",
    "float4": "float",
    "float8": "double",
    "character": "char",
    "nchar": "char",
    "national char": "char",
    "national character": "char",
    "nvarchar": "varchar",
    "national varchar": "varchar",
    "national character varying": "varchar",
    "character varying": "varchar",
    "char varying": "varchar",
    "long": "mediumtext",
    "long varchar": "mediumtext",
    "long varbinary": "mediumblob",
    "uuid": "char",
    "clob": "text",
}


@dataclass(frozen=True)
class SqlType:
    """One type of MySQL.

    Attributes:
        kind: what values are: int bool uint double decimal text bytes date time datetime year json
            enum set bit null any; hex is what `0x41` stands for, bytes and a number.
        name: the declared name, lower case, without length; empty for expressions.
        length: characters, bytes, digits or bits that are declared.
        scale: digits behind the point; of times, digits of fractional seconds.
        members: those of an ENUM or SET.
        collation: the server's name of it, where values are text.
    """

    kind: str
    name: str = ""
    length: int | None = None
    scale: int | None = None
    unsigned: bool = False
    zerofill: bool = False
    members: tuple[str, ...] = ()
    collation: str = CI

    @property
    def is_tagged(self) -> bool:
        """Whether its values may travel as tagged text (see `values.py`)."""
        return self.kind not in {"int", "bool", "double", "text", "bytes", "null", "year", "bit"}

    @property
    def is_long_decimal(self) -> bool:
        """Whether SQLite's numbers are too short for it, so that it is stored as tagged text."""
        return self.kind == "decimal" and (self.length or 10) > 15

    @property
    def is_unicode(self) -> bool:
        """Whether texts of it are stored as UTF-8, so that their bytes are the server's."""
        return self.collation.startswith(("utf8", "ascii", "mysql")) or self.collation == "binary"

    @property
    def fits_rowid(self) -> bool:
        """Whether every value can be SQLite's own row number."""
        return self.kind == "int" or (self.kind == "uint" and self.name != "bigint")

    def declared(self) -> str:
        """Return the type as MariaDB shows it, for example `int(11) unsigned`."""
        name = self.name or "text"
        text = name
        if self.members:
            listed = ",".join("'" + one.replace("'", "''") + "'" for one in self.members)
            text = f"{name}({listed})"
        elif name == "decimal" or (name in {"float", "double"} and self.length is not None):
            text = f"{name}({self.length or 10},{self.scale or 0})"
        elif name in {"datetime", "timestamp", "time"}:
            text = f"{name}({self.scale})" if self.scale else name
        elif name in INTEGER_BITS:
            text = f"{name}({self.shown_width})"
        elif self.length is not None and name in {"char", "varchar", "binary", "varbinary", "bit"}:
            text = f"{name}({self.length})"
        elif name == "year":
            text = "year(4)"
        if self.unsigned:
            text += " unsigned"
        return text + " zerofill" if self.zerofill else text

    @property
    def shown_width(self) -> int:
        """How many digits an integer is shown with; ZEROFILL fills it up to them."""
        if self.length:
            return self.length
        signed = {"tinyint": 4, "smallint": 6, "mediumint": 9, "int": 11, "bigint": 20}
        width = signed[self.name]
        return width - 1 if self.unsigned and self.name not in {"mediumint", "bigint"} else width

    def storage(self) -> str:
        """Return what to declare to SQLite, so that values keep their form."""
        match self.kind:
            case "int" | "uint" | "bool":
                return self.name.upper() or "BIGINT"
            case "year":
                return "SMALLINT"
            case "bit":
                return "BIGINT"
            case "double":
                return "DOUBLE"
            case "decimal":
                prefix = "DECIMAL_TEXT" if self.is_long_decimal else "DECIMAL"
                return f"{prefix}({self.length or 10}, {self.scale or 0})"
            case "date" | "time" | "datetime":
                return self.name.upper() or self.kind.upper()
            case "json":
                return "JSON_TEXT"
            case "bytes":
                return "BLOB"
            case "text" | "enum" | "set" if self.name in {"char", "varchar"}:
                return f"VARCHAR({self.length or 1})"
            case "enum" | "set":
                return f"VARCHAR({max(map(len, self.members), default=1)})"
        return "TEXT"


INT = SqlType("int", "bigint")
BOOL = SqlType("bool", "int")
UINT = SqlType("uint", "bigint", unsigned=True)
DOUBLE = SqlType("double", "double")
TEXT = SqlType("text", "varchar")
BYTES = SqlType("bytes", "varbinary")
HEX = SqlType("hex", "varbinary")
NULL = SqlType("null")
ANY = SqlType("any")
JSON = SqlType("json", "longtext", collation=BIN)
DATE = SqlType("date", "date")
TIME = SqlType("time", "time", scale=0)
DATETIME = SqlType("datetime", "datetime", scale=0)
DECIMAL = SqlType("decimal", "decimal", 30, None)

BY_KIND = {
    "int": INT,
    "bool": BOOL,
    "uint": UINT,
    "double": DOUBLE,
    "text": TEXT,
    "bytes": BYTES,
    "hex": HEX,
    "json": JSON,
    "date": DATE,
    "time": TIME,
    "datetime": DATETIME,
    "decimal": DECIMAL,
    "null": NULL,
    "any": ANY,
}


def declared_type(
    words: str,
    arguments: tuple[int, ...] = (),
    members: tuple[str, ...] = (),
    *,
    unsigned: bool = False,
    zerofill: bool = False,
    collation: str = CI,
) -> SqlType | None:
    """Return the type that a column of a CREATE TABLE has; None where there is no such type."""
    given = words.lower()
    name = _WORDS.get(given, given)
    first = arguments[0] if arguments else None
    second = arguments[1] if len(arguments) > 1 else None
    if given in {"bool", "boolean"}:
        first = 1
    if given == "uuid":
        first = 36
    if name == "serial":
        return SqlType("uint", "bigint", unsigned=True)
    if name in INTEGER_BITS:
        unsigned = unsigned or zerofill
        return SqlType("uint" if unsigned else "int", name, first, None, unsigned, zerofill)
    if name == "decimal":
        return SqlType("decimal", name, first or 10, second or 0, unsigned or zerofill, zerofill)
    if name in {"float", "double"}:
        return SqlType("double", name, first if second is not None else None, second, unsigned)
    if name in {"char", "varchar"}:
        return SqlType("text", name, 1 if first is None else first, collation=collation)
    if name in TEXT_LENGTHS:
        return SqlType("text", name, collation=collation)
    if name in {"binary", "varbinary"}:
        return SqlType("bytes", name, 1 if first is None else first)
    if name in BLOB_LENGTHS:
        return SqlType("bytes", name)
    if name in {"enum", "set"}:
        return SqlType(name, name, members=members, collation=collation)
    if name == "json":
        return SqlType(name, name, collation=BIN)
    if name in {"date", "year"}:
        return SqlType(name, name)
    if name in {"datetime", "timestamp"}:
        return SqlType("datetime", name, scale=first or 0)
    if name == "time":
        return SqlType("time", name, scale=first or 0)
    if name == "bit":
        return SqlType("bit", name, first or 1)
    return None


_DECLARED = re.compile(
    r"\s*([A-Za-z_0-9 ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*(unsigned)?\s*$", re.IGNORECASE
)


def stored_type(declared: str, collation: str) -> SqlType:
    """Return what a column is that was declared to SQLite itself, as SQLAlchemy does it."""
    match = _DECLARED.match(declared)
    if match is None:
        return ANY
    words, first, second, unsigned = match.groups()
    arguments = tuple(int(one) for one in (first, second) if one is not None)
    known = declared_type(words, arguments, unsigned=bool(unsigned), collation=collation)
    if known is None:
        return ANY
    if known.kind in ("text", "bytes") and not arguments:
        return replace(known, name="longtext" if known.kind == "text" else "longblob", length=None)
    if known.kind == "decimal" and not arguments:
        return replace(known, length=15, scale=None)
    return known


def unify(types: list[SqlType]) -> SqlType:
    """Return the type of an expression that may have the value of any of several."""
    kinds = {one.kind for one in types} - {"null"}
    if not kinds:
        return NULL
    if len(kinds) == 1:
        same = next(one for one in types if one.kind in kinds)
        if same.kind == "decimal":
            scales = [one.scale for one in types if one.kind == "decimal"]
            known = [one for one in scales if one is not None]
            return replace(same, scale=max(known) if len(known) == len(scales) else None)
        if same.kind == "double":
            return _with_places(same, types)
        if same.kind in {"datetime", "time"}:
            return replace(same, scale=max(one.scale or 0 for one in types))
        if same.kind in {"enum", "set"} and len(set(types)) > 1:
            return TEXT
        return same
    if "hex" in kinds:
        return BYTES
    if kinds <= {"uint", "year", "bit"}:
        return UINT
    if kinds <= {"int", "bool"}:
        return INT
    if kinds <= {"int", "bool", "uint", "year", "bit"}:
        return DECIMAL
    if kinds <= {"int", "bool", "uint", "decimal", "year", "bit"}:
        scales = [one.scale for one in types if one.kind == "decimal"]
        known = [one for one in scales if one is not None]
        return replace(DECIMAL, scale=max(known) if len(known) == len(scales) else None)
    if kinds <= {"int", "bool", "uint", "decimal", "double", "year", "bit"}:
        return _with_places(DOUBLE, types)
    if kinds <= {"date", "datetime", "time"}:
        return replace(DATETIME, scale=max(one.scale or 0 for one in types))
    if "bytes" in kinds:
        return BYTES
    if "any" in kinds and "text" not in kinds:
        return ANY
    return TEXT


def _with_places(double: SqlType, types: list[SqlType]) -> SqlType:
    """Return a double that shows the most places of any of these, all if one shows all."""
    places = [one.scale for one in types if one.kind in {"double", "decimal"}]
    known = [one for one in places if one is not None]
    scale = max(known) if len(known) == len(places) else None
    return double if scale == double.scale else replace(double, scale=scale)
