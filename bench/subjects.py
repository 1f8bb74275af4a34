"""What is measured: each subject is a project, how to run it, and what to compare it with."""

from __future__ import annotations

from dataclasses import dataclass

FRESHDB_OFF = ("-p", "no:freshdb")
SQLA_OFF = ("-p", "no:sqla")
HYGIENE_OFF = ("-p", "no:hygiene")
SESSION_LOOP = (
    "-o",
    "asyncio_default_fixture_loop_scope=session",
    "-o",
    "asyncio_default_test_loop_scope=session",
)


@dataclass(frozen=True)
class Variant:
    """A project and the arguments that pytest is given for it.

    `layers` are folders of `bench/projects`, laid over each other in this order. `modules_times`
    is the size of the generated package beside them, as a multiple of a real one's; each test
    makes so many `changes` in it.
    """

    layers: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    modules_times: int = 0
    changes: int = 0
    environment: tuple[tuple[str, str], ...] = ()


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
# The same tables and the same work, on another ORM.
DJANGO = ("django",)


# What the database alone costs; process state has subjects of its own, and a target of its own.
DATABASE_ONLY = (("FRESHDB_STATE", "off"),)
STATE_MS = 0.4


def _of_freshdb(
    name: str,
    label: str,
    target_ms: float,
    layers: tuple[str, ...],
    *arguments: str,
    environment: tuple[tuple[str, str], ...] = (),
) -> Subject:
    return Subject(
        name,
        f"freshdb, {label}",
        without=Variant(layers, (*FRESHDB_OFF, *arguments)),
        with_it=Variant(layers, arguments, environment=environment),
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
    _of_freshdb("freshdb-sync", "sync", 0.5, SYNC, environment=DATABASE_ONLY),
    _of_freshdb(
        "freshdb-async", "aiosqlite, a loop per test", 1.5, ASYNC, environment=DATABASE_ONLY
    ),
    _of_freshdb(
        "freshdb-async-session", "aiosqlite, one loop", 1.5, ASYNC, *SESSION_LOOP,
        environment=DATABASE_ONLY,
    ),
    _of_freshdb(
        "freshdb-idle", "tests that never connect", 0.03, IDLE, environment=DATABASE_ONLY
    ),
    _of_freshdb("freshdb-all", "sync, and process state", 0.5 + STATE_MS, SYNC),
    _of_freshdb(
        "freshdb-all-async", "aiosqlite, one loop, and process state", 1.5 + STATE_MS, ASYNC,
        *SESSION_LOOP,
    ),
    _of_create_all("create-file", "sync, file", SYNC, "create_drop/sync"),
    _of_create_all("create-memory", "sync, memory on StaticPool", MEMORY, "create_drop/sync"),
    _of_create_all("create-async-file", "aiosqlite, file", ASYNC, "create_drop/aio"),
    _of_create_all(
        "create-async-memory", "aiosqlite, memory on StaticPool", ASYNC_MEMORY, "create_drop/aio"
    ),
    _of_sqla("sqla-sync", "sync", SYNC, "pytest_sqla/sync"),
    _of_sqla("sqla-async", "aiosqlite, a loop per test", ASYNC, "pytest_sqla/aio"),
    _of_sqla("sqla-async-session", "aiosqlite, one loop", ASYNC, "pytest_sqla/aio", *SESSION_LOOP),
    Subject(
        "mock-resources", "pytest-mock-resources, SQLite in memory",
        without=Variant(SYNC), with_it=Variant((*SYNC, "mock_resources")),
        tests=50, environment="pytest-mock-resources",
    ),
    Subject(
        "django", "pytest-django's TestCase, SQLite in memory",
        without=Variant(DJANGO), with_it=Variant((*DJANGO, "django_testcase")),
        tests=800, environment="pytest-django",
    ),
)  # fmt: skip


def _of_state(
    name: str,
    label: str,
    target_ms: float | None,
    *,
    modules_times: int = 1,
    changes: int = 0,
    peer: bool = False,
) -> Subject:
    off = HYGIENE_OFF if peer else FRESHDB_OFF
    return Subject(
        name,
        f"{'pytest-hygiene' if peer else 'freshdb'}, {label}",
        without=Variant(("state",), off, modules_times, changes),
        with_it=Variant(("state",), (), modules_times, changes),
        tests=1_000,
        environment="pytest-hygiene" if peer else "freshdb",
        target_ms=target_ms,
    )


