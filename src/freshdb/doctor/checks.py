"""The popular mistakes, each a function that looks for one: why it hurts, and the fix.

To add one, write a generator of findings and put it into `CHECKS`.
"""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from freshdb import workspace
from freshdb.doctor.code import SESSION_MAKERS, Call, Code, fixture_scope, is_test
from freshdb.doctor.model import Finding
from freshdb.doctor.urls import DRIVERS, host_of, is_local, product_of
from freshdb.errors import masked
from freshdb.state.globals.syntax import FUNCTIONS, Function

_ENV_FILES = (".env", ".env.test", ".env.testing", ".env.local")


@dataclass(frozen=True)
class Project:
    """What the checks look at: a directory, its sources, the environment of the tests."""

    root: Path
    code: Code
    environment: dict[str, str]
    pytest_options: str

    @property
    def has_sqlite(self) -> bool:
        """Whether any engine is for SQLite, as far as the sources tell."""
        return any((engine.url or "").startswith("sqlite") for engine in self.code.engines)


def _at(call: Call, rule: str, what: str, why: str, fix: str) -> Finding:
    return Finding(rule, call.source.file, call.node.lineno, what, why, fix)


def static_pool(project: Project) -> Iterator[Finding]:
    """One connection for all sessions."""
    for engine in project.code.engines:
        if engine.option_name("poolclass") == "StaticPool":
            yield _at(
                engine,
                "static-pool",
                "an engine on StaticPool: all sessions share one connection",
                "a rollback in one session takes back what another has flushed, silently, and "
                "nothing is concurrent that is so in production",
                "leave `poolclass` out and let freshdb give each test a database in a file, or use "
                "`freshdb.engine_options(url)` for the engine",
            )


def join_mode(project: Project) -> Iterator[Finding]:
    """A session on a connection with an outer transaction, in the default mode."""
    for call in project.code.calls:
        if call.name not in SESSION_MAKERS or call.option("join_transaction_mode") is not None:
            continue
        bound = call.option("bind") or (call.node.args[0] if call.node.args else None)
        if bound is None or "conn" not in last_part(bound):
            continue
        if not any(fixture_scope(function) for function in call.inside):
            continue
        yield _at(
            call,
            "join-mode",
            "a session is bound to a connection without `join_transaction_mode`",
            "by default a rollback in the application ends the outer transaction: what comes after "
            "it is committed for real, and seen by the next test",
            'pass `join_transaction_mode="create_savepoint"`, or delete the fixture: with freshdb '
            "the application's own sessions can commit",
        )


def last_part(node: ast.expr) -> str:
    """Return the last name of an expression in lower case."""
    found = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return str(found).lower()


def create_all_per_test(project: Project) -> Iterator[Finding]:
    """All tables made anew for every test."""
    for node, call in _mentions(project, "create_all"):
        scopes = [fixture_scope(function) for function in call]
        if "function" in scopes or any(is_test(function) for function in call):
            yield Finding(
                "create-all-per-test",
                node[0],
                node[1],
                "`create_all` in a fixture of function scope, or in a test",
                "every test pays for all tables: some 25 ms with 40 tables in memory, more on disk "
                "or a server",
                'set `schema = "app.models:Base"` in [tool.freshdb] and delete the call: tables '
                "are made once, and each test starts from a copy in less than a millisecond",
            )


def _mentions(
    project: Project, name: str
) -> Iterator[tuple[tuple[str, int], tuple[Function, ...]]]:
    """Yield each place that names an attribute, with the functions around it."""

    def walk(
        node: ast.AST, inside: tuple[Function, ...]
    ) -> Iterator[tuple[int, tuple[Function, ...]]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Attribute) and child.attr == name:
                yield child.lineno, inside
            yield from walk(child, (*inside, child) if isinstance(child, FUNCTIONS) else inside)

    for source in project.code.sources:
        for line, inside in walk(source.tree, ()):
            yield (source.file, line), inside


def dead_loop(project: Project) -> Iterator[Finding]:
    """An async engine of wide scope, and an event loop for each test."""
    for engine in project.code.engines:
        scopes = [fixture_scope(function) for function in engine.inside]
        wide = next((one for one in scopes if one in ("session", "package", "module", "class")), "")
        if not engine.is_async or not wide or engine.option_name("poolclass") == "NullPool":
            continue
        if f"loop_scope={wide}" in project.pytest_options.replace('"', "").replace(" ", ""):
            continue
        yield _at(
            engine,
            "dead-loop",
            f"an async engine in a fixture of {wide} scope, and tests may have loops of their own",
            "its pool keeps connections of a loop that is closed: `Event loop is closed`, or "
            "`attached to a different loop`, in whichever test takes one",
            f'set `asyncio_default_fixture_loop_scope = "{wide}"` and '
            f'`asyncio_default_test_loop_scope = "{wide}"`, or delete the fixture: freshdb drops '
            "connections of closed loops",
        )


