"""Calls of functions by their name: arguments, result, and those that there are not."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from freshdb.emulation import values
from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.functions import NAMES, REFUSED
from freshdb.emulation.functions.traits import traits_of
from freshdb.emulation.nodes import AGGREGATES, Call, Shift
from freshdb.emulation.rewrite.calls import illegal, odd
from freshdb.emulation.rewrite.collating import pick_collation
from freshdb.emulation.rewrite.comparing import as_text
from freshdb.emulation.rewrite.writer import Writer, emits
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, BY_KIND, BYTES, CI, DOUBLE, INT, TEXTS, SqlType
from freshdb.errors import EmulationError

Special = Callable[[Writer, Any], Written]


_SPECIAL: dict[str, Special] = {}


def special(*names: str) -> Callable[[Special], Special]:
    """Declare what writes calls of these functions."""

    def declare(function: Special) -> Special:
        for name in names:
            _SPECIAL[name] = function
        return function

    return declare


@emits(Call)
def _call(writer: Writer, node: Any) -> Written:
    name = node.this
    if node.meta.get("arrow") and not writer.context.is_mysql8:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near '>'")
    if node.args.get("distinct") and name not in AGGREGATES - _NEVER_DISTINCT:
        raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'DISTINCT'")
    found = _SPECIAL.get(name)
    if found is not None:
        return found(writer, node)
    return by_name(writer, name, node)


def by_name(writer: Writer, name: str, node: Any) -> Written:
    if name in WINDOW_ONLY:
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{name}'")
    spec = NAMES.get(name)
    if spec is None or writer.context.flavor not in spec.flavors:
        raise _unknown(writer, name, spec)
    is_aggregate = spec.aggregate
    if is_aggregate:
        with writer.unmasked():
            arguments = arguments_of(writer, node)
    else:
        arguments = arguments_of(writer, node)
    if not spec.takes(len(arguments)):
        raise wrong_count(name)
    collated = _collated_call(writer, name, arguments)
    if collated is not None:
        return collated
    illegal.check(name, node, arguments, is_mysql8=writer.context.is_mysql8)
    odd.refuse_odd(name, node, arguments)
    traits = traits_of(name)
    if name.startswith("REGEXP_") and _tells_case(arguments):
        arguments[1] = replace(arguments[1], sql=f"('(?-i)' || {arguments[1].typed})", is_raw=False)
    if traits.calculates and arguments and arguments[0].wide:
        listed = ", ".join([arguments[0].wide, *(one.typed for one in arguments[1:])])
    else:
        listed = ", ".join(
            json_argument(one, source_of(writer, node.expressions[at]))
            if traits.makes_json and (at % 2 or name not in ("JSON_OBJECT", "JSON_OBJECTAGG"))
            else (one.shown if traits.makes_json else _argument(name, at, one))
            for at, one in enumerate(arguments)
        )
    distinct = "DISTINCT " if node.args.get("distinct") else ""
    kind = _result(spec.kind, name, arguments)
    has_aggregate = is_aggregate or any(one.has_aggregate for one in arguments)
    sql = f"{spec.registered}({distinct}{listed})"
    if name == "QUOTE" and arguments[0].kind in ("null", "bytes"):
        sql, kind = f"my_cast_binary({sql})", BYTES
    if name in _MAKERS and not writer.context.is_mysql8:
        sql, kind = made_of_bytes(sql, kind, arguments)
    if name in _OF_NO_ROW and not node.meta.get("is_windowed"):
        sql = f"COALESCE({sql}, {_OF_NO_ROW[name]})"
    return Written(
        sql,
        kind,
        has_aggregate=has_aggregate,
        is_read=name in _READERS and arguments[0].kind not in (*odd.MOMENTS, "null", "year", "any"),
        strength=strength(arguments) if kind.kind in ("text", "json") else 4,
    )


def arguments_of(writer: Writer, node: Any) -> list[Written]:
    if any(isinstance(one, (str, Shift)) or one is None for one in node.expressions):
        raise MySQLError(1064, "42000", f"You have an error in your SQL syntax near '{node.this}'")
    return [writer.write(one) for one in node.expressions]


def source_of(writer: Writer, node: Any) -> Any:
    """Return the document that a function only lays out; what makes JSON takes it as it is."""
    is_layout = isinstance(node, Call) and node.this in odd.PRETTY and len(node.expressions) == 1
    if not is_layout or writer.context.is_mysql8:
        return None
    return writer.write(node.expressions[0])


def made_of_bytes(sql: str, kind: SqlType, arguments: list[Written]) -> tuple[str, SqlType]:
    """Return a new document and its type: of MariaDB's, bytes make it bytes."""
    if all(one.kind not in ("bytes", "hex") for one in arguments):
        return sql, kind
    return f"my_cast_binary({sql})", BYTES


