"""`--freshdb-order`: run the suite in another order, the same one in every process of a run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

OWN, RANDOM, REVERSE = "file", "random", "reverse"
_TOLD = "freshdb_order"


class Ordering:
    """Puts the tests in order once they are collected, and says how to get the same order again.

    Args:
        order: ``reverse``, or the seed of a random order.
    """

    def __init__(self, order: str) -> None:
        self._order = order

    def pytest_report_header(self) -> str:
        return f"freshdb order: {self._order} (again with --freshdb-order={self._order})"

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self._order == REVERSE:
            items.reverse()
        else:
            items[:] = _shuffled(items, int(self._order))

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: WorkerController) -> None:
        node.workerinput[_TOLD] = self._order


class LeftToOthers:
    """Says why the suite is not put in order here."""

    def __init__(self, name: str) -> None:
        self._name = name

    def pytest_report_header(self) -> str:
        return f"freshdb order: left to {self._name}"


def set_up(config: pytest.Config, order: str, worker: dict[str, Any] | None) -> None:
    """Put the suite in the order that is asked for, unless another plugin does."""
    if order == OWN:
        return
    other = _other(config)
    if other:
        config.pluginmanager.register(LeftToOthers(other), "freshdb-order")
        return
    if worker is not None:
        order = worker.get(_TOLD, order)
    elif order == RANDOM:
        order = str(random.randrange(1, 2**31))  # noqa: S311  # an order, not a secret
    config.pluginmanager.register(Ordering(order), "freshdb-order")


def _other(config: pytest.Config) -> str:
    """Return the plugin that is about to put the suite in another order, if there is one."""
    if getattr(config.option, "randomly_reorganize", False):
        return "pytest-randomly"
    options = ("random_order", "random_order_bucket", "random_order_seed")
    if any(getattr(config.option, name, None) for name in options):
        return "pytest-random-order"
    return ""


def _shuffled(items: list[pytest.Item], seed: int) -> list[pytest.Item]:
    from freshdb.hunt.searching.orders import shuffled

    parts = [item.nodeid.split("::") for item in items]
    return shuffled(items, [(one[0], "::".join(one[1:-1])) for one in parts], 2, seed)
