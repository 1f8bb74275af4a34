"""Operators: SQLite's own where it compares and counts as MySQL does, a helper elsewhere."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation import values
from freshdb.emulation.catalog import collation_of
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.nodes import Call, Shift
from freshdb.emulation.rewrite.writer import (
    NOTHING,
    OF_CONSTANT,
    Writer,
    Written,
    emits,
    pick_collation,
)
from freshdb.emulation.types import (
    ANY,
    BIN,
    BOOL,
    CI,
    DATETIME,
    DOUBLE,
    INT,
    NULL,
    TEXT,
    UINT,
    SqlType,
)
from freshdb.errors import EmulationError

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?)?")
_CLEAN_NUMBER = re.compile(r"-?(\d{1,18}|\d{1,15}\.\d{1,9})")
HELPERS = {
    "=": "my_eq",
    "<>": "my_ne",
    "<": "my_lt",
    "<=": "my_le",
    ">": "my_gt",
    ">=": "my_ge",
    "IS": "my_nullsafe_eq",
}
_COMPARISONS = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS",
}
_ARITHMETIC = {
    exp.Add: "my_add",
    exp.Sub: "my_sub",
    exp.Mul: "my_mul",
    exp.Div: "my_div",
    exp.IntDiv: "my_intdiv",
    exp.Mod: "my_mod",
}
_BITS = {
    exp.BitwiseAnd: "my_bitand",
    exp.BitwiseOr: "my_bitor",
    exp.BitwiseXor: "my_bitxor",
    exp.BitwiseLeftShift: "my_shl",
    exp.BitwiseRightShift: "my_shr",
}


# Comparisons


def comparable(left: Written, right: Written) -> tuple[str, str] | None:
    """Return both sides in a form that SQLite compares as MySQL does; None where there is none."""
    if "null" in (left.kind, right.kind):
        return left.sql, right.sql
    left, right = as_compared(left), as_compared(right)
    if left.is_number and right.is_number and "year" not in (left.kind, right.kind):
        return left.sql, right.sql
    if left.is_text and right.is_text:
        return _texts(left, right)
    if all(one.kind == "bytes" or (one.kind == "hex" and one.is_raw) for one in (left, right)):
        return left.sql, right.sql
    for column, constant, swapped in ((left, right, False), (right, left, True)):
        text = _as_stored(column, constant)
        if text is not None:
            return (text, column.sql) if swapped else (column.sql, text)
    if left.is_number and right.is_number:
        return left.sql, right.sql
    normalised = left.is_raw and right.is_raw and left.is_ours and right.is_ours
    same = left.kind == right.kind and left.type.scale == right.type.scale
    if normalised and same and left.kind in ("date", "datetime"):
        return left.sql, right.sql
    return None


def as_compared(one: Written) -> Written:
    """Return what is compared: a column of JSON is text, told apart by code points."""
    if one.kind == "json" and one.column is not None:
        return replace(one, type=replace(TEXT, collation=BIN), is_raw=False, column=None)
    return one


_INVALID = re.compile(r"my_(cast_date|cast_datetime|cast_time|date|timestamp|time)\(")


def or_zero(sql: str) -> str:
    """Return a cast as a comparison sees it: what is no date counts as the zero date."""
    match = _INVALID.match(sql)
    if match is None or not _is_one_call(sql, match.end()):
        return sql
    return f"my_or_zero_{match[1].removeprefix('cast_')}({sql[match.end() :]}"


def _is_one_call(sql: str, start: int) -> bool:
    depth, quoted = 1, False
    for index in range(start, len(sql)):
        sign = sql[index]
        if sign == "'":
            quoted = not quoted
        elif not quoted and sign in "()":
            depth += 1 if sign == "(" else -1
            if not depth:
                return index == len(sql) - 1
    return False


def _texts(left: Written, right: Written) -> tuple[str, str]:
    collation, _ = pick_collation(left, right)
    first = next((one for one in (left, right) if one.is_collated), None)
    if first is not None and first.type.collation == collation:
        # SQLite takes the collation of the left side, and only without one that of the right.
        if left.is_collated and left.type.collation == collation:
            return left.sql, right.sql
        if not left.is_collated:
            return left.sql, right.sql
    return f"{left.sql} COLLATE {collation_of(collation)}", right.sql


def _as_stored(column: Written, constant: Written) -> str | None:
    """Return a constant in the form in which a column's values are stored."""
    if column.column is None or constant.literal is NOTHING:
        return None
    if column.kind == "year" and isinstance(constant.literal, (int, str)):
        return _stored_year(str(constant.literal))
    if isinstance(constant.literal, str):
        text = constant.literal.strip()
        if column.is_raw and column.is_ours and column.kind in ("date", "datetime"):
            return _stored_moment(column, text)
        if column.is_number and _CLEAN_NUMBER.fullmatch(text):
            return text
    return None