def json_argument(one: Written, source: Written | None = None) -> str:
    if source is not None:
        return f"my_json_source({source.typed})"
    if one.sql.startswith(_JSON_BYTES):
        raise EmulationError("bytes in nested JSON are not supported", hint="CONVERT them first")
    if one.kind == "bit":
        raise EmulationError("BIT in JSON is not supported", hint="CAST it AS UNSIGNED")
    if one.kind == "year" and one.column is not None:
        return f"my_json_source({one.shown})"
    if one.kind == "double" and one.type.scale is not None and one.column is None:
        return f"round({one.sql}, {one.type.scale})"
    # The server writes TRUE, and what a comparison gives, as JSON's true.
    return f"my_json_bool({one.typed})" if one.kind == "bool" else one.typed


def _argument(name: str, place: int, one: Written) -> str:
    """Return an argument in the form that a function takes it in."""
    traits = traits_of(name)
    if name == "FORMAT" and place == 0 and one.kind in odd.MOMENTS and one.type.scale:
        return f"my_cast_double({one.typed})"
    if place in traits.numbers or (one.kind == "bit" and name in ("BIN", "OCT", "CONV", "HEX")):
        calculates = one.kind == "decimal" and NAMES[name].kind == "double"
        return one.exact if calculates else one.number
    if traits.takes_text:
        return one.shown
    is_float = one.type.name == "float" and (place == 0 or name not in ("ADDTIME", "SUBTIME"))
    if name in _TIMES and (is_float or one.wide):
        return one.wide or one.sql  # all its digits count
    if one.kind == "year" and place in traits.moments:
        return f"my_year_date({one.sql})"
    return one.typed


# Python's sqlite3 gives NULL where an aggregate has met no row.
_OF_NO_ROW = {
    "BIT_AND": values.sql_literal("uint", str(2**64 - 1)),
    "BIT_OR": values.sql_literal("uint", "0"),
    "BIT_XOR": values.sql_literal("uint", "0"),
}


