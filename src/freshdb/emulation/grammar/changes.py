"""INSERT, REPLACE, UPDATE, DELETE."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.words import WordGrammar
from freshdb.errors import EmulationError


class ChangeGrammar(WordGrammar):
    """Statements that change rows; each method begins after the first word."""

    def _insert(self, *, replace: bool = False) -> Any:
        self._match_texts(("LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY"))
        ignore = bool(self._match_texts(("IGNORE",)))
        self._match(TokenType.INTO)
        this = s.Insert(self._table_name(), ignore=ignore, replace=replace)
        self._partition()
        if self._match(TokenType.SET):
            pairs = self._assignments()
            this.columns = [name for name, _ in pairs]
            this.rows = [[value for _, value in pairs]]
            self._row_alias(this)
        else:
            self._insert_source(this)
        if not replace and self._is("ON", "DUPLICATE", "KEY", "UPDATE"):
            self.values_are_new = True
            this.updates = self._assignments()
            self.values_are_new = False
        if self._is("RETURNING"):
            this.returning = self._parse_projections()[0]
        return this

    def _replace(self) -> Any:
        return self._insert(replace=True)

    def _partition(self) -> None:
        if self._is("PARTITION"):
            raise EmulationError(
                "PARTITION names partitions, which SQLite has not",
                hint="leave out PARTITION (…): the rows are the same",
            )

    def _insert_source(self, this: s.Insert) -> None:
        if self._curr.token_type == TokenType.L_PAREN and not self._query_follows():
            this.columns = self._names()
        if self._match_texts(("VALUES", "VALUE")):
            this.rows = [self._row()]
            while self._match(TokenType.COMMA):
                this.rows.append(self._row())
            self._row_alias(this)
            return
        if self._is("SET"):
            self.raise_error("SET follows a list of columns")
        this.query = self._query().query

    def _query_follows(self) -> bool:
        index = 0
        while self._index + index < self._tokens_size:
            token = self._tokens[self._index + index]
            if token.token_type != TokenType.L_PAREN:
                return token.text.upper() in {"SELECT", "WITH", "VALUES"} and (
                    token.token_type != TokenType.IDENTIFIER
                )
            index += 1
        return False

    def _row(self) -> list[Any]:
        self._match_texts(("ROW",))
        if not self._open():
            self.raise_error("a row is missing")
        found: list[Any] = []
        if not self._match(TokenType.R_PAREN, advance=False):
            found.append(self._value())
            while self._match(TokenType.COMMA):
                found.append(self._value())
        self._close()
        return found

    def _row_alias(self, this: s.Insert) -> None:
        if self._match(TokenType.ALIAS):
            this.row_alias = self._name()
            if self._curr.token_type == TokenType.L_PAREN:
                this.column_aliases = self._names()

    def _assignments(self) -> list[tuple[str, Any]]:
        return [(column.name, value) for column, value in self._column_assignments()]

    def _column_assignments(self) -> list[tuple[Any, Any]]:
        found = []
        while True:
            column = self._parse_column()
            if not isinstance(column, exp.Column):
                self.raise_error("a column is missing")
            if not self._match_set((TokenType.EQ, TokenType.COLON_EQ)):
                self.raise_error("= is missing")
            self.assigned_at = self._index
            found.append((column, self._value()))
            if not self._match(TokenType.COMMA):
                return found

    # UPDATE, DELETE

    def _update(self) -> Any:
        self._match_texts(("LOW_PRIORITY",))
        ignore = bool(self._match_texts(("IGNORE",)))
        source = self._tables()
        self._need("SET")
        this = s.Update(source, self._column_assignments(), ignore=ignore)
        this.where = self._parse_where()
        this.order = self._parse_order()
        this.limit = self._parse_limit()
        return this

    def _tables(self) -> Any:
        """Parse what FROM holds, as a SELECT with its joins."""
        table = self._parse_table(alias_tokens=self.UPDATE_ALIAS_TOKENS)
        if table is None:
            self.raise_error("a table is missing")
        joins = list(self._parse_joins(alias_tokens=self.UPDATE_ALIAS_TOKENS))
        return exp.Select(expressions=[exp.Star()], from_=exp.From(this=table), joins=joins)

    def _delete(self) -> Any:
        self._match_texts(("LOW_PRIORITY",))
        self._match_texts(("QUICK",))
        ignore = bool(self._match_texts(("IGNORE",)))
        targets: list[s.TableName] = []
        if not self._match(TokenType.FROM):
            targets = self._delete_targets()
            self._need("FROM")
            source = self._tables()
        else:
            index = self._index
            targets = self._delete_targets()
            if self._match(TokenType.USING):
                source = self._tables()
            else:
                targets = []
                self._retreat(index)
                source = self._tables()
                if source.args["joins"]:
                    self.raise_error("which table to delete from is missing")
        this = s.Delete(source, targets, ignore=ignore)
        this.where = self._parse_where()
        this.order = self._parse_order()
        this.limit = self._parse_limit()
        if self._is("RETURNING"):
            this.returning = self._parse_projections()[0]
        return this

    def _delete_targets(self) -> list[s.TableName]:
        found = []
        while True:
            name = self._name()
            database = None
            while self._match(TokenType.DOT):
                if self._match(TokenType.STAR):
                    break
                name, database = self._name(), name
            found.append(s.TableName(name, database))
            if not self._match(TokenType.COMMA):
                return found
