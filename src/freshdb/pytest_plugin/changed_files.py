"""`--lf` and data files: the cases of a file that has changed since it was last run are run again.

pytest knows which tests have failed, and skips modules without one; that a data file has changed it
cannot know. What is remembered is in pytest's cache, and written when all cases of a file are run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from freshdb.pytest_plugin.cases import CASES, MARK

_KEY = "freshdb/data-files"
_CHANGED = pytest.StashKey[set[Path]]()
_FOUND = pytest.StashKey[dict[Path, int]]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    changed: set[Path] = set()
    config.stash[_CHANGED] = changed
    plugin = _last_failed(config)
    if plugin is None or not plugin.lastfailed:  # then all tests are run
        return
    for name, known in _remembered(config).items():
        if any(_digest(config.rootpath / file) != was for file, was in known["files"].items()):
            changed.add(config.rootpath / name)
            for module in known["modules"]:
                path = config.rootpath / module
                plugin._last_failed_paths |= {path, *path.parents}


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Name the cases of changed files as failed, before pytest's own hook leaves out the others."""
    report = yield
    changed = collector.config.stash[_CHANGED]
    plugin = _last_failed(collector.config) if changed else None
    if plugin is not None:
        for node in report.result:
            if isinstance(node, pytest.Item) and changed.intersection(_files_of(node)):
                plugin.lastfailed[getattr(node, "id", node.nodeid)] = True
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[_FOUND] = _counts(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    is_first = getattr(config, "workerinput", {}).get("workerid", "gw0") == "gw0"
    found = config.stash.get(_FOUND, {})
    if not found or not is_first or config.option.collectonly or not hasattr(config, "cache"):
        return
    remembered = _remembered(config)
    counts = _counts(session.items)
    for path, cases in config.stash[CASES].items():
        if cases and counts.get(path, 0) == found.get(path):
            files = {path, *(file for case in cases for file in _made_of(case))}
            remembered[_relative(path, config)] = {
                "files": {_relative(file, config): _digest(file) for file in files},
                "modules": sorted(
                    {
                        _relative(item.path, config)
                        for item in session.items
                        if path in _files_of(item)
                    }
                ),
            }
    assert config.cache is not None
    config.cache.set(_KEY, remembered)


def _remembered(config: pytest.Config) -> dict[str, Any]:
    cache = getattr(config, "cache", None)
    return dict(cache.get(_KEY, {})) if cache is not None else {}


def _last_failed(config: pytest.Config) -> Any:
    """Return pytest's own plugin if `--lf` is given and it is as it is known to be."""
    plugin = config.pluginmanager.get_plugin("lfplugin")
    is_known = hasattr(plugin, "lastfailed") and hasattr(plugin, "_last_failed_paths")
    return plugin if is_known and config.getoption("lf", False) else None


def _files_of(item: pytest.Item) -> Iterator[Path]:
    for mark in item.iter_markers(MARK):
        yield mark.args[0].path


def _counts(items: list[pytest.Item]) -> dict[Path, int]:
    counts: dict[Path, int] = {}
    for item in items:
        for path in _files_of(item):
            counts[path] = counts.get(path, 0) + 1
    return counts


def _made_of(case: Any) -> Iterator[Path]:
    yield case.path
    yield from (Path(name) for name in case.document.ingredients if not name.startswith("$"))


def _relative(path: Path, config: pytest.Config) -> str:
    root = config.rootpath
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _digest(path: Path) -> str:
    """Return what changes when a file does, or when files come to a folder or go."""
    if path.is_dir():
        content = "\0".join(sorted(child.name for child in path.iterdir())).encode()
    else:
        content = path.read_bytes() if path.is_file() else b""
    return hashlib.sha256(content).hexdigest()
