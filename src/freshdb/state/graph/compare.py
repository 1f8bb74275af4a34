"""Decide whether a value is the same as before without running any code of its own."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import is_
from typing import Any

from freshdb.state.change import MISSING, Verb

SCALARS: frozenset[type] = frozenset({bool, int, str, bytes, complex, type(None)})
"""Types whose ``==`` is the interpreter's own, quick, and says all there is to say."""

ATOMS: frozenset[type] = SCALARS | {
    float,
    range,
    slice,
    type(...),
    type(NotImplemented),
    types.BuiltinFunctionType,
    types.CodeType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GenericAlias,
}
"""Types of values that hold nothing that could be changed in place."""

MOST_DIFFERENCES = 20
"""How many differences of one list or set are told one by one."""


@dataclass(frozen=True, eq=False)
class Difference:
    """One entry of a container that is not as it was.

    Attributes:
        step: the key, index or attribute name of the entry.
        before: the value in the baseline, or `MISSING`.
        after: the value now, or `MISSING`.
        verb: set where the two values do not tell it.
        suffix: the step as it is written in a path, where it is not the container's usual way.
    """

    step: Any
    before: Any
    after: Any
    verb: Verb | None = None
    suffix: str | None = None


def same(first: Any, second: Any, depth: int = 4) -> bool:
    """Tell whether a value was not changed: the same object, or an equal immutable one.

    Numbers of different types are different (``1``, ``True``, ``1.0``), a NaN equals itself.
    """
    if first is second:
        return True
    kind = type(first)
    if kind is not type(second):
        return False
    if kind in SCALARS:
        return bool(first == second)
    if kind is float:
        return repr(first) == repr(second)
    if kind is tuple and depth and len(first) == len(second):
        if all(map(is_, first, second)):
            return True
        return all(same(one, other, depth - 1) for one, other in zip(first, second, strict=True))
    return False


def token(key: Any) -> Any:
    """Return what stands for a key or set element: equal exactly if `same` says so."""
    kind = type(key)
    if kind is str:
        return key
    if kind in SCALARS:
        return kind, key
    if kind is float:
        return kind, repr(key)
    if kind is tuple:
        return kind, tuple(map(token, key))
    return id(key)


def mapping_differences(
    before: Mapping[Any, Any], after: Mapping[Any, Any], *, ordered: bool
) -> list[Difference]:
    """Return the differences of two plain dicts, by identity of keys and values."""
    if len(before) == len(after) and all(map(is_, before, after)):
        # Mostly so: a module's globals, of which a test has set one or two.
        return [
            Difference(key, value, now)
            for (key, value), now in zip(before.items(), after.values(), strict=True)
            if value is not now and not same(value, now)
        ]
    old = {token(key): (key, value) for key, value in before.items()}
    new = {token(key): (key, value) for key, value in after.items()}
    found = [
        Difference(key, value, new[mark][1] if mark in new else MISSING)
        for mark, (key, value) in old.items()
        if mark not in new or not same(value, new[mark][1])
    ]
    found += [
        Difference(key, MISSING, value) for mark, (key, value) in new.items() if mark not in old
    ]
    if ordered and [mark for mark in old if mark in new] != [mark for mark in new if mark in old]:
        found.append(Difference(None, before, after, Verb.REORDERED, suffix=""))
    return found


def sequence_differences(before: list[Any], after: list[Any]) -> list[Difference]:
    """Return the differences of two lists: what lies between the ends that they have in common."""
    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and same(before[start], after[start]):
        start += 1
    end = 0
    while end < shorter - start and same(before[-1 - end], after[-1 - end]):
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    found = [
        Difference(
            start + place,
            old[place] if place < len(old) else MISSING,
            new[place] if place < len(new) else MISSING,
        )
        for place in range(min(max(len(old), len(new)), MOST_DIFFERENCES))
    ]
    return [one for one in found if not same(one.before, one.after)]


def element_differences(before: Iterable[Any], after: Iterable[Any]) -> list[Difference]:
    """Return what was added to a set and what was removed from it."""
    old = {token(value): value for value in before}
    new = {token(value): value for value in after}
    gone = [Difference(value, value, MISSING) for mark, value in old.items() if mark not in new]
    come = [Difference(value, MISSING, value) for mark, value in new.items() if mark not in old]
    return (gone + come)[:MOST_DIFFERENCES]
