"""REGEXP and its functions: PCRE on MariaDB, ICU on MySQL 8, both by the `regex` package."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.functions.coercions import characters, octets, text, to_int
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import function, operator
from freshdb.errors import EmulationError

if TYPE_CHECKING:
    import regex

TIMEOUT_S = 5.0


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str, flavor: str) -> regex.Pattern[str]:
    """Return a compiled pattern.

    Args:
        pattern: in the server's form.
        flags: `c` case matters, `i` it does not; `m`, `n`, `u` as `REGEXP_LIKE` has them.
        flavor: whose form that is.

    Raises:
        MySQLError: 1139 (3685 and others on MySQL 8), when it is none.
    """
    import regex

    options = regex.VERSION0
    if "i" in flags:
        options |= regex.IGNORECASE
    if "m" in flags:
        options |= regex.MULTILINE
    if "n" in flags or (flavor == "mariadb" and "s" in flags):
        options |= regex.DOTALL
    if not pattern and flavor == "mysql8":
        raise MySQLError(3685, "HY000", "Illegal argument to a regular expression.")
    try:
        return regex.compile(_translated(pattern), options)
    except (regex.error, OverflowError) as error:
        if flavor == "mysql8":
            raise MySQLError(3691, "HY000", f"Invalid regular expression: {error}") from None
        text_ = f"Regex error '{error}'"
        raise MySQLError(1139, "42000", text_) from None


def _translated(pattern: str) -> str:
    r"""Return a pattern as `regex` understands it: Spencer's word boundaries, `\h`, `\R`."""
    if pattern.startswith("(*"):
        raise EmulationError(
            f"the verb at the beginning of the regular expression `{pattern}` is not supported",
            hint="use a pattern without `(*…)`",
        )
    pattern = re.sub(r"\\g(?:\{(\d+)\}|(\d))", lambda match: f"\\{match[1] or match[2]}", pattern)
    for old, new in (("[[:<:]]", r"\b(?=\w)"), ("[[:>:]]", r"\b(?<=\w)")):
        pattern = pattern.replace(old, new)
    parts: list[str] = []
    index = 0
    while index < len(pattern):
        sign = pattern[index]
        if sign == "\\" and index + 1 < len(pattern):
            parts.append(_ESCAPES.get(pattern[index + 1], pattern[index : index + 2]))
            index += 2
            continue
        if sign == "$" and _is_anchor(pattern, index):
            parts.append(r"(?=\n?\Z)" if index == len(pattern) - 1 else "$")
        else:
            parts.append(sign)
        index += 1
    return "".join(parts)


def _is_anchor(pattern: str, index: int) -> bool:
    return "[" not in pattern[:index] and "(?m" not in pattern and "(?-" not in pattern


_ESCAPES = {
    "h": r"[ \t]",
    "R": r"(?:\r\n|\n|\r|\f|\v)",
    "Q": r"\Q",
    "E": r"\E",
    "Z": r"(?=\n?\Z)",
    "z": r"\Z",
}


def _flags(context: Context, value: Any, pattern: Any, given: str = "") -> str:
    """Return the flags: by the collation case matters only for bytes."""
    flags = "c" if isinstance(value, bytes) or isinstance(pattern, bytes) else "i"
    for sign in given:
        if sign not in "cimnu":
            raise MySQLError(1210, "HY000", "Incorrect arguments to regexp_like.")
        flags = (
            flags.translate({ord("c"): None, ord("i"): None}) + sign
            if sign in "ci"
            else flags + sign
        )
    return flags


def _search(
    context: Context, value: Any, pattern: Any, flags: str = "", start: int = 0
) -> regex.Match[str] | None:
    form = compiled(_shown(pattern), _flags(context, value, pattern, flags), context.flavor)
    try:
        return form.search(_shown(value), start, timeout=TIMEOUT_S)
    except TimeoutError:
        raise MySQLError(3699, "HY000", "Timeout exceeded in regular expression match.") from None


@operator("REGEXP", args=(2, 3), kind="bool", context=True, deterministic=True)
def regexp(context: Context, value: Any, pattern: Any, collation: Any = None) -> bool:
    """Return `value REGEXP pattern`."""
    binary = collation is not None and (str(collation) == "bin" or str(collation).endswith("_bin"))
    return _search(context, value, pattern, "c" if binary else "") is not None


@function(
    "REGEXP_LIKE", args=(2, 3), kind="bool", context=True, deterministic=True, flavors=("mysql8",)
)
def regexp_like(context: Context, value: Any, pattern: Any, flags: Any = "") -> bool:
    """Tell whether a text has a match."""
    return _search(context, value, pattern, characters(flags)) is not None


