"""Values that plain files cannot hold: each has a name, a way in and a way out.

YAML spells them as tags (`!decimal 1.20`), the other formats as an object with one `$`-key
(`{"$decimal": "1.20"}`). YAML understands the second spelling too.
"""

from __future__ import annotations

import base64
import binascii
import enum
import importlib
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from freshdb.datafiles.document import Tagged


@dataclass(frozen=True)
class Tag:
    """One kind of value.

    Attributes:
        name: what follows `!` or `$`.
        read: makes the value of its argument; a ValueError says what the argument should be.
        kind: the type that is written with this tag, if any.
        write: makes the argument of a value.
    """

    name: str
    read: Callable[[Any], Any]
    kind: type | None = None
    write: Callable[[Any], Any] = str


def _text(argument: Any, what: str) -> str:
    if not isinstance(argument, str):
        raise ValueError(f"a text, such as {what}")  # one kind of error for all
    return argument.strip()


def _date(argument: Any) -> date:
    if isinstance(argument, date) and not isinstance(argument, datetime):
        return argument
    try:
        return date.fromisoformat(_text(argument, "2026-02-01"))
    except ValueError:
        raise ValueError("a date, such as 2026-02-01") from None


def _datetime(argument: Any) -> datetime:
    if isinstance(argument, datetime):
        return argument
    what = "2026-02-01T10:00:00, 2026-02-01T10:00:00+01:00 or 2026-02-01T10:00:00 Europe/Berlin"
    text = _text(argument, what)
    try:
        if "/" not in text and not text.endswith("UTC"):
            return datetime.fromisoformat(text)
        moment, _, zone = text.partition(" ")
        return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone.strip()))
    except (ValueError, KeyError, OSError):
        raise ValueError(f"a moment, such as {what}") from None


def _write_datetime(moment: datetime) -> str:
    zone = getattr(moment.tzinfo, "key", None)
    return f"{moment.replace(tzinfo=None).isoformat()} {zone}" if zone else moment.isoformat()


def _time(argument: Any) -> time:
    if isinstance(argument, time):
        return argument
    try:
        return time.fromisoformat(_text(argument, "10:30:00"))
    except ValueError:
        raise ValueError("a time, such as 10:30:00") from None


_CLOCK = re.compile(r"(?:(-?\d+) days?, )?(\d+):(\d\d):(\d\d(?:\.\d+)?)")
"""How Python writes a timedelta."""


def _timedelta(argument: Any) -> timedelta:
    clock = _CLOCK.fullmatch(argument.strip()) if isinstance(argument, str) else None
    try:
        if clock is None:
            return timedelta(seconds=float(argument))
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except (TypeError, ValueError, OverflowError):
        raise ValueError("a number of seconds, or a text such as 1:30:00") from None


