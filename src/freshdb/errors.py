"""Every exception that freshdb raises on purpose: fact, cause, and a `hint:` with the cure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any


class FreshDBError(Exception):
    """Base of all errors of freshdb.

    Args:
        fact: what happened and why, in one or more lines.
        hint: what to do about it; printed after a blank line as ``hint: …``.
    """

    def __init__(self, fact: str, *, hint: str | None = None) -> None:
        super().__init__(fact)
        self.fact = fact
        self.hint = hint

    def __str__(self) -> str:
        if self.hint is None:
            return self.fact
        return f"{self.fact}\n\nhint: {self.hint}"

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors cross processes (xdist workers, trials). Subclasses build their text in `__init__`
        # from facts, so unpickling must not call `__init__` again with the text alone.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[FreshDBError], args: tuple[Any, ...], facts: dict[str, Any]
) -> FreshDBError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(facts)
    return error


class SettingError(FreshDBError):
    """Raised when a setting has an unknown name or a value that cannot be used.

    Attributes:
        name: the setting's name, or the unknown word.
        source: where the value came from, for example ``pyproject.toml [tool.freshdb]``.
    """

    def __init__(self, fact: str, *, name: str, source: str, hint: str | None = None) -> None:
        super().__init__(f"{fact} (from {source})", hint=hint)
        self.name = name
        self.source = source


class WorkspaceError(FreshDBError):
    """Raised when the directory for branches cannot be created, written or trusted."""


class SchemaError(FreshDBError):
    """Raised when ``schema`` cannot be imported, or names nothing that can make tables."""


class TemplateError(FreshDBError):
    """Raised when building a template fails; the build's own exception is the ``__cause__``."""


class LayerConflictError(FreshDBError):
    """Raised when a fixture that a test asks for in code brings rows that collide with its own."""


class SessionNotFoundError(FreshDBError):
    """Raised by ``db_session`` when it cannot tell which session factory the application uses."""


class UncoveredConnectionError(FreshDBError):
    """Raised where connections of an engine should lead to a branch, and do not."""


class RollbackError(FreshDBError):
    """Raised where a test of the strategy ``rollback`` does what one transaction cannot hold."""


class OwnershipError(FreshDBError):
    """Base of the errors about who may run SQL now."""


class OwnerGoneError(OwnershipError):
    """Raised when a task or thread runs SQL after the test that it works for has ended.

    Attributes:
        owner: the node id of the test (or the name of the fixture) that has ended.
    """

    def __init__(self, fact: str, *, owner: str, hint: str | None = None) -> None:
        super().__init__(fact, hint=hint)
        self.owner = owner


class NoOwnerError(OwnershipError):
    """Raised in strict mode when SQL is run by work that no test owns."""


class DataFileError(FreshDBError):
    """Raised when a data file (cases or seed rows) is missing or holds what does not fit.

    Attributes:
        path: the file.
        line: where in it, counted from 1; None where it is about the file as a whole.
        column: likewise.
    """

    def __init__(
        self,
        fact: str,
        *,
        path: Path,
        line: int | None = None,
        column: int | None = None,
        hint: str | None = None,
    ) -> None:
        place = ":".join(str(part) for part in (shown(path), line, column) if part is not None)
        super().__init__(f"{place}: {fact}", hint=hint)
        self.path = path
        self.line = line
        self.column = column


class SeedError(FreshDBError):
    """Raised when a seed is nothing that makes rows, or fails; data files raise DataFileError."""


class EmulationError(FreshDBError):
    """Raised when SQL of another product, run on SQLite, uses what the emulation does not have.

    Nothing was executed. The hint names the nearest form that is supported.
    """


class LeakError(FreshDBError):
    """Raised at a test's teardown: what it left open or changed, line by line.

    ``on_leak = "fail"`` is about what was left open, ``state = "fail"`` about what was changed.
    """


class StateError(FreshDBError):
    """Base of the errors about watching process state; raised itself where the API is misused."""


class UnknownProbeError(StateError):
    """Raised when a setting names a probe that does not exist."""


class PackageNotFoundError(StateError):
    """Raised when a package that should be watched can neither be found nor is loaded."""


class IgnorePatternError(StateError):
    """Raised when an ignore pattern cannot be read as a dotted path with wildcards."""


class ScopedError(FreshDBError):
    """Raised when `scoped` is given what cannot be a factory, or when a factory fails.

    In the second case the factory's own exception is the ``__cause__``, and nothing is kept.
    """


class BranchError(FreshDBError):
    """Base of the errors about named branches; raised itself where the product refuses the work.

    Attributes:
        code: the word by which a program tells this kind of error from others.
        is_retryable: whether the same call may succeed a little later.
        exit_code: what the command `freshdb branch` ends with.
    """

    code = "branch_failed"
    is_retryable = False
    exit_code = 2


class BranchInputError(BranchError):
    """Raised when a name, a time to live, a source or SQL is nothing that can be used."""

    code = "bad_input"


class BranchNotFoundError(BranchError):
    """Raised when there is no branch, snapshot or source of that name."""

    code = "not_found"
    exit_code = 3


class BranchExistsError(BranchError):
    """Raised when a branch or snapshot of that name is there already."""

    code = "exists"
    exit_code = 4


class BranchRefusedError(BranchError):
    """Raised where freshdb will not, for safety.

    The branch is protected or has children, or the source is on another machine or looks like
    production.
    """

    code = "refused"
    exit_code = 5


class BranchBusyError(BranchError):
    """Raised when somebody else holds the branch or the source for too long."""

    code = "busy"
    is_retryable = True
    exit_code = 6


class BranchSpaceError(BranchError):
    """Raised when a copy does not fit on the disk; nothing of it is left."""

    code = "no_space"
    exit_code = 7


class BranchServerError(BranchError):
    """Raised when the server of a branch or a source cannot be reached."""

    code = "server_unreachable"
    is_retryable = True
    exit_code = 8


class ServerError(FreshDBError):
    """Raised when a database server cannot be found, started or reached, or refuses a request.

    Attributes:
        code: the product's own code of the refusal, such as a SQLSTATE; empty where it has none.
    """

    def __init__(self, fact: str, *, code: str = "", hint: str | None = None) -> None:
        super().__init__(fact, hint=hint)
        self.code = code


class UnsafeServerError(ServerError):
    """Raised when freshdb is told to work on a server that is remote, or looks like production."""


class RecordError(FreshDBError):
    """Raised when a file is not the record of a run, or cannot be read."""


class HuntError(FreshDBError):
    """Raised by `freshdb hunt` when it cannot begin: the suite cannot be collected, or run."""


def shown(path: Path | str) -> str:
    """Return a path as messages show it: relative to the working directory where it is below."""
    path = Path(path)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def masked(text: str) -> str:
    """Return a URL, or a text with some, as messages show it: without passwords.

    A password may hold an `@`, so it ends at the last one before a blank or a quote; it may hold
    those too, so else at the next one. Rather too much is masked than too little.
    """
    return _PASSWORD.sub(rf"\1{MASK}@", text)


MASK = "***"
"""What stands in messages where a secret was."""

_PASSWORD = re.compile(r"""(://[^:/@\s'"]*:)(?:[^\s'"]*|[^@]*)@""")
