"""Constants that sqlglot reads in another way than the server, written in a form that both read."""

from __future__ import annotations

import re

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import refused

_PIECES = re.compile(
    r"(?P<comment>/\*.*?\*/|--[^\n]*)"
    r"|(?P<escaped>\b[eE]'(?:[^'\\]|\\.|'')*')"
    r"|(?P<odd>\b(?:[uU]&|[bBxX])'|\b\d+_\d)"
    # sqlglot takes `DATE '…'::text` for `DATE ('…'::text)`.
    r"|(?P<typed>\b(?:DATE|TIME|TIMESTAMP|TIMESTAMPTZ)\s*'(?:[^']|'')*'(?=\s*::))"
    # … loses what stands behind a unit in `INTERVAL '1 day 02:00'`, and takes `INTERVAL '…' + '…'`
    # for a sum of two intervals.
    r"|\bINTERVAL\s*(?P<interval>'(?:[^']|'')*')(?!\s*(?:YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)\b)"
    r"""|'(?:[^']|'')*'|"(?:[^"]|"")*\""""
    r"|(?<![\w$])\$(?P<tag>(?:[A-Za-z_]\w*)?)\$(?P<dollar>.*?)\$(?P=tag)\$"
    r"|(?P<glued>[~!@%^&|?][+-](?!>))"
    r"|(?P<absolute>(?<![\w@<&|#~!-])@(?=\s*[\w(.-]))"
    r"|(?P<overriding>\bOVERRIDING\s+(?P<whose>SYSTEM|USER)\s+VALUE\b)",
    re.IGNORECASE | re.DOTALL,
)
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(
    r"''|\\([0-7]{1,3}|x[0-9A-Fa-f]{1,2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL
)


def plain(text: str) -> str:
    """Return a statement without E'…', $$…$$ and other constants that sqlglot misreads.

    Raises:
        EmulationError: it has some that are not supported.
    """
    return _PIECES.sub(_plain, text)


def overrides(text: str) -> bool:
    """Tell whether an INSERT says OVERRIDING SYSTEM VALUE, which sqlglot does not read."""
    return any((one["whose"] or "").upper() == "SYSTEM" for one in _PIECES.finditer(text))


def _plain(match: re.Match[str]) -> str:
    if match["odd"]:
        raise refused(f"the constant {match['odd']}…", "write it without that form")
    if match["escaped"]:
        return _quoted(_ESCAPE.sub(_unescaped, match["escaped"][2:-1]))
    if match["dollar"] is not None:
        return _quoted(match["dollar"])
    if match["glued"]:
        raise refused(f"the operator {match['glued']}", "write a space before the sign")
    if match["absolute"]:
        raise refused("the operator @", "write abs(…)")
    if match["overriding"]:
        if match["whose"].upper() == "USER":
            raise refused("OVERRIDING USER VALUE", "leave the column out")
        return ""
    if match["interval"]:
        return f"({match['interval']}::interval)"
    return f"({match['typed']})" if match["typed"] else match.group()


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code is None:
        return "'"
    if code[0] in "uUx" and len(code) > 1:
        number = int(code[1:], 16)
    elif code[0] in "01234567":
        number = int(code, 8)
    else:
        return _ESCAPES.get(code, code)
    if number > 127 and code[0] not in "uU":
        raise refused("bytes beyond ASCII in E'…'", "write the characters themselves")
    if not number:
        raise PostgresError("22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    return chr(number)
