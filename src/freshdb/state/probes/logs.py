"""Logging: levels, handlers, filters, what is disabled."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from freshdb.state.change import MISSING, Finding, finding
from freshdb.state.exempt import exempt_foreign
from freshdb.state.graph.baseline import GraphBaseline
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.namespaces import PartsKind
from freshdb.state.graph.reach import Reach
from freshdb.state.graph.walk import Walk
from freshdb.state.probe import BaseProbe
from freshdb.state.probes.graphs import Root
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

_LOGGER = PartsKind(("level", "handlers", "filters", "propagate", "disabled"))
_HANDLER = PartsKind(("level", "filters", "formatter"))
_MANAGER = PartsKind(("_disable",))
_MODULE = PartsKind(("raiseExceptions", "lastResort", "root", "_loggerClass", "_logRecordFactory"))


class _LogGraph(GraphBaseline):
    """Loggers and handlers. pytest adds handlers of its own, and takes them away, by itself."""

    def _wanted(self, differences: Sequence[Difference]) -> Sequence[Difference]:
        return [
            one
            for one in super()._wanted(differences)
            if not (_is_missing_or_of_pytest(one.before) and _is_missing_or_of_pytest(one.after))
        ]


def _is_missing_or_of_pytest(value: Any) -> bool:
    return value is MISSING or _is_of_pytest(value)


def _is_of_pytest(handler: Any) -> bool:
    return exempt_foreign(type(handler).__module__)


class LogBaseline:
    """The loggers that there are, as they are now."""

    def __init__(self, graph: GraphBaseline) -> None:
        self.graph = graph
        self._names: set[str] = set()
        self._count = 0
        self.add_new_loggers()

    def add_new_loggers(self) -> None:
        """Watch the loggers that were made since, as they are now."""
        new = self.new_loggers()
        self.graph.add_roots(_roots_of(new))
        self._names.update(new)
        self._count = len(_loggers())

    def new_loggers(self) -> dict[str, logging.Logger]:
        """Return the loggers that were made since, by name."""
        loggers = _loggers()
        if len(loggers) == self._count:
            return {}
        return {
            name: logger
            for name, logger in tuple(loggers.items())
            if name not in self._names and isinstance(logger, logging.Logger)
        }


class LoggingProbe(BaseProbe):
    """Watches the root logger, every named logger and their handlers.

    A logger that is made later is no leak; a handler that it was given is.
    """

    name = "logging"

    def __init__(self, settings: StateSettings) -> None:
        self._thorough = settings.thorough

    def snapshot(self) -> LogBaseline:
        graph = _LogGraph(self.name, Walk(Reach(lambda name: False)))
        graph.add_roots(
            [
                (logging, _MODULE, "logging"),
                (logging.root.manager, _MANAGER, "logging.root.manager"),
                *_roots_of({"root": logging.root}),
            ]
        )
        return LogBaseline(graph)

    def compare(self, baseline: LogBaseline) -> Sequence[Finding]:
        found = baseline.graph.compare()
        if found:
            found = [replace(one, undo=partial(_undo, one.undo)) for one in found]
        new = baseline.new_loggers()
        given = [self._given(name, one) for name, one in new.items() if _has_handlers(one)]
        if self._thorough:
            given += [self._made(name, one) for name, one in new.items()]
        if new and not given:
            baseline.add_new_loggers()
        return [*found, *given]

    def signs(self, baseline: LogBaseline) -> Signs:
        return Signs(wires=baseline.graph.wires, values=(_count_loggers,))

    def _given(self, name: str, logger: logging.Logger) -> Finding:
        path = f"logging.getLogger({name!r}).handlers"
        undo = partial(logger.handlers.__setitem__, slice(None), _harmless(logger))
        return finding(self.name, path, _harmless(logger), list(logger.handlers), undo)

    def _made(self, name: str, logger: logging.Logger) -> Finding:
        undo = partial(_loggers().pop, name, None)
        return finding(self.name, f"logging.getLogger({name!r})", MISSING, logger, undo)

    def rebase(self, baseline: LogBaseline) -> LogBaseline:
        graph = baseline.graph.rebased()
        if graph is baseline.graph and not baseline.new_loggers():
            return baseline
        return self.snapshot()

    def settle(self, baseline: LogBaseline, left: Sequence[Finding]) -> None:
        baseline.graph.settle(left)
        if baseline.new_loggers():
            baseline.add_new_loggers()


def _roots_of(loggers: Mapping[str, logging.Logger]) -> list[Root]:
    roots: list[Root] = []
    for name, logger in loggers.items():
        path = "logging.root" if logger is logging.root else f"logging.getLogger({name!r})"
        roots.append((logger, _LOGGER, path))
        for index, handler in enumerate(logger.handlers):
            if _is_of_pytest(handler):
                continue
            roots.append((handler, _HANDLER, f"{path}.handlers[{index}]"))
    return roots


def _undo(undo: Callable[[], object] | None) -> None:
    if undo is not None:
        undo()
    # Loggers remember what `isEnabledFor` answered; a level that is put back must be asked anew.
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]  # not in typeshed


def _harmless(logger: logging.Logger) -> list[logging.Handler]:
    return [
        handler
        for handler in logger.handlers
        if isinstance(handler, logging.NullHandler) or _is_of_pytest(handler)
    ]


def _has_handlers(logger: logging.Logger) -> bool:
    """Tell whether a new logger has handlers that are more than a library's placeholder."""
    return len(_harmless(logger)) != len(logger.handlers)


def _count_loggers() -> int:
    return len(_loggers())


def _loggers() -> dict[str, Any]:
    return logging.root.manager.loggerDict
