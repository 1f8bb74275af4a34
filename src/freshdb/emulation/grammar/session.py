"""SET, SHOW, DESCRIBE, transactions and what is skipped or refused."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.words import WordGrammar
from freshdb.errors import EmulationError


class SessionGrammar(WordGrammar):
    """Statements about the session and the server."""

    def _set(self) -> Any:
        if (
            self._is("NAMES")
            or self._match(TokenType.CHARACTER_SET)
            or self._is("CHARACTER", "SET")
        ):
            self._rest()
            return s.SetVariables([("names", "", None)])
        self._match_texts(("STATEMENT",))
        if self._curr.text.upper() == "TRANSACTION" or (
            self._curr.text.upper() in {"SESSION", "GLOBAL"}
            and self._next.text.upper() == "TRANSACTION"
        ):
            self._rest()
            return s.SetVariables([("names", "", None)])
        if self._curr.text.upper() in {"PASSWORD", "ROLE", "DEFAULT"}:
            self._rest()
            return s.Nothing("SET")
        items = [self._set_item("session")]
        while self._match(TokenType.COMMA):
            items.append(self._set_item(items[-1][0] if items[-1][0] == "global" else "session"))
        return s.SetVariables(items)

    def _set_item(self, scope: str) -> tuple[str, str, Any]:
        if self._match(TokenType.PARAMETER):
            name = self._text() if self._curr.token_type == TokenType.STRING else self._variable()
            scope = "user"
        else:
            system = self._match(TokenType.SESSION_PARAMETER)
            if self._curr.text.upper() in {"SESSION", "GLOBAL", "LOCAL", "PERSIST"} and (
                self._next.token_type != TokenType.EQ
            ):
                scope = "global" if self._curr.text.upper() in {"GLOBAL", "PERSIST"} else "session"
                self._advance()
                if system and not self._match(TokenType.DOT):
                    self.raise_error("a dot is missing")
            name = self._any_name().lower()
        if not self._match_set((TokenType.EQ, TokenType.COLON_EQ)):
            self.raise_error("= is missing")
        self.assigned_at = self._index
        if scope != "user" and self._match_texts(("DEFAULT",)):
            return scope, name, exp.var("DEFAULT")
        if (
            scope != "user"
            and self._curr.token_type in (TokenType.VAR, TokenType.ON)
            and (self._next.token_type == TokenType.COMMA or not self._next)
        ):
            return scope, name, exp.Literal.string(self._any_name())
        return scope, name, self._value()

    def _variable(self) -> str:
        name = self._any_name()
        while self._match(TokenType.DOT):
            name += "." + self._any_name()
        return name.lower()

    def _show(self) -> Any:
        full = self._is("FULL")
        self._match_texts(("EXTENDED", "GLOBAL", "SESSION", "LOCAL"))
        if self._is("CREATE"):
            kind = self._any_name().lower()
            if kind not in {"table", "view"}:
                return s.Nothing("SHOW CREATE", kind)
            return s.Show(f"create {kind}", self._table_name())
        word = self._any_name().lower()
        if word in {"table", "storage", "character", "open"}:
            word += " " + self._any_name().lower()
        this = s.Show(word, full=full)
        if word in {"columns", "fields", "index", "indexes", "keys"}:
            if not self._match_texts(("FROM", "IN")):
                self.raise_error("FROM is missing")
            this.table = self._table_name()
            if self._match_texts(("FROM", "IN")):
                self._any_name()
        elif self._match_texts(("FROM", "IN")):
            self._name()
        if self._is("LIKE"):
            this.like = self._text()
        elif self._match(TokenType.WHERE, advance=False):
            this.where = self._parse_where().this
        elif word in {"count", "warnings", "errors", "engine", "grants", "processlist", "profiles"}:
            self._rest()
        return this

    def _describe(self) -> Any:
        if self._curr.text.upper() in {
            "SELECT",
            "INSERT",
            "UPDATE",
            "DELETE",
            "REPLACE",
            "WITH",
            "EXTENDED",
            "FORMAT",
            "ANALYZE",
            "(",
        }:
            return s.Explain(self._rest())
        this = s.Show("columns", self._table_name())
        if self._curr:
            this.like = self._text() if self._curr.token_type == TokenType.STRING else self._name()
        return this

    def _use(self) -> Any:
        return s.Nothing("USE", self._name())

    def _begin(self) -> Any:
        self._rest()
        return s.Transaction("BEGIN")

    def _commit(self) -> Any:
        self._rest()
        return s.Transaction("COMMIT")

    def _rollback(self) -> Any:
        self._match_texts(("WORK",))
        if self._is("TO"):
            self._is("SAVEPOINT")
            return s.Transaction("ROLLBACK TO", self._name())
        self._rest()
        return s.Transaction("ROLLBACK")

    def _savepoint(self) -> Any:
        return s.Transaction("SAVEPOINT", self._name())

    def _release(self) -> Any:
        self._need("SAVEPOINT")
        return s.Transaction("RELEASE", self._name())

    def _skip(self) -> Any:
        word = self._prev.text.upper()
        self._rest()
        return s.Nothing(word)

    def _maintain(self) -> Any:
        word = self._prev.text.upper()
        while self._is("NO_WRITE_TO_BINLOG") or self._is("LOCAL"):
            continue
        if not self._is("TABLE") and not self._is("TABLES"):
            return s.Explain(self._rest()) if word == "ANALYZE" else self._refused()
        names = [self._table_name()]
        while self._match(TokenType.COMMA):
            names.append(self._table_name())
        if self._curr:
            raise EmulationError(
                f"{self._curr.text.upper()} of {word} TABLE is not supported", hint="leave it out"
            )
        return s.Maintain(word, names)

    def _do(self) -> Any:
        return s.Do(self._arguments())

    def _refused(self) -> Any:
        word = self._prev.text.upper()
        raise EmulationError(
            f"{word} is not supported",
            hint="test what needs it on a real server (freshdb makes branches of those too)",
        )
