"""Generators: one that had not begun can be made anew from its code and its arguments."""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from freshdb.state.change import MISSING, Verb
from freshdb.state.graph.compare import Difference, same
from freshdb.state.graph.record import Kind, Trip
from freshdb.state.graph.thorough.iterators import DEEPEST, made_of, recipe_of
from freshdb.state.graph.thorough.referrers import put_in_place_of

_NOT_BEGUN = "not begun"


@dataclass(frozen=True)
class Saved:
    """A generator as it was.

    Attributes:
        where: it was in its code.
        variables: their values; of iterators, how to make them anew.
        names: the globals that it sees.
    """

    where: str
    variables: dict[str, Any]
    names: dict[str, Any]


class GeneratorKind(Kind):
    """A generator. Where it had not begun, another one that has not takes its place."""

    trip = Trip.VALUE

    def reading(self, container: Any) -> Any:
        frame = container.gi_frame
        return None if frame is None else (frame.f_lasti, tuple(frame.f_locals.values()))

    def save(self, container: Any) -> Saved:
        frame = container.gi_frame
        variables = {} if frame is None else frame.f_locals
        made_anew = {name: recipe_of(value) for name, value in variables.items()}
        return Saved(_where(container), made_anew, {} if frame is None else frame.f_globals)

    def differences(self, container: Any, saved: Saved) -> Sequence[Difference]:
        now = self.save(container)
        if now.where == saved.where and same(_values(now), _values(saved), DEEPEST):
            return ()
        after = now.where if now.where != saved.where else f"{now.where}, later"
        return (Difference(None, saved.where, after, Verb.CHANGED, suffix=""),)

    def put_back(self, container: Any, saved: Saved, differences: Sequence[Difference]) -> None:
        if saved.where != _NOT_BEGUN:
            raise ValueError("a generator that had begun cannot be wound back")
        put_in_place_of(container, _begun_anew(container, saved.variables, saved.names))


def _values(saved: Saved) -> tuple[Any, ...]:
    return tuple(saved.variables.values())


def _where(generator: Any) -> str:
    frame = generator.gi_frame
    if frame is None:
        return "at its end"
    if inspect.getgeneratorstate(generator) == inspect.GEN_CREATED:
        return _NOT_BEGUN
    return f"at line {frame.f_lineno}"


def _begun_anew(generator: Any, variables: dict[str, Any], names: dict[str, Any]) -> Any:
    code = generator.gi_code
    around = tuple(
        types.CellType(variables[name]) if variables.get(name, MISSING) is not MISSING
        else types.CellType()
        for name in code.co_freevars
    )  # fmt: skip
    function = types.FunctionType(code, names, code.co_name, None, around)
    values = {name: made_of(value) for name, value in variables.items()}
    plain = [values[name] for name in code.co_varnames[: code.co_argcount]]
    rest = code.co_varnames[code.co_argcount :]
    named = {name: values[name] for name in rest[: code.co_kwonlyargcount]}
    rest = rest[code.co_kwonlyargcount :]
    if code.co_flags & inspect.CO_VARARGS:
        plain += values[rest[0]]
        rest = rest[1:]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        named |= values[rest[0]]
    made = function(*plain, **named)
    made.__qualname__ = generator.__qualname__
    return made


GENERATOR = GeneratorKind()
