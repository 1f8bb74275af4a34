"""Look at a project: what freshdb would do with it, and which popular mistakes it makes.

Sources are read, not imported; nothing is connected to and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from freshdb.doctor.checks import CHECKS, Project, database_environment
from freshdb.doctor.code import Code, EngineCall
from freshdb.doctor.model import Diagnosis, Finding, Plan
from freshdb.doctor.urls import product_of
from freshdb.errors import masked
from freshdb.settings import Settings

__all__ = ["Diagnosis", "Finding", "Plan", "examine"]

_OPTION_FILES = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")


def examine(
    root: Path, settings: Settings, environment: Mapping[str, str] | None = None
) -> Diagnosis:
    """Return what a look at a project brings to light.

    Args:
        root: the project's directory.
        settings: freshdb's, as a run would have them.
        environment: the variables that tests would see; those of this process by default.
    """
    variables = database_environment() if environment is None else dict(environment)
    project = Project(root, Code.of(root), variables, _pytest_options(root))
    findings = [one for check in CHECKS for one in check(project)]
    findings.sort(key=lambda one: (one.file, one.line, one.rule))
    plans = tuple(_plan(engine, settings) for engine in project.code.engines)
    return Diagnosis(plans, tuple(findings), tuple(project.code.notes))


def _pytest_options(root: Path) -> str:
    """Return the lines of the project's configuration that speak of event loops."""
    texts = (
        (root / name).read_text(encoding="utf-8", errors="replace")
        for name in _OPTION_FILES
        if (root / name).is_file()
    )
    return "\n".join(re.findall(r"^\s*asyncio_\w+\s*=.*$", "\n".join(texts), re.MULTILINE))


def _plan(engine: EngineCall, settings: Settings) -> Plan:
    url = engine.url
    shown = masked(url) if url else "a URL that is known at run time only"
    return Plan(engine.source.file, engine.node.lineno, shown, _what(engine, url, settings))


def _what(engine: EngineCall, url: str | None, settings: Settings) -> str:
    if not settings.enabled:
        return f"left alone: freshdb is off (from {settings.source_of('enabled')})"
    if engine.option("creator") is not None or engine.option("async_creator") is not None:
        return "redirected if its creator calls the driver's `connect` through the module"
    product = product_of(url) if url else None
    if url and product is None:
        return "connected as it is: freshdb does not cover this product"
    where = "a private SQLite file" if product == "SQLite" else f"a private {product or 'database'}"
    how = {
        "auto": "reset in place after each test where that can be proved right, else copied anew",
        "reset": "reset in place after each test",
        "clone": "copied anew for each test",
        "rollback": "rolled back after each test",
    }.get(settings.strategy, settings.strategy)
    return f"redirected to {where}, {how}"