STATE_SUBJECTS = (
    _of_state("state-nothing", "no package", 0.02, modules_times=0),
    _of_state("state", "52 modules, nothing changed", STATE_MS),
    _of_state("state-10", "520 modules, nothing changed", None, modules_times=10),
    _of_state("state-1-change", "52 modules, 1 change", None, changes=1),
    _of_state("state-10-changes", "52 modules, 10 changes", None, changes=10),
    _of_state("state-100-changes", "52 modules, 100 changes", None, changes=100),
    _of_state("hygiene", "52 modules, nothing changed", None, peer=True),
    _of_state("hygiene-10", "520 modules, nothing changed", None, modules_times=10, peer=True),
)
"""Tests that use no database, beside a package with a lot of state."""


POSTGRES = ("app", "sync", "postgres/sync")
ASYNC_POSTGRES = ("app", "aio", "postgres/aio")
POSTGRES_PEER = "postgres-peers"


def _on_server(
    name: str,
    label: str,
    target_ms: float | None,
    layers: tuple[str, ...],
    *arguments: str,
    tests: int = 300,
    environment: tuple[tuple[str, str], ...] = (),
) -> Subject:
    # Without freshdb, connections that are pooled in one loop fail in the next.
    loop = SESSION_LOOP if layers is ASYNC_POSTGRES else ()
    return Subject(
        name,
        f"freshdb, {label}",
        without=Variant(layers, (*FRESHDB_OFF, *loop), environment=environment),
        with_it=Variant(layers, arguments, environment=(*environment, *DATABASE_ONLY)),
        tests=tests,
        target_ms=target_ms,
    )


def _of_peer(name: str, label: str, layer: str, *arguments: str) -> Subject:
    return Subject(
        name,
        label,
        without=Variant(POSTGRES, SQLA_OFF),
        with_it=Variant((*POSTGRES, layer), arguments),
        tests=100,
        environment=POSTGRES_PEER,
    )


ROLLBACK = "--freshdb-strategy=rollback"
CLONE = "--freshdb-strategy=clone"
PSYCOPG = (("BENCH_DRIVER", "psycopg"),)
MIB_10 = (("BENCH_ROWS", "10000"),)
GIB_1 = (("BENCH_ROWS", "1000000"),)
POSTGRES_SUBJECTS = (
    _on_server("pg-sync", "reset, psycopg", 2.0, POSTGRES),
    _on_server("pg-loop", "reset, asyncpg, one loop", 2.0, ASYNC_POSTGRES, *SESSION_LOOP),
    _on_server("pg-loops", "reset, asyncpg, a loop per test", 8.0, ASYNC_POSTGRES),
    _on_server(
        "pg-loop-psycopg", "reset, async psycopg, one loop", 2.0, ASYNC_POSTGRES, *SESSION_LOOP,
        environment=PSYCOPG,
    ),
    _on_server("pg-rollback", "rollback, psycopg", 1.0, POSTGRES, ROLLBACK),
    _on_server(
        "pg-rollback-loop", "rollback, asyncpg, one loop", 1.0, ASYNC_POSTGRES, ROLLBACK,
        *SESSION_LOOP,
    ),
    _on_server("pg-clone", "clone, psycopg", None, POSTGRES, CLONE, tests=100),
    _on_server("pg-10mb", "reset, 10 MB of rows", 2.0, POSTGRES, environment=MIB_10),
    _on_server("pg-1gb", "reset, 1 GB of rows", 2.0, POSTGRES, environment=GIB_1),
    _of_peer(
        "pg-savepoint", "savepoints, as in SQLAlchemy's docs", "postgres/savepoint", *SQLA_OFF
    ),
    _of_peer(
        "pg-pytest-postgresql", "pytest-postgresql", "postgres/pytest_postgresql", *SQLA_OFF
    ),
    _of_peer("pg-pytest-sqla", "pytest-sqla", "postgres/pytest_sqla"),
    Subject(
        "pg-py-pglite", "py-pglite",
        without=Variant(POSTGRES, ("-p", "no:py_pglite")),
        with_it=Variant((*POSTGRES, "postgres/py_pglite")),
        tests=100,
        environment="py-pglite",
    ),
)  # fmt: skip
"""Tests that each insert one row into a Postgres database of forty tables, and commit."""

MARIADB = ("app", "sync", "mariadb/sync")
MARIADB_SUBJECTS = (
    _on_server("mariadb-reset", "reset, PyMySQL", 5.0, MARIADB),
    _on_server("mariadb-rollback", "rollback, PyMySQL", 1.5, MARIADB, ROLLBACK),
)
"""The same on MariaDB."""
