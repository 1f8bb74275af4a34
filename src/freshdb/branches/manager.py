"""`Branches`: everything that can be done with named branches, in Python."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from freshdb.branches import lifetimes, locks, sources
from freshdb.branches.products import Copied, Product, Progress, Result, product
from freshdb.branches.records import BranchRecord, Parent, Place, Snapshot, State
from freshdb.branches.registry import Registry, checked_name, default_base
from freshdb.branches.upkeep import Finding, discard, examine, reap
from freshdb.errors import (
    BranchExistsError,
    BranchInputError,
    BranchNotFoundError,
    BranchRefusedError,
)

PARENT = "^parent"


@dataclass(frozen=True)
class Branch:
    """A branch as its user sees it.

    Attributes:
        url: what SQLAlchemy connects to; a password in it is masked.
        cost: what making it has cost, where it has just been made.
        is_new: whether this call has made it.
    """

    record: BranchRecord
    url: str
    cost: Copied | None = None
    is_new: bool = False

    @property
    def name(self) -> str:
        return self.record.name

    @property
    def seconds_left(self) -> float | None:
        """Return how long it will live; None if it stays."""
        expires_at = self.record.expires_at
        return None if expires_at is None else max(0.0, expires_at - time.time())


@dataclass(frozen=True)
class Plan:
    """What `create` would do, as `dry_run` tells."""

    name: str
    parent: Parent
    size_bytes: int
    ttl_s: float | None
    is_schema_only: bool


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
        self._allow_hosts = tuple(allow_hosts)
        self._progress = progress

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
        return self._create(name, source, ttl, schema_only, if_exists)

    @contextlib.contextmanager
    def temporary(
        self, source: str = sources.TEMPLATE, name: str | None = None, **options: Any
    ) -> Iterator[Branch]:
        """Make a branch for the duration of a block; it goes even if this process is killed."""
        with self.in_use_from_birth(source, name, **options) as (branch, _):
            try:
                yield branch
            finally:
                self._remove_quietly(branch.record)

    @contextlib.contextmanager
    def in_use_from_birth(
        self, source: str, name: str | None = None, **options: Any
    ) -> Iterator[tuple[Branch, locks.Use]]:
        """Make a branch that lives as long as its mark is held, and hold it for the block."""
        defaults = {"ttl": lifetimes.DEFAULT, "schema_only": False, "if_exists": "fail"}
        wishes: dict[str, Any] = {**defaults, **options}
        uses: list[locks.Use] = []
        try:
            branch = self._create(name, source, **wishes, uses=uses)
            yield branch, uses[0]
        finally:
            for use in uses:
                use.close()

    def plan(
        self, name: str | None, source: str, *, ttl: str | None, schema_only: bool = False
    ) -> Plan:
        """Tell what `create` would do, without doing it."""
        parent = self._parent(source)
        seconds = None if ttl is None else lifetimes.seconds_of(ttl)
        size = 0 if parent.kind == sources.TEMPLATE else product(parent.place.product).size(
            parent.place
        )  # fmt: skip
        return Plan(checked_name(name or _new_name()), parent, size, seconds, schema_only)

    def _create(
        self,
        name: str | None,
        source: str,
        ttl: str | None,
        schema_only: bool,
        if_exists: str,
        uses: list[locks.Use] | None = None,
    ) -> Branch:
        self._reap()
        if if_exists not in ("fail", "reuse", "replace"):
            raise BranchInputError(
                f"`if_exists` is `{if_exists}`", hint="valid: `fail`, `reuse`, `replace`"
            )
        name = checked_name(name or _new_name())
        seconds = None if ttl is None else lifetimes.seconds_of(ttl)
        with self.registry.locked(name):
            there = self._settled(name)
            if there is not None and if_exists == "reuse":
                return self._branch(there)
            if there is not None and if_exists == "fail":
                raise BranchExistsError(
                    f"there is a branch `{name}` already",
                    hint="take another name, or `--if-exists reuse` or `replace`",
                )
            parent = self._parent(source)
            if there is not None:
                self._check_deletable(there)
                if parent.branch_id == there.id:
                    raise BranchInputError(
                        f"`{name}` cannot be replaced by a copy of itself",
                        hint="`freshdb branch reset` goes back to its parent",
                    )
                discard(self.registry, there)
            now = time.time()
            record = BranchRecord(
                name=name, scope=self.registry.scope, id=os.urandom(6).hex(),
                place=parent.place, parent=parent, created_at=now,
                expires_at=None if seconds is None else now + seconds,
                is_temporary=uses is not None, is_schema_only=schema_only,
            )  # fmt: skip
            return self._make(record, uses)

    def _make(self, record: BranchRecord, uses: list[locks.Use] | None) -> Branch:
        """Copy the parent to where the branch is to be; leave nothing if that fails."""
        home = self.registry.home_of(record.name)
        its_product = self._product_of(record)
        record = replace(record, place=its_product.new_place(home, "", record.parent.place))
        self.registry.write(record)
        try:
            if uses is not None:
                uses.append(locks.Use(self.registry.use_mark(record)))
            with self._readable(record.parent) as source:
                cost = its_product.copy(
                    source, record.place, schema_only=record.is_schema_only,
                    progress=self._progress,
                )  # fmt: skip
            record = replace(record, state=State.READY)
            self.registry.write(record)
        except BaseException:
            with contextlib.suppress(Exception):
                its_product.delete(record.place)
            self.registry.forget(record)
            raise
        return self._branch(record, cost, is_new=True)

    # Looking

    def get(self, name: str) -> Branch:
        """Return a branch.

        Raises:
            BranchNotFoundError: there is none of that name in this worktree.
        """
        self._reap()
        return self._branch(self._record(name))

    def list(self, *, everywhere: bool = False) -> Sequence[Branch]:
        """Return the branches of this worktree, or of all."""
        self._reap()
        records = self.registry.records(everywhere=everywhere)
        return [self._branch(one) for one in records if one.state is State.READY]

    def url(self, name: str, *, driver: str | None = None, with_password: bool = True) -> str:
        """Return the URL of a branch, which stays the same when the branch is reset."""
        record = self._record(name)
        return self._product_of(record).url(record.place, driver, with_password=with_password)

    def size(self, branch: Branch) -> int:
        """Return how many bytes a branch has."""
        return self._product_of(branch.record).size(branch.record.place)

    # Changing

    def reset(self, name: str) -> Branch:
        """Make a branch what its parent is now; its URL stays."""
        return self._overwrite(name, self._same_parent)

    def restore(self, name: str, label: str) -> Branch:
        """Make a branch what it was when the snapshot was taken; its URL stays."""

        def source(record: BranchRecord) -> Parent:
            return Parent("snapshot", f"{name}@{label}", self._snapshot(record, label).place)

        return self._overwrite(name, source)

    def snapshot(self, name: str, label: str) -> Branch:
        """Keep a branch as it is now under a label.

        Raises:
            BranchExistsError: it has a snapshot of that label.
        """
        checked_name(label)
        self._reap()
        with self.registry.locked(name):
            record = self._record(name)
            if record.snapshot(label) is not None:
                raise BranchExistsError(
                    f"`{name}` has a snapshot `{label}` already", hint="take another label"
                )
            its_product = self._product_of(record)
            place = its_product.new_place(self.registry.home_of(name), label, record.place)
            draft = Snapshot(label, place, time.time())
            self.registry.write(record.with_snapshot(draft))
            try:
                cost = its_product.copy(
                    record.place, place, schema_only=False, progress=self._progress
                )
            except BaseException:
                its_product.delete(place)
                self.registry.write(record.without_snapshot(label))
                raise
            record = record.with_snapshot(replace(draft, is_ready=True))
            self.registry.write(record)
            return self._branch(record, cost)

    def protect(self, name: str, *, on: bool = True) -> Branch:
        """Let a branch neither be deleted nor expire nor be written over; or let it again."""
        return self._change(name, is_protected=on, is_temporary=False)

    def extend(self, name: str, ttl: str | None) -> Branch:
        """Let a branch live for this long from now on; None lets it stay."""
        expires_at = None if ttl is None else time.time() + lifetimes.seconds_of(ttl)
        return self._change(name, expires_at=expires_at, is_temporary=False)

    def delete(self, name: str) -> None:
        """Remove a branch with its snapshots.

        Raises:
            BranchRefusedError: it is protected, or other branches were made from it.
        """
        self._reap()
        with self.registry.locked(name):
            record = self._record(name)
            self._check_deletable(record)
            discard(self.registry, record)

    # Comparing and asking

    @contextlib.contextmanager
    def comparison(self, one: str, other: str | None = None, tables: Sequence[str] = ()) -> Any:
        """Open two databases to compare them.

        Args:
            one: a branch, `branch@snapshot`, a file or a URL. With `other`, what to start from.
            other: what to end with. Without it, `one` is compared with its parent, which is then
                what to start from.
            tables: look at these only.
        """
        from freshdb.branches.diff.compare import Comparison

        self._reap()
        before, after = (f"{one}{PARENT}", one) if other is None else (one, other)
        if after == PARENT:
            after = f"{one}{PARENT}"
        with contextlib.ExitStack() as stack:
            here, there = (self._opened(text, stack) for text in (before, after))
            if here[2].name != there[2].name:
                raise BranchInputError(
                    f"`{here[0]}` is {here[2].name}, `{there[0]}` is {there[2].name}",
                    hint="compare databases of one product",
                )
            yield Comparison(here[:2], there[:2], here[2].dialect, tables)

    def diff(self, one: str, other: str | None = None, **options: Any) -> Any:
        """Return what turns one database into the other; see `comparison`.

        Args:
            one: what to start from; without `other`, the branch whose own changes are meant.
            other: what to end with.
            options: `tables`, and `schema`, `data` (whether to compare these) and `limit` (how
                many changes of a table to return; None for all).
        """
        with self.comparison(one, other, options.pop("tables", ())) as comparison:
            return comparison.diff(**options)

    def patch(self, one: str, other: str | None = None, *, out: TextIO, **options: Any) -> None:
        """Write the SQL that turns one database into the other."""
        with self.comparison(one, other, options.pop("tables", ())) as comparison:
            comparison.dialect.write_patch(comparison.pairs(), comparison.schema(), out)

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
        asked = sources.parse(name)
        if asked.kind != "branch" or (asked.label and write):
            raise BranchInputError(
                f"`{name}` is no branch to run SQL on", hint="make a branch of it first"
            )
        record = self._record(asked.name)
        place = self._snapshot(record, asked.label).place if asked.label else record.place
        with self._product_of(record).open(place, write=write) as database:
            if write and not parameters and ";" in sql.strip().rstrip(";"):
                database.run_script(sql)
                return Result((), ())
            result: Result = database.query(sql, parameters, max_rows)
            return result

    # Running

    def environment(
        self, name: str, *, variables: Sequence[str] = ("DATABASE_URL",), driver: str | None = None
    ) -> dict[str, str]:
        """Return the environment variables by which a program finds a branch."""
        url = self.url(name, driver=driver)
        return dict.fromkeys(variables, url)

    def exec(self, name: str, command: Sequence[str], **options: Any) -> int:
        """Run a command with a branch's URL in its environment, and return its exit code."""
        from freshdb.branches.running import run

        record = self.get(name).record
        use = locks.Use(self.registry.use_mark(record))
        try:
            driver, variables = _wishes(options)
            environment = self.environment(name, variables=variables, driver=driver)
            return run(command, environment, use.descriptor, **options)
        finally:
            use.close()

    def run(
        self,
        command: Sequence[str],
        source: str = sources.TEMPLATE,
        *,
        keep_on_failure: bool = False,
        name: str | None = None,
        tell: Any = lambda branch: None,
        **options: Any,
    ) -> int:
        """Make a branch, run a command on it, discard the branch, return the exit code.

        Args:
            command: its words; no shell is asked.
            source: what to branch.
            keep_on_failure: keep the branch for two hours if the exit code is not 0.
            name: what it is called meanwhile; one is made up by default.
            tell: called with the branch when it is there.
            options: `schema_only`, `variables` (names to put the URL under), `driver`.
        """
        from freshdb.branches.running import run

        driver, variables = _wishes(options)
        is_kept = False
        making = {"schema_only": options.pop("schema_only", False), "ttl": "7d"}
        with self.in_use_from_birth(source, name, **making) as (branch, use):
            try:
                tell(branch)
                environment = self.environment(branch.name, variables=variables, driver=driver)
                code = run(command, environment, use.descriptor, **options)
                if code != 0 and keep_on_failure:
                    self.extend(branch.name, lifetimes.DEFAULT)
                    is_kept = True
                return code
            finally:
                if not is_kept:
                    self._remove_quietly(branch.record)

    # Upkeep

    def gc(self) -> Sequence[str]:
        """Remove expired branches, and what killed processes have left; return what that was."""
        return reap(self.registry, thorough=True)

    def doctor(self) -> Sequence[Finding]:
        """Look for what is not as it should be, without changing anything."""
        return examine(self.registry)

    # The parts

    def _reap(self) -> None:
        reap(self.registry)

    def _record(self, name: str) -> BranchRecord:
        record = self.registry.read(name)
        if record is not None and record.state is State.READY:
            return record
        names = [one.name for one in self.registry.records() if one.state is State.READY]
        raise BranchNotFoundError(
            f"there is no branch `{name}` in this worktree",
            hint=_nearest(name, names) or "`freshdb branch list` shows all",
        )

    def _settled(self, name: str) -> BranchRecord | None:
        """Return the whole branch of a name, held; what a killed process left of one goes."""
        record = self.registry.read(name)
        if record is None:
            self.registry.remove(self.registry.home_of(name))
        elif record.state is not State.READY or self._is_over(record):
            discard(self.registry, record)
        else:
            return record
        return None

    def _is_over(self, record: BranchRecord) -> bool:
        """Tell whether a branch was for a command, and nobody runs it any more."""
        return record.is_temporary and not locks.is_in_use(self.registry.use_mark(record))

    def _snapshot(self, record: BranchRecord, label: str) -> Snapshot:
        found = record.snapshot(label)
        if found is not None:
            return found
        labels = [one.label for one in record.snapshots if one.is_ready]
        raise BranchNotFoundError(
            f"`{record.name}` has no snapshot `{label}`",
            hint=_nearest(label, labels) or f"it has: {', '.join(labels) or 'none'}",
        )

    def _parent(self, text: str) -> Parent:
        """Return what a source text stands for, checked."""
        asked = sources.parse(text)
        if asked.kind == sources.TEMPLATE:
            from freshdb.branches.templates import place_of

            return Parent(asked.kind, text, place_of(asked.name, self.project))
        if asked.place is not None:
            sources.check_allowed(asked.place, self._allow_hosts)
            text = asked.place.where if asked.place.product == "sqlite" else text
            return Parent("database", text, asked.place)
        record = self._record(asked.name)
        if not asked.label:
            return Parent("branch", text, record.place, record.id)
        return Parent("snapshot", text, self._snapshot(record, asked.label).place, record.id)

    def _same_parent(self, record: BranchRecord) -> Parent:
        """Return a branch's parent, which must still be what it was."""
        parent = self._parent(record.parent.text)
        if parent.branch_id != record.parent.branch_id:
            raise BranchNotFoundError(
                f"the branch `{parent.text}` is not the one that `{record.name}` was made from",
                hint="delete the branch and make it anew",
            )
        return parent

    @contextlib.contextmanager
    def _readable(self, parent: Parent) -> Iterator[Place]:
        """Give the place to copy from; a template is built for the duration of the block."""
        if parent.kind != sources.TEMPLATE:
            yield parent.place
            return
        from freshdb.branches.templates import built

        with built(parent, self.project) as place:
            yield place

    def _opened(self, text: str, stack: contextlib.ExitStack) -> tuple[str, Any, Product]:
        if text.endswith(PARENT):
            record = self._record(text.removesuffix(PARENT))
            parent = self._same_parent(record)
        else:
            parent = self._parent(text)
        its_product = product(parent.place.product)
        place = stack.enter_context(self._readable(parent))
        return parent.text, stack.enter_context(its_product.open(place)), its_product

    def _overwrite(self, name: str, source_of: Callable[[BranchRecord], Parent]) -> Branch:
        self._reap()
        with self.registry.locked(name):
            record = self._record(name)
            if record.is_protected:
                raise _protected(record)
            parent = source_of(record)
            its_product = self._product_of(record)
            with contextlib.ExitStack() as stack:
                source = stack.enter_context(self._readable(parent))
                if record.is_schema_only and parent.kind != "snapshot":
                    source = stack.enter_context(self._without_rows(record, source))
                cost = its_product.overwrite(record.place, source, progress=self._progress)
            return self._branch(record, cost)

    @contextlib.contextmanager
    def _without_rows(self, record: BranchRecord, source: Place) -> Iterator[Place]:
        """Give a copy of a source that has no rows, for the duration of a block."""
        its_product = self._product_of(record)
        home = self.registry.home_of(record.name)
        # No label of a user's begins like this. The record knows of it, so that `gc` does.
        label = "-reset"
        place = its_product.new_place(home, label, record.place)
        self.registry.write(record.with_snapshot(Snapshot(label, place, time.time())))
        try:
            its_product.delete(place)
            its_product.copy(source, place, schema_only=True, progress=self._progress)
            yield place
        finally:
            its_product.delete(place)
            self.registry.write(record)

    def _change(self, name: str, **changes: Any) -> Branch:
        self._reap()
        with self.registry.locked(name):
            record = replace(self._record(name), **changes)
            self.registry.write(record)
            return self._branch(record)

    def _check_deletable(self, record: BranchRecord) -> None:
        if record.is_protected:
            raise _protected(record)
        children = [
            f"`{one.name}`"
            for one in self.registry.records(everywhere=True)
            if one.parent.branch_id == record.id
        ]
        if children:
            raise BranchRefusedError(
                f"`{record.name}` is the parent of {', '.join(children)}",
                hint="delete these first",
            )

    def _remove_quietly(self, record: BranchRecord) -> None:
        """Remove a branch if it is still the same one."""
        with self.registry.locked(record.name, record.scope):
            there = self.registry.read(record.name, record.scope)
            if there is not None and there.id == record.id:
                discard(self.registry, there)

    def _product_of(self, record: BranchRecord) -> Product:
        return product(record.place.product)

    def _branch(
        self, record: BranchRecord, cost: Copied | None = None, *, is_new: bool = False
    ) -> Branch:
        url = self._product_of(record).url(record.place, None, with_password=False)
        return Branch(record, url, cost, is_new)


def _protected(record: BranchRecord) -> BranchRefusedError:
    return BranchRefusedError(
        f"`{record.name}` is protected",
        hint=f"`freshdb branch protect {record.name} --off` if it is to go",
    )


def _nearest(word: str, words: Sequence[str]) -> str:
    import difflib

    near = difflib.get_close_matches(word, words, n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def _new_name() -> str:
    return f"branch-{os.urandom(3).hex()}"


def _wishes(options: dict[str, Any]) -> tuple[str | None, Sequence[str]]:
    return options.pop("driver", None), options.pop("variables", None) or ("DATABASE_URL",)