_TIMES = frozenset(
    ["ADDTIME", "SUBTIME", "TIMEDIFF", "TIME", "TIME_TO_SEC", "MICROSECOND", "SECOND"]
)
_SPREADS = {"STD", "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "VARIANCE", "VAR_POP", "VAR_SAMP"}
_NEVER_DISTINCT = frozenset({"BIT_AND", "BIT_OR", "BIT_XOR", "JSON_OBJECTAGG", *_SPREADS})


_READERS = frozenset({"DATE", "TIME", "TIMESTAMP"})
_MAKERS = frozenset({"JSON_ARRAY", "JSON_OBJECT", "JSON_OBJECTAGG"})
_JSON_BYTES = "my_cast_binary(my_json_"
# Their texts, calculated with, show no digits behind the point.
_NO_PLACES = frozenset({*odd.PRETTY, "DATE_FORMAT", "TIME_FORMAT", "INET_NTOA"})


def _tells_case(arguments: list[Written]) -> bool:
    collation = pick_collation(*(one for one in arguments if one.is_text))[0]
    return collation.endswith("_bin") and {one.kind for one in arguments[:2]} <= {"text", "json"}


def _collated_call(writer: Writer, name: str, arguments: list[Written]) -> Written | None:
    """Return a search that tells upper from lower case; None where the usual one will do."""
    if not traits_of(name).searches:
        return None
    arguments = [as_text(writer, one) for one in arguments]
    first = {one.kind for one in arguments[:2]}
    has_bytes = bool(first & {"bytes", "hex"}) and first <= {"bytes", "hex", *TEXTS}
    if not has_bytes and not all(one.is_text for one in arguments[:2]):
        return None
    collation = "binary" if has_bytes else pick_collation(*arguments)[0]
    has_aggregate = any(one.has_aggregate for one in arguments)
    if collation == "binary" or (collation.endswith("_bin") and name == "FIND_IN_SET"):
        listed = ", ".join(
            f"my_cast_binary({one.typed})" if one.is_text else one.typed for one in arguments
        )
        return Written(f"my_{name.lower()}({listed})", INT, has_aggregate=has_aggregate)
    if not collation.endswith("_bin"):
        return None
    if name in ("INSTR", "LOCATE", "POSITION") and len(arguments) == 2:
        text, part = arguments if name == "INSTR" else reversed(arguments)
        return Written(f"instr({text.sql}, {part.sql})", INT, has_aggregate=has_aggregate)
    raise EmulationError(
        f"{name} by the collation {collation} is not supported", hint="compare with BINARY"
    )


def strength(arguments: list[Written]) -> int:
    return min((one.strength for one in arguments if one.is_text or one.kind == "json"), default=4)


def _result(kind: str, name: str, arguments: list[Written]) -> SqlType:
    found = BY_KIND[kind]
    if name in _NO_PLACES:
        found = replace(found, scale=0)
    if kind == "text":
        texts = [one for one in arguments if one.is_text or one.kind == "json"]
        if texts:
            return replace(found, collation=pick_collation(*texts)[0])
    if kind == "json":
        texts = [one for one in arguments if one.is_text or one.kind == "json"]
        return replace(found, collation=pick_collation(*texts)[0] if texts else CI)
    if traits_of(name).spreads and arguments:
        return replace(found, scale=_shown_places(arguments[0]))
    if traits_of(name).keeps_bytes and any(one.kind in ("bytes", "hex") for one in arguments):
        return BYTES
    if name == "PI":
        return replace(found, scale=6)
    if kind in ("decimal", "datetime", "time"):
        return replace(found, scale=None) if kind == "decimal" else found
    return found


def _shown_places(one: Written) -> int | None:
    """Return the digits that the server shows of a deviation: four more than of its argument."""
    if one.kind in ("int", "bool", "uint", "year", "bit", "enum", "set", "date"):
        return 4
    if one.kind in ("time", "datetime") and one.column is not None:
        return (one.type.scale or 0) + 4
    if one.kind in ("decimal", "double") and one.type.scale is not None:
        return one.type.scale + 4
    return None


def _unknown(writer: Writer, name: str, spec: Any) -> Exception:
    if name in REFUSED:
        return EmulationError(f"the function {name} is not supported", hint=REFUSED[name])
    if spec is None:
        near = difflib.get_close_matches(name, list(NAMES), n=1)
        text = f"FUNCTION {writer.context.database}.{name.lower()} does not exist"
        error = MySQLError(1305, "42000", text)
        if near:
            error.add_note(f"did you mean {near[0]}?")
        return error
    flavor = "MariaDB" if writer.context.flavor == "mariadb" else "MySQL 8"
    return MySQLError(
        1305,
        "42000",
        f"FUNCTION {writer.context.database}.{name.lower()} does not exist ({flavor})",
    )


WINDOW_ONLY: dict[str, SqlType] = {
    "ROW_NUMBER": INT,
    "RANK": INT,
    "DENSE_RANK": INT,
    "NTILE": INT,
    "PERCENT_RANK": DOUBLE,
    "CUME_DIST": DOUBLE,
    "LAG": ANY,
    "LEAD": ANY,
    "FIRST_VALUE": ANY,
    "LAST_VALUE": ANY,
    "NTH_VALUE": ANY,
}