def _write_timedelta(duration: timedelta) -> str:
    whole, micro = divmod(duration // timedelta(microseconds=1), 1_000_000)
    return f"{whole}.{micro:06d}" if whole >= 0 and micro else repr(duration.total_seconds())


def _decimal(argument: Any) -> Decimal:
    try:
        return Decimal(argument if isinstance(argument, (str, int)) else str(argument))
    except (InvalidOperation, ValueError, TypeError):
        raise ValueError("a decimal number, such as 1.20") from None


def _uuid(argument: Any) -> UUID:
    try:
        return UUID(_text(argument, "a UUID"))
    except ValueError:
        raise ValueError("a UUID, such as 8c2f3c1e-54b9-4b7e-9a51-6d1c0c4b6a10") from None


def _bytes(argument: Any) -> bytes:
    try:
        return base64.b64decode("".join(_text(argument, "aGVsbG8=").split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("base64, such as aGVsbG8=") from None


def _float(argument: Any) -> float:
    try:
        return float(argument)
    except (TypeError, ValueError):
        raise ValueError("a number, or one of inf, -inf, nan") from None


def _null(argument: Any) -> None:
    return None


def _set(argument: Any) -> set[Any]:
    try:
        return set(_list(argument))
    except TypeError:
        raise ValueError("a list of values that can be in a set") from None


def _list(argument: Any) -> list[Any]:
    if not isinstance(argument, list):
        raise ValueError("a list")  # one kind of error for all
    return argument


def _enum(argument: Any) -> enum.Enum:
    what = "app.models:Status.ACTIVE"
    module, _, path = _text(argument, what).partition(":")
    kind, _, member = path.rpartition(".")
    if not kind:
        raise ValueError(f"a member of an enum, such as {what}")
    found = import_object(f"{module}:{kind}")
    if not isinstance(found, type) or not issubclass(found, enum.Enum):
        raise ValueError(f"a member of an enum, and `{module}:{kind}` is none")
    if member not in found.__members__:
        raise ValueError(f"one of {', '.join(found.__members__)}")
    return found[member]


def _write_enum(member: enum.Enum) -> str:
    kind = type(member)
    return f"{kind.__module__}:{kind.__qualname__}.{member.name}"


def import_object(spec: str) -> Any:
    """Return what `module:attribute` names.

    Raises:
        ValueError: it cannot be imported, or has no such attribute.
    """
    module_name, _, path = spec.partition(":")
    try:
        value: Any = importlib.import_module(module_name)
    except (ImportError, ValueError) as error:
        raise ValueError(f"something that can be imported: {error}") from None
    for name in path.split("."):
        if not hasattr(value, name):
            raise ValueError(f"something in `{module_name}`, which has no `{path}`")
        value = getattr(value, name)
    return value


VALUES: Mapping[str, Tag] = {
    tag.name: tag
    for tag in (
        Tag("enum", _enum, enum.Enum, _write_enum),
        Tag("datetime", _datetime, datetime, _write_datetime),
        Tag("date", _date, date, date.isoformat),
        Tag("time", _time, time, time.isoformat),
        Tag("timedelta", _timedelta, timedelta, _write_timedelta),
        Tag("decimal", _decimal, Decimal),
        Tag("uuid", _uuid, UUID),
        Tag("bytes", _bytes, bytes, lambda value: base64.b64encode(value).decode("ascii")),
        Tag(
            "set",
            _set,
            set,
            lambda value: sorted(value, key=lambda part: (repr(type(part)), repr(part))),
        ),
        Tag("tuple", lambda argument: tuple(_list(argument))),
        Tag("float", _float),
        Tag("null", _null),
    )
}


def encode(value: Any, native: tuple[type, ...] = (), tags: Iterable[Tag] = VALUES.values()) -> Any:
    """Return a value as a file can hold it, with `Tagged` for what it cannot.

    Args:
        value: any value; mappings and sequences are gone through.
        native: the types that the file's format has besides text, numbers, true and false.
        tags: the kinds of values that have a tag.

    Raises:
        TypeError: there is no tag for a value's type.
    """
    if isinstance(value, float) and not math.isfinite(value) and float not in native:
        return Tagged("float", repr(value))
    if value is None and type(None) not in native:
        return Tagged("null", "")
    if isinstance(value, enum.Enum):
        return Tagged("enum", _write_enum(value))
    if isinstance(value, str):
        return _exact(value)
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, native) and getattr(getattr(value, "tzinfo", None), "key", None) is None:
        return value
    if isinstance(value, Mapping):
        return {_escaped(key): encode(part, native, tags) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(part, native, tags) for part in value]
    for tag in tags:
        if tag.kind is not None and isinstance(value, (tag.kind, *_RELATED.get(tag.kind, ()))):
            written = tag.write(value)
            return Tagged(tag.name, encode(written, native, tags))
    raise TypeError(f"no data file can hold a {type(value).__name__}")


_RELATED: dict[type, tuple[type, ...]] = {set: (frozenset,), bytes: (bytearray, memoryview)}


def _escaped(key: Any) -> Any:
    if not isinstance(key, str):
        return key
    return f"${key}" if key.startswith("$") else _exact(key)


def _exact(text: str) -> str:
    """Return a text of a class of its own, such as SQLAlchemy's names, as a plain one."""
    return text if type(text) is str else str.__str__(text)