def real_engine(project: Project) -> Iterator[Finding]:
    """An engine whose URL leads away from this machine."""
    for engine in project.code.engines:
        url = engine.url
        if url and host_of(url) and not is_local(url):
            yield _at(
                engine,
                "real-database",
                f"the URL in the source leads to `{host_of(url)}`",
                "one test that is run without isolation writes to that database",
                "read the URL from the environment, and let the default be a local one",
            )


def real_url(project: Project) -> Iterator[Finding]:
    """A URL of a database elsewhere in the environment that tests run in."""
    places = [("", 0, name, value) for name, value in sorted(project.environment.items())]
    places += [place for name in _ENV_FILES for place in _variables_in(project.root, name)]
    for file_name, line, key, value in places:
        if product_of(value) and host_of(value) and not is_local(value):
            yield Finding(
                "real-url",
                file_name,
                line,
                f"`{key}` is {masked(value)}",
                "tests read it as the application does, and may reach that database",
                f"unset `{key}` for tests, or give them one of their own",
            )


def _variables_in(root: Path, name: str) -> Iterator[tuple[str, int, str, str]]:
    file = root / name
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    for number, line in enumerate(text.splitlines(), start=1):
        key, separator, value = line.partition("=")
        if separator and not line.lstrip().startswith("#"):
            yield name, number, key.strip(), value.strip().strip("\"'")


def foreign_keys(project: Project) -> Iterator[Finding]:
    """SQLite engines that do not enforce foreign keys."""
    if not project.has_sqlite or "foreign_keys" in project.code.texts:
        return
    for engine in project.code.engines:
        if (engine.url or "").startswith("sqlite"):
            yield _at(
                engine,
                "foreign-keys-off",
                "SQLite does not enforce foreign keys unless it is told to",
                "rows that refer to nothing pass here, and fail in production",
                "run `PRAGMA foreign_keys=ON` in a `connect` listener of the engine",
            )
            return


def savepoint_listener(project: Project) -> Iterator[Finding]:
    """The old recipe for savepoints on pysqlite."""
    for call in project.code.calls:
        if call.name not in ("exec_driver_sql", "execute") or not call.node.args:
            continue
        first = call.node.args[0]
        if not isinstance(first, ast.Constant) or str(first.value).strip().upper() != "BEGIN":
            continue
        if any("begin" in function.name.lower() for function in call.inside):
            yield _at(
                call,
                "savepoint-listener",
                "a listener that emits BEGIN itself",
                "it takes a lock at each first read, so that two sessions answer "
                "`database is locked`",
                "delete it together with `isolation_level = None`; SQLAlchemy 2.1 has "
                "`connect_args={'autocommit': False}`, and freshdb needs neither",
            )


def drivers(project: Project) -> Iterator[Finding]:
    """Engines whose driver is not installed."""
    for engine in project.code.engines:
        module = DRIVERS.get((engine.url or "").partition(":")[0])
        if module is not None and not _is_installed(module):
            yield _at(
                engine,
                "missing-driver",
                f"the engine needs the driver `{module}`, which is not installed",
                "no test can connect",
                f"install it, with the tests' other requirements: `pip install {module}`",
            )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def leftovers(project: Project) -> Iterator[Finding]:
    """Directories of runs that are over."""
    base = workspace.choose_base(None)
    dead = [one for one in sorted(base.glob("run-*")) if not workspace.is_alive(one)]
    if dead:
        yield Finding(
            "leftovers",
            "",
            0,
            f"what runs that are over have left in {base}: {len(dead)}",
            "they take memory or disk",
            "nothing to do: the next run with freshdb removes them",
        )


CHECKS: tuple[Callable[[Project], Iterator[Finding]], ...] = (
    static_pool,
    join_mode,
    create_all_per_test,
    dead_loop,
    real_engine,
    real_url,
    foreign_keys,
    savepoint_listener,
    drivers,
    leftovers,
)


def database_environment() -> dict[str, str]:
    """Return the variables of this process that may hold URLs of databases."""
    return {name: value for name, value in os.environ.items() if "://" in value}
