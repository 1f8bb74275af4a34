"""`case.expected` while the tool writes it: equal to everything, and it remembers what to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from freshdb.case.compare import as_list, as_mapping, differences
from freshdb.case.matchers import Approx, Length, Matcher, Partial, Unordered
from freshdb.datafiles.document import Keys
from freshdb.datafiles.writing import ABSENT


@dataclass(frozen=True)
class Edit:
    """A change of one part of an expected value.

    Attributes:
        keys: the way to the part.
        value: what it becomes; `ABSENT` if it is taken out.
        before: what it was; `ABSENT` if it is new.
    """

    keys: Keys
    value: Any
    before: Any

    def __str__(self) -> str:
        way = "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in self.keys)
        before = "nothing" if self.before is ABSENT else repr(self.before)
        after = "nothing" if self.value is ABSENT else repr(self.value)
        return f"expected{way}: {before} -> {after}"


@dataclass(eq=False)
class Recorder:
    """Stands in for an expected value, or a part of it."""

    value: Any
    keys: Keys = ()
    edits: list[Edit] = field(default_factory=list)

    def __eq__(self, other: object) -> bool:
        self.edits += edits(other, self.value, self.keys)
        return True

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = object.__hash__

    def __getitem__(self, key: Any) -> Recorder:
        known = self.value is not ABSENT and _has(self.value, key)
        part = self.value[key] if known else ABSENT
        return Recorder(part, (*self.keys, key), self.edits)

    def __iter__(self) -> Iterator[Any]:
        if isinstance(self.value, list):
            return iter([self[index] for index in range(len(self.value))])
        return iter(self.value)

    def __len__(self) -> int:
        return len(self.value)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.value, name)


def _has(value: Any, key: Any) -> bool:
    return key in value if isinstance(value, dict) else -len(value) <= key < len(value)


def edits(actual: Any, expected: Any, keys: Keys = ()) -> list[Edit]:
    """Return the changes that make what is expected equal to what came out.

    What is equal already stays as it is written, matchers too.
    """
    if expected is not ABSENT and not differences(actual, expected):
        return []
    if isinstance(expected, dict):
        mapping = as_mapping(actual)
        if mapping is not None:
            return _of_mapping(mapping, expected, keys)
    if isinstance(expected, list):
        values = as_list(actual) if not isinstance(actual, (set, frozenset)) else None
        if values is not None:
            return _of_list(values, expected, keys)
    return [Edit(keys, _adapted(actual, expected), expected)]


def _of_mapping(actual: Mapping[Any, Any], expected: dict[Any, Any], keys: Keys) -> list[Edit]:
    found: list[Edit] = []
    for key, value in expected.items():
        if key in actual:
            found += edits(actual[key], value, (*keys, key))
        else:
            found.append(Edit((*keys, key), ABSENT, value))
    found += [
        Edit((*keys, key), plain(value), ABSENT)
        for key, value in actual.items()
        if key not in expected
    ]
    return found


def _of_list(actual: list[Any], expected: list[Any], keys: Keys) -> list[Edit]:
    found: list[Edit] = []
    for index, (one, other) in enumerate(zip(actual, expected, strict=False)):
        found += edits(one, other, (*keys, index))
    # From the end, so that what is taken out does not move what comes after.
    for index in reversed(range(len(actual), len(expected))):
        found.append(Edit((*keys, index), ABSENT, expected[index]))
    for index in range(len(expected), len(actual)):
        found.append(Edit((*keys, index), plain(actual[index]), ABSENT))
    return found


def _adapted(actual: Any, expected: Any) -> Any:
    """Return what came out, in a matcher of the kind that was there where that makes sense."""
    mapping = as_mapping(actual) if isinstance(expected, Partial) else None
    if isinstance(expected, Partial) and mapping is not None:
        return Partial({key: plain(mapping[key]) for key in expected.argument if key in mapping})
    values = as_list(actual) if isinstance(expected, Unordered) else None
    if values is not None:
        return Unordered([plain(value) for value in values])
    if isinstance(expected, Length) and hasattr(actual, "__len__"):
        return Length(len(actual))
    if isinstance(expected, Approx) and isinstance(actual, (int, float)):
        options = expected.argument
        return Approx({**options, "value": actual} if isinstance(options, dict) else actual)
    return plain(actual)


def plain(value: Any) -> Any:
    """Return a value as files hold it: objects and rows as mappings, collections as lists."""
    if isinstance(value, Matcher):
        return value
    mapping = as_mapping(value)
    if mapping is not None:
        return {key: plain(part) for key, part in mapping.items()}
    if isinstance(value, (set, frozenset)):
        return value
    values = as_list(value)
    return [plain(part) for part in values] if values is not None else value
