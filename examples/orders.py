"""A pytest plugin for the demo: run the tests in another order (`--order=reversed|SEED`)."""

from __future__ import annotations

import random

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--order", default="file", help="file, reversed, or a number: a random seed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    order = config.getoption("--order")
    if order == "reversed":
        items.reverse()
    elif order != "file":
        shuffle(items, int(order))


def shuffle(items: list[pytest.Item], seed: int) -> None:
    """Shuffle modules, and the tests in each, as the usual plugins do."""
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    chance = random.Random(seed)
    names = list(modules)
    chance.shuffle(names)
    for tests in modules.values():
        chance.shuffle(tests)
    items[:] = [item for name in names for item in modules[name]]
