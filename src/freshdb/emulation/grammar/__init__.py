"""MySQL's grammar: from the text of a statement to what it says.

Statements that change data or tables are parsed clause by clause, because their clauses decide
what is done and none may be lost; queries and expressions by sqlglot, narrowed to MySQL's words.
"""

from __future__ import annotations

from typing import Any

from sqlglot.tokens import TokenType

from freshdb.emulation.grammar.altering import AlterGrammar
from freshdb.emulation.grammar.expressions import DIALECT
from freshdb.emulation.grammar.session import SessionGrammar
from freshdb.emulation.reserved import RESERVED
from freshdb.emulation.types import CI as CI
from freshdb.emulation.types import SqlType as SqlType
from freshdb.emulation.types import declared_type as declared_type
from freshdb.emulation.types import default_collation_of as default_collation_of
from freshdb.errors import EmulationError as EmulationError


class Grammar(AlterGrammar, SessionGrammar):
    """The statements, by their first word."""

    def statement(self) -> Any:
        """Parse whatever begins here."""
        if not self._curr:
            return None
        word = self._curr.text.upper()
        if self._curr.token_type in (TokenType.IDENTIFIER, TokenType.STRING):
            self.raise_error("a statement begins with a word")
        method = _STATEMENTS.get(word)
        if method is None or (word == "VALUES"):
            return self._query()
        self._advance()
        return method(self)


_STATEMENTS: dict[str, Any] = {
    "INSERT": Grammar._insert,
    "REPLACE": Grammar._replace,
    "UPDATE": Grammar._update,
    "DELETE": Grammar._delete,
    "CREATE": Grammar._create,
    "ALTER": Grammar._alter,
    "DROP": Grammar._drop,
    "RENAME": Grammar._rename,
    "TRUNCATE": Grammar._truncate,
    "SET": Grammar._set,
    "SHOW": Grammar._show,
    "DESCRIBE": Grammar._describe,
    "DESC": Grammar._describe,
    "EXPLAIN": Grammar._describe,
    "USE": Grammar._use,
    "BEGIN": Grammar._begin,
    "START": Grammar._begin,
    "COMMIT": Grammar._commit,
    "ROLLBACK": Grammar._rollback,
    "SAVEPOINT": Grammar._savepoint,
    "RELEASE": Grammar._release,
    "LOCK": Grammar._skip,
    "UNLOCK": Grammar._skip,
    "FLUSH": Grammar._skip,
    "ANALYZE": Grammar._maintain,
    "OPTIMIZE": Grammar._maintain,
    "CHECK": Grammar._maintain,
    "REPAIR": Grammar._maintain,
    "GRANT": Grammar._skip,
    "REVOKE": Grammar._skip,
    "KILL": Grammar._skip,
    "DO": Grammar._do,
    "CALL": Grammar._refused,
    "LOAD": Grammar._refused,
    "HANDLER": Grammar._refused,
    "PREPARE": Grammar._refused,
    "EXECUTE": Grammar._refused,
    "DEALLOCATE": Grammar._refused,
    "CHECKSUM": Grammar._refused,
    "DELIMITER": Grammar._refused,
    "XA": Grammar._refused,
    "SIGNAL": Grammar._refused,
    "GET": Grammar._refused,
    "INSTALL": Grammar._refused,
}


def parse(text: str, flavor: str = "mariadb") -> list[Any]:
    """Return the statements of a text, with the words that the flavor's server keeps to itself.

    Raises:
        sqlglot.errors.SqlglotError: the text does not parse.
        EmulationError: it holds a construct that is not supported.
    """
    tokens = DIALECT.tokenize(text)
    parser = Grammar(dialect=DIALECT)
    parser.reserved = RESERVED[flavor]  # type: ignore[misc]
    starts = [one.start for one in tokens if one.token_type == TokenType.PLACEHOLDER]
    parser.places = {start: number for number, start in enumerate(starts, 1)}  # type: ignore[misc]
    found: list[Any] = parser._parse(Grammar.statement, tokens, text)  # type: ignore[arg-type]
    return [one for one in found if one is not None]
