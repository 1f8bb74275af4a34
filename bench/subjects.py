"""What is measured: each subject is a project, how to run it, and what to compare it with."""

from __future__ import annotations

from dataclasses import dataclass

FRESHDB_OFF = ("-p", "no:freshdb")
SQLA_OFF = ("-p", "no:sqla")
SESSION_LOOP = (
    "-o",
    "asyncio_default_fixture_loop_scope=session",
    "-o",
    "asyncio_default_test_loop_scope=session",
)


@dataclass(frozen=True)
class Variant:
    """A project and the arguments that pytest is given for it.

    `layers` are folders of `bench/projects`, laid over each other in this order.
    """

    layers: tuple[str, ...]
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A way to isolate tests, beside the same tests without it.

    Its runs have `tests` tests: few where a test takes long, many where the cost is small.
    `target_ms` is what freshdb promises a test to cost at most; peers have none.
    """

    name: str
    label: str
    without: Variant
    with_it: Variant
    tests: int
    environment: str = "freshdb"
    target_ms: float | None = None


SYNC = ("app", "sync")
ASYNC = ("app", "aio")
MEMORY = (*SYNC, "memory/sync")
ASYNC_MEMORY = (*ASYNC, "memory/aio")
IDLE = (*SYNC, "idle")


def _of_freshdb(
    name: str, label: str, target_ms: float, layers: tuple[str, ...], *arguments: str
) -> Subject:
    return Subject(
        name,
        f"freshdb, {label}",
        without=Variant(layers, (*FRESHDB_OFF, *arguments)),
        with_it=Variant(layers, arguments),
        tests=2_000 if layers is IDLE else 800,
        target_ms=target_ms,
    )


def _of_create_all(name: str, label: str, layers: tuple[str, ...], fixture: str) -> Subject:
    return Subject(
        name,
        f"create_all and drop_all, {label}",
        without=Variant(layers, FRESHDB_OFF),
        with_it=Variant((*layers, fixture), FRESHDB_OFF),
        tests=50,
    )


def _of_sqla(
    name: str, label: str, layers: tuple[str, ...], project: str, *arguments: str
) -> Subject:
    return Subject(
        name,
        f"pytest-sqla, {label}",
        without=Variant(layers, (*SQLA_OFF, *arguments)),
        with_it=Variant((*layers, project), arguments),
        tests=200,
        environment="pytest-sqla",
    )


SUBJECTS = (
    _of_freshdb("freshdb-sync", "sync", 0.5, SYNC),
    _of_freshdb("freshdb-async", "aiosqlite, a loop per test", 1.5, ASYNC),
    _of_freshdb("freshdb-async-session", "aiosqlite, one loop", 1.5, ASYNC, *SESSION_LOOP),
    _of_freshdb("freshdb-idle", "tests that never connect", 0.03, IDLE),
    _of_create_all("create-file", "sync, file", SYNC, "create_drop/sync"),
    _of_create_all("create-memory", "sync, memory on StaticPool", MEMORY, "create_drop/sync"),
    _of_create_all("create-async-file", "aiosqlite, file", ASYNC, "create_drop/aio"),
    _of_create_all(
        "create-async-memory", "aiosqlite, memory on StaticPool", ASYNC_MEMORY, "create_drop/aio"
    ),
    _of_sqla("sqla-sync", "sync", SYNC, "pytest_sqla/sync"),
    _of_sqla("sqla-async", "aiosqlite, a loop per test", ASYNC, "pytest_sqla/aio"),
    _of_sqla("sqla-async-session", "aiosqlite, one loop", ASYNC, "pytest_sqla/aio", *SESSION_LOOP),
)
