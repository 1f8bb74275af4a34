"""Constants, names and variables."""

from __future__ import annotations

import re
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import BARE_CALLS, BinaryString, Call, Typed
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import EXPLICIT, NOTHING, Written
from freshdb.emulation.types import (
    ANY,
    BIN,
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DOUBLE,
    HEX,
    INT,
    NULL,
    TEXT,
    TIME,
    UINT,
    SqlType,
    default_collation_of,
)
from freshdb.errors import EmulationError

_EXPONENT = re.compile(r"[eE]")
_KINDS = {"date": DATE, "time": TIME, "datetime": DATETIME}
PARAMETER_TYPES = {
    "i": INT,
    "f": DOUBLE,
    "s": TEXT,
    "b": BYTES,
    "n": NULL,
    "d": SqlType("decimal"),
    "u": UINT,
}


def text_literal(text: str) -> Written:
    """Return a constant text."""
    if "\0" in text:
        parts = " || char(0) || ".join(values.quote(part) for part in text.split("\0"))
        return Written(f"({parts})", TEXT, literal=text)
    return Written(values.quote(text), TEXT, literal=text)


def number_literal(text: str) -> Written:
    """Return a constant number: an integer, a DECIMAL, or with an exponent a DOUBLE."""
    if _EXPONENT.search(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise MySQLError(1367, "22007", f"Illegal double '{text}' value found during parsing")
        return Written(repr(number), DOUBLE, literal=number)
    if "." not in text:
        number = int(text)
        if len(text.lstrip("-")) > 65:
            text = ("-" if number < 0 else "") + "9" * 65
        if -(2**63) <= number < 2**63:
            return Written(str(number), INT, literal=number)
        if 0 <= number < 2**64:
            return Written(values.sql_literal("uint", text), UINT)
        return Written(
            values.sql_literal("decimal", text), SqlType("decimal", "decimal", len(text), 0)
        )
    whole, _, digits = text.partition(".")
    kind = SqlType("decimal", "decimal", len(whole.lstrip("-")) + len(digits), len(digits))
    if (kind.length or 0) > 15:
        return Written(values.sql_literal("decimal", text), kind)
    plain = text if whole not in ("", "-") else text.replace(".", "0.", 1)
    return Written(
        plain + ("0" if plain.endswith(".") else ""),
        kind,
        is_raw=True,
        literal=values.parse_decimal(text),
    )


def bytes_literal(data: bytes, kind: SqlType = BYTES) -> Written:
    """Return a constant byte string; of the kind HEX it counts as a number too."""
    return Written(f"x'{data.hex()}'", kind, is_raw=kind is HEX, literal=data)


@emits(exp.Literal)
def _literal(writer: Writer, node: Any) -> Written:
    return text_literal(node.this) if node.is_string else number_literal(node.this)


@emits(exp.National)
def _national(writer: Writer, node: Any) -> Written:
    return text_literal(str(node.this))


@emits(exp.HexString)
def _hex(writer: Writer, node: Any) -> Written:
    text = node.this
    # MariaDB takes x'41' for a string alone, and 0x41 for a number where one is asked for.
    is_number = writer.context.is_mysql8 or node.meta.get("is_number")
    kind = HEX if is_number else BYTES
    return bytes_literal(bytes.fromhex("0" + text if len(text) % 2 else text), kind)


@emits(exp.BitString)
def _bits(writer: Writer, node: Any) -> Written:
    text = node.this
    data = int(text, 2).to_bytes((len(text) + 7) // 8, "big") if text else b""
    return bytes_literal(data, HEX)


@emits(exp.Null)
def _null(writer: Writer, node: Any) -> Written:
    return Written("NULL", NULL, literal=None)


@emits(exp.Boolean)
def _boolean(writer: Writer, node: Any) -> Written:
    number = int(bool(node.this))
    return Written(str(number), BOOL, literal=number)


@emits(Typed)
def _typed(writer: Writer, node: Any) -> Written:
    kind = node.args["kind"]
    sql = values.sql_literal(kind, str(node.this))
    written = Written(sql, _KINDS[kind])
    digits = re.search(r"\.(\d+)\s*$", str(node.this))
    if digits and kind != "date":
        from dataclasses import replace

        written.type = replace(written.type, scale=min(6, len(digits.group(1))))
    return written


@emits(exp.Introducer)
def _introducer(writer: Writer, node: Any) -> Written:
    charset = str(node.this).lower().lstrip("_")
    inner = node.args["expression"]
    if isinstance(inner, (exp.HexString, exp.BitString)):
        data = writer.write(inner).literal
    else:
        data = str(inner.this).encode()
    if charset == "binary":
        return bytes_literal(data)
    if charset not in ("utf8", "utf8mb3", "utf8mb4", "ascii", "latin1") or not (
        data.isascii() or charset.startswith("utf8")
    ):
        raise EmulationError(
            f"the character set introducer _{charset} is not supported",
            hint="write the text in utf8mb4",
        )
    try:
        written = text_literal(data.decode())
        named = {"utf8": "utf8mb3_general_ci", "utf8mb3": "utf8mb3_general_ci"}
        collation = named.get(charset, default_collation_of(charset))
        written.type = SqlType("text", "varchar", collation=collation)
        return written
    except UnicodeDecodeError:
        message = f"Invalid {charset} character string: '{data.hex().upper()}'"
        raise MySQLError(1300, "HY000", message) from None


@emits(BinaryString)
def _binary(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    return Written(f"my_cast_binary({this.typed})", BYTES, has_aggregate=this.has_aggregate)


@emits(exp.Collate)
def _collate(writer: Writer, node: Any) -> Written:
    from freshdb.emulation.catalog import collation_of
    from freshdb.emulation.collations import SERVER_NAMES

    this = writer.write(node.this)
    name = node.args["expression"].name.lower()
    if name == "binary":
        name = BIN
    if name not in SERVER_NAMES:
        if re.fullmatch(r"[a-z0-9]+_[a-z0-9_]+", name) and not name.startswith("utf8"):
            raise EmulationError(
                f"the collation {name} is not supported", hint="use one of utf8mb4's, or none"
            )
        raise MySQLError(1273, "HY000", f"Unknown collation: '{name}'")
    if this.kind in ("bytes", "hex", "bit"):
        text = f"COLLATION '{name}' is not valid for CHARACTER SET 'binary'"
        raise MySQLError(1253, "42000", text)
    sql = this.sql if this.is_text else f"my_cast_char({this.typed})"
    kind = SqlType("text", "varchar", collation=name)
    return Written(
        f"({sql} COLLATE {collation_of(name)})", kind, is_collated=True, strength=EXPLICIT
    )


@emits(exp.Paren)
def _paren(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    if this.literal is not NOTHING or this.column is not None:
        return this
    this.sql = f"({this.sql})" if not this.sql.startswith("my_") else this.sql
    return this


@emits(exp.Placeholder)
def _placeholder(writer: Writer, node: Any) -> Written:
    number = int(node.name)
    kind = writer.parameters[number - 1] if 0 < number <= len(writer.parameters) else "?"
    return Written(f":p{number}", PARAMETER_TYPES.get(kind, ANY))


@emits(exp.Column)
def _column(writer: Writer, node: Any) -> Written:
    table = node.args.get("table")
    this = node.this
    if isinstance(this, exp.Star):
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near '*'")
    if table is None and not this.args.get("quoted") and this.name.upper() in BARE_CALLS:
        return writer.write(Call(this=this.name.upper(), expressions=[]))
    return writer.column(this.name, table.name if table is not None else None)


@emits(exp.Parameter)
def _user_variable(writer: Writer, node: Any) -> Written:
    return Written(f"my_getvar({values.quote(variable_name(node))})", ANY)


def variable_name(node: Any) -> str:
    """Return the name of a user variable."""
    this = node.this
    return str(this.name if hasattr(this, "name") else this).lower()


@emits(exp.PropertyEQ)
def _assign(writer: Writer, node: Any) -> Written:
    if not isinstance(node.this, exp.Parameter):
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ':='")
    value = writer.write(node.args["expression"])
    name = values.quote(variable_name(node.this))
    return Written(
        f"my_setvar({name}, {value.kept})", value.type if value.is_text or value.is_number else ANY
    )


@emits(exp.SessionParameter)
def _system_variable(writer: Writer, node: Any) -> Written:
    from freshdb.emulation.variables import SYSTEM_VARIABLES

    name = node.this.name.lower()
    if name not in SYSTEM_VARIABLES and name not in writer.context.system_variables:
        raise MySQLError(1193, "HY000", f"Unknown system variable '{name}'")
    default = SYSTEM_VARIABLES.get(name)
    return Written(f"fd_variable({values.quote(name)})", INT if isinstance(default, int) else TEXT)
