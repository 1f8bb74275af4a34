"""ALTER TABLE, DROP, RENAME, TRUNCATE."""

from __future__ import annotations

from typing import Any

from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.tables import TableGrammar
from freshdb.errors import EmulationError


class AlterGrammar(TableGrammar):
    """What changes and drops tables."""

    def _alter(self) -> Any:
        self._match_texts(("ONLINE",))
        self._match_texts(("IGNORE",))
        if not self._is("TABLE"):
            if self._match_texts(("DATABASE", "SCHEMA")):
                self._rest()
                return s.Nothing("ALTER DATABASE")
            raise EmulationError(
                f"ALTER {self._curr.text.upper()} is not supported", hint="alter tables only"
            )
        self._is("IF", "EXISTS")
        table = self._table_name()
        actions = [self._action()]
        while self._match(TokenType.COMMA):
            actions.append(self._action())
        return s.Alter(table, actions)

    def _action(self) -> tuple[Any, ...]:
        if self._is("ADD"):
            return self._add()
        if self._is("DROP"):
            return self._drop_part()
        if self._is("MODIFY"):
            self._is("COLUMN")
            self._is("IF", "EXISTS")
            name = self._name()
            return "change", name, self._column_definition(name), self._place()
        if self._is("CHANGE"):
            self._is("COLUMN")
            self._is("IF", "EXISTS")
            old, name = self._name(), self._name()
            return "change", old, self._column_definition(name), self._place()
        if self._is("RENAME"):
            return self._rename_part()
        if self._is("ALTER"):
            return self._alter_default()
        if self._is("CONVERT", "TO"):
            self._match(TokenType.CHARACTER_SET) or self._is("CHARACTER", "SET")
            self._word()
            collation = self._word().lower() if self._match(TokenType.COLLATE) else None
            return "convert", collation
        if self._match_texts(("ENABLE", "DISABLE")):
            self._need("KEYS")
            return ("nothing",)
        if self._is("ORDER", "BY") or self._match(TokenType.ORDER_BY):
            self._parse_csv(self._parse_ordered)
            return ("nothing",)
        if self._match_texts(("ALGORITHM", "LOCK")):
            self._match(TokenType.EQ)
            self._advance()
            return ("nothing",)
        if self._is("FORCE"):
            return ("nothing",)
        options = self._table_options()
        if not options:
            self.raise_error("ALTER TABLE cannot do this")
        return "options", options

    def _add(self) -> tuple[Any, ...]:
        element = self._key_or_constraint()
        if element is not None:
            return "add", element
        self._is("COLUMN")
        exists = self._if_not_exists()
        if self._open():
            columns = [self._column_definition(self._name())]
            while self._match(TokenType.COMMA):
                columns.append(self._column_definition(self._name()))
            self._close()
            return "add_columns", columns, None, exists
        column = self._column_definition(self._name())
        return "add_columns", [column], self._place(), exists

    def _place(self) -> tuple[str, ...] | None:
        if self._is("FIRST"):
            return ("first",)
        if self._is("AFTER"):
            return ("after", self._name())
        return None

    def _drop_part(self) -> tuple[Any, ...]:
        if self._match(TokenType.PRIMARY_KEY) or self._is("PRIMARY", "KEY"):
            return ("drop_primary",)
        if self._match(TokenType.FOREIGN_KEY) or self._is("FOREIGN", "KEY"):
            exists = self._is("IF", "EXISTS")
            return "drop_foreign", self._name(), exists
        if self._match_texts(("KEY", "INDEX")):
            exists = self._is("IF", "EXISTS")
            return "drop_key", self._name(), exists
        if self._match_texts(("CONSTRAINT", "CHECK")):
            exists = self._is("IF", "EXISTS")
            return "drop_constraint", self._name(), exists
        self._is("COLUMN")
        exists = self._is("IF", "EXISTS")
        name = self._name()
        self._match_texts(("CASCADE", "RESTRICT"))
        return "drop_column", name, exists

    def _rename_part(self) -> tuple[Any, ...]:
        if self._is("COLUMN"):
            old = self._name()
            self._need("TO")
            return "rename_column", old, self._name()
        if self._match_texts(("INDEX", "KEY")):
            old = self._name()
            self._need("TO")
            return "rename_key", old, self._name()
        self._is("TO") or self._match(TokenType.ALIAS)
        return "rename", self._table_name()

    def _alter_default(self) -> tuple[Any, ...]:
        self._is("COLUMN")
        name = self._name()
        if self._is("DROP", "DEFAULT"):
            return "default", name, None, None
        self._need("SET", "DEFAULT")
        start = self._curr.start
        value = self._parse_unary()
        return "default", name, value, self.sql[start : self._prev.end + 1]

    def _drop(self) -> Any:
        self._is("TEMPORARY")
        if self._match_texts(("TABLE", "TABLES", "VIEW")):
            kind = "view" if self._prev.text.upper() == "VIEW" else "table"
            exists = self._is("IF", "EXISTS")
            names = [self._table_name()]
            while self._match(TokenType.COMMA):
                names.append(self._table_name())
            self._match_texts(("CASCADE", "RESTRICT"))
            return s.Drop(kind, names, exists)
        if self._match_texts(("INDEX",)):
            self._is("IF", "EXISTS")
            name = self._name()
            self._need("ON")
            return s.DropIndex(self._table_name(), name)
        word = self._curr.text.upper()
        if word in {"DATABASE", "SCHEMA"}:
            raise EmulationError(
                "DROP DATABASE is not supported: the database is a file",
                hint="drop its tables, or delete the file",
            )
        if word in {"TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "USER"}:
            self._advance()
            if self._is("IF", "EXISTS"):
                self._rest()
                return s.Nothing(f"DROP {word}")
            raise EmulationError(
                f"DROP {word} is not supported: none can be made",
                hint="add IF EXISTS, or leave it out",
            )
        self.raise_error("DROP what?")
        return None

    def _rename(self) -> Any:
        if not self._match_texts(("TABLE", "TABLES")):
            self.raise_error("RENAME what?")
        pairs = []
        while True:
            old = self._table_name()
            self._need("TO")
            pairs.append((old, self._table_name()))
            if not self._match(TokenType.COMMA):
                return s.Rename(pairs)

    def _truncate(self) -> Any:
        self._is("TABLE")
        return s.Truncate(self._table_name())
