"""A text read as one statement of Postgres's."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlglot
from sqlglot import TokenType, exp
from sqlglot.dialects.postgres import Postgres
from sqlglot.errors import SqlglotError
from sqlglot.parsers.postgres import PostgresParser

from freshdb.emulation.postgres import constants
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import refused

# Calls with a grammar of their own: EXTRACT(… FROM …), TRIM(BOTH … FROM …).
_WITH_WORDS = {"CAST", "EXTRACT", "OVERLAY", "POSITION", "STRING_AGG", "SUBSTRING", "TRIM"}


class _Parser(PostgresParser):
    FUNCTIONS: ClassVar[dict[str, Any]] = {}  # every function keeps its name
    FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {
        name: parser
        for name, parser in PostgresParser.FUNCTION_PARSERS.items()
        if name in _WITH_WORDS
    }

    # `f(a -> 'b')` is a call with a part of JSON, and no lambda.
    LAMBDAS: ClassVar[dict[Any, Any]] = {
        token: parse
        for token, parse in PostgresParser.LAMBDAS.items()
        if token is not TokenType.ARROW
    }
    # What stands behind `->` is a key, and no path.
    JSON_OPERATORS: ClassVar[dict[Any, Any]] = {
        **PostgresParser.JSON_OPERATORS,
        TokenType.ARROW: lambda self, this, key: exp.JSONExtract(this=this, expression=key),
        TokenType.DARROW: lambda self, this, key: exp.JSONExtractScalar(this=this, expression=key),
    }

    def _warn_unsupported(self) -> None:
        """Say nothing: what sqlglot does not know is refused."""


class Dialect(Postgres):
    """Postgres, as freshdb reads it: no function is renamed, nothing is calculated beforehand."""

    INDEX_OFFSET = 0
    Parser = _Parser


def parsed(text: str) -> Any:
    """Return the one statement of a text.

    Raises:
        PostgresError: 42601, where it does not parse or holds several.
        EmulationError: it is too deep, or has constants that are read in another way.
    """
    text = constants.plain(text)
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
