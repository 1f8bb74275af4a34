"""Turn any value into a short text without trusting it: bounded, masked, never raising.

A value's own `repr` is called only for types that come with Python and are known to be quick;
all others are named by their class, because a `repr` may be slow, may query a database or lie.
"""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import pathlib
import re
import types
import uuid
from collections import OrderedDict, defaultdict, deque
from itertools import islice
from typing import Any

from freshdb.errors import MASK, masked

LONGEST = 60
"""The most characters that a rendered value may have."""

_MOST_READ = 1000
"""How much of a text is searched for passwords before it is cut."""

_SECRET = re.compile(
    r"pass(word|wd|phrase|code)?(?![a-z])|pwd|secret|token|credential|api_?key|private_?key"
    r"|(?<![a-z])(key|auth)(?![a-z])|_key$|dsn|cookie",
    re.IGNORECASE,
)
_QUICK: frozenset[type] = frozenset(
    {bool, int, float, complex, type(None), type(...), type(NotImplemented), range, slice}
    | {dt.date, dt.datetime, dt.time, dt.timedelta, uuid.UUID}
    | {decimal.Decimal, fractions.Fraction, pathlib.PosixPath, pathlib.PurePosixPath}
)
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    deque: ("deque([", "])"),
}
_MAPPINGS: dict[type, tuple[str, str]] = {
    dict: ("{", "}"),
    defaultdict: ("defaultdict({", "})"),
    OrderedDict: ("OrderedDict({", "})"),
}
_NAMED = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType)


def is_secret(name: object) -> bool:
    """Tell whether a value kept under this name is likely to be a secret."""
    return type(name) is str and _SECRET.search(name) is not None


def show(value: Any, *, name: object = None) -> str:
    """Return a value as a text of at most `LONGEST` characters; a secret one as ``***``."""
    if is_secret(name) and value is not None and type(value) is not bool:
        return MASK
    try:
        return _shorten(_show(value, depth=2))
    except Exception:
        return f"<{type(value).__name__}>"


def show_key(key: Any) -> str:
    """Return a mapping's key as it is written between brackets in a path."""
    return show(key)


def _show(value: Any, depth: int) -> str:
    kind = type(value)
    if kind is str or kind is bytes or kind is bytearray:
        return masked(repr(value[:_MOST_READ]))
    if kind is int and value.bit_length() > 4 * LONGEST:
        return f"<int of {value.bit_length()} bits>"
    if kind in _QUICK:
        return repr(value)
    if kind in _BRACKETS:
        return _show_items(value, *_BRACKETS[kind], depth)
    if kind in _MAPPINGS:
        return _show_mapping(value, *_MAPPINGS[kind], depth)
    return _name(value)


def _show_items(values: Any, opening: str, closing: str, depth: int) -> str:
    if depth == 0:
        return f"{opening}…{closing}"
    shown = [_show(value, depth - 1) for value in islice(values, 8)]
    more = ["…"] if len(values) > 8 else []
    return opening + ", ".join(shown + more) + closing


def _show_mapping(values: Any, opening: str, closing: str, depth: int) -> str:
    if depth == 0:
        return f"{opening}…{closing}"
    shown = [
        f"{_show(key, 0)}: {MASK if is_secret(key) else _show(value, depth - 1)}"
        for key, value in islice(values.items(), 8)
    ]
    more = ["…"] if len(values) > 8 else []
    return opening + ", ".join(shown + more) + closing


def _name(value: Any) -> str:
    """Name a value by its class; functions, classes and modules by their own name."""
    kind = type(value)
    if issubclass(kind, type):
        return f"<class {type.__getattribute__(value, '__qualname__')}>"
    if kind in _NAMED:
        return f"<{kind.__name__} {value.__name__}>"
    if kind.__module__.startswith("enum") or _is_enum(kind):
        return f"{kind.__name__}.{value.__dict__['_name_']}"
    return f"<{kind.__qualname__}>"


def _is_enum(kind: type) -> bool:
    return any(base.__module__ == "enum" for base in type.__dict__["__mro__"].__get__(kind))


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