def _stored_year(text: str) -> str | None:
    if not text.isdigit():
        return None
    number = int(text)
    if number < 100 and (number or len(text) > 1):
        number += 2000 if number < 70 else 1900
    return str(number)


def _stored_moment(column: Written, text: str) -> str | None:
    if not ("01" <= text[5:7] <= "12" and "01" <= text[8:10] <= "31"):
        return None
    # The thirtieth of February is compared as it stands, and warned of.
    if column.kind == "date":
        return values.quote(text) if _DATE.fullmatch(text) else None
    match = _DATETIME.fullmatch(text)
    if match is None:
        return None
    day, clock, digits = match.groups()
    if clock and not (clock < "24" and clock[3:5] < "60" and clock[6:] < "60"):
        return None
    scale = column.type.scale or 0
    fraction = (digits or "").rstrip("0").ljust(scale, "0")
    return values.quote(f"{day} {clock or '00:00:00'}" + (f".{fraction}" if fraction else ""))


def _check_bytes(left: Written, right: Written) -> None:
    """Raise what the server does where a constant of bytes meets text, and is no UTF-8."""
    for constant, text in ((left, right), (right, left)):
        if isinstance(constant.literal, bytes) and text.is_text and text.strength < OF_CONSTANT:
            try:
                constant.literal.decode()
            except UnicodeDecodeError:
                shown = "".join(f"\\x{byte:02X}" for byte in constant.literal)
                message = f"Invalid utf8mb4 character string: '{shown}'"
                raise MySQLError(1300, "HY000", message) from None


def compare(operator: str, left: Written, right: Written) -> str:
    """Return a comparison of two values."""
    _check_bytes(left, right)
    pair = comparable(left, right)
    if pair is not None:
        return f"{pair[0]} {operator} {pair[1]}"
    left, right = as_compared(left), as_compared(right)
    left_sql, right_sql = _helped(left, right)
    if {left.kind, right.kind} == {"year", "date"} or {left.kind, right.kind} == {
        "year",
        "datetime",
    }:
        raise EmulationError("a YEAR compared with a date is not supported", hint="use YEAR(date)")
    collation, _ = pick_collation(left, right)
    has_text = any(one.is_text or one.kind == "json" for one in (left, right))
    more = f", '{collation}'" if collation != CI and has_text else ""
    return f"{HELPERS[operator]}({left_sql}, {right_sql}{more})"


def _helped(left: Written, right: Written) -> tuple[str, str]:
    """Return both sides for a helper; members of an ENUM meet numbers as their index."""
    one = left.number if _is_numeric(right) else left.compared
    other = right.number if _is_numeric(left) else right.compared
    return or_zero(one), or_zero(other)


def _is_numeric(one: Written) -> bool:
    return one.is_number or one.kind in ("decimal", "uint")


def row_of(node: Any) -> list[Any] | None:
    """Return the values of a row constructor; None for anything else."""
    if isinstance(node, exp.Tuple):
        return list(node.expressions)
    if isinstance(node, Call) and node.this == "ROW":
        return list(node.expressions)
    if isinstance(node, exp.Paren):
        return row_of(node.this)
    return None


@emits(*_COMPARISONS)
def _comparison(writer: Writer, node: Any) -> Written:
    operator = _COMPARISONS[type(node)]
    left, right = node.this, node.args["expression"]
    if isinstance(right, (exp.Any, exp.All)):
        from freshdb.emulation.rewrite.subqueries import quantified

        return quantified(writer, operator, left, right)
    rows = row_of(left), row_of(right)
    if rows[0] is not None or rows[1] is not None:
        from freshdb.emulation.rewrite.subqueries import compare_rows

        return compare_rows(writer, operator, left, right)
    if isinstance(left, exp.Soundex):
        left, right = (
            Call(this="SOUNDEX", expressions=[left.this]),
            Call(this="SOUNDEX", expressions=[right.this]),
        )
    one, other = writer.write(left), writer.write(right)
    return _bool(f"({compare(operator, one, other)})", one, other)


