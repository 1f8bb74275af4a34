"""Async functions of tests and fixtures work for their owner, in whatever context they are run.

anyio runs tests and fixtures in one long-lived task, whose context is that of its first user.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from freshdb.isolation.owners import Owner, set_owner

_AS_IT_IS = contextlib.nullcontext()


def is_run_elsewhere(function: Any) -> bool:
    """Tell whether a plugin may run a test function in a context of its own."""
    return inspect.iscoroutinefunction(function) or hasattr(function, "hypothesis")


def owning_test(item: pytest.Function, owner: Owner) -> AbstractContextManager[object]:
    """Return the block in which an async test function works for its test, in any context."""
    hypothesis = getattr(item.obj, "hypothesis", None)
    if hypothesis is not None:
        return owning_function(hypothesis, "inner_test", owner)
    return owning_function(item, "obj", owner)


def owning_function(holder: Any, name: str, owner: Owner) -> AbstractContextManager[object]:
    """Return a block in which `holder.name`, where it is async, is its owner's when it starts."""
    function = getattr(holder, name)
    if inspect.iscoroutinefunction(function):
        return _replaced(holder, name, _owned_coroutine(function, owner))
    if inspect.isasyncgenfunction(function):
        return _replaced(holder, name, _owned_generator(function, owner))
    return _AS_IT_IS


@contextlib.contextmanager
def _replaced(holder: Any, name: str, function: Callable[..., Any]) -> Iterator[None]:
    original = getattr(holder, name)
    setattr(holder, name, function)
    try:
        yield
    finally:
        setattr(holder, name, original)


def _owned_coroutine(function: Any, owner: Owner) -> Callable[..., Any]:
    @functools.wraps(function)
    async def owned(*args: Any, **kwargs: Any) -> Any:
        set_owner(owner)
        return await function(*args, **kwargs)

    return owned


def _owned_generator(function: Any, owner: Owner) -> Callable[..., Any]:
    @functools.wraps(function)
    async def owned(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        set_owner(owner)
        async with contextlib.aclosing(function(*args, **kwargs)) as values:
            async for value in values:
                yield value
                set_owner(owner)

    return owned
