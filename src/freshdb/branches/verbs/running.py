"""Run commands on branches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from freshdb.branches import lifetimes, locks
from freshdb.branches.branch import Branch
from freshdb.branches.shelf import Shelf
from freshdb.branches.upkeep import reap
from freshdb.branches.verbs.changing import change
from freshdb.branches.verbs.commands import run as run_command
from freshdb.branches.verbs.making import Wishes, in_use_from_birth
from freshdb.branches.verbs.removing import remove_if_same

VARIABLES = ("DATABASE_URL",)
# Long enough for any command: the branch goes when that ends.
_MEANWHILE = "7d"


def environment(
    shelf: Shelf, name: str, variables: Sequence[str] | None, driver: str | None
) -> dict[str, str]:
    """Return the environment variables by which a program finds a branch."""
    record = shelf.record(name)
    url = shelf.product_of(record).url(record.place, driver, with_password=True)
    return dict.fromkeys(variables or VARIABLES, url)


def run_on(
    shelf: Shelf,
    name: str,
    command: Sequence[str],
    *,
    variables: Sequence[str] | None = None,
    driver: str | None = None,
    **options: Any,
) -> int:
    """Run a command with a branch's URL in its environment, and return its exit code."""
    reap(shelf.registry)
    use = locks.Use(shelf.registry.use_mark(shelf.record(name)))
    try:
        facts = environment(shelf, name, variables, driver)
        return run_command(command, facts, use.descriptor, **options)
    finally:
        use.close()


def run(
    shelf: Shelf,
    command: Sequence[str],
    wishes: Wishes,
    tell: Callable[[Branch], Any],
    *,
    keep_on_failure: bool = False,
    variables: Sequence[str] | None = None,
    driver: str | None = None,
    **options: Any,
) -> int:
    """Make a branch, run a command on it, discard the branch, return the exit code."""
    is_kept = False
    with in_use_from_birth(shelf, replace(wishes, ttl=_MEANWHILE)) as (branch, use):
        try:
            tell(branch)
            facts = environment(shelf, branch.name, variables, driver)
            code = run_command(command, facts, use.descriptor, **options)
            if code != 0 and keep_on_failure:
                end = lifetimes.end_of(lifetimes.DEFAULT)
                change(shelf, branch.name, expires_at=end, is_temporary=False)
                is_kept = True
            return code
        finally:
            if not is_kept:
                remove_if_same(shelf, branch.record)