def _bool(sql: str, *parts: Written) -> Written:
    return Written(sql, BOOL, has_aggregate=any(one.has_aggregate for one in parts))


@emits(exp.Between)
def _between(writer: Writer, node: Any) -> Written:
    this, low, high = (writer.write(node.args[name]) for name in ("this", "low", "high"))
    first, second = comparable(this, low), comparable(this, high)
    if first is not None and second is not None and first[0] == second[0]:
        return _bool(f"({first[0]} BETWEEN {first[1]} AND {second[1]})", this, low, high)
    compared = [as_compared(one) for one in (this, low, high)]
    collation, _ = pick_collation(*compared)
    more = f", '{collation}'" if collation != CI else ""
    is_numeric = any(_is_numeric(one) for one in compared[1:])
    listed = ", ".join(or_zero(one.number if is_numeric else one.compared) for one in compared)
    return _bool(f"my_between({listed}{more})", this, low, high)


@emits(exp.In)
def _in(writer: Writer, node: Any) -> Written:
    from freshdb.emulation.rewrite.subqueries import in_query, in_rows

    if node.args.get("query") is not None:
        return in_query(writer, node.this, node.args["query"])
    items = node.expressions
    if not items:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near ')'")
    if row_of(node.this) is not None:
        return in_rows(writer, node.this, items)
    this = _json_as_text(writer, writer.write(node.this))
    written = [writer.write(one) for one in items]
    pairs = [comparable(this, one) for one in written]
    if all(pair is not None for pair in pairs) and len({pair[0] for pair in pairs if pair}) == 1:
        listed = ", ".join(pair[1] for pair in pairs if pair)
        first = pairs[0][0]  # type: ignore[index]  # there are as many pairs as items
        if this.is_text and not this.is_collated and " COLLATE " not in first:
            # Unlike `=`, SQLite's IN takes no collation from the right.
            first = f"{first} COLLATE {collation_of(pick_collation(this, *written)[0])}"
        return _bool(f"({first} IN ({listed}))", this, *written)
    if (
        this.kind == "any"
        or not any(one.kind == this.kind for one in written)
        or len({one.kind for one in written}) > 1
        or this.kind in ("enum", "set")
    ):
        either = " OR ".join(compare("=", this, one) for one in written)
        return _bool(f"({either})", this, *written)
    listed = ", ".join(or_zero(one.compared) for one in written)
    return _bool(f"my_in({or_zero(this.compared)}, {listed})", this, *written)


def _json_as_text(writer: Writer, this: Written) -> Written:
    """Return what IN and CASE compare: MariaDB takes JSON for the text that it is there."""
    if this.kind != "json" or writer.context.is_mysql8:
        return this
    return Written(f"my_cast_char({this.typed})", TEXT, has_aggregate=this.has_aggregate)


@emits(exp.Is)
def _is(writer: Writer, node: Any) -> Written:
    this, what = writer.write(node.this), node.args["expression"]
    if isinstance(what, exp.Null):
        column = this.column
        if (
            column is not None
            and not column.is_nullable
            and column.type.kind in ("date", "datetime")
        ):
            # MySQL finds a zero date by IS NULL where the column cannot be NULL.
            return _bool(f"({this.sql} IS NULL OR {this.sql} LIKE '0000-00-00%')", this)
        return _bool(f"({this.sql} IS NULL)", this)
    if isinstance(what, exp.Boolean):
        return _bool(f"({this.truth} IS {'TRUE' if what.this else 'FALSE'})", this)
    raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'IS'")


@emits(exp.Like)
def _like(writer: Writer, node: Any) -> Written:
    return _like_with(writer, node, None)


@emits(exp.Escape)
def _escape(writer: Writer, node: Any) -> Written:
    inner = node.this
    negated = False
    if isinstance(inner, exp.Not):
        negated, inner = True, inner.this
    if not isinstance(inner, exp.Like):
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'ESCAPE'")
    written = _like_with(writer, inner, node.args["expression"])
    if negated:
        written.sql = f"(NOT {written.sql})"
    return written


