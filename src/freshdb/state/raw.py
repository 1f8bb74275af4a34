"""Read from the interpreter's own memory what Python has no cheap word for.

Four things only, each proved by a test of its own at first use and switched off where it does
not hold (another interpreter, another memory layout): the version that CPython stamps on a dict
at each change, the pointers in a list, and the inner state of Python's and numpy's generators.
Every address belongs to an object that the caller keeps alive, so nothing freed is ever read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from operator import is_
from typing import Any

POINTER = 8

Address = Callable[[int], Any]


@cache
def dict_version_buffer() -> Callable[[dict[Any, Any]], Any] | None:
    """Return a maker of 8-byte buffers over a dict's version stamp, or None if it has no such."""
    ctypes = _ctypes()
    if ctypes is None:
        return None
    offset = dict.__basicsize__ - 3 * POINTER  # ma_version_tag, ma_keys, ma_values
    stamp = ctypes.c_uint64

    def buffer(mapping: dict[Any, Any]) -> Any:
        return stamp.from_address(id(mapping) + offset)

    sample = {"a": 1}
    return buffer if _is_stamped(buffer(sample), sample) else None


@cache
def stamps_attributes() -> bool:
    """Tell whether the dict of an instance is stamped, too.

    Python 3.13 writes attributes past the dict, into the instance, and leaves the stamp alone.
    """
    buffer = dict_version_buffer()
    if buffer is None:
        return False
    holders = [type("Holder", (), {})() for _ in range(2)]
    for holder in holders:
        holder.first = None
    inside, detached = holders
    vars(detached).clear()  # from then on, its attributes are in the dict only
    return all(
        _is_stamped_by_attributes(buffer(vars(holder)), holder) for holder in (inside, detached)
    )


def _is_stamped(stamp: Any, mapping: dict[Any, Any]) -> bool:
    """Prove the stamp: it moves with each kind of change, and never when one only reads."""
    changes: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
        (mapping.update, ({"first": object()},)),
        (mapping.__setitem__, ("first", object())),
        (mapping.pop, ("first",)),
        (mapping.setdefault, (1, None)),
        (mapping.clear, ()),
        (mapping.update, ({"z": 1},)),
        (mapping.__delitem__, ("z",)),
    )
    seen = {stamp.value}
    for change, arguments in changes:
        change(*arguments)
        list(mapping.items()), mapping.get("first")
        if stamp.value in seen or bytes(stamp) != stamp.value.to_bytes(POINTER, sys.byteorder):
            return False
        seen.add(stamp.value)
    return True


def _is_stamped_by_attributes(stamp: Any, holder: Any) -> bool:
    """Prove it where the interpreter takes its short cuts: the same line, run many times."""
    seen = {stamp.value}
    for number in range(64):
        setattr(holder, "first", object())  # noqa: B010  # no short cut, for once
        seen.add(stamp.value)
        holder.second = object()
        seen.add(stamp.value)
        if len(seen) != 2 * number + 3 or holder.second is None:
            return False
    return True


@cache
def list_image() -> Callable[[list[Any]], bytes] | None:
    """Return a function that copies a list's pointers as bytes, or None where that is not known."""
    ctypes = _ctypes()
    if ctypes is None or list.__basicsize__ != 5 * POINTER:
        return None
    items_offset = 3 * POINTER  # after the reference count, the type and the length
    pointer, string_at = ctypes.c_void_p, ctypes.string_at

    def image(items: list[Any]) -> bytes:
        if not items:
            return b""
        address = pointer.from_address(id(items) + items_offset).value
        copied: bytes = string_at(address, len(items) * POINTER)
        return copied

    return image if _shows_identities(image) else None


def identities() -> Callable[[list[Any]], Any]:
    """Return a function whose results are equal as long as lists hold the very same objects.

    The caller keeps the objects alive, so that no other object can be at the same address.
    """
    return list_image() or _ids


def _ids(items: list[Any]) -> list[int]:
    return list(map(id, items))


def _shows_identities(image: Callable[[list[Any]], bytes]) -> bool:
    sample = [object() for _ in range(5)]
    wanted = b"".join(id(item).to_bytes(POINTER, sys.byteorder) for item in sample)
    return image(sample) == wanted


@cache
def random_image() -> Callable[[Any], bytes] | None:
    """Return a function that copies the inner state of a ``random.Random``, or None."""
    import random

    ctypes = _ctypes()
    base = random.Random.__mro__[1]
    start, size = object.__basicsize__, base.__basicsize__ - object.__basicsize__
    if ctypes is None or not 624 * 4 <= size <= 626 * 4:
        return None
    string_at = ctypes.string_at

    def image(generator: Any) -> bytes:
        copied: bytes = string_at(id(generator) + start, size)
        return copied

    sample = random.Random(1)  # noqa: S311  # only its layout is of interest
    first, state = image(sample), sample.getstate()
    sample.random()
    second = image(sample)
    sample.setstate(state)
    return image if first == image(sample) != second else None


def numpy_memory(generator: Any, words: int) -> Callable[[], bytes] | None:
    """Return a function that copies the first words of 32 bits of a numpy bit generator's state.

    numpy documents where they are: ``BitGenerator.ctypes``. None where it cannot be had. The caller
    keeps the generator alive.
    """
    ctypes = _ctypes()
    interface = getattr(generator, "ctypes", None)
    if ctypes is None or interface is None:
        return None
    size = words * 4
    buffer = (ctypes.c_char * size).from_address(interface.state_address)

    def read() -> bytes:
        copied: bytes = buffer.raw
        return copied

    return read


@cache
def _ctypes() -> Any:
    """Return the module ctypes on a CPython with 64-bit pointers and one lock, else None."""
    if sys.implementation.name != "cpython" or sys.maxsize != 2**63 - 1:
        return None
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return None
    try:
        import ctypes
    except ImportError:  # a Python built without libffi
        return None
    return ctypes


def same_identities(first: Sequence[Any], second: Sequence[Any]) -> bool:
    """Tell whether two sequences hold the very same objects; no object's code is run."""
    if len(first) != len(second):
        return False
    return all(map(is_, first, second))
