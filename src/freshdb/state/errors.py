"""What can be wrong with a request to watch process state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from freshdb.errors import FreshDBError


class StateError(FreshDBError):
    """Base of the errors about watching and restoring process state."""


class UnknownProbeError(StateError):
    """Raised when a setting names a probe that does not exist.

    Attributes:
        name: the unknown name.
        known: the names that exist, in order.
    """

    def __init__(self, name: str, known: Sequence[str]) -> None:
        close = get_close_matches(name, known, n=1)
        cure = f"did you mean `{close[0]}`?" if close else "use one of the known names."
        super().__init__(f"unknown probe `{name}`", hint=f"{cure} Known probes: {', '.join(known)}")
        self.name = name
        self.known = tuple(known)


class DuplicateProbeError(StateError):
    """Raised when two probes are registered under one name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"a probe named `{name}` is already registered",
            hint="give yours another name, or pass `replace=True`.",
        )
        self.name = name


class PackageNotFoundError(StateError):
    """Raised when a package that should be watched can neither be found nor is loaded.

    Attributes:
        package: the dotted name that was asked for.
    """

    def __init__(self, package: str) -> None:
        super().__init__(
            f"cannot watch the state of package `{package}`: no module of that name is found",
            hint="check the spelling, and that it can be imported from where the tests run.",
        )
        self.package = package


class IgnorePatternError(StateError):
    """Raised when an ignore pattern cannot be read as a dotted path with wildcards."""

    def __init__(self, pattern: str, reason: str) -> None:
        super().__init__(
            f"cannot read the ignore pattern `{pattern}`: {reason}",
            hint="write a dotted path; `*` stands for one part of it, `**` for any number: "
            "`shop.cache.*`, `shop.**._memo`, `os.environ['AWS_*']`.",
        )
        self.pattern = pattern


class UnmatchedIgnoreError(StateError):
    """Raised on request when ignore patterns matched no state in a whole run.

    Attributes:
        patterns: the patterns that matched nothing.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self.patterns = tuple(patterns)
        listed = ", ".join(f"`{pattern}`" for pattern in self.patterns)
        super().__init__(
            f"ignore patterns that matched no state: {listed}",
            hint="remove them, or correct them: the report prints paths as patterns match them.",
        )


class NoBaselineError(StateError):
    """Raised when a check, restore or close is asked for before any baseline was opened."""

    def __init__(self, verb: str) -> None:
        super().__init__(
            f"cannot {verb} process state: no baseline is open",
            hint="call `open(owner)` first.",
        )
        self.verb = verb