def _like_with(writer: Writer, node: Any, escape: Any) -> Written:
    this, pattern = writer.write(node.this), writer.write(node.args["expression"])
    collation, _ = pick_collation(this, pattern)
    arguments = [this.typed, pattern.typed]
    if escape is not None or collation != CI:
        arguments.append(writer.write(escape).typed if escape is not None else "'\\'")
    if collation != CI:
        arguments.append(f"'{collation}'")
    sql = f"my_like({', '.join(arguments)})"
    if node.args.get("negate"):
        sql = f"(NOT {sql})"
    return _bool(sql, this, pattern)


@emits(exp.RegexpLike)
def _regexp(writer: Writer, node: Any) -> Written:
    this, pattern = writer.write(node.this), writer.write(node.args["expression"])
    collation, _ = pick_collation(this, pattern)
    if {"bytes", "hex"} & {this.kind, pattern.kind}:
        collation = "binary"
    more = f", '{collation}'" if collation != CI else ""
    return _bool(f"my_regexp({this.typed}, {pattern.typed}{more})", this, pattern)


@emits(exp.JSONArrayContains)
def _member_of(writer: Writer, node: Any) -> Written:
    if not writer.context.is_mysql8:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'MEMBER OF'")
    this, array = writer.write(node.this), writer.write(node.args["expression"])
    return _bool(f"my_member_of({this.typed}, {array.typed})", this, array)


# Logic


@emits(exp.And, exp.Or)
def _logic(writer: Writer, node: Any) -> Written:
    # A long chain leans to the left: walk it, so that its length costs no depth.
    kind, word = type(node), "AND" if isinstance(node, exp.And) else "OR"
    chain = []
    while type(node) is kind:
        chain.append(node.args["expression"])
        node = node.this
    parts = [writer.write(one) for one in (node, *reversed(chain))]
    sql = f" {word} ".join(f"({one.truth})" if " " in one.truth else one.truth for one in parts)
    return _bool(f"({sql})", *parts)


@emits(exp.Xor)
def _xor(writer: Writer, node: Any) -> Written:
    left, right = writer.write(node.this), writer.write(node.args["expression"])
    return _bool(f"my_xor({left.number}, {right.number})", left, right)


