"""Context variables that were not set before."""

from __future__ import annotations

import contextvars
import ctypes
from collections.abc import Sequence
from typing import Any

from freshdb.state.change import MISSING
from freshdb.state.graph.compare import Difference
from freshdb.state.graph.special import ContextVarKind


class UnsettingContextVarKind(ContextVarKind):
    """A ContextVar. It is unset by going on in a context without it.

    Python can run a function in another context, but not go on in one; the interpreter's own C
    interface can (``PyContext_Enter``, documented). The context that is left is never entered
    again, which only a trial's process can afford.
    """

    def put_back(self, container: Any, saved: Any, differences: Sequence[Difference]) -> None:
        if saved is not MISSING:
            super().put_back(container, saved, differences)
            return
        without = contextvars.Context()
        for variable, value in contextvars.copy_context().items():
            if variable is not container:
                without.run(variable.set, value)
        ctypes.pythonapi.PyContext_Enter(ctypes.py_object(without))


CONTEXT_VAR = UnsettingContextVarKind()
