"""A probe of what the interpreter and the system keep for a process, and tests seldom change."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import signal
import sys
import threading
import tracemalloc
from collections.abc import Iterator
from functools import partial
from typing import Any

from freshdb.state.probes.readings import Reading, ReadingsProbe


class InterpreterProbe(ReadingsProbe):
    """Watches single values, beside those that the probe `process` watches in every run."""

    name = "interpreter"

    def readings(self) -> tuple[Reading, ...]:
        return (
            Reading("sys.getswitchinterval()", sys.getswitchinterval, sys.setswitchinterval),
            Reading("sys.getprofile()", sys.getprofile, sys.setprofile),
            Reading(
                "sys.get_int_max_str_digits()",
                sys.get_int_max_str_digits,
                sys.set_int_max_str_digits,
            ),
            Reading("threading.getprofile()", threading.getprofile, _set_profile_of_threads),
            Reading("gc.get_threshold()", gc.get_threshold, lambda old: gc.set_threshold(*old)),
            Reading("tracemalloc.is_tracing()", tracemalloc.is_tracing, _trace_memory),
            Reading("faulthandler.is_enabled()", faulthandler.is_enabled, _handle_faults),
            Reading("asyncio.get_event_loop()", _event_loop, _forget_event_loop),
            *_timers(),
            *_limits(),
            *_csv_limit(),
        )


def _set_profile_of_threads(function: Any) -> None:
    threading.setprofile(function)


def _trace_memory(is_wanted: bool) -> None:
    if is_wanted:
        tracemalloc.start()
    else:
        tracemalloc.stop()


def _handle_faults(is_wanted: bool) -> None:
    if is_wanted:
        faulthandler.enable(sys.__stderr__ or 2)
    else:
        faulthandler.disable()


def _event_loop() -> str:
    """Tell whether the thread has a loop, may still make one, or has lost it.

    `asyncio.run` sets the loop to None at its end: from then on `get_event_loop` makes none.
    """
    policy = getattr(sys.modules.get("asyncio.events"), "_event_loop_policy", None)
    local = getattr(policy, "_local", None)
    loop = getattr(local, "_loop", None)
    if loop is not None:
        return "closed" if loop.is_closed() else "open"
    return "set to None" if getattr(local, "_set_called", False) else "not set"


def _forget_event_loop(before: str) -> None:
    if before != "not set":
        raise ValueError("a loop that was closed cannot be opened")
    local: Any = asyncio.get_event_loop_policy()._local  # type: ignore[attr-defined]
    local._loop, local._set_called = None, False


def _timers() -> Iterator[Reading]:
    for name in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"):
        number = getattr(signal, name, None)
        if number is not None:
            yield Reading(
                f"signal.getitimer({name})",
                lambda number=number: signal.getitimer(number)[0] > 0,  # type: ignore[misc]
                partial(_stop_timer, number),
            )


def _stop_timer(number: int, was_running: bool) -> None:
    if not was_running:
        signal.setitimer(number, 0)  # type: ignore[arg-type,unused-ignore]


def _limits() -> Iterator[Reading]:
    try:
        import resource
    except ImportError:  # not on Windows
        return
    for name in sorted(vars(resource)):
        if name.startswith("RLIMIT_"):
            number = getattr(resource, name)
            yield Reading(
                f"resource.getrlimit({name})",
                partial(resource.getrlimit, number),
                partial(resource.setrlimit, number),
            )


def _csv_limit() -> Iterator[Reading]:
    import csv

    yield Reading("csv.field_size_limit()", csv.field_size_limit, csv.field_size_limit)
