"""`case.expected`: compares part by part, and knows where in its file each part stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from freshdb.case.compare import Difference, differences, short
from freshdb.datafiles.document import Keys

if TYPE_CHECKING:
    from freshdb.case.case import Case


class _Comparing:
    """What the two kinds of expected collections share.

    `==` is asked of the right-hand side first where that is a subclass of the left one's type, and
    after a `NotImplemented` of the left one else; so it does not matter on which side this stands.
    """

    # Not `case` and `keys`: a mapping has keys of its own.
    _case: Case
    _way: Keys

    def __eq__(self, other: object) -> bool:
        return not differences(_named(other, self), self)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]  # like the collections that these are


class ExpectedMapping(_Comparing, dict[Any, Any]):
    """A mapping that `expected` holds."""


class ExpectedList(_Comparing, list[Any]):
    """A list that `expected` holds."""


def _named(actual: object, expected: object) -> object:
    """Return a tuple with the names of an expected mapping: it may be one of SQLAlchemy's rows.

    They hand on a plain tuple when they are compared, without the names of their columns.
    """
    if isinstance(expected, dict) and type(actual) is tuple and len(actual) == len(expected):
        return dict(zip(expected, actual, strict=True))
    return actual


class Missing:
    """Stands for the `expected` of a case that has none; it equals nothing."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __eq__(self, other: object) -> bool:
        return other is self

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        if self.case.raises is not None:
            return f"<{self.case.raises}, which case `{self.case.id}` expects>"
        return f"<no `expected` in case `{self.case.id}`; --freshdb-update writes it>"


def wrapped(value: Any, case: Case, keys: Keys) -> Any:
    """Return an expected value with its collections as those that compare part by part."""
    made: ExpectedMapping | ExpectedList
    if isinstance(value, dict):
        made = ExpectedMapping(
            {key: wrapped(part, case, (*keys, key)) for key, part in value.items()}
        )
    elif isinstance(value, list):
        made = ExpectedList(
            [wrapped(part, case, (*keys, index)) for index, part in enumerate(value)]
        )
    else:
        return value
    made._case, made._way = case, keys
    return made


def explain(left: Any, right: Any) -> list[str] | None:
    """Return the lines that say how two values differ; None if neither is of a case."""
    for actual, expected in ((left, right), (right, left)):
        if isinstance(expected, Missing):
            return [repr(expected), f"what came out is {short(actual)} ({expected.case.place})"]
        if isinstance(expected, _Comparing):
            lines = _lines(expected._case, expected._way, differences(actual, expected))
            return [*lines, _BY_POSITION] if len(lines) == 1 else lines
    return None


_BY_POSITION = "  a row by itself compares in the order of its columns; compare `row._mapping`"


def _lines(case: Case, keys: Keys, found: list[Difference]) -> list[str]:
    way = Difference(keys, "").way
    lines = [f"what came out is not `expected{way}` of case `{case.id}` ({case.place})"]
    for one in found:
        where = case.document.place((*case.keys, "expected", *keys, *one.keys))
        file = "" if where.path == case.path else f"{where.path.name} "
        first, *more = f"  {one}".splitlines() or [""]
        lines += [f"{first}   ({file}line {where.line})", *(f"    {line}" for line in more)]
    return lines
