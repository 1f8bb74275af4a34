"""Every setting there is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from freshdb.settings import readers

ENVIRONMENT_PREFIX = "FRESHDB_"


@dataclass(frozen=True)
class Setting:
    """One setting: how to read it from text, what it may be, and the sentence that explains it."""

    name: str
    read: Callable[[object], object]
    help: str
    choices: tuple[str, ...] = ()
    per_test: bool = False
    is_switch: bool = False
    """Whether the option on the command line stands by itself, without a value."""

    @property
    def option(self) -> str:
        return "--freshdb-" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("enabled", readers.as_flag, "isolate the database at all (true)", per_test=True),
    Setting(
        "schema",
        readers.as_text,
        "what builds the template: `module:attribute` (declarative base, MetaData or callable), "
        "a .sql file, or `alembic`",
    ),
    Setting(
        "strategy",
        readers.as_text,
        "how each test gets a pristine database: undo in place, copy, roll one transaction back, "
        "or whichever is right (auto)",
        choices=("auto", "clone", "reset", "rollback"),
        per_test=True,
    ),
    Setting("session", readers.as_text, "the application's session factory, as `module:attribute`"),
    Setting(
        "strict",
        readers.as_flag,
        "SQL of work that no test owns is an error (false)",
        per_test=True,
    ),
    Setting(
        "on_leak",
        readers.as_text,
        "what a test left open is reported, fails the test, or is ignored",
        choices=("report", "fail", "ignore"),
        per_test=True,
    ),
    Setting(
        "keep",
        readers.as_text,
        "whose database is kept for a look: that of failed tests, or nobody's",
        choices=("failed", "never"),
        per_test=True,
    ),
    Setting(
        "seed",
        readers.as_seeds,
        "rows that are there when a test starts: data files, .sql files, `module:callable`",
        per_test=True,
    ),
    Setting("exclude", readers.as_texts, "URLs of engines to leave alone, `*` matches anything"),
    Setting(
        "directory",
        readers.as_text,
        "where branches live (a directory in memory where there is one)",
    ),
    Setting("record", readers.as_text, "write a record of the run to this file, as JSON lines"),
    Setting("report", readers.as_text, "write a page about the run to this file, as HTML"),
    Setting(
        "server",
        readers.as_text,
        "the server for branches: the application's if it is fit for that, else a private one "
        "(auto), always a private one (private), or a URL",
    ),
    Setting(
        "server_programs", readers.as_text, "the directory of the programs of a private server"
    ),
    Setting(
        "allow_hosts", readers.as_texts, "hosts of servers that freshdb may use although not local"
    ),
    Setting(
        "rebuild", readers.as_flag, "build the template even if it is there (false)", is_switch=True
    ),
    Setting(
        "carry_threads", readers.as_flag, "threads that a test starts work for that test (true)"
    ),
    Setting(
        "teardown_timeout_s",
        readers.as_seconds,
        "how long closing what a test left open may take (1)",
    ),
    Setting(
        "state",
        readers.as_state,
        "process state that a test changed is put back and told (restore), only told (report), "
        "put back and the test failed (fail), or let be (off); by package: restore,shop.old=report",
        per_test=True,
    ),
    Setting(
        "packages",
        readers.as_texts,
        "packages whose state is watched (all that lie in the root directory)",
    ),
    Setting(
        "ignore",
        readers.as_texts,
        "dotted paths of state to let be; `*` is one part, `**` any number",
    ),
    Setting("probes", readers.as_texts, "kinds of state to watch; `-name` leaves one out (all)"),
    Setting(
        "emulate",
        readers.as_text,
        "the server whose SQL the application's raw SQL is, to be run on SQLite",
        choices=("mysql", "mariadb", "postgres"),
    ),
    Setting(
        "order",
        readers.as_order,
        "run the tests in this order: random, reverse, file, or a seed (file)",
    ),
    Setting(
        "branch_directory",
        readers.as_text,
        "where named branches live (the user's state directory)",
    ),
    Setting(
        "branch_from", readers.as_text, "what `freshdb branch` copies where no source is named"
    ),
    Setting("branch_ttl", readers.as_text, "how long a named branch lives, such as 30m or 7d (2h)"),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}
