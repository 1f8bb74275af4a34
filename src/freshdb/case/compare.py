"""Compare what came out with what a data file expects, part by part."""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from freshdb.case.matchers import Matcher, Partial, Unordered
from freshdb.datafiles.document import Keys

_LONGEST = 120


@dataclass(frozen=True)
class Difference:
    """One part in which two values differ.

    Attributes:
        keys: the way to the part, from the outside in.
        what: a sentence without a full stop.
    """

    keys: Keys
    what: str

    @property
    def way(self) -> str:
        """The way to the part, as one would write it in Python."""
        return "".join(
            f"[{key}]" if isinstance(key, int) else f".{key}" if _is_word(key) else f"[{key!r}]"
            for key in self.keys
        )

    def __str__(self) -> str:
        return f"{self.way}: {self.what}" if self.keys else self.what


def differences(actual: Any, expected: Any, keys: Keys = ()) -> list[Difference]:
    """Return in which parts a value is not what is expected.

    Rows, ORM objects, dataclasses and Pydantic models compare by their columns or fields, and
    tuples like lists. A matcher takes whatever it describes.
    """
    if isinstance(expected, Partial):
        return _partial(actual, expected, keys)
    if isinstance(expected, Unordered):
        return _unordered(actual, expected.argument, keys)
    if isinstance(expected, Matcher):
        if expected.matches(actual):
            return []
        return [Difference(keys, f"{short(actual)} is not {expected!r}")]
    if isinstance(expected, Mapping):
        mapping = as_mapping(actual)
        if mapping is not None:
            return _mappings(mapping, expected, keys)
    elif isinstance(expected, (list, tuple)):
        values = None if isinstance(actual, AbstractSet) else as_list(actual)
        if values is not None:
            return _sequences(values, expected, keys)
    if _is_equal(actual, expected):
        return []
    return [Difference(keys, _unlike(actual, expected))]


def as_mapping(value: Any) -> dict[Any, Any] | None:
    """Return a row, object or mapping as its columns, fields or keys; None if it has none.

    A session is the objects that it holds, by table and in the order of their keys.
    """
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "_mapping"):  # a row of SQLAlchemy's
        return dict(value._mapping)
    for find in (_columns_of, _objects_in):
        found = find(value)
        if found is not None:
            return found
    if callable(getattr(value, "model_dump", None)) and not isinstance(value, type):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(value, "__attrs_attrs__") and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in value.__attrs_attrs__}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    return None


def _columns_of(value: Any) -> dict[str, Any] | None:
    """Return the columns of an ORM object by attribute; what is not loaded is left unloaded."""
    if "sqlalchemy.orm" not in sys.modules:
        return None
    from sqlalchemy import inspect
    from sqlalchemy.orm import InstanceState

    state = inspect(value, raiseerr=False)
    if not isinstance(state, InstanceState):
        return None
    loaded = state.dict
    return {
        column.key: loaded[column.key] if column.key in loaded else _load(value, column.key, state)
        for column in state.mapper.column_attrs
    }


def _load(value: Any, name: str, state: Any) -> Any:
    if state.session is None and state.key is None:
        return None  # never saved, and never set
    try:
        return getattr(value, name)
    except Exception as error:
        # An expired object of an async session cannot be loaded here, or its session is closed.
        return NotLoaded(type(error).__name__)


def _objects_in(value: Any) -> dict[str, Any] | None:
    if "sqlalchemy.orm" not in sys.modules:
        return None
    from sqlalchemy import inspect
    from sqlalchemy.orm import Session

    session = getattr(value, "sync_session", value)
    if not isinstance(session, Session):
        return None
    tables: dict[str, list[Any]] = {}
    for one in session:
        tables.setdefault(inspect(one).mapper.local_table.name, []).append(one)
    for objects in tables.values():
        objects.sort(key=_key_of)
    return tables


def _key_of(value: Any) -> tuple[bool, Any]:
    """Return what objects of one table are sorted by: their keys, and last those without one."""
    from sqlalchemy import inspect

    identity = inspect(value).identity
    return (identity is None, identity or ())


