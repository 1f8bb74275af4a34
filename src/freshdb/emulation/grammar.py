"""Parse one statement: the clauses of those that write, and sqlglot's grammar for queries."""

from __future__ import annotations

from typing import Any

from sqlglot import exp
from sqlglot.tokens import TokenType

from freshdb.emulation import statements as s
from freshdb.emulation.dialect import DIALECT, Parser
from freshdb.emulation.types import CI, SqlType, declared_type, default_collation_of
from freshdb.errors import EmulationError

END_WORDS = frozenset({"", ";"})


class Grammar(Parser):
    """The statements; each method begins after the statement's first word."""

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

    def _parse_statement(self) -> Any:
        """Parse the query behind WITH or in a CTE."""
        return self._query().query

    # Small things

    def _is(self, *words: str) -> bool:
        """Match a sequence of unquoted words and move behind it."""
        return bool(self._match_text_seq(*words))

    def _need(self, *words: str) -> None:
        if not self._is(*words):
            self.raise_error(f"{' '.join(words)} is missing")

    def _open(self) -> bool:
        return bool(self._match(TokenType.L_PAREN))

    def _close(self) -> None:
        if not self._match(TokenType.R_PAREN):
            self.raise_error("a parenthesis is not closed")

    def _name(self) -> str:
        token = self._curr
        if not token or token.token_type in (TokenType.STRING, TokenType.NUMBER):
            self.raise_error("a name is missing")
        if token.token_type != TokenType.IDENTIFIER and not (
            token.text[:1].isalnum() or token.text[:1] in "_$"
        ):
            self.raise_error("a name is missing")
        self._advance()
        return str(token.text)

    def _table_name(self) -> s.TableName:
        first = self._name()
        if self._match(TokenType.DOT):
            return s.TableName(self._name(), first)
        return s.TableName(first)

    def _names(self) -> list[str]:
        """Parse (a, b)."""
        if not self._open():
            self.raise_error("a list of names is missing")
        found = []
        if not self._match(TokenType.R_PAREN, advance=False):
            found = [self._column_name()]
            while self._match(TokenType.COMMA):
                found.append(self._column_name())
        self._close()
        return found

    def _column_name(self) -> str:
        name = self._name()
        while self._match(TokenType.DOT):
            name = self._name()
        return name

    def _text(self) -> str:
        if not self._match(TokenType.STRING):
            self.raise_error("a text is missing")
        return str(self._prev.text)

    def _rest(self) -> str:
        """Skip what remains of the statement, and return it."""
        start = self._curr.start if self._curr else len(self.sql)
        while self._curr:
            self._advance()
        return str(self.sql[start : self._prev.end + 1])

    # Queries

    def _query(self) -> Any:
        this = self._parse_select()
        if this is None and self._curr.token_type == TokenType.L_PAREN:
            this = self._parse_select(nested=True)
        if this is None:
            self.raise_error("no statement begins like this")
        this = self._parse_query_modifiers(self._parse_set_operations(this))
        into = self._into()
        if into:
            this = self._parse_query_modifiers(this)
        return s.Query(this, into)

    def _parse_query_modifiers(self, this: Any) -> Any:
        if self._curr.text.upper() == "INTO" and isinstance(this, exp.Select):
            into = self._into()
            this = super()._parse_query_modifiers(this)
            if into:
                this.meta["into"] = into
            return this
        return super()._parse_query_modifiers(this)

    def _parse_into(self) -> Any:
        # `SELECT a INTO @b FROM t`: the names are kept until the whole query has been read.
        if self._curr.token_type != TokenType.INTO:
            return None
        this = exp.Into()
        this.meta["names"] = self._into()
        return this

    def _into(self) -> list[str]:
        if not self._match(TokenType.INTO):
            return []
        names = []
        while True:
            if not self._match(TokenType.PARAMETER):
                raise EmulationError(
                    "SELECT … INTO writes into a file or a local variable",
                    hint="select into user variables (`INTO @name`), or read the rows in Python",
                )
            names.append(self._name())
            if not self._match(TokenType.COMMA):
                return names

    # INSERT, REPLACE

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

    def _value(self) -> Any:
        one = self._parse_select() or self._parse_assignment()
        if one is None:
            self.raise_error("a value is missing")
        return exp.Subquery(this=one) if isinstance(one, exp.UNWRAPPED_QUERIES) else one

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

    # CREATE

    def _create(self) -> Any:
        or_replace = self._is("OR", "REPLACE")
        temporary = self._is("TEMPORARY")
        if self._is("TABLE"):
            return self._create_table(temporary=temporary, or_replace=or_replace)
        self._view_options()
        if self._is("VIEW"):
            return self._create_view(or_replace=or_replace)
        kind = "index"
        if self._match_texts(("UNIQUE", "FULLTEXT", "SPATIAL")):
            kind = self._prev.text.lower()
        if self._match_texts(("INDEX",)):
            return self._create_index(kind)
        if self._match_texts(("DATABASE", "SCHEMA")):
            self._rest()
            return s.Nothing("CREATE DATABASE")
        word = self._curr.text.upper()
        if word in {
            "TRIGGER",
            "PROCEDURE",
            "FUNCTION",
            "EVENT",
            "SEQUENCE",
            "USER",
            "ROLE",
            "SERVER",
        }:
            raise EmulationError(
                f"CREATE {word} is not supported",
                hint="test what needs it on a real server (freshdb makes branches of those too)",
            )
        self.raise_error("CREATE what?")
        return None

    def _view_options(self) -> None:
        if self._is("ALGORITHM"):
            self._match(TokenType.EQ)
            self._advance()
        if self._is("DEFINER"):
            self._match(TokenType.EQ)
            while self._curr and self._curr.text.upper() not in {
                "SQL",
                "VIEW",
                "TRIGGER",
                "PROCEDURE",
                "FUNCTION",
                "EVENT",
            }:
                self._advance()
        if self._is("SQL", "SECURITY"):
            self._advance()

    def _if_not_exists(self) -> bool:
        return self._is("IF", "NOT", "EXISTS")

    def _create_table(self, *, temporary: bool, or_replace: bool) -> Any:
        exists = self._if_not_exists()
        this = s.CreateTable(self._table_name(), temporary, exists, or_replace)
        if self._is("LIKE"):
            this.like = self._table_name()
            return this
        if self._curr.token_type == TokenType.L_PAREN and not self._query_follows():
            self._advance()
            if self._is("LIKE"):
                this.like = self._table_name()
                self._close()
                return this
            self._table_element(this)
            while self._match(TokenType.COMMA):
                self._table_element(this)
            self._close()
        this.options = self._table_options()
        ignores = self._match_texts(("IGNORE", "REPLACE"))
        self._match(TokenType.ALIAS)
        if self._curr:
            this.query = self._query().query
        elif ignores or not this.columns:
            self.raise_error("columns are missing")
        collation = this.options.get("collate")
        charset = this.options.get("charset")
        if collation is None and charset not in (None, "binary"):
            collation = default_collation_of(charset)
        if collation is None and charset == "binary":
            collation = "binary"
        if collation is not None:
            this.columns = [_collated(column, collation) for column in this.columns]
        return this

    def _table_element(self, this: s.CreateTable) -> None:
        element = self._key_or_constraint()
        if element is None:
            this.columns.append(self._column_definition(self._name()))
        elif isinstance(element, s.Key):
            this.keys.append(element)
        elif isinstance(element, s.Foreign):
            this.foreign.append(element)
        else:
            this.checks.append(element)

    def _key_or_constraint(self) -> Any:
        """Parse an index, a foreign key or a CHECK; None where a column begins."""
        if self._curr.token_type == TokenType.IDENTIFIER:
            return None
        name = None
        kinds = {"PRIMARY", "PRIMARY KEY", "UNIQUE", "FOREIGN", "FOREIGN KEY", "CHECK"}
        if self._is("CONSTRAINT") and self._curr.text.upper() not in kinds:
            name = self._name()
        if self._match(TokenType.PRIMARY_KEY) or self._is("PRIMARY", "KEY"):
            self._index_type()
            if self._curr.token_type != TokenType.L_PAREN:
                self._name()
                self._index_type()
            return self._key("primary", "PRIMARY")
        if self._match(TokenType.FOREIGN_KEY) or self._is("FOREIGN", "KEY"):
            return self._foreign(name)
        if self._is("UNIQUE"):
            self._match_texts(("KEY", "INDEX"))
            return self._named_key("unique", name)
        if self._match_texts(("FULLTEXT", "SPATIAL")):
            kind = self._prev.text.lower()
            self._match_texts(("KEY", "INDEX"))
            return self._named_key(kind, name)
        if self._curr.text.upper() in {"KEY", "INDEX"}:
            self._advance()
            return self._named_key("index", name)
        if self._curr.text.upper() == "CHECK" and self._next.token_type == TokenType.L_PAREN:
            self._advance()
            return self._check(name)
        return None

    def _check(self, name: str | None) -> s.Check:
        self._open()
        condition = self._parse_disjunction()
        self._close()
        self._match_text_seq("NOT")
        self._match_texts(("ENFORCED",))
        return s.Check(name, condition)

    def _named_key(self, kind: str, name: str | None) -> s.Key:
        self._if_not_exists()
        if self._curr.token_type != TokenType.L_PAREN and self._curr.text.upper() != "USING":
            name = self._name()
        self._index_type()
        return self._key(kind, name)

    def _index_type(self) -> None:
        if self._match(TokenType.USING) or self._is("TYPE"):
            self._name()

    def _key(self, kind: str, name: str | None) -> s.Key:
        if not self._open():
            self.raise_error("the columns of a key are missing")
        columns = [self._key_part()]
        while self._match(TokenType.COMMA):
            columns.append(self._key_part())
        self._close()
        self._key_options()
        return s.Key(kind, name, columns)

    def _key_part(self) -> tuple[str, int | None, bool]:
        if self._curr.token_type == TokenType.L_PAREN:
            raise EmulationError(
                "an index on an expression is not supported",
                hint="index a generated column that holds the expression",
            )
        name = self._name()
        length = None
        if self._open():
            length = int(self._parse_number().name)
            self._close()
        self._match(TokenType.ASC)
        return name, length, bool(self._match(TokenType.DESC))

    def _key_options(self) -> None:
        while True:
            if self._is("KEY_BLOCK_SIZE"):
                self._match(TokenType.EQ)
                self._advance()
            elif self._match(TokenType.USING):
                self._name()
            elif self._is("COMMENT"):
                self._text()
            elif self._is("WITH", "PARSER"):
                self._name()
            elif not self._match_texts(("VISIBLE", "INVISIBLE", "IGNORED")):
                return

    def _foreign(self, name: str | None) -> s.Foreign:
        self._if_not_exists()
        if self._curr.token_type != TokenType.L_PAREN:
            name = name or self._name()
            if self._curr.token_type != TokenType.L_PAREN:
                self._name()
        columns = self._names()
        self._need("REFERENCES")
        return self._references(name, columns)

    def _references(self, name: str | None, columns: list[str]) -> s.Foreign:
        table = self._table_name()
        referred = self._names() if self._curr.token_type == TokenType.L_PAREN else []
        this = s.Foreign(name, columns, table, referred)
        while True:
            if self._match_texts(("MATCH",)):
                self._advance()
            elif self._is("ON", "DELETE"):
                this.on_delete = self._reaction()
            elif self._is("ON", "UPDATE"):
                this.on_update = self._reaction()
            else:
                return this

    def _reaction(self) -> str:
        for words in (
            ("CASCADE",),
            ("RESTRICT",),
            ("SET", "NULL"),
            ("NO", "ACTION"),
            ("SET", "DEFAULT"),
        ):
            if self._is(*words):
                return " ".join(words)
        self.raise_error("what a foreign key does is missing")
        return ""

    # Columns

    def _column_definition(self, name: str) -> s.Column:
        kind, _ = self._column_type()
        this = s.Column(name, kind)
        if self._curr_type_is_serial:
            this.auto_increment = this.is_unique = True
            this.is_nullable = False
            self._curr_type_is_serial = False
        while self._column_option(this):
            pass
        return this

    _curr_type_is_serial = False

    def _column_type(self) -> tuple[SqlType, str | None]:
        start = self._curr
        words = self._type_words()
        members: list[str] = []
        numbers: list[int] = []
        if self._open():
            if self._curr.token_type == TokenType.STRING:
                members = [self._text()]
                while self._match(TokenType.COMMA):
                    members.append(self._text())
            else:
                numbers = [int(self._parse_number().name)]
                while self._match(TokenType.COMMA):
                    numbers.append(int(self._parse_number().name))
            self._close()
        unsigned = zerofill = False
        collation = CI
        charset = None
        while True:
            if self._is("UNSIGNED"):
                unsigned = True
            elif self._is("ZEROFILL"):
                zerofill = True
            elif self._is("SIGNED") or self._is("PRECISION") or self._is("COMPRESSED"):
                continue
            elif (
                self._match(TokenType.CHARACTER_SET)
                or self._is("CHARACTER", "SET")
                or self._is("CHAR", "SET")
            ):
                charset = self._word().lower()
            elif self._match_texts(("ASCII", "UNICODE")):
                continue
            elif self._is("BINARY"):
                collation = "utf8mb4_bin"
            elif self._match(TokenType.COLLATE):
                collation = self._word().lower()
            else:
                break
        if charset not in (None, "binary") and collation == CI:
            collation = default_collation_of(charset)
        if charset == "binary":
            words = {"char": "binary", "varchar": "varbinary"}.get(
                words, words.replace("text", "blob")
            )
        if words == "year" and numbers == [2]:
            raise EmulationError(
                "YEAR(2) is not supported", hint="declare YEAR, which has four digits"
            )
        kind = declared_type(
            words,
            tuple(numbers),
            tuple(members),
            unsigned=unsigned,
            zerofill=zerofill,
            collation=collation,
        )
        if kind is None:
            if words in _FOREIGN_TYPES:
                raise EmulationError(
                    f"the column type {words.upper()} is not supported",
                    hint="test what needs it on a real server (freshdb has branches there too)",
                )
            self.raise_error("no such type", start)
            raise AssertionError
        self._curr_type_is_serial = words == "serial"
        return kind, collation

    def _type_words(self) -> str:
        words = self._name().lower()
        for first, more in _LONG_TYPES:
            if words == first and self._is(*more):
                return " ".join((first, *more)).lower()
        return words

    def _column_option(self, this: s.Column) -> bool:
        if self._is("NOT", "NULL"):
            this.is_nullable = False
        elif self._match(TokenType.NULL):
            this.has_null_word = True
        elif self._match(TokenType.DEFAULT):
            self._default(this)
        elif self._is("AUTO_INCREMENT"):
            this.auto_increment = True
        elif self._is("ON", "UPDATE"):
            self._parse_unary()
            this.on_update = True
        elif self._match(TokenType.PRIMARY_KEY) or self._is("PRIMARY", "KEY") or self._is("KEY"):
            this.is_primary = True
        elif self._is("UNIQUE"):
            self._match_texts(("KEY",))
            this.is_unique = True
        elif self._is("COMMENT"):
            this.comment = self._text()
        elif self._is("COLLATE"):
            this.type = _with_collation(this.type, self._word().lower())
        elif self._is("GENERATED", "ALWAYS") or self._curr.token_type == TokenType.ALIAS:
            self._generated(this)
        elif self._is("CONSTRAINT"):
            if self._curr.text.upper() != "CHECK":
                self._name()
        elif self._curr.text.upper() == "CHECK" and self._next.token_type == TokenType.L_PAREN:
            self._advance()
            this.check = self._check(None)
        elif self._is("REFERENCES"):
            self._references(None, [this.name])  # MySQL reads it, and does nothing
        elif self._match_texts(("INVISIBLE", "VISIBLE")):
            if self._prev.text.upper() == "INVISIBLE":
                raise EmulationError(
                    "an INVISIBLE column is not supported", hint="leave out INVISIBLE"
                )
        elif self._match_texts(("COLUMN_FORMAT", "STORAGE")):
            self._advance()
        else:
            return False
        return True

    def _default(self, this: s.Column) -> None:
        start = self._curr.start
        this.default = self._parse_unary()
        if this.default is None:
            self.raise_error("a default is missing")
        this.default_text = self.sql[start : self._prev.end + 1]

    def _generated(self, this: s.Column) -> None:
        if not self._match(TokenType.ALIAS):
            self.raise_error("AS is missing")
        if not self._open():
            self.raise_error("an expression is missing")
        this.generated = self._parse_disjunction()
        self._close()
        if self._match_texts(("STORED", "PERSISTENT", "VIRTUAL")):
            this.is_stored = self._prev.text.upper() != "VIRTUAL"

    def _table_options(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            self._match(TokenType.COMMA)
            index = self._index
            if self._is("PARTITION", "BY") or self._match(TokenType.PARTITION_BY):
                self._skip_partitions()
                continue
            self._match(TokenType.DEFAULT)
            name = None
            if self._match(TokenType.CHARACTER_SET) or self._is("CHARACTER", "SET"):
                name = "charset"
            elif self._is("DATA", "DIRECTORY") or self._is("INDEX", "DIRECTORY"):
                name = "directory"
            elif self._curr.text.upper() in _TABLE_OPTIONS:
                name = self._curr.text.lower()
                self._advance()
            if name is None:
                self._retreat(index)
                return found
            self._match(TokenType.EQ)
            if self._open():
                while self._curr and not self._match(TokenType.R_PAREN):
                    self._advance()
            else:
                found[name] = self._curr.text if name == "comment" else self._curr.text.lower()
                self._advance()

    def _skip_partitions(self) -> None:
        """Leave partitions out: they change where rows are kept, and no answer."""
        depth = 0
        while self._curr:
            if depth == 0 and self._curr.text.upper() in {"SELECT", "AS", "IGNORE", "REPLACE"}:
                return
            depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(self._curr.token_type, 0)
            self._advance()

    def _create_index(self, kind: str) -> Any:
        exists = self._if_not_exists()
        name = self._name()
        self._index_type()
        self._need("ON")
        table = self._table_name()
        key = self._key(kind, name)
        while self._match_texts(("ALGORITHM", "LOCK")):
            self._match(TokenType.EQ)
            self._advance()
        return s.CreateIndex(table, key, exists)

    def _create_view(self, *, or_replace: bool) -> Any:
        self._if_not_exists()
        name = self._table_name()
        columns = self._names() if self._curr.token_type == TokenType.L_PAREN else []
        self._match(TokenType.ALIAS)
        start = self._curr.start
        query = self._query().query
        text = self.sql[start : self._prev.end + 1]
        if self._is("WITH"):
            self._rest()
        return s.CreateView(name, columns, query, text, or_replace)

    # ALTER, DROP, RENAME, TRUNCATE

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

    # SET, SHOW and the rest

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
            name = self._name().lower()
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
            return scope, name, exp.Literal.string(self._name())
        return scope, name, self._value()

    def _variable(self) -> str:
        name = self._name()
        while self._match(TokenType.DOT):
            name += "." + self._name()
        return name.lower()

    def _show(self) -> Any:
        full = self._is("FULL")
        self._match_texts(("EXTENDED", "GLOBAL", "SESSION", "LOCAL"))
        if self._is("CREATE"):
            kind = self._name().lower()
            if kind not in {"table", "view"}:
                return s.Nothing("SHOW CREATE", kind)
            return s.Show(f"create {kind}", self._table_name())
        word = self._name().lower()
        if word in {"table", "storage", "character", "open"}:
            word += " " + self._name().lower()
        this = s.Show(word, full=full)
        if word in {"columns", "fields", "index", "indexes", "keys"}:
            if not self._match_texts(("FROM", "IN")):
                self.raise_error("FROM is missing")
            this.table = self._table_name()
            if self._match_texts(("FROM", "IN")):
                self._name()
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

    def _do(self) -> Any:
        return s.Do(self._arguments())

    def _refused(self) -> Any:
        word = self._prev.text.upper()
        raise EmulationError(
            f"{word} is not supported",
            hint="test what needs it on a real server (freshdb makes branches of those too)",
        )


def _collated(column: s.Column, collation: str) -> s.Column:
    if column.type.kind in {"text", "enum", "set"} and column.type.collation == CI:
        column.type = _with_collation(column.type, collation)
    return column


def _with_collation(kind: SqlType, collation: str) -> SqlType:
    from dataclasses import replace

    return replace(kind, collation=collation)


_FOREIGN_TYPES = frozenset(
    [
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
        "inet6",
        "inet4",
        "vector",
    ]
)
_LONG_TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("national", ("CHARACTER", "VARYING")),
    ("national", ("CHARACTER",)),
    ("national", ("VARCHAR",)),
    ("national", ("CHAR",)),
    ("character", ("VARYING",)),
    ("char", ("VARYING",)),
    ("double", ("PRECISION",)),
    ("long", ("VARCHAR",)),
    ("long", ("VARBINARY",)),
)
_TABLE_OPTIONS = frozenset(
    [
        "ENGINE",
        "TYPE",
        "AUTO_INCREMENT",
        "CHARSET",
        "COLLATE",
        "COMMENT",
        "ROW_FORMAT",
        "CHECKSUM",
        "PACK_KEYS",
        "MAX_ROWS",
        "MIN_ROWS",
        "AVG_ROW_LENGTH",
        "DELAY_KEY_WRITE",
        "KEY_BLOCK_SIZE",
        "STATS_PERSISTENT",
        "STATS_AUTO_RECALC",
        "STATS_SAMPLE_PAGES",
        "CONNECTION",
        "UNION",
        "INSERT_METHOD",
        "PAGE_CHECKSUM",
        "TRANSACTIONAL",
        "TABLESPACE",
        "COMPRESSION",
        "ENCRYPTION",
        "ENCRYPTED",
        "PAGE_COMPRESSED",
        "PASSWORD",
        "SEQUENCE",
    ]
)
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
    "ANALYZE": Grammar._skip,
    "OPTIMIZE": Grammar._skip,
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
    "CHECK": Grammar._refused,
    "CHECKSUM": Grammar._refused,
    "REPAIR": Grammar._refused,
    "DELIMITER": Grammar._refused,
    "XA": Grammar._refused,
    "SIGNAL": Grammar._refused,
    "GET": Grammar._refused,
    "INSTALL": Grammar._refused,
}


def parse(text: str) -> list[Any]:
    """Return the statements of a text.

    Raises:
        sqlglot.errors.SqlglotError: the text does not parse.
        EmulationError: it holds a construct that is not supported.
    """
    tokens = DIALECT.tokenize(text)
    parser = Grammar(dialect=DIALECT)
    starts = [one.start for one in tokens if one.token_type == TokenType.PLACEHOLDER]
    parser.places = {start: number for number, start in enumerate(starts, 1)}  # type: ignore[misc]
    found: list[Any] = parser._parse(Grammar.statement, tokens, text)  # type: ignore[arg-type]
    return [one for one in found if one is not None]
