"""A probe of what modules written in C keep by name: registries, and the attributes of `sys`."""

from __future__ import annotations

import codecs
import csv
import logging
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from freshdb.state import BaseProbe, Finding
from freshdb.state.change import MISSING, finding
from freshdb.state.graph.compare import mapping_differences
from freshdb.state.settings import StateSettings

_PLAIN = (str, int, float, tuple, type(None))


@dataclass(frozen=True)
class Registry:
    """Things that are registered by name.

    Attributes:
        path: how one of them is called in a report: `{}` is its name in quotes, `{name}` without.
        read: returns all of them.
        add: registers one under a name, again perhaps.
        remove: takes one of a name out.
    """

    path: str
    read: Callable[[], Mapping[Any, Any]]
    add: Callable[[Any, Any], object]
    remove: Callable[[Any, Any], object]


class RegistriesProbe(BaseProbe):
    """Watches dialects of csv, names of log levels, codecs and their handlers, values of `sys`."""

    name = "registries"

    def __init__(self, settings: StateSettings) -> None:
        searches, handlers = _Noted(), _Noted()
        codecs.register = _listening(codecs.register, lambda search: searches.note(search, search))
        codecs.register_error = _listening(codecs.register_error, handlers.note)
        self._registries = (
            Registry("csv.get_dialect({})", _dialects, csv.register_dialect, _remove_dialect),
            Registry("logging.getLevelName({})", _levels, logging.addLevelName, _remove_level),
            Registry("codecs.register({})", searches.read, _never, lambda one, _: _forget(one)),
            Registry(
                "codecs.lookup_error({})", handlers.read, codecs.register_error, _remove_handler
            ),
            Registry("sys.{name}", _plain_values, partial(setattr, sys), _remove_value),
        )

    def snapshot(self) -> list[Mapping[Any, Any]]:
        """Return what is registered now."""
        return [one.read() for one in self._registries]

    def compare(self, baseline: Sequence[Mapping[Any, Any]]) -> Sequence[Finding]:
        """Return a finding for each name under which something else is registered."""
        every = zip(self._registries, baseline, strict=True)
        return [found for one, old in every for found in self._of(one, old)]

    def _of(self, registry: Registry, old: Mapping[Any, Any]) -> Iterator[Finding]:
        for one in mapping_differences(old, registry.read(), ordered=False):
            shown = getattr(one.step, "__qualname__", None) or repr(one.step)
            if one.before is MISSING:
                undo: Callable[[], object] = partial(registry.remove, one.step, one.after)
            else:
                undo = partial(registry.add, one.step, one.before)
            path = registry.path.format(shown, name=one.step)
            yield finding(self.name, path, one.before, one.after, undo)


class _Noted:
    """What was registered since the watch began, where Python does not tell what is."""

    def __init__(self) -> None:
        self._by_name: dict[Any, Any] = {}

    def note(self, name: Any, value: Any) -> None:
        self._by_name[name] = value

    def read(self) -> Mapping[Any, Any]:
        return dict(self._by_name)


def _listening(function: Any, note: Callable[..., object]) -> Any:
    def listen(*arguments: Any) -> Any:
        answer = function(*arguments)
        note(*arguments)
        return answer

    return listen


def _dialects() -> Mapping[str, Any]:
    return {name: csv.get_dialect(name) for name in csv.list_dialects()}


def _remove_dialect(name: str, dialect: Any) -> None:
    csv.unregister_dialect(name)


def _levels() -> Mapping[int, str]:
    return dict(logging._levelToName)


def _remove_level(level: int, name: str) -> None:
    logging._levelToName.pop(level, None)
    logging._nameToLevel.pop(name, None)


def _plain_values() -> Mapping[str, Any]:
    """Return what `sys` tells of the program and its machine; containers have probes of their own.

    Tests pretend to be on another system, frozen into one file, or at a prompt.
    """
    return {name: one for name, one in vars(sys).items() if isinstance(one, _PLAIN)}


def _remove_value(name: str, value: Any) -> None:
    delattr(sys, name)


def _forget(search: Any) -> None:
    codecs.unregister(search)


def _never(name: Any, value: Any) -> None:
    """Nothing: a search for codecs is never replaced by another."""


def _remove_handler(name: str, handler: Any) -> None:
    """Let the name be as good as unknown: there is no way to take it out."""

    def refuse(error: UnicodeError) -> Any:
        raise LookupError(f"unknown error handler name '{name}'")

    codecs.register_error(name, refuse)