@function("REGEXP_INSTR", args=(2, 6), kind="int", context=True, deterministic=True)
def regexp_instr(
    context: Context,
    value: Any,
    pattern: Any,
    position: Any = 1,
    occurrence: Any = 1,
    end: Any = 0,
    flags: Any = "",
) -> int:
    """Return where the first match begins, from 1; 0 when there is none."""
    _only_mysql8(context, "REGEXP_INSTR", 2, (position, occurrence, end, flags), (1, 1, 0, ""))
    match = _occurrence(context, value, pattern, position, occurrence, characters(flags))
    if match is None:
        return 0
    return (match.end() if to_int(end) else match.start()) + 1


@function("REGEXP_SUBSTR", args=(2, 5), kind="text", context=True, deterministic=True)
def regexp_substr(
    context: Context,
    value: Any,
    pattern: Any,
    position: Any = 1,
    occurrence: Any = 1,
    flags: Any = "",
) -> Any:
    """Return the first match; without one `''` on MariaDB and NULL on MySQL 8."""
    _only_mysql8(context, "REGEXP_SUBSTR", 2, (position, occurrence, flags), (1, 1, ""))
    match = _occurrence(context, value, pattern, position, occurrence, characters(flags))
    if match is None:
        return None if context.is_mysql8 else _like(value, "")
    return _like(value, match[0])


def _like(value: Any, found: str) -> Any:
    if not isinstance(text(value), bytes):
        return found
    return found.encode("latin-1") if found.isascii() or _is_latin(value) else found.encode()


def _is_latin(value: Any) -> bool:
    return _shown(value) == octets(value).decode("latin-1")


def _shown(value: Any) -> str:
    """Return a text; bytes that are no UTF-8 byte by byte."""
    return characters(value)


@function("REGEXP_REPLACE", args=(3, 6), kind="text", context=True, deterministic=True)
def regexp_replace(
    context: Context,
    value: Any,
    pattern: Any,
    new: Any,
    position: Any = 1,
    occurrence: Any = 0,
    flags: Any = "",
) -> Any:
    r"""Return a text with the matches replaced: groups are `\1` on MariaDB and `$1` on MySQL 8."""
    _only_mysql8(context, "REGEXP_REPLACE", 3, (position, occurrence, flags), (1, 0, ""))
    shown, start, wanted = characters(value), to_int(position) - 1, to_int(occurrence)
    form = compiled(
        characters(pattern), _flags(context, value, pattern, characters(flags)), context.flavor
    )
    parts, end = [shown[:start]], start
    for number, match in enumerate(_matches(form, shown, start), 1):
        if not match[0] and not context.is_mysql8:
            break
        if wanted and number != wanted:
            continue
        parts += [shown[end : match.start()], _expanded(context, characters(new), match)]
        end = match.end()
    return _like(value, "".join(parts) + shown[end:])


def _matches(form: regex.Pattern[str], shown: str, start: int) -> list[regex.Match[str]]:
    try:
        return list(form.finditer(shown, start, timeout=TIMEOUT_S))
    except TimeoutError:
        raise MySQLError(3699, "HY000", "Timeout exceeded in regular expression match.") from None


def _expanded(context: Context, new: str, match: regex.Match[str]) -> str:
    mark = "$" if context.is_mysql8 else "\\"
    parts: list[str] = []
    index = 0
    while index < len(new):
        sign, following = new[index], new[index + 1 : index + 2]
        if sign == mark and following.isdigit():
            parts.append(_group(match, int(following)))
            index += 2
        elif sign == "\\" and following:
            parts.append(following)
            index += 2
        else:
            parts.append(sign)
            index += 1
    return "".join(parts)


def _group(match: regex.Match[str], number: int) -> str:
    try:
        return match[number] or ""
    except IndexError:
        return ""


def _only_mysql8(
    context: Context, name: str, count: int, given: tuple[Any, ...], defaults: tuple[Any, ...]
) -> None:
    """Refuse the further arguments that only MySQL 8 has."""
    if not context.is_mysql8 and given != defaults:
        raise wrong_count(name)


def _occurrence(
    context: Context, value: Any, pattern: Any, position: Any, occurrence: Any, flags: str
) -> regex.Match[str] | None:
    shown, start = characters(value), to_int(position) - 1
    if start < 0 or start > len(shown):
        raise MySQLError(3686, "HY000", "Index out of bounds in regular expression search.")
    if context.is_mysql8 is False or to_int(occurrence) <= 1:
        return _search(context, value, pattern, flags, start)
    form = compiled(characters(pattern), _flags(context, value, pattern, flags), context.flavor)
    found = _matches(form, shown, start)
    number = to_int(occurrence)
    return found[number - 1] if number <= len(found) else None
