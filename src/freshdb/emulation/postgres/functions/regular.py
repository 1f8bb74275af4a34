"""Regular expressions, for those that mean the same in Python."""

from __future__ import annotations

import re
from functools import lru_cache

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError

_CLASSES = {
    "digit": r"\d", "alpha": r"^\W\d_", "alnum": r"^\W_", "space": r"\s", "word": r"\w",
    "lower": "a-z", "upper": "A-Z", "xdigit": "0-9A-Fa-f", "punct": None, "blank": r" \t",
}  # fmt: skip
_BOUNDS = {"m": r"\b(?=\w)", "M": r"\b(?<=\w)", "y": r"\b", "Y": r"\B", "A": r"\A", "Z": r"\Z"}
_PIECE = re.compile(
    r"\[(?P<not>\^?)(?P<set>\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]"
    r"|\\(?P<escape>.)|(?P<group>\((?:\?(?::|=|!|<=|<!)?)?)|(?P<close>\))"
    r"|(?P<count>[*+?]\??|\{\d*,?\d*\}\??)|(?P<end>\$)|(?P<start>\^)|(?P<or>\|)|(?P<sign>.)",
    re.DOTALL,
)


def _refused(pattern: str, what: str) -> EmulationError:
    return EmulationError(
        f"{what} in the regular expression `{pattern}` is not supported",
        hint="use LIKE, or a simpler one",
    )


@lru_cache(maxsize=512)
def translated(pattern: str, flags: str = "") -> re.Pattern[str]:
    """Return a pattern as Python's.

    Raises:
        PostgresError: 2201B, where it is none.
        EmulationError: it means something else in Python.
    """
    if pattern.startswith(("***", "(?")) and not pattern.startswith(("(?:", "(?=", "(?!", "(?<")):
        raise _refused(pattern, "an option at the start")
    parts: list[str] = []
    counts = set()
    for match in _PIECE.finditer(pattern):
        parts.append(_piece(match, pattern))
        if match["count"]:
            counts.add(match["count"].endswith("?") and len(match["count"]) > 1)
    if len(counts) == 2:
        raise _refused(pattern, "greedy and lazy counts together")
    if "|" in pattern:
        _same_length(pattern)
    options = re.DOTALL
    for flag in flags:
        if flag not in "ig":
            raise EmulationError(f"the flag `{flag}` is not supported", hint="use i or g")
        options |= re.IGNORECASE if flag == "i" else 0
    try:
        return re.compile("".join(parts), options)
    except (re.error, OverflowError) as error:
        raise PostgresError("2201B", f"invalid regular expression: {error}") from None


def _same_length(pattern: str) -> None:
    """Refuse alternatives of which one begins with another: the server takes the longest."""
    for inner in re.findall(r"[^()]+", pattern):
        options = inner.split("|")
        for one in options:
            for other in options:
                if one is not other and other.startswith(one) and one != other:
                    raise _refused(pattern, "an alternative that another begins with")


def _piece(match: re.Match[str], pattern: str) -> str:
    if match["set"] is not None:
        return _set(match, pattern)
    escape = match["escape"]
    if escape is not None:
        if escape in _BOUNDS:
            return _BOUNDS[escape]
        if escape in "dwsDWS" or not escape.isalnum():
            return f"\\{escape}"
        if escape in "tnrfv":
            return f"\\{escape}"
        if escape.isdigit() and escape != "0":
            return f"\\{escape}"
        raise _refused(pattern, f"`\\{escape}`")
    if match["end"]:
        return r"\Z"
    if match["group"] in ("(?<=", "(?<!", "(?"):
        raise _refused(pattern, f"`{match['group']}`")
    return match.group()


def _set(match: re.Match[str], pattern: str) -> str:
    inner, negated = match["set"], match["not"]

    def named(found: re.Match[str]) -> str:
        known = _CLASSES.get(found[1])
        if known is None:
            raise _refused(pattern, f"[:{found[1]}:]")
        if known.startswith("^"):
            if negated or inner != found.group():
                raise _refused(pattern, f"[:{found[1]}:] beside others")
            return known
        return known

    if re.search(r"\[[.=]", inner):
        raise _refused(pattern, "`[.` or `[=`")
    made = re.sub(r"\[:(\w+):\]", named, inner)
    if made.startswith("]"):
        made = f"\\{made}"
    made = re.sub(r"(?<!\\)\[", r"\\[", made).replace("&&", r"&\&").replace("||", r"|\|")
    return f"[{negated}{made}]"


