"""Put back by force what resists: too rough for a run that goes on, fit for a trial that ends."""

from __future__ import annotations

import contextvars
import ctypes
from collections.abc import Sequence
from typing import Any

from freshdb.state.change import MISSING
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.special import ContextVarKind, IteratorKind


class ForcedIteratorKind(IteratorKind):
    """An `itertools.count`, wound back in the interpreter's memory."""

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        number = ctypes.c_ssize_t.from_address(id(container) + object.__basicsize__)
        before = number.value
        if type(saved[0]) is int and abs(saved[0]) < 2**62 and before == self.save(container)[0]:
            number.value = saved[0]
            if self.save(container) == saved:
                return
            number.value = before
        super().put_back(container, saved, differences)


class ForcedContextVarKind(ContextVarKind):
    """A ContextVar, unset by going on in a context without it."""

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved is not MISSING:
            super().put_back(container, saved, differences)
            return
        without = contextvars.Context()
        for variable, value in contextvars.copy_context().items():
            if variable is not container:
                without.run(variable.set, value)
        ctypes.pythonapi.PyContext_Enter(ctypes.py_object(without))


FORCED_ITERATOR = ForcedIteratorKind()
FORCED_CONTEXT_VAR = ForcedContextVarKind()
