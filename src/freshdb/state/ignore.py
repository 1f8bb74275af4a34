"""Patterns of dotted paths that name state to leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from freshdb.errors import IgnorePatternError

_ALLOWED = re.compile(r"[^\s]+(\['.*'\])?$")


@dataclass
class IgnoreList:
    """The patterns of a run, with a count of what each of them matched.

    A pattern covers the path that it matches and all below it: ``shop.cache`` covers
    ``shop.cache._entries['a']``.
    """

    patterns: tuple[str, ...] = ()
    _compiled: list[tuple[str, re.Pattern[str]]] = field(default_factory=list, repr=False)
    _used: set[str] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        self._compiled = [(pattern, compile_pattern(pattern)) for pattern in self.patterns]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> IgnoreList:
        """Return the list of these patterns."""
        return cls(tuple(patterns))

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def covers(self, path: str) -> bool:
        """Tell whether a pattern covers the path; all that do are marked as used."""
        hits = [pattern for pattern, matcher in self._compiled if matcher.match(path)]
        self._used.update(hits)
        return bool(hits)

    def unmatched(self) -> tuple[str, ...]:
        """Return the patterns that covered nothing so far."""
        return tuple(pattern for pattern in self.patterns if pattern not in self._used)


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the matcher of a pattern: ``*`` is one part of a path, ``**`` any number of them."""
    if not isinstance(pattern, str) or not pattern.strip():
        raise _unreadable(str(pattern), "it is empty")
    if not _ALLOWED.match(pattern):
        raise _unreadable(pattern, "it contains a space")
    if pattern.startswith(".") or pattern.endswith(".") or ".." in pattern:
        raise _unreadable(pattern, "a part of it is empty")
    parts = re.split(r"(\*\*|\*)", pattern)
    wildcards = {"**": ".*", "*": r"[^.\[\]]*"}
    text = "".join(wildcards.get(part) or re.escape(part) for part in parts)
    return re.compile(rf"{text}(?=$|[.\[(])", re.DOTALL)


def _unreadable(pattern: str, reason: str) -> IgnorePatternError:
    return IgnorePatternError(
        f"cannot read the ignore pattern `{pattern}`: {reason}",
        hint="write a dotted path; `*` stands for one part of it, `**` for any number: "
        "`shop.cache.*`, `shop.**._memo`, `os.environ['AWS_*']`",
    )