class NotLoaded:
    """Stands for a column that could not be loaded any more; it equals nothing."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return f"<expired, and cannot be loaded: {self.reason}; refresh the object first>"


def as_list(value: Any) -> list[Any] | None:
    """Return a collection as a list; None for what is none."""
    if isinstance(value, (str, bytes, bytearray, Mapping)):
        return None
    if isinstance(value, (Sequence, AbstractSet)):
        return list(value)
    if hasattr(value, "_mapping"):
        return list(value)
    return None


def pair_up(values: list[Any], expected: list[Any]) -> tuple[list[Any], list[Any]]:
    """Return which values have no counterpart, and which expected ones have none.

    Each matcher could take several values, so pairs are found by augmenting paths.
    """
    fits = [
        [number for number, one in enumerate(expected) if not differences(value, one)]
        for value in values
    ]
    taken: dict[int, int] = {}

    def take(index: int, tried: set[int]) -> bool:
        for number in fits[index]:
            if number in tried:
                continue
            tried.add(number)
            if number not in taken or take(taken[number], tried):
                taken[number] = index
                return True
        return False

    left = [value for index, value in enumerate(values) if not take(index, set())]
    return left, [one for number, one in enumerate(expected) if number not in taken]


def short(value: Any) -> str:
    """Return a value's repr, cut where it is long."""
    if isinstance(value, (list, dict)) or as_mapping(value) is None:
        text = repr(value)
    else:
        text = f"{type(value).__name__} {as_mapping(value)!r}"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _mappings(
    actual: Mapping[Any, Any], expected: Mapping[Any, Any], keys: Keys
) -> list[Difference]:
    found: list[Difference] = []
    for key, value in expected.items():
        if key in actual:
            found += differences(actual[key], value, (*keys, key))
        else:
            found.append(Difference((*keys, key), f"missing, expected {short(value)}"))
    found += [
        Difference((*keys, key), f"not expected: {short(value)}")
        for key, value in actual.items()
        if key not in expected
    ]
    return found


def _sequences(actual: list[Any], expected: Sequence[Any], keys: Keys) -> list[Difference]:
    found: list[Difference] = []
    for index, (one, other) in enumerate(zip(actual, expected, strict=False)):
        found += differences(one, other, (*keys, index))
    for index in range(len(actual), len(expected)):
        found.append(Difference((*keys, index), f"missing, expected {short(expected[index])}"))
    for index in range(len(expected), len(actual)):
        found.append(Difference((*keys, index), f"not expected: {short(actual[index])}"))
    return found


def _partial(actual: Any, expected: Partial, keys: Keys) -> list[Difference]:
    mapping = as_mapping(actual)
    if mapping is None:
        return [Difference(keys, f"{short(actual)} is not {expected!r}")]
    wanted = expected.argument
    return _mappings({k: v for k, v in mapping.items() if k in wanted}, wanted, keys)


def _unordered(actual: Any, expected: list[Any], keys: Keys) -> list[Difference]:
    values = as_list(actual)
    if values is None:
        return [Difference(keys, f"{short(actual)} is no collection")]
    left, missing = pair_up(values, expected)
    if len(left) == len(missing) == 1:
        return differences(left[0], missing[0], (*keys, "*"))
    return [
        *(Difference(keys, f"missing, expected {short(one)}") for one in missing),
        *(Difference(keys, f"not expected: {short(one)}") for one in left),
    ]


def _is_equal(actual: Any, expected: Any) -> bool:
    if isinstance(actual, enum.Enum) and not isinstance(expected, enum.Enum):
        return bool(actual.value == expected)
    if isinstance(actual, float) and isinstance(expected, float) and actual != actual:
        return expected != expected
    try:
        return bool(actual == expected)
    except Exception:
        return False  # naive and aware moments, arrays, and other values that refuse


def _unlike(actual: Any, expected: Any) -> str:
    if type(actual).__name__.endswith("Result") and callable(getattr(actual, "all", None)):
        return f"a {type(actual).__name__} can be read only once; compare its `.all()`"
    one, other = short(actual), short(expected)
    if one == other or (type(actual) is not type(expected) and str(actual) == str(expected)):
        one, other = f"{one} ({type(actual).__name__})", f"{other} ({type(expected).__name__})"
    return f"{one}, expected {other}"


def _is_word(key: Any) -> bool:
    return isinstance(key, str) and (key.isidentifier() or key == "*")
