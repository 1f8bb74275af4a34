"""The pytest plugin: options, settings, fixtures; where freshdb is on, `isolating` does the work.

Loaded through the entry point `freshdb`, or with `-p freshdb.pytest_plugin` where autoload is off.
Nothing here imports SQLAlchemy.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from freshdb.errors import FreshDBError
from freshdb.pytest_plugin import order
from freshdb.pytest_plugin.fixtures import db_branch, db_session, fresh_db
from freshdb.pytest_plugin.isolating import Isolation
from freshdb.pytest_plugin.run import RUN, Run
from freshdb.settings import SETTINGS, load_settings

__all__ = ["db_branch", "db_session", "fresh_db"]

pytest_plugins = (
    "freshdb.pytest_plugin.cases",
    "freshdb.pytest_plugin.changed_files",
    "freshdb.pytest_plugin.updates",
)
MARKER = (
    "freshdb(enabled, strategy, strict, on_leak, keep, state, seed): "
    "settings of freshdb for this test; `enabled=False` leaves it on the application's database"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("freshdb", "freshdb: every test starts from the same database")
    for setting in SETTINGS:
        choices = f" ({', '.join(setting.choices)})" if setting.choices else ""
        takes: dict[str, Any] = (
            {"action": "store_const", "const": "true"}
            if setting.is_switch
            else {"metavar": setting.name.upper()}
        )
        group.addoption(
            setting.option,
            dest=f"freshdb_{setting.name}",
            default=None,
            **takes,
            help=setting.help.replace("%", "%%") + choices,
        )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    if config.option.help or config.option.version:
        return
    try:
        settings = load_settings(
            config.rootpath / "pyproject.toml",
            os.environ,
            {setting.name: config.getoption(f"freshdb_{setting.name}") for setting in SETTINGS},
        )
        worker = getattr(config, "workerinput", None)  # what xdist's controller told this process
        order.set_up(config, settings.order, worker)
        if settings.enabled:
            run = Run.start(settings, config.rootpath, worker, _reset_by_others(config))
            config.stash[RUN] = run
            config.pluginmanager.register(Isolation(run, is_worker=worker is not None))
            if settings.is_recorded:
                from freshdb.pytest_plugin.recording import start_recording

                start_recording(run, config, is_worker=worker is not None)
    except FreshDBError as error:
        raise pytest.UsageError(f"freshdb: {error}") from None


def _reset_by_others(config: pytest.Config) -> tuple[str, ...]:
    """Return the kinds of process state that another plugin resets for each test."""
    # Its option tells of pytest-randomly under whatever name it was loaded.
    reseeds = config.getoption("randomly_reset_seed", default=False)
    return ("random",) if reseeds else ()
