"""Collect a suite as pytest would, with everything off that would change order, number or place."""

from __future__ import annotations

import os
import random
from collections.abc import Generator, Sequence
from typing import Any

import pytest
from _pytest.config import _prepareconfig

from freshdb.hunt.session.importing import Focus

_OFF: dict[str, Any] = {
    "dist": "no",
    "numprocesses": None,
    "tx": [],
    "looponfail": False,
    "lf": False,
    "failedfirst": False,
    "newfirst": False,
    "stepwise": False,
    "stepwise_skip": False,
    "maxfail": 0,
    "exitfirst": False,
    "usepdb": False,
    "trace": False,
    "reruns": 0,
    "randomly_reorganize": False,
    "random_order": False,
    "random_order_bucket": None,
    "random_order_seed": None,
    "reverse": False,
    "freshdb_order": None,
    "collectonly": False,
    "tbstyle": "native",  # to lay out a traceback takes longer than most tests
    "showlocals": False,
}
"""Options of pytest and of plugins that would get in the hunt's way, and what they are set to."""

# This process has imported freshdb before pytest could; where warnings are errors, that is one.
_QUIETLY = ("-W", "ignore:Module already imported:pytest.PytestAssertRewriteWarning")
_ENVIRONMENT = {"FRESHDB_ENABLED": "false", "FRESHDB_ORDER": "file"}


class Quiet:
    """A plugin that switches off what addopts may have switched on."""

    @pytest.hookimpl(wrapper=True)
    def pytest_load_initial_conftests(
        self, early_config: pytest.Config, parser: Any, args: list[str]
    ) -> Generator[None]:
        known = early_config.known_args_namespace
        if getattr(known, "cov_source", None):
            known.cov_source = []  # coverage would slow each line, and write its file
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        for name, value in _OFF.items():
            if hasattr(config.option, name):
                setattr(config.option, name, value)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        yield


class Collected:
    """The suite in this process.

    Attributes:
        config: pytest's.
        session: pytest's.
        items: the tests, each node id once.
        errors: what could not be collected.
        is_seeded: whether collecting has set the seed of `random`.
        garbage: what went wrong when what it left was collected.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_TESTRUNUID", "PYTEST_CURRENT_TEST"):
            os.environ.pop(name, None)
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        self.errors: list[str] = []
        self.is_seeded = False
        self.garbage = ""
        focus = Focus()
        with _watching_seed(self):
            self.config = _prepareconfig([*arguments, *_QUIETLY], [Quiet(), self, focus])
            self.config._do_configure()
            self.session = pytest.Session.from_config(self.config)
            self.config.hook.pytest_sessionstart(session=self.session)
            self.config.hook.pytest_collection(session=self.session)
        by_id: dict[str, pytest.Item] = {}
        for item in [*self.session.items, *focus.imports(self.session)]:
            by_id.setdefault(item.nodeid, item)
        self.items = list(by_id.values())

    @pytest.hookimpl(tryfirst=True)
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.errors.append(f"{report.nodeid}: {lines[-1].strip() if lines else 'an error'}")

    def describe(self) -> dict[str, Any]:
        """Return what the hunter needs to know of the tests."""
        return {
            "tests": [item.nodeid for item in self.items],
            "classes": [_module_and_class(item) for item in self.items],
            "rootdir": str(self.config.rootpath),
            "errors": self.errors,
            "garbage": self.garbage,
        }


def _module_and_class(item: pytest.Item) -> tuple[str, str]:
    parts = item.nodeid.split("::")
    return parts[0], "::".join(parts[1:-1])


class _watching_seed:  # noqa: N801  # used like a function
    """Note whether the program seeds `random` while it is imported, and so counts on it."""

    def __init__(self, collected: Collected) -> None:
        self._collected = collected

    def __enter__(self) -> None:
        self._seed = random.seed

        def seed(*arguments: Any, **options: Any) -> None:
            self._collected.is_seeded = True
            self._seed(*arguments, **options)

        random.seed = seed

    def __exit__(self, *exception: object) -> None:
        random.seed = self._seed


def randomness_is_reset(config: pytest.Config) -> bool:
    """Tell whether a plugin seeds `random` for each test."""
    return bool(config.getoption("randomly_reset_seed", default=False))
