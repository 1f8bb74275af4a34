"""A case: what goes in, what must come out, and how its test is to be run."""

from __future__ import annotations

import builtins
import copy
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from freshdb.case.expected import Missing, wrapped
from freshdb.datafiles.document import Document, Keys, Place
from freshdb.datafiles.values import import_object
from freshdb.datafiles.writing import ABSENT
from freshdb.nearest import nearest


@dataclass(frozen=True)
class Raises:
    """The error that a case expects.

    Attributes:
        kind: the exception's class.
        pattern: what must be found in its text.
    """

    kind: type[BaseException]
    pattern: str | None = None

    def misses(self, error: BaseException) -> bool:
        """Tell whether the pattern is not found in an error's text."""
        return self.pattern is not None and re.search(self.pattern, str(error)) is None

    def __str__(self) -> str:
        pattern = f" with a text like {self.pattern!r}" if self.pattern is not None else ""
        return f"{self.kind.__name__}{pattern}"


@dataclass(frozen=True)
class Case:
    """One case of a data file.

    Attributes:
        id: its name in the file.
        input: what goes in; this test's own copy.
        tags: words to choose tests by.
        note: a remark, for readers.
        raises: the error that is expected, if one is.
        skip: why not to run it, or None.
        xfail: why it is known to fail, or None.
        seeds: what its database starts with, as the file has it.
        expected_rows: what tables must hold after the test, as the file has it.
        document: the file.
        keys: where in the file.
        outcome: what must come out, as the file has it.
        recorder: what stands in for `expected` while the tool writes it.
    """

    id: str
    document: Document = field(repr=False)
    keys: Keys = field(repr=False)
    input: Any = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    note: str = ""
    raises: Raises | None = None
    skip: str | None = None
    xfail: str | None = None
    seeds: tuple[Any, ...] = field(default=(), repr=False)
    expected_rows: Any = field(default=None, repr=False)
    outcome: Any = field(default=ABSENT, repr=False)
    recorder: Any = field(default=None, repr=False)

    @property
    def expected(self) -> Any:
        """What must come out. Its collections compare part by part; see the data files' page."""
        if self.recorder is not None:
            return self.recorder
        if self.outcome is ABSENT:
            return Missing(self)
        return wrapped(self.outcome, self, ())

    @property
    def path(self) -> Path:
        """The data file."""
        return self.document.path

    @property
    def line(self) -> int:
        """The line in which the case begins."""
        return self.place.line

    @property
    def place(self) -> Place:
        """The file, line and column at which the case begins."""
        return self.document.place(self.keys)

    def copy(self) -> Case:
        """Return a case with an input of its own, for one test."""
        if self.outcome is ABSENT:
            return replace(self, input=copy.deepcopy(self.input))
        return replace(self, input=copy.deepcopy(self.input), outcome=copy.deepcopy(self.outcome))

    def __deepcopy__(self, memo: dict[int, Any]) -> Case:
        return self.copy()


def find_error(spec: Any, document: Document, keys: Keys) -> Raises:
    """Return the error that `raises` of a case describes.

    Raises:
        DataFileError: there is no such exception, or the pattern is none.
    """
    pattern = None
    if isinstance(spec, dict):
        for key in spec:
            if key not in ("type", "match"):
                raise document.unknown("key", key, keys, ("type", "match"))
        pattern = spec.get("match")
        if pattern is not None:
            _check_pattern(pattern, document, (*keys, "match"))
        keys = (*keys, "type")
        spec = spec.get("type", "Exception")
    if not isinstance(spec, str):
        raise document.error(f"`raises` is {spec!r}, not the name of an exception", keys)
    return Raises(_exception(spec, document, keys), pattern)


def _exception(spec: str, document: Document, keys: Keys) -> type[BaseException]:
    known = [
        name
        for name, value in vars(builtins).items()
        if isinstance(value, type) and issubclass(value, BaseException)
    ]
    if ":" not in spec and "." in spec:
        spec = ":".join(spec.rsplit(".", 1))
    try:
        value = import_object(spec if ":" in spec else f"builtins:{spec}")
    except ValueError as expected:
        near = nearest(spec, known) if ":" not in spec else ""
        raise document.error(
            f"`raises` is `{spec}`, not {expected}"
            if ":" in spec
            else f"`raises` is `{spec}`, and Python has no such exception",
            keys,
            hint=near or "name others as `module:Name`",
        ) from None
    if not isinstance(value, type) or not issubclass(value, BaseException):
        raise document.error(f"`raises` is `{spec}`, which is no exception", keys)
    return value


def _check_pattern(pattern: Any, document: Document, keys: Keys) -> None:
    try:
        re.compile(pattern)
    except (re.error, TypeError) as error:
        raise document.error(f"`match` is no regular expression: {error}", keys) from None
