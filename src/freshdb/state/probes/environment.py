"""Environment variables."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from freshdb.state.change import MISSING, Finding, finding
from freshdb.state.graph.compare import same
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

EXEMPT = frozenset({"PYTEST_CURRENT_TEST", "PYTEST_XDIST_TESTRUNUID"})
"""pytest itself sets them, anew for each phase of each test."""

Variables = dict[Any, Any]


class EnvironmentProbe(BaseProbe):
    """Watches ``os.environ``, and that it is still the object that it was."""

    name = "environment"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> tuple[Any, Variables]:
        return os.environ, _without_exempt(os.environ)

    def compare(self, baseline: tuple[Any, Variables]) -> Sequence[Finding]:
        environ, variables = baseline
        if _is_as(environ, variables):
            return ()
        return [*self._replaced(environ), *self._changed(environ, variables)]

    def signs(self, baseline: tuple[Any, Variables]) -> Signs:
        return Signs(checks=(partial(_is_as, *baseline),))

    def _replaced(self, environ: Any) -> list[Finding]:
        if os.environ is environ:
            return []
        undo = partial(setattr, os, "environ", environ)
        return [finding(self.name, "os.environ", environ, os.environ, undo)]

    def _changed(self, environ: Any, variables: Variables) -> list[Finding]:
        before, now = _decoded(environ, variables), _decoded(environ, _without_exempt(environ))
        return [
            finding(
                self.name,
                f"os.environ[{name!r}]",
                before.get(name, MISSING),
                now.get(name, MISSING),
                partial(_put_back, environ, name, before.get(name, MISSING)),
                name=name,
            )
            for name in {**before, **now}
            if not same(before.get(name, MISSING), now.get(name, MISSING))
        ]


_EXEMPT_KEYS = tuple(map(os.environ.encodekey, EXEMPT))


def _without_exempt(environ: Any) -> Variables:
    raw: Variables = environ._data.copy()
    for key in _EXEMPT_KEYS:
        raw.pop(key, None)
    return raw


def _is_as(environ: Any, variables: Variables) -> bool:
    # Keys and values are bytes (on Windows text), so that this comparison runs no one's code.
    return os.environ is environ and _without_exempt(environ) == variables


def _decoded(environ: Any, variables: Variables) -> dict[str, str]:
    return {environ.decodekey(k): environ.decodevalue(v) for k, v in tuple(variables.items())}


def _put_back(environ: Any, name: str, value: Any) -> None:
    if value is MISSING:
        environ.pop(name, None)
    else:
        environ[name] = value