@emits(exp.Not)
def _not(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    return _bool(f"(NOT {this.truth})", this)


# Arithmetic


def number_kind(written: Written) -> str:
    """Return what a value counts as: int, uint, decimal, double, null or any."""
    kind = written.kind
    if kind in ("hex", "year", "bit"):
        return "uint"
    if kind in ("int", "bool", "date", "enum", "set"):
        return "int"
    if kind in ("time", "datetime"):
        return "decimal" if written.type.scale else "int"
    if kind in ("text", "bytes", "json"):
        return "double"
    return kind


def result_type(function: str, left: Written, right: Written) -> SqlType:
    """Return the type of a sum, product or quotient."""
    kinds = {number_kind(left), number_kind(right)} - {"null"}
    if not kinds:
        return NULL if function != "my_div" else SqlType("decimal", "decimal", 10, 4)
    if "any" in kinds:
        return ANY
    if function == "my_intdiv":
        return UINT if "uint" in kinds else INT
    if "double" in kinds:
        return replace(DOUBLE, scale=_places(function, left, right))
    if function == "my_div" or "decimal" in kinds:
        return SqlType("decimal", "decimal", 30, _scale(function, left, right))
    return UINT if "uint" in kinds else INT


def _places(function: str, left: Written, right: Written) -> int | None:
    """Return the digits that a double is shown with; None for all of them."""
    if any(
        one.is_text
        or one.kind in ("bytes", "json")
        or (one.type.scale is None and one.kind == "double")
        for one in (left, right)
    ):
        return None
    return _scale(function, left, right)


def _scale(function: str, left: Written, right: Written) -> int | None:
    scales = [
        0 if one.kind not in ("decimal", "double") and not one.type.scale else one.type.scale
        for one in (left, right)
    ]
    if None in scales:
        return None
    first, second = int(scales[0] or 0), int(scales[1] or 0)
    if function == "my_div":
        return min(first + 4, 38)
    if function == "my_mul":
        return min(first + second, 38)
    return max(first, second)


@emits(*_ARITHMETIC)
def _arithmetic(writer: Writer, node: Any) -> Written:
    function = _ARITHMETIC[type(node)]
    left, right = node.this, node.args["expression"]
    if isinstance(right, Shift) and function in ("my_add", "my_sub"):
        return shifted(writer, left, right, subtract=function == "my_sub")
    if isinstance(left, Shift) and function == "my_add":
        return shifted(writer, right, left)
    one, other = writer.write(left), writer.write(right)
    kind = result_type(function, one, other)
    first, second = _operand(one), _operand(other)
    sql = f"{function}({first}, {second})"
    wide = sql if one.wide or other.wide else None
    if function == "my_div" and kind.kind == "decimal" and kind.scale is not None:
        wide = f"my_div_wide({first}, {second})"
    if wide and kind.kind == "decimal" and kind.scale is not None:
        sql = f"my_cast_decimal({wide}, 65, {kind.scale})"
    else:
        wide = None
    has_aggregate = one.has_aggregate or other.has_aggregate
    return Written(sql, kind, has_aggregate=has_aggregate, wide=wide)


def _operand(one: Written) -> str:
    """Return an operand; years and bits have no sign, and no difference of them has."""
    return f"my_typed({one.sql}, 'uint')" if one.kind in ("year", "bit") else one.exact


def shifted(writer: Writer, this: Any, distance: Any, *, subtract: bool = False) -> Written:
    """Return a date moved by an INTERVAL."""
    moment, amount = writer.write(this), writer.write(distance.this)
    unit = distance.args["unit"]
    name = "my_date_sub" if subtract else "my_date_add"
    count = amount.number if amount.kind in ("bit", "year", "enum", "set") else amount.typed
    sql = f"{name}({moment.typed}, {count}, '{unit}')"
    kind = moment.type if moment.kind in ("date", "datetime", "time") else TEXT
    clock = unit in ("MICROSECOND", "SECOND", "MINUTE", "HOUR") or (
        "_" in unit and unit != "YEAR_MONTH"
    )
    if kind.kind == "date" and clock:
        kind = DATETIME
    if kind.kind in ("datetime", "time") and (
        unit.endswith("MICROSECOND")
        or amount.kind == "decimal"
        or (amount.is_text and unit.endswith("SECOND"))
    ):
        kind = ANY
    if kind is TEXT:
        kind = ANY
    return Written(sql, kind, has_aggregate=moment.has_aggregate or amount.has_aggregate)


@emits(exp.Neg)
def _negative(writer: Writer, node: Any) -> Written:
    if isinstance(node.this, exp.Literal) and not node.this.is_string:
        from freshdb.emulation.rewrite.literals import number_literal

        return number_literal("-" + node.this.this)
    this = writer.write(node.this)
    kind = number_kind(this)
    types = {"int": INT, "uint": ANY, "double": DOUBLE, "null": NULL, "any": ANY}
    found = types.get(kind) or replace(this.type if this.kind == "decimal" else SqlType("decimal"))
    wide = f"my_neg({this.wide})" if this.wide else None
    sql = f"my_neg({this.number})"
    return Written(sql, found, has_aggregate=this.has_aggregate, wide=wide)


@emits(*_BITS)
def _bits(writer: Writer, node: Any) -> Written:
    left, right = writer.write(node.this), writer.write(node.args["expression"])
    sql = f"{_BITS[type(node)]}({left.number}, {right.number})"
    return Written(sql, UINT, has_aggregate=left.has_aggregate or right.has_aggregate)


@emits(exp.BitwiseNot)
def _bit_not(writer: Writer, node: Any) -> Written:
    this = writer.write(node.this)
    return Written(f"my_bitnot({this.number})", UINT, has_aggregate=this.has_aggregate)


# CASE


@emits(exp.Case)
def _case(writer: Writer, node: Any) -> Written:
    base = _json_as_text(writer, writer.write(node.this)) if node.this is not None else None
    pairs = []
    for one in node.args["ifs"]:
        when = writer.write(one.this)
        condition = compare("=", base, when) if base is not None else when.truth
        pairs.append((condition, writer.write(one.args["true"]), when))
    default = node.args.get("default")
    last = writer.write(default) if default is not None else Written("NULL", NULL, literal=None)
    from freshdb.emulation.rewrite.unions import converted

    found = [value for _, value, _ in pairs] + [last]
    kind, sqls, is_raw = converted(found)
    body = " ".join(f"WHEN {pair[0]} THEN {sql}" for pair, sql in zip(pairs, sqls, strict=False))
    parts = [*found, *(pair[2] for pair in pairs), *([base] if base else [])]
    return Written(
        f"CASE {body} ELSE {sqls[-1]} END",
        kind,
        is_raw=is_raw,
        has_aggregate=any(one.has_aggregate for one in parts),
        strength=min((one.strength for one in found if one.is_text), default=4),
    )
