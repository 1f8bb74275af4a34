"""Arrays as texts: `{a,"b c",NULL}`."""

from __future__ import annotations

import re

from freshdb.emulation.postgres.problems import PostgresError
from freshdb.errors import EmulationError

_ELEMENT = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|((?:[^",{}\\]|\\.)*))\s*([,}])', re.DOTALL)


def elements_of(text: str) -> list[str | None]:
    """Return the texts of an array's elements.

    Raises:
        PostgresError: 22P02, where it is no array.
    """
    inner = text.strip()
    if inner.startswith("[") or ("{" in inner[1:].replace('"{', "") and inner[1:2] == "{"):
        raise EmulationError("arrays of arrays are not supported", hint="use jsonb")
    if not inner.startswith("{") or not inner.endswith("}"):
        raise _malformed(text)
    if not inner[1:-1].strip():
        return []
    found: list[str | None] = []
    at = 1
    while at < len(inner):
        match = _ELEMENT.match(inner, at)
        if match is None:
            raise _malformed(text)
        at = match.end()
        if match[1] is not None:
            found.append(re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL))
        else:
            word = match[2].strip()
            if not word:
                raise _malformed(text)
            found.append(None if word.upper() == "NULL" else re.sub(r"\\(.)", r"\1", word))
        if match[3] == "}" and at != len(inner):
            raise _malformed(text)
    return found


def _malformed(text: str) -> PostgresError:
    return PostgresError("22P02", f'malformed array literal: "{text}"')


def array_shown(texts: list[str | None]) -> str:
    """Return the text of an array with these elements."""
    return "{" + ",".join("NULL" if one is None else _quoted(one) for one in texts) + "}"


def _quoted(text: str) -> str:
    if text and text.upper() != "NULL" and not re.search(r'[\s",{}\\]', text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
