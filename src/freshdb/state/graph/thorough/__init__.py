"""What only a thorough watch looks into: a trial's, which ends soon after it has put things back.

A run that goes on does without. To wind an iterator back here means to make another one and to put
it wherever the first one was held: too rough for a program that will be there tomorrow, and just
what is needed to prove what a test depends on.
"""

from __future__ import annotations

import _thread
import asyncio
import contextlib
import contextvars
import functools
import io
import threading
import types
from collections.abc import Callable, Iterable
from typing import Any

from freshdb.state.graph.kinds import ATTRIBUTES
from freshdb.state.graph.namespaces import instance_dict
from freshdb.state.graph.record import Kind
from freshdb.state.graph.thorough.buffers import BUFFER
from freshdb.state.graph.thorough.files import FILE, FILES
from freshdb.state.graph.thorough.functions import FUNCTION
from freshdb.state.graph.thorough.generators import GENERATOR
from freshdb.state.graph.thorough.iterators import ITERATOR, ITERATORS
from freshdb.state.graph.thorough.locks import LOCK
from freshdb.state.graph.thorough.registries import SINGLE_DISPATCH, is_single_dispatch
from freshdb.state.graph.thorough.variables import CONTEXT_VAR

Opened = Iterable[tuple[Any, Kind]]
OpenAny = Callable[[Any], Opened]

_ATTRIBUTES_ONLY: tuple[type, ...] = (
    threading.Event,
    threading.Condition,
    threading.Semaphore,
    threading.BoundedSemaphore,
    threading.Barrier,
    asyncio.Event,
    asyncio.Lock,
    asyncio.Condition,
    asyncio.Semaphore,
    asyncio.BoundedSemaphore,
    asyncio.Queue,
    asyncio.LifoQueue,
    asyncio.PriorityQueue,
    contextlib.ExitStack,
    contextlib.AsyncExitStack,
)
"""Classes whose instances are what is in their ``__dict__``: whether it is set, the loop it is
bound to, what it calls at its end."""


def openers(open_any: OpenAny) -> dict[type, Callable[[Any], Opened]]:
    """Return what opens instances of these classes.

    Args:
        open_any: opens any value.
    """
    found: dict[type, Callable[[Any], Opened]] = {
        contextvars.ContextVar: lambda variable: ((variable, CONTEXT_VAR),),
        types.GeneratorType: lambda generator: ((generator, GENERATOR),),
        io.StringIO: lambda buffer: ((buffer, BUFFER),),
        io.BytesIO: lambda buffer: ((buffer, BUFFER),),
        _thread.LockType: lambda lock: ((lock, LOCK),),
        functools.singledispatchmethod: lambda method: open_any(method.dispatcher),
    }
    found |= dict.fromkeys(ITERATORS, lambda iterator: ((iterator, ITERATOR),))
    found |= dict.fromkeys(FILES, lambda file: ((file, FILE),))
    found |= dict.fromkeys(_ATTRIBUTES_ONLY, _open_attributes)
    return found


def of_function(function: Any) -> Opened:
    """Yield what a function keeps: attributes, none of them yet perhaps; parts; a dispatcher."""
    yield function, FUNCTION
    if is_single_dispatch(function):
        yield function, SINGLE_DISPATCH
    else:
        yield function.__dict__, ATTRIBUTES


def _open_attributes(value: Any) -> Opened:
    return ((instance_dict(value), ATTRIBUTES),)
