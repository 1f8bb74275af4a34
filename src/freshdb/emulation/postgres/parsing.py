"""A text read as one statement of Postgres's."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import sqlglot
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.parsers.postgres import PostgresParser

from freshdb.emulation.postgres.scope import refused
from freshdb.emulation.postgres.values import PostgresError


class _Parser(PostgresParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}  # every function keeps its name
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: parser
        for name, parser in PostgresParser.FUNCTION_PARSERS.items()
        if name != "DATE_PART"
    }

    def _warn_unsupported(self) -> None:
        """Say nothing: what sqlglot does not know is refused."""


class Dialect(Postgres):
    """Postgres, as freshdb reads it: no function is renamed."""

    Parser = _Parser


_STRINGS = re.compile(r"\b[eEuUbBxX]&?'|\$\w*\$")
# sqlglot takes `DATE '…'::text` for `DATE ('…'::text)`.
_LITERALS = re.compile(
    r"(?P<typed>\b(?:DATE|TIMESTAMP|TIMESTAMPTZ|INTERVAL)\s*'(?:[^']|'')*')(?=\s*::)"
    r"""|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?P<odd>\b\d+_\d)""",
    re.IGNORECASE,
)


def _in_parentheses(match: re.Match[str]) -> str:
    if match["odd"]:
        raise refused("a number with underscores", "leave them out")
    return f"({match['typed']})" if match["typed"] else match.group()


def parsed(text: str) -> Any:
    """Return the one statement of a text.

    Raises:
        PostgresError: 42601, where it does not parse or holds several.
        EmulationError: it is too deep, or has constants that are read in another way.
    """
    if _STRINGS.search(re.sub(r"'(?:[^']|'')*'(?!')", "''", text)):
        raise refused("E'…', $$…$$ and their kin", "write the text between single quotes")
    text = _LITERALS.sub(_in_parentheses, text)
    try:
        found = [one for one in sqlglot.parse(text, dialect=Dialect) if one is not None]
    except SqlglotError as error:
        facts = (getattr(error, "errors", None) or [{}])[0]
        near = facts.get("highlight") or ""
        raise PostgresError("42601", f'syntax error at or near "{near}"') from None
    except RecursionError:
        raise refused("so deep a statement", "nest it less deep") from None
    except (AttributeError, TypeError, ValueError, IndexError, KeyError, AssertionError):
        raise PostgresError("42601", "syntax error") from None
    if len(found) != 1:
        raise PostgresError("42601", "cannot insert multiple commands into a prepared statement")
    return found[0]
