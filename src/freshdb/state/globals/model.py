"""What is told of module-level mutable state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Sort(StrEnum):
    """What sort of state a global is."""

    CONTAINER = "container"
    CACHE = "cache"
    INSTANCE = "instance"
    COUNTER = "counter"
    CONTEXT = "context variable"
    REBOUND = "rebound name"
    CLASS_ATTRIBUTE = "class attribute"
    DEFAULT = "mutable default"


ADVICE: dict[Sort, str] = {
    Sort.CONTAINER: "let a provider make it: `@scoped` on `def {name}(): return …`; ask `{name}()`",
    Sort.CACHE: "make the cached value with `@scoped`, so that it ends with its scope",
    Sort.INSTANCE: "let a provider make it: `{name} = scoped(…)`; ask for it with `{name}()`",
    Sort.COUNTER: "let a provider make it: `{name} = scoped(itertools.count)`; `next({name}())`",
    Sort.CONTEXT: "keep the token: `token = {name}.set(…)`, and `{name}.reset(token)` at the end",
    Sort.REBOUND: "make it an attribute of an object that a `@scoped` provider makes",
    Sort.CLASS_ATTRIBUTE: "set it in `__init__`, so that each instance has its own",
    Sort.DEFAULT: "let the default be `None`, and make the value in the function",
}


Key = tuple[str, str]
"""A module's dotted name, and the name of a global in it."""


@dataclass(frozen=True)
class Mutation:
    """A line that changes a global.

    Attributes:
        file: the file, relative to the root.
        line: its line number.
        function: the function that the line is in.
        code: the line's source text.
    """

    file: str
    line: int
    function: str
    code: str


@dataclass(frozen=True)
class Seen:
    """A change of state that tests of the last run left behind.

    Attributes:
        path: the piece of state: ``shop.cache._entries['a']``.
        change: how it differed, as the summary tells it.
        tests: the first few of the tests that left it so.
        count: how many tests did.
    """

    path: str
    change: str
    tests: tuple[str, ...]
    count: int


@dataclass(frozen=True)
class GlobalState:
    """One piece of module-level mutable state.

    Attributes:
        module: the dotted name of its module.
        name: its name there; ``Class.attribute`` or ``function(parameter)`` for these sorts.
        sort: what sort of state it is.
        file: the file, relative to the root.
        line: the line that makes it.
        mutations: the lines in functions that change it.
        advice: what to write instead.
        seen: what tests of the last run left changed in it.
    """

    module: str
    name: str
    sort: Sort
    file: str
    line: int
    mutations: tuple[Mutation, ...] = ()
    advice: str = ""
    seen: tuple[Seen, ...] = ()

    @property
    def is_changed(self) -> bool:
        """Tell whether anything was seen to change it, in the sources or by the last run."""
        return bool(self.mutations or self.seen)

    @property
    def path(self) -> str:
        """Return the dotted path, as the ignore patterns and the report of a run have it."""
        return f"{self.module}.{self.name}"


@dataclass(frozen=True)
class Unreadable:
    """A file that could not be looked into, and why."""

    file: str
    reason: str


@dataclass(frozen=True)
class GlobalsReport:
    """What was found in a project.

    Attributes:
        states: by file and line. State that nothing was seen to change has no mutations.
        unreadable: files that are not valid Python.
    """

    states: tuple[GlobalState, ...]
    unreadable: tuple[Unreadable, ...] = ()
