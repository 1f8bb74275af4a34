"""`Branches`: everything that can be done with named branches, in Python."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from freshdb.branches import lifetimes, sources
from freshdb.branches.branch import Branch, Plan
from freshdb.branches.products import Progress, Result
from freshdb.branches.registry import Registry, default_base
from freshdb.branches.shelf import Shelf
from freshdb.branches.upkeep import Finding, examine, reap
from freshdb.branches.verbs import asking, changing, making, removing, running

if TYPE_CHECKING:
    from freshdb.branches.diff.compare import Comparison
    from freshdb.branches.diff.model import Diff


class Branches:
    """The named branches of this user, and those of one worktree by name.

        with freshdb.Branches() as branches:
            with branches.temporary("app.db") as branch:
                engine = create_engine(branch.url)

    Args:
        directory: where branches live; the setting `branch_directory` by default.
        project: the worktree whose branches are meant; found from the working directory.
        allow_hosts: hosts besides this machine that may be read from.
    """

    def __init__(
        self,
        directory: Path | str | None = None,
        *,
        project: Path | str | None = None,
        allow_hosts: Sequence[str] = (),
        progress: Progress = lambda *_: None,
    ) -> None:
        self.project = Path(project) if project is not None else Path.cwd()
        base = Path(directory).expanduser().absolute() if directory else default_base()
        self.registry = Registry(base, self.project)
        self._shelf = Shelf(self.registry, self.project, tuple(allow_hosts), progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of what was opened; branches live on."""

    # Making

    def create(
        self,
        name: str | None = None,
        source: str = sources.TEMPLATE,
        *,
        ttl: str | None = lifetimes.DEFAULT,
        schema_only: bool = False,
        if_exists: str = "fail",
    ) -> Branch:
        """Make a branch.

        Args:
            name: what it is called in this worktree; one is made up by default.
            source: a branch, `branch@snapshot`, a file, a URL, `env:VARIABLE` or `template`.
            ttl: how long it lives, such as `2h`; None for a branch that stays.
            schema_only: copy the tables without their rows.
            if_exists: `fail`, `reuse` the branch of that name, or `replace` it.

        Raises:
            BranchError: one of its subclasses says why not. Nothing half-made is left.
        """
        wishes = making.Wishes(source, name, ttl, schema_only, if_exists)
        return making.create(self._shelf, wishes)

    @contextlib.contextmanager
    def temporary(
        self, source: str = sources.TEMPLATE, name: str | None = None, **options: Any
    ) -> Iterator[Branch]:
        """Make a branch for the duration of a block; it goes even if this process is killed."""
        wishes = making.Wishes(source, name, **options)
        with making.in_use_from_birth(self._shelf, wishes) as (branch, _):
            try:
                yield branch
            finally:
                removing.remove_if_same(self._shelf, branch.record)

    def plan(
        self,
        name: str | None,
        source: str,
        *,
        ttl: str | None = lifetimes.DEFAULT,
        schema_only: bool = False,
    ) -> Plan:
        """Tell what `create` would do, without doing it."""
        return making.plan(self._shelf, making.Wishes(source, name, ttl, schema_only))

    # Looking

    def get(self, name: str) -> Branch:
        """Return a branch.

        Raises:
            BranchNotFoundError: there is none of that name in this worktree.
        """
        reap(self.registry)
        return self._shelf.branch(self._shelf.record(name))

    def list(self, *, everywhere: bool = False) -> Sequence[Branch]:
        """Return the branches of this worktree, or of all."""
        reap(self.registry)
        records = self.registry.records(everywhere=everywhere)
        return [self._shelf.branch(one) for one in records if one.is_whole]

    def url(self, name: str, *, driver: str | None = None, with_password: bool = True) -> str:
        """Return the URL of a branch, which stays the same when the branch is reset."""
        record = self._shelf.record(name)
        return self._shelf.product_of(record).url(record.place, driver, with_password=with_password)

    def size(self, branch: Branch) -> int:
        """Return how many bytes a branch has."""
        return self._shelf.product_of(branch.record).size(branch.record.place)

    # Changing

    def reset(self, name: str) -> Branch:
        """Make a branch what its parent is now; its URL stays."""
        return changing.reset(self._shelf, name)

    def restore(self, name: str, label: str) -> Branch:
        """Make a branch what it was when the snapshot was taken; its URL stays."""
        return changing.restore(self._shelf, name, label)

    def snapshot(self, name: str, label: str) -> Branch:
        """Keep a branch as it is now under a label.

        Raises:
            BranchExistsError: it has a snapshot of that label.
        """
        return changing.snapshot(self._shelf, name, label)

    def protect(self, name: str, *, on: bool = True) -> Branch:
        """Let a branch neither be deleted nor expire nor be written over; or let it again."""
        return changing.change(self._shelf, name, is_protected=on, is_temporary=False)

    def extend(self, name: str, ttl: str | None) -> Branch:
        """Let a branch live for this long from now on; None lets it stay."""
        expires_at = lifetimes.end_of(ttl)
        return changing.change(self._shelf, name, expires_at=expires_at, is_temporary=False)

    def delete(self, name: str) -> None:
        """Remove a branch with its snapshots.

        Raises:
            BranchRefusedError: it is protected, or other branches were made from it.
        """
        removing.delete(self._shelf, name)

    # Comparing and asking

    @contextlib.contextmanager
    def comparison(
        self, one: str, other: str | None = None, tables: Sequence[str] = ()
    ) -> Iterator[Comparison]:
        """Open two databases to compare them.

        Args:
            one: a branch, `branch@snapshot`, a file or a URL. With `other`, what to start from.
            other: what to end with. Without it, `one` is compared with its parent, which is then
                what to start from.
            tables: look at these only.
        """
        with asking.comparison(self._shelf, one, other, tables) as opened:
            yield opened

    def diff(self, one: str, other: str | None = None, **options: Any) -> Diff:
        """Return what turns one database into the other; see `comparison`.

        Args:
            one: what to start from; without `other`, the branch whose own changes are meant.
            other: what to end with.
            options: `tables`, and `schema`, `data` (whether to compare these) and `limit` (how
                many changes of a table to return; None for all).
        """
        with self.comparison(one, other, options.pop("tables", ())) as comparison:
            return comparison.diff(**options)

    def patch(
        self, one: str, other: str | None = None, *, out: TextIO, tables: Sequence[str] = ()
    ) -> None:
        """Write the SQL that turns one database into the other."""
        with self.comparison(one, other, tables) as comparison:
            comparison.write_patch(out)

    def sql(
        self,
        name: str,
        sql: str,
        parameters: Sequence[Any] = (),
        *,
        write: bool = False,
        max_rows: int = 100,
    ) -> Result:
        """Run a statement on a branch, or on a snapshot of one (`name@label`).

        Args:
            name: the branch, or `name@label`.
            sql: one statement.
            parameters: its positional parameters.
            write: whether it may write. Then it may also be several statements.
            max_rows: how many rows to return.
        """
        return asking.run_sql(self._shelf, name, sql, parameters, max_rows, write=write)

    # Running

    def environment(
        self, name: str, *, variables: Sequence[str] | None = None, driver: str | None = None
    ) -> dict[str, str]:
        """Return the environment variables (`DATABASE_URL`) by which a program finds a branch."""
        return running.environment(self._shelf, name, variables, driver)

    def exec(self, name: str, command: Sequence[str], **options: Any) -> int:
        """Run a command with a branch's URL in its environment, and return its exit code.

        Args:
            name: the branch.
            command: its words; no shell is asked.
            options: `variables` (names to put the URL under), `driver`, `timeout_s`, and
                `stdin`, `stdout`, `stderr`, `cwd` as for `subprocess`.
        """
        return running.run_on(self._shelf, name, command, **options)

    def run(
        self,
        command: Sequence[str],
        source: str = sources.TEMPLATE,
        *,
        keep_on_failure: bool = False,
        name: str | None = None,
        schema_only: bool = False,
        tell: Any = lambda branch: None,
        **options: Any,
    ) -> int:
        """Make a branch, run a command on it, discard the branch, return the exit code.

        Args:
            command: its words; no shell is asked.
            source: what to branch.
            keep_on_failure: keep the branch for two hours if the exit code is not 0.
            name: what it is called meanwhile; one is made up by default.
            schema_only: copy the tables without their rows.
            tell: called with the branch when it is there.
            options: as for `exec`.
        """
        wishes = making.Wishes(source, name, schema_only=schema_only)
        return running.run(
            self._shelf, command, wishes, tell, keep_on_failure=keep_on_failure, **options
        )

    # Upkeep

    def gc(self) -> Sequence[str]:
        """Remove expired branches, and what killed processes have left; return what that was."""
        return reap(self.registry, thorough=True)

    def doctor(self) -> Sequence[Finding]:
        """Look for what is not as it should be, without changing anything."""
        return examine(self.registry)
