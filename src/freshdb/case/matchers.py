"""Matchers: values inside `expected` that stand for many."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from freshdb.datafiles.values import Tag

_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "list": (list, tuple),
    "dict": (dict,),
    "bytes": (bytes,),
}


class Matcher:
    """A value that is equal to every value that it describes."""

    name = ""

    def __init__(self, argument: Any = None) -> None:
        self.argument = argument

    def matches(self, actual: Any) -> bool:
        """Tell whether a value is one of those described."""
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Matcher):
            return type(self) is type(other) and self.argument == other.argument
        return self.matches(other)

    __hash__ = None  # type: ignore[assignment]  # equal to values of any hash

    def __repr__(self) -> str:
        return f"{self.name}({'' if self.argument is None else repr(self.argument)})"


class Anything(Matcher):
    """Anything; or anything of a type, which is named by its class or that of a base."""

    name = "any"

    def matches(self, actual: Any) -> bool:
        if self.argument is None:
            return True
        known = _TYPES.get(self.argument)
        if known is not None:
            return isinstance(actual, known) and (
                self.argument == "bool" or not isinstance(actual, bool)
            )
        return any(kind.__name__.lower() == self.argument.lower() for kind in type(actual).__mro__)


class Approx(Matcher):
    """A number near this one: within `rel` (one millionth) of it, or within `abs`."""

    name = "approx"

    def __init__(self, argument: Any) -> None:
        super().__init__(argument)
        options = argument if isinstance(argument, dict) else {"value": argument}
        unknown = set(options) - {"value", "rel", "abs"}
        try:
            self.value = float(options["value"])
            self.rel = float(options.get("rel", 0.0 if "abs" in options else 1e-6))
            self.abs = float(options.get("abs", 0.0))
        except (KeyError, TypeError, ValueError):
            unknown = {"?"}
        if unknown:
            raise ValueError("a number, or {value: …, rel: …, abs: …}")

    def matches(self, actual: Any) -> bool:
        try:
            number = float(actual)
        except (TypeError, ValueError):
            return False
        if isinstance(actual, (str, bool)):
            return False
        return number == self.value or math.isclose(
            number, self.value, rel_tol=self.rel, abs_tol=self.abs
        )


class Regex(Matcher):
    """A text in which a regular expression finds something."""

    name = "regex"

    def __init__(self, argument: Any) -> None:
        super().__init__(argument)
        if not isinstance(argument, str):
            raise ValueError("a regular expression")  # one kind of error for all
        try:
            self._pattern = re.compile(argument)
        except re.error as error:
            raise ValueError(f"a regular expression: {error}") from None

    def matches(self, actual: Any) -> bool:
        return isinstance(actual, str) and self._pattern.search(actual) is not None


class Unordered(Matcher):
    """A list, set or other collection with these values, in any order."""

    name = "unordered"

    def __init__(self, argument: Any) -> None:
        super().__init__(argument)
        if not isinstance(argument, list):
            raise ValueError("a list")  # one kind of error for all

    def matches(self, actual: Any) -> bool:
        from freshdb.case.compare import as_list, pair_up

        values = as_list(actual)
        if values is None or len(values) != len(self.argument):
            return False
        return not pair_up(values, self.argument)[0]


class Length(Matcher):
    """Something of this length."""

    name = "length"

    def __init__(self, argument: Any) -> None:
        try:
            super().__init__(int(argument))
        except (TypeError, ValueError):
            raise ValueError("a whole number") from None

    def matches(self, actual: Any) -> bool:
        return hasattr(actual, "__len__") and len(actual) == self.argument


class Partial(Matcher):
    """A mapping or object that has at least these keys, with these values."""

    name = "partial"

    def __init__(self, argument: Any) -> None:
        super().__init__(argument)
        if not isinstance(argument, dict):
            raise ValueError("a mapping")  # one kind of error for all

    def matches(self, actual: Any) -> bool:
        from freshdb.case.compare import as_mapping, differences

        mapping = as_mapping(actual)
        if mapping is None:
            return False
        return all(
            key in mapping and not differences(mapping[key], value)
            for key, value in self.argument.items()
        )


def _any(argument: Any) -> Anything:
    if argument in ("", None, True):
        return Anything()
    if not isinstance(argument, str):
        raise ValueError("the name of a type, or nothing")
    return Anything(argument)


def _argument(matcher: Matcher) -> Any:
    return "" if matcher.argument is None else matcher.argument


MATCHERS: Mapping[str, Tag] = {
    "any": Tag("any", _any, Anything, _argument),
    **{
        kind.name: Tag(kind.name, kind, kind, _argument)
        for kind in (Approx, Regex, Unordered, Length, Partial)
    },
}
