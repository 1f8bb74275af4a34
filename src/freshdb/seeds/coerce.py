"""Make a value of a data file fit its column, or say what the column holds."""

from __future__ import annotations

import difflib
import enum
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from freshdb.datafiles.values import VALUES

if TYPE_CHECKING:
    from sqlalchemy import Column
    from sqlalchemy.types import TypeEngine

Coerce = Callable[[Any], Any]
_WORDS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def coercer(column: Column[Any]) -> Coerce:
    """Return what makes values fit a column; it raises ValueError with what would fit."""
    from sqlalchemy.types import Interval, TypeDecorator

    kind = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, Interval):
        # Its own idea of a value is unknown, so only what cannot be the text of a file is made.
        coerce = _by_type(kind.impl_instance)
        return _lenient(coerce) if coerce is not None else _unchanged
    return _by_type(kind) or _unchanged


def _by_type(kind: TypeEngine[Any]) -> Coerce | None:
    from sqlalchemy import types

    makers: tuple[tuple[type, Callable[[Any], Coerce]], ...] = (
        (types.Enum, _to_enum),
        (types.Boolean, lambda kind: _to_bool),
        (types.Integer, lambda kind: _to_int),
        (types.Float, lambda kind: _to_decimal if kind.asdecimal else _to_float),
        (types.Numeric, lambda kind: _to_decimal if kind.asdecimal else _to_float),
        (types.DateTime, lambda kind: _to_utc if kind.timezone else _to_datetime),
        (types.Date, lambda kind: _to_date),
        (types.Time, lambda kind: VALUES["time"].read),
        (types.Interval, lambda kind: _to_timedelta),
        (types.LargeBinary, lambda kind: _to_bytes),
        (types.Uuid, lambda kind: _to_uuid if kind.as_uuid else _to_uuid_text),
        (types.JSON, lambda kind: _to_json),
        (types.ARRAY, _to_array),
        (types.String, _to_text),
    )
    for known, make in makers:
        if isinstance(kind, known):
            return make(kind)
    return None


def _unchanged(value: Any) -> Any:
    return value


def _lenient(coerce: Coerce) -> Coerce:
    def attempt(value: Any) -> Any:
        try:
            return coerce(value)
        except ValueError:
            return value

    return attempt


def _to_int(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) or (isinstance(value, (float, Decimal)) and value == int(value)):
        try:
            return int(value)
        except ValueError:
            pass
    raise ValueError("a whole number")


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if isinstance(value, (int, str)) and word in _WORDS:
        return _WORDS[word]
    raise ValueError("true or false")


def _to_float(value: Any) -> float:
    if not isinstance(value, bool) and isinstance(value, (int, float, Decimal, str)):
        try:
            return float(value)
        except ValueError:
            pass
    raise ValueError("a number")


def _to_decimal(value: Any) -> Decimal:
    if isinstance(value, (int, float, Decimal, str)) and not isinstance(value, bool):
        return VALUES["decimal"].read(value)  # type: ignore[no-any-return]  # a Decimal
    raise ValueError("a decimal number")


def _to_datetime(value: Any) -> datetime:
    moment = _moment(value)
    if moment.tzinfo is not None:
        raise ValueError("a moment without a zone, which is what its column holds")
    return moment


def _to_utc(value: Any) -> datetime:
    moment = _moment(value)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _moment(value: Any) -> datetime:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return VALUES["datetime"].read(value)  # type: ignore[no-any-return]  # a datetime


def _to_date(value: Any) -> date:
    return VALUES["date"].read(value)  # type: ignore[no-any-return]  # a date


def _to_timedelta(value: Any) -> timedelta:
    return value if isinstance(value, timedelta) else VALUES["timedelta"].read(value)


def _to_bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, (bytes, bytearray)) else VALUES["bytes"].read(value)


def _to_uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else VALUES["uuid"].read(value)


def _to_uuid_text(value: Any) -> str:
    return str(_to_uuid(value))


def _to_json(value: Any) -> Any:
    return value


def json_cell(text: str) -> Any:
    """Return what a CSV cell for a JSON or array column holds.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise ValueError("JSON") from None


def _to_array(kind: Any) -> Coerce:
    item = _by_type(kind.item_type) or _unchanged

    def to_array(value: Any) -> list[Any]:
        if not isinstance(value, (list, tuple)):
            raise ValueError("a list")  # one kind of error for all
        return [to_array(part) if isinstance(part, list) else item(part) for part in value]

    return to_array


def _to_text(kind: Any) -> Coerce:
    length = kind.length

    def to_text(value: Any) -> str:
        if type(value) is str and (length is None or len(value) <= length):
            return value
        if isinstance(value, enum.Enum):
            value = value.value
        if isinstance(value, bool) or not isinstance(
            value, (str, int, float, Decimal, UUID, date, time)
        ):
            raise ValueError("a text")
        text = str(value)
        if length is not None and len(text) > length:
            raise ValueError(f"a text of at most {length} characters (it has {len(text)})")
        return text

    return to_text


def _to_enum(kind: Any) -> Coerce:
    known: dict[Any, Any] = {}
    if kind.enum_class is not None:
        known |= {member.name: member for member in kind.enum_class}
        known |= {str(member.value): member for member in kind.enum_class}
    else:
        known |= {word: word for word in kind.enums}

    def to_enum(value: Any) -> Any:
        if isinstance(value, enum.Enum) and kind.enum_class is not None:
            if isinstance(value, kind.enum_class):
                return value
        elif str(value) in known:
            return known[str(value)]
        near = difflib.get_close_matches(str(value), list(known), n=1)
        meant = f" (did you mean `{near[0]}`?)" if near else ""
        raise ValueError(f"one of {', '.join(f'`{word}`' for word in kind.enums)}{meant}")

    return to_enum
