"""How the writer of a function's calls is declared, by the function's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import NUMBERS, Written, refused
from freshdb.emulation.postgres.writer import Writer

Make = Callable[[Writer, list[Any]], Written]
CALLS: dict[str, Make] = {}
SIGNATURES: dict[str, list[tuple[list[str], str, str]]] = {}
"""Name to what it takes, what it gives, and what SQLite's function of it begins with."""


def call(*names: str) -> Callable[[Make], Make]:
    """Declare what writes calls of these functions."""

    def declare(make: Make) -> Make:
        for name in names:
            CALLS[name] = make
        return make

    return declare


def plain(name: str, takes: str, kind: str, body: str = "") -> None:
    """Declare a call that becomes a call: of several with one name the first that fits counts.

    Args:
        name: the function.
        takes: the types of its arguments; `?` behind one that may be left out, `*` behind one
            that may come often. `any` is any type, `any[]` any array, `number` any number.
        kind: the type of the result.
        body: what SQLite is given up to the arguments; `pg_<name>(` if not told.
    """
    if name not in SIGNATURES:
        SIGNATURES[name] = []
        CALLS[name] = _by_signature(name)
    SIGNATURES[name].append((takes.split(), kind, body or f"pg_{name}("))


def _by_signature(name: str) -> Make:
    def make(writer: Writer, arguments: list[Any]) -> Written:
        if any(isinstance(one, (exp.Kwarg, exp.Variadic, exp.Order)) for one in arguments):
            raise refused(f"named arguments of {name}", "write the values in their order")
        given = [writer.write(one) for one in arguments]
        for takes, kind, body in SIGNATURES[name]:
            found = fitting(takes, given)
            if found is not None:
                listed = ", ".join(one.sql for one in found)
                first = "" if body.endswith("(") or not listed else ", "
                return Written(f"{body}{first}{listed})", kind)
        raise no_function(name, given)

    return make


def no_function(name: str, given: list[Written]) -> PostgresError:
    """Return 42883 for a function that takes no such arguments."""
    if any("any" in one.kind for one in given):
        raise refused("a column of a type that is not known")
    listed = ", ".join(types.shown(one.kind) for one in given)
    return PostgresError("42883", f"function {name}({listed}) does not exist")


def fitting(takes: list[str], given: list[Written]) -> list[Written] | None:
    """Return the arguments by a signature; None where they do not fit."""
    wanted = list(takes)
    if wanted and wanted[-1].endswith("*"):
        last = wanted.pop()[:-1]
        wanted += [last] * (len(given) - len(wanted))
    least = sum(1 for one in wanted if not one.endswith("?"))
    if not least <= len(given) <= len(wanted):
        return None
    found = []
    for one, kind in zip(given, wanted, strict=False):
        fits = as_argument(one, kind.rstrip("?"))
        if fits is None:
            return None
        found.append(fits)
    return found


def as_argument(one: Written, kind: str) -> Written | None:
    """Return a value as what a function takes; None where the server would not."""
    if kind == "any":
        return types.as_kind(one, "text") if one.kind in ("unknown", "null") else one
    if kind == "any[]":
        return one if types.element(one.kind) else None
    if kind == "number":
        if one.kind in ("unknown", "null"):
            return types.as_kind(one, "float8")
        return one if one.kind in NUMBERS else None
    return types.as_kind(one, kind) if types.is_implicit(one.kind, kind) else None