@function("match")
def match_(value: str, pattern: str, folds: int) -> int:
    """Return `value ~ pattern`."""
    return int(translated(pattern, "i" if folds else "").search(value) is not None)


@function("regexp_like")
def regexp_like(value: str, pattern: str, flags: str = "") -> int:
    """Return whether a pattern is found."""
    return int(translated(pattern, flags).search(value) is not None)


def _everywhere(pattern: str, flags: str) -> re.Pattern[str]:
    """Return a pattern that is looked for again and again: it has to find something."""
    found = translated(pattern, flags)
    if found.search("") is not None:
        raise _refused(pattern, "nothing that is found everywhere")
    return found


@function("regexp_replace")
def regexp_replace(value: str, pattern: str, new: str, flags: str = "") -> str:
    """Return a text with what a pattern finds replaced."""
    found = (_everywhere if "g" in flags else translated)(pattern, flags)

    def fill(match: re.Match[str]) -> str:
        def part(one: re.Match[str]) -> str:
            if one[1] == "&":
                return match.group()
            if one[1].isdigit():
                number = int(one[1])
                return (match[number] or "") if number <= found.groups else ""
            return one[1] if one[1] == "\\" else one.group()

        return re.sub(r"\\(.)", part, new, flags=re.DOTALL)

    return found.sub(fill, value, count=0 if "g" in flags else 1)


def _groups(match: re.Match[str]) -> str:
    return v.array_text(list(match.groups()) if match.re.groups else [match.group()])


@function("regexp_match")
def regexp_match(value: str, pattern: str, flags: str = "") -> str | None:
    """Return the groups of the first match."""
    if "g" in flags:
        raise PostgresError("22023", 'regexp_match() does not support the "global" option')
    found = translated(pattern, flags).search(value)
    return _groups(found) if found is not None else None


@function("regexp_matches")
def regexp_matches(value: str, pattern: str, flags: str = "") -> str:
    """Return the groups of the first match, or of all of them."""
    find = _everywhere if "g" in flags else translated
    found = [_groups(one) for one in find(pattern, flags).finditer(value)]
    return v.array_text(found if "g" in flags else found[:1])


@function("regexp_split")
def regexp_split(value: str, pattern: str, flags: str = "") -> str:
    """Return the parts of a text between what a pattern finds."""
    found, at = [], 0
    for match in _everywhere(pattern, flags).finditer(value):
        found.append(value[at : match.start()])
        at = match.end()
    return v.array_text([*found, value[at:]])


@function("regexp_count")
def regexp_count(value: str, pattern: str) -> int:
    """Return how often a pattern is found."""
    return sum(1 for _ in _everywhere(pattern, "").finditer(value))


@function("regexp_substring")
def regexp_substring(value: str, pattern: str) -> str | None:
    """Return what a pattern finds, or its first group."""
    found = translated(pattern).search(value)
    if found is None:
        return None
    return found[1] if found.re.groups else found.group()


@function("regexp_substr")
def regexp_substr(value: str, pattern: str) -> str | None:
    """Return what a pattern finds."""
    found = translated(pattern).search(value)
    return found.group() if found is not None else None


@function("similar")
def similar(value: str, pattern: str, escape: str = "\\") -> int:
    """Return `value SIMILAR TO pattern`."""
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        sign = pattern[at]
        at += 1
        if escape and sign == escape:
            parts.append(re.escape(pattern[at : at + 1]))
            at += 1
        elif sign == "[":
            end = pattern.find("]", at + 1)
            if end < 0 or re.search(r"[\\\[]", pattern[at:end]):
                raise _refused(pattern, "such a set")
            parts.append(pattern[at - 1 : end + 1])
            at = end + 1
        else:
            signs = {"%": ".*", "_": "."}
            kept = sign in "|*+?{}()" or signs.get(sign)
            parts.append(signs.get(sign, sign) if kept else re.escape(sign))
    made = "".join(parts)
    try:
        return int(re.fullmatch(f"(?:{made})", value, re.DOTALL) is not None)
    except re.error as error:
        raise PostgresError("2201B", f"invalid regular expression: {error}") from None
