"""How a function is declared, and how it becomes one of SQLite's."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.functions.context import Context, active
from freshdb.emulation.functions.traits import traits_of
from freshdb.emulation.values import TAG, decode, decode_text, encode, plain
from freshdb.errors import EmulationError

Kind = Literal[
    "int", "bool", "double", "text", "bytes", "decimal", "uint", "date", "time", "datetime",
    "json", "any",
]  # fmt: skip
Body = TypeVar("Body", bound=Callable[..., Any])


class Aggregate(Protocol):
    """What an aggregate is made of; `inverse` lets it slide as a window function."""

    def step(self, *values: Any) -> None: ...
    def inverse(self, *values: Any) -> None: ...
    def value(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """One function of MySQL's: what it is called here, what it takes and gives.

    Attributes:
        name: MySQL's name in upper case, or an operator helper's.
        registered: what SQLite knows it as.
        most: the largest number of arguments, None for any.
        kind: the type of its result; "any" where it is that of the arguments.
        strict: whether one NULL argument makes the result NULL.
        flavors: the servers that have it.
    """

    name: str
    registered: str
    body: Callable[..., Any]
    least: int
    most: int | None
    kind: Kind
    strict: bool
    needs_context: bool
    deterministic: bool
    aggregate: bool
    operator: bool
    flavors: tuple[str, ...]

    def takes(self, count: int) -> bool:
        """Tell whether it can be called with so many arguments."""
        return self.least <= count and (self.most is None or count <= self.most)


SPECS: dict[str, FunctionSpec] = {}
BOTH = ("mariadb", "mysql8")


def function(
    *names: str,
    args: int | tuple[int, int | None],
    kind: Kind,
    strict: bool = True,
    context: bool = False,
    deterministic: bool | None = None,
    operator: bool = False,
    aggregate: bool = False,
    flavors: tuple[str, ...] = BOTH,
) -> Callable[[Body], Body]:
    """Declare the decorated function under its MySQL names.

    Args:
        *names: what SQL calls it.
        args: how many arguments it takes, or the least and the most of them.
        strict: a NULL argument makes the result NULL, and the function is not called.
        kind: what it returns.
        context: it gets the connection's context before its arguments.
        deterministic: the same arguments give the same result; by default what needs no context.
        aggregate: the body is a class with `step` and `value`.
        flavors: the servers that have it.
        operator: it is a helper of the rewriter, not a name that SQL may use.
    """
    least, most = args if isinstance(args, tuple) else (args, args)
    pure = deterministic if deterministic is not None else not context

    def declare(body: Body) -> Body:
        for name in names:
            SPECS[name] = FunctionSpec(
                name, f"my_{name.lower()}", body, least, most, kind, strict, context, pure,
                aggregate, operator, flavors,
            )  # fmt: skip
        return body

    return declare


def operator(
    *names: str,
    args: int | tuple[int, int | None],
    kind: Kind = "any",
    strict: bool = True,
    context: bool = False,
    deterministic: bool | None = None,
) -> Callable[[Body], Body]:
    """Declare a helper that the rewriter writes for an operator of MySQL's."""
    return function(
        *names,
        args=args,
        kind=kind,
        strict=strict,
        context=context,
        deterministic=deterministic,
        operator=True,
    )


def aggregate(
    *names: str, args: int | tuple[int, int | None], kind: Kind, operator: bool = False
) -> Any:
    """Declare the decorated class as an aggregate that also works with OVER."""
    return function(*names, args=args, kind=kind, strict=False, aggregate=True, operator=operator)


def register_all(connection: sqlite3.Connection, context: Context, builtins: Iterable[str]) -> None:
    """Register every function: as `my_<name>`, and by its own name where SQLite has none such."""
    taken = set(builtins)
    for spec in SPECS.values():
        register_named(connection, context, spec.registered)
        if not spec.operator and spec.name.lower() not in taken:
            register_named(connection, context, spec.name)


def register_named(connection: sqlite3.Connection, context: Context, name: str) -> bool:
    """Register one function by the name that SQLite has missed; tell whether there is one.

    Its own name is for statements that SQLAlchemy compiled, and gives results without a tag.
    """
    is_ours = name[:3].lower() == "my_"
    spec = SPECS.get((name[3:] if is_ours else name).upper())
    if spec is None or context.flavor not in spec.flavors:
        return False
    if spec.aggregate:
        if is_ours:
            _register_aggregate(connection, spec, context)
        return is_ours
    if spec.operator and not is_ours:
        return False
    arity = spec.least if spec.least == spec.most else -1
    call = _scalar(spec, context)
    connection.create_function(
        name, arity, call if is_ours else _untagged(call), deterministic=spec.deterministic
    )
    return True


def _scalar(spec: FunctionSpec, context: Context) -> Callable[..., Any]:
    body, strict, needs_context = spec.body, spec.strict, spec.needs_context
    decoded = decode if traits_of(spec.name).takes_dates else decode_text

    def call(*stored: Any) -> Any:
        if strict and None in stored:
            return None
        if not spec.takes(len(stored)):
            return _fail(context, wrong_count(spec.name))
        active.context = context
        values = [
            decoded(value) if value.__class__ is str and value[:1] == TAG else value
            for value in stored
        ]
        try:
            return encode(body(context, *values) if needs_context else body(*values))
        except (MySQLError, EmulationError) as error:
            return _fail(context, error)
        except Exception as error:
            return _fail(context, _unforeseen(spec, error))

    return call


def _fail(context: Context, error: Exception) -> Any:
    context.pending_error = error
    raise error


def _unforeseen(spec: FunctionSpec, error: Exception) -> EmulationError:
    """Return the refusal of values that a function was not made for: better none than wrong."""
    refusal = EmulationError(
        f"{spec.name} cannot be calculated for these values ({type(error).__name__}: {error})",
        hint="use a real server through freshdb for this statement",
    )
    refusal.__cause__ = error
    return refusal


def _untagged(call: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *stored: plain(call(*stored))


def _register_aggregate(
    connection: sqlite3.Connection, spec: FunctionSpec, context: Context
) -> None:
    kind = _aggregate_class(spec, context)
    arity = spec.least if spec.least == spec.most else -1
    connection.create_window_function(spec.registered, arity, kind)


def _aggregate_class(spec: FunctionSpec, context: Context) -> type:
    """Return the class that SQLite drives: it decodes, encodes and keeps the error."""
    body = spec.body
    decoded = decode if traits_of(spec.name).takes_dates else decode_text

    def guarded(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: Any, *stored: Any) -> Any:
            active.context = context
            try:
                return encode(method(self.inner, *[decoded(value) for value in stored]))
            except (MySQLError, EmulationError) as error:
                return _fail(context, error)

        return call

    return type(
        spec.registered,
        (),
        {
            "__init__": lambda self: setattr(self, "inner", body()),
            "step": guarded(lambda inner, *values: inner.step(*values)),
            "inverse": guarded(lambda inner, *values: inner.inverse(*values)),
            "value": guarded(lambda inner: inner.value()),
            "finalize": guarded(lambda inner: inner.value()),
        },
    )
