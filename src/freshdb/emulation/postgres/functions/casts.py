"""Casts of a value from one type to another."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from freshdb.emulation.postgres import intervals
from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.arithmetic import LIMITS, NAMES, in_range
from freshdb.emulation.postgres.functions.array_texts import elements_of
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.shown import shown
from freshdb.emulation.postgres.problems import PostgresError, bad_input
from freshdb.emulation.postgres.values import numeric, numeric_text
from freshdb.errors import EmulationError

_TRUE = {"t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"}
_FALSE = {"f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"}
TEXTS = ("text", "unknown")
Caster = Callable[[Any, str, int, int], Any]


@function("cast")
def cast(value: Any, source: str, target: str, first: int = -1, second: int = -1) -> Any:
    """Return a value of one type as another; `first` and `second` are a length, or digits."""
    if target.endswith("[]"):
        return _array(value, source, target, first, second)
    if source == "jsonb" and target in _SCALARS:
        return _of_jsonb(value, target, first, second)
    if target in LIMITS:
        return _integer(value, source, target)
    caster = CASTS.get(target)
    if caster is None:
        raise EmulationError(f"a cast from {source} to {target} is not supported", hint="")
    return caster(value, source, first, second)


def _array(value: Any, source: str, target: str, first: int, second: int) -> str:
    inner = "unknown" if source in TEXTS else source[:-2]
    found = elements_of(value) if source in TEXTS else json.loads(value)
    kind = target[:-2]
    return v.array_text(
        [None if one is None else cast(one, inner, kind, first, second) for one in found]
    )


_SCALARS = {"bool", "numeric", "float8", *LIMITS}


def _of_jsonb(value: str, target: str, first: int, second: int) -> Any:
    node = v.parsed_json(value)
    fits = isinstance(node, bool) == (target == "bool") and isinstance(node, (bool, int, Decimal))
    if not fits:
        kinds = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
        shown_kind = kinds.get(type(node), "numeric")
        names = {"bool": "boolean", "float8": "double precision", **NAMES}
        text = f"cannot cast jsonb {shown_kind} to type {names.get(target, target)}"
        raise PostgresError("22023", text)
    source = "bool" if target == "bool" else "numeric"
    return cast(str(node) if source == "numeric" else node, source, target, first, second)


def _integer(value: Any, source: str, target: str) -> int:
    if source in TEXTS:
        try:
            return in_range(int(str(value).strip().replace("_", "x")), target)
        except ValueError:
            raise bad_input(NAMES[target], str(value)) from None
        except PostgresError:
            text = f'value "{value}" is out of range for type {NAMES[target]}'
            raise PostgresError("22003", text) from None
    if source == "numeric":
        found = int(numeric(value).quantize(Decimal(1), ROUND_HALF_UP, v.EXACT))
        return in_range(found, target)
    if source == "float8":
        return in_range(int(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN, v.EXACT)), target)
    return in_range(int(value), target)


def _numeric(value: Any, source: str, first: int, second: int) -> str:
    found = numeric(value)
    if first < 0:
        return numeric_text(found)
    found = v.rescaled(found, max(second, 0))
    if abs(found) >= Decimal(10) ** (first - max(second, 0)):
        raise PostgresError("22003", "numeric field overflow")
    return numeric_text(found)


def _float(value: Any, source: str, first: int, second: int) -> float:
    try:
        found = float(str(value).replace("_", "x"))
    except ValueError:
        raise bad_input("double precision", str(value)) from None
    if found in (float("inf"), float("-inf")) or found != found:  # NaN
        if source in TEXTS and str(value).strip().lower().lstrip("+-")[:1].isdigit():
            text = f'"{value}" is out of range for type double precision'
            raise PostgresError("22003", text)
        raise EmulationError(f"the double {value} is not supported", hint="use a real Postgres")
    return found


def _bool(value: Any, source: str, first: int, second: int) -> int:
    if source in TEXTS:
        word = str(value).strip().lower()
        if word not in _TRUE | _FALSE:
            raise bad_input("boolean", str(value))
        return int(word in _TRUE)
    return int(bool(value))


def _text(value: Any, source: str, first: int, second: int) -> str:
    found = shown(value, source)
    return found if first < 0 else found[:first]


def _time(value: Any, source: str, first: int, second: int) -> str:
    if source == "interval":
        micros = intervals.parts(value)[2] % intervals.DAY
        return (dt.datetime.min + dt.timedelta(microseconds=micros)).time().isoformat()
    if source in TEXTS:
        text = str(value).strip()
        if not re.search(r"\d", text) or text.isdigit():
            raise bad_input("time", text)
        try:
            if not re.fullmatch(r"\d{1,2}:\d\d(:\d\d(\.\d{1,6})?)?", text):
                raise ValueError(text)
            digits = text.rjust(len(text) + (text[1] == ":"), "0")
            whole, _, rest = digits.partition(".")
            return dt.time.fromisoformat(
                f"{whole}.{rest.ljust(6, '0')}" if rest else whole
            ).isoformat()
        except ValueError:
            hint = "write it as 10:20:30"
            raise EmulationError(f"the time `{text}` is not read", hint=hint) from None
    return v.stamp(value).time().isoformat()


def _interval(value: Any, source: str, first: int, second: int) -> str:
    if source == "time":
        moment = dt.time.fromisoformat(value)
        seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
        return f"0 0 {seconds * 1_000_000 + moment.microsecond}"
    return " ".join(map(str, intervals.read(str(value))))


def _json(value: Any, source: str, first: int, second: int) -> str:
    v.parsed_json(str(value))
    return str(value)


def _uuid(value: Any, source: str, first: int, second: int) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise bad_input("uuid", str(value)) from None


def _bytea(value: Any, source: str, first: int, second: int) -> bytes:
    if isinstance(value, bytes):
        return value
    text = str(value)
    try:
        if text.startswith("\\x"):
            return bytes.fromhex(text[2:])
    except ValueError:
        text = f'invalid hexadecimal data: "{text}"'
        raise PostgresError("22023", text) from None
    if "\\" in text:
        raise EmulationError("bytea in the form of escapes is not supported", hint="write '\\x41'")
    return text.encode()


def _stamp(value: Any, source: str, first: int, second: int) -> str:
    return v.stamp_text(v.stamp(value, digits=first))


def _zoned(value: Any, source: str, first: int, second: int) -> str:
    return v.stamp_text(v.stamp(value, with_zone=True, digits=first))


CASTS: dict[str, Caster] = {
    "numeric": _numeric,
    "float8": _float,
    "bool": _bool,
    "text": _text,
    "date": lambda value, source, first, second: v.date_of(value).isoformat(),
    "time": _time,
    "timestamp": _stamp,
    "timestamptz": _zoned,
    "interval": _interval,
    "jsonb": lambda value, source, first, second: v.jsonb_text(v.parsed_json(str(value))),
    "json": _json,
    "uuid": _uuid,
    "bytea": _bytea,
}
