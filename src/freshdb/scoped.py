"""Values that live as long as a scope, so that code needs no global and tests nothing to reset.

This module imports the standard library only, so production code may use it::

    from freshdb.scoped import scoped

    @scoped
    def limiter() -> RateLimiter:
        return RateLimiter()

    limiter().hit("127.0.0.1")            # a plain call: the scope's one limiter

    @app.get("/")
    def index(limits: RateLimiter = Depends(limiter)): ...   # a FastAPI dependency

The scope is the application (the process) unless a narrower one is open: ``with scope("a test"):``.
A test runs in a scope of its own, gets its own values, and they are gone with it. A scope follows
the code into tasks, into ``asyncio.to_thread`` and into a web framework's thread pool, because it
is kept in a context variable; values of scopes that are open at the same time do not mix.
"""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, TypeVar, cast

from freshdb.errors import ScopedError

T = TypeVar("T")


class Scope:
    """A stretch of a program's run, with the values that were made in it.

    Attributes:
        name: what error messages call it.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._values: dict[Scoped[Any], Any] = {}
        # Reentrant: a factory may ask for another scoped value.
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"Scope({self.name!r})"

    def get(self, scoped_value: Scoped[T]) -> T:
        """Return the scope's value, made now if it is the first time."""
        try:
            return cast(T, self._values[scoped_value])
        except KeyError:
            pass
        with self._lock:
            if scoped_value not in self._values:
                self._values[scoped_value] = scoped_value._make(self)
            return cast(T, self._values[scoped_value])

    def forget(self, scoped_value: Scoped[Any] | None = None) -> None:
        """Drop one value, or all of them; the next call makes a new one."""
        with self._lock:
            if scoped_value is None:
                self._values.clear()
            else:
                self._values.pop(scoped_value, None)


APPLICATION = Scope("application")
"""The outermost scope, which lasts as long as the process."""

_current: ContextVar[Scope | None] = ContextVar("freshdb_scope", default=None)
_outermost = APPLICATION


def current_scope() -> Scope:
    """Return the innermost scope of the code that asks."""
    return _current.get() or _outermost


def swap_outermost(other: Scope) -> Scope:
    """Let another scope stand in for the outermost one, in all threads, and return that one.

    For test runners: a test's code runs in contexts that the runner does not make.
    """
    global _outermost
    previous, _outermost = _outermost, other
    return previous


@contextmanager
def scope(name: str) -> Iterator[Scope]:
    """Open a scope for the length of a ``with`` block, and for all that is started in it."""
    opened = Scope(name)
    token = _current.set(opened)
    try:
        yield opened
    finally:
        _current.reset(token)
        opened.forget()


class Scoped(Generic[T]):
    """A provider: called without arguments, it returns the current scope's value."""

    def __init__(self, factory: Callable[[], T]) -> None:
        self._factory = factory
        self._overrides: ContextVar[tuple[Callable[[], T], ...]]
        self._overrides = ContextVar("freshdb_overrides", default=())
        self.__doc__ = factory.__doc__
        self.__name__ = self.__qualname__ = _name(factory)
        self.__module__ = factory.__module__
        # A framework asks the signature for parameters; the factory's defaults are none of them.
        self.__signature__ = inspect.Signature()

    def __repr__(self) -> str:
        return f"<scoped {_name(self._factory)}>"

    def __call__(self) -> T:
        overrides = self._overrides.get()
        return overrides[-1]() if overrides else current_scope().get(self)

    @contextmanager
    def override(self, value: T) -> Iterator[T]:
        """Return this value, in place of the scope's, for the length of a ``with`` block."""
        with self.override_factory(lambda: value):
            yield value

    @contextmanager
    def override_factory(self, factory: Callable[[], T]) -> Iterator[None]:
        """Ask another factory, once for all calls in the ``with`` block."""
        replacement = functools.cache(factory)
        token = self._overrides.set((*self._overrides.get(), replacement))
        try:
            yield
        finally:
            self._overrides.reset(token)

    def forget(self) -> None:
        """Drop the current scope's value; the next call makes a new one."""
        current_scope().forget(self)

    def _make(self, needed_by: Scope) -> T:
        try:
            return self._factory()
        except ScopedError:
            raise  # another scoped value, which this one needs: it is named already
        except Exception as error:
            name = _name(self._factory)
            raise ScopedError(
                f"the factory `{name}` ({_where(self._factory)}) failed to make a value for the "
                f"scope `{needed_by.name}`: {type(error).__name__}: {error}",
                hint="correct the factory, or replace it for a while: "
                f"`with {name}.override(value): …`. The next call tries again",
            ) from error


def scoped(factory: Callable[[], T]) -> Scoped[T]:
    """Make a provider of a function without parameters, or of a class.

    Example:
        >>> @scoped
        ... def basket() -> list[str]:
        ...     return []
        >>> basket().append("apple")
        >>> with scope("a test"):
        ...     basket()
        []
        >>> basket()
        ['apple']
    """
    if not callable(factory):
        raise ScopedError(
            f"`scoped` needs a factory, but got a value of type `{type(factory).__name__}`",
            hint="write `scoped(lambda: value)`, or decorate a function that makes the value.",
        )
    if inspect.iscoroutinefunction(factory) or inspect.isgeneratorfunction(factory):
        raise ScopedError(
            f"the factory `{_name(factory)}` is a coroutine or generator function",
            hint="let it return the value at once; open and close what needs it where it is used.",
        )
    missing = _required_parameters(factory)
    if missing:
        raise ScopedError(
            f"the factory `{_name(factory)}` needs arguments: {', '.join(missing)}",
            hint="give them defaults, or wrap it: `scoped(lambda: make(url))`.",
        )
    return Scoped(factory)


def _required_parameters(factory: Callable[..., Any]) -> list[str]:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):  # some built-in types tell no signature
        return []
    gathering = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        one.name
        for one in parameters
        if one.default is inspect.Parameter.empty and one.kind not in gathering
    ]


def _name(factory: Any) -> str:
    return str(getattr(factory, "__qualname__", None) or type(factory).__qualname__)


def _where(factory: Any) -> str:
    code = getattr(inspect.unwrap(factory), "__code__", None)
    if code is None:
        return str(getattr(factory, "__module__", "unknown"))
    return f"{code.co_filename}:{code.co_firstlineno}"
