"""Plain statements, read without the parser: the same tree, several times as fast.

Most statements of an application are one table with columns, constants and places for values.
What is written in these few words means the same to every reader; whatever else a statement
has, this one gives up, and the parser reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.expressions import DIALECT
from freshdb.emulation.nodes import BARE_CALLS, UNITS, Call
from freshdb.emulation.reserved import EVERY

LONGEST = 2000
_TOKEN = re.compile(
    r"""[ \t\n]*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|`(?P<quoted>[A-Za-z0-9_ ]+)`"""
    r"""|(?P<number>[0-9]+(?:\.[0-9]+)?)(?![\w.])|'(?P<text>[^'\\]*)'(?!\s*')|(?P<sign><=|>=|<>|!=|[=<>(),.*?]))"""
)
_COMPARISONS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}
# Words that are more than a name to the parser, and those that this reader knows itself.
_WORDS = """
SELECT FROM WHERE AND ORDER BY LIMIT OFFSET ASC DESC AS OR XOR NOT IS IN LIKE INSERT UPDATE DELETE
INTO VALUES VALUE SET ROW IGNORE PARTITION RETURNING ON HIGH_PRIORITY LOW_PRIORITY DELAYED QUICK
USING FINAL LATERAL JSON_TABLE NULL TRUE FALSE UNKNOWN DEFAULT BINARY INTERVAL TIMESTAMP TIME MATCH
MEMBER DIV MOD COLLATE ESCAPE SOUNDS
"""
_KEYWORDS = (word for word in DIALECT.tokenizer_class.KEYWORDS if word.isidentifier())
_NO_NAMES = frozenset([*_WORDS.split(), *_KEYWORDS, *UNITS, *BARE_CALLS, *EVERY])


class NotPlainError(Exception):
    """The statement has more than plain words."""


def read_plain(text: str) -> Any:
    """Return the statement that a text is, as the parser would; None where it is not plain."""
    if len(text) > LONGEST:
        return None
    try:
        return _Reader(text).statement()
    except (NotPlainError, IndexError):
        return None


class _Reader:
    """Reads one statement; `at` is the token that comes next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = 0
        self.end = self.start = 0
        self.kind: str | None = None
        self.value = ""
        self.step()

    # Tokens

    def step(self) -> None:
        """Move to the next token; its kind is None at the end."""
        self.before = self.end
        match = _TOKEN.match(self.text, self.end)
        if match is None:
            if self.text[self.end :].strip(" \t\n"):
                raise NotPlainError
            self.kind = None
            return
        self.kind, self.end = match.lastgroup, match.end()
        self.value = match[match.lastgroup]  # type: ignore[index]  # one of the groups has matched
        self.start = match.start(match.lastgroup)  # type: ignore[arg-type]  # the same
        if self.kind == "quoted":
            self.start -= 1

    def takes(self, word: str) -> bool:
        """Pass over a word or sign, if it comes next."""
        if self.kind == "word" and self.value.upper() == word:
            self.step()
            return True
        return False

    def takes_sign(self, sign: str) -> bool:
        """Pass over a sign, if it comes next."""
        if self.kind == "sign" and self.value == sign:
            self.step()
            return True
        return False

    def need(self, word: str) -> None:
        if not self.takes(word):
            raise NotPlainError

    def need_sign(self, sign: str) -> None:
        if not self.takes_sign(sign):
            raise NotPlainError

    def name(self) -> exp.Identifier:
        quoted = self.kind == "quoted"
        if not quoted and (self.kind != "word" or self.value.upper() in _NO_NAMES):
            raise NotPlainError
        found = exp.Identifier(this=self.value, quoted=quoted)
        self.step()
        return found

    def listed(self, one: Callable[[], Any]) -> list[Any]:
        """Read one or several of something, between commas."""
        found = [one()]
        while self.takes_sign(","):
            found.append(one())
        return found

    # Values and conditions

    def column(self) -> exp.Column:
        first = self.name()
        if self.kind == "sign" and self.value in ".(":
            self.need_sign(".")
            return exp.Column(this=self.name(), table=first)
        return exp.Column(this=first)

    def value_(self) -> Any:
        """Read a constant or a place; None where something else comes."""
        kind, text = self.kind, self.value
        if kind == "number":
            self.step()
            return exp.Literal.number(text)
        if kind == "text":
            self.step()
            return exp.Literal.string(text)
        if self.takes_sign("?"):
            self.places += 1
            return exp.Placeholder(this=str(self.places))
        return exp.Null() if self.takes("NULL") else None

    def constant(self) -> Any:
        found = self.value_()
        if found is None:
            raise NotPlainError
        return found

    def operand(self) -> Any:
        found = self.value_()
        return self.column() if found is None else found

    def where(self) -> Any:
        if not self.takes("WHERE"):
            return None
        found = self.condition()
        while self.takes("AND"):
            found = exp.And(this=found, expression=self.condition())
        return exp.Where(this=found)

    def condition(self) -> Any:
        left = self.column()
        if self.kind == "sign" and self.value in _COMPARISONS:
            kind = _COMPARISONS[self.value]
            self.step()
            return kind(this=left, expression=self.operand())
        if self.takes("IS"):
            negated = self.takes("NOT")
            self.need("NULL")
            found: Any = exp.Is(this=left, expression=exp.Null())
            return exp.Not(this=found) if negated else found
        negated = self.takes("NOT")
        if self.takes("LIKE"):
            found = exp.Like(this=left, expression=self.constant())
            if negated:
                found.set("negate", True)
            return found
        self.need("IN")
        self.need_sign("(")
        found = exp.In(this=left, expressions=self.listed(self.constant))
        self.need_sign(")")
        return exp.Not(this=found) if negated else found

    # Statements

    def statement(self) -> Any:
        """Read the whole text."""
        word = self.value.upper() if self.kind == "word" else ""
        read = {
            "SELECT": self.select,
            "INSERT": self.insert,
            "UPDATE": self.update,
            "DELETE": self.delete,
        }.get(word)
        if read is None:
            return None
        self.step()
        found = read()
        return found if self.kind is None else None

    def table(self) -> exp.Table:
        found = exp.Table(this=self.name())
        if self.takes("AS") or self.kind == "quoted" or self._names_something():
            found.set("alias", exp.TableAlias(this=self.name()))
        return found

    def _names_something(self) -> bool:
        return self.kind == "word" and self.value.upper() not in _NO_NAMES

    def source(self) -> exp.Select:
        return exp.Select(expressions=[exp.Star()], from_=exp.From(this=self.table()), joins=[])

    def select(self) -> Any:
        items = self.listed(self.item)
        items[0].meta["distinct"] = False
        self.need("FROM")
        this = exp.Select(expressions=items, from_=exp.From(this=self.table()))
        where = self.where()
        if where is not None:
            this.set("where", where)
        if self.takes("ORDER"):
            self.need("BY")
            this.set("order", exp.Order(expressions=self.listed(self.key)))
        if self.takes("LIMIT"):
            self.limit(this)
        return s.Query(this, [])

    def item(self) -> Any:
        start = self.start
        found = self.shown()
        if self.takes("AS"):
            found = exp.Alias(this=found, alias=self.name())
        found.meta["text"] = self.text[start : self.before]
        return found

    def shown(self) -> Any:
        if self.takes_sign("*"):
            return exp.Star()
        if self.takes("COUNT"):
            for sign in "(*)":
                self.need_sign(sign)
            return Call(this="COUNT", expressions=[], star=True)
        first = self.name()
        if not self.takes_sign("."):
            if self.kind == "sign" and self.value == "(":
                raise NotPlainError
            return exp.Column(this=first)
        if self.takes_sign("*"):
            return exp.Column(this=exp.Star(), table=first)
        return exp.Column(this=self.name(), table=first)

    def key(self) -> exp.Ordered:
        this = self.column()
        desc = not self.takes("ASC") and self.takes("DESC")
        return exp.Ordered(this=this, desc=desc)

    def limit(self, this: exp.Select) -> None:
        count = self.count()
        offset = None
        if self.takes_sign(","):
            offset, count = count, self.count()
        elif self.takes("OFFSET"):
            offset = self.count()
        this.set("limit", exp.Limit(expression=count))
        if offset is not None:
            this.set("offset", exp.Offset(expression=offset))

    def count(self) -> Any:
        if self.kind != "number" and (self.kind, self.value) != ("sign", "?"):
            raise NotPlainError
        return self.value_()

    def insert(self) -> Any:
        ignore = self.takes("IGNORE")
        self.need("INTO")
        this = s.Insert(s.TableName(self.name().this), ignore=ignore)
        self.need_sign("(")
        this.columns = [one.this for one in self.listed(self.name)]
        self.need_sign(")")
        self.need("VALUES")
        this.rows = self.listed(self.row)
        return this

    def row(self) -> list[Any]:
        self.need_sign("(")
        found = self.listed(self.constant)
        self.need_sign(")")
        return found

    def update(self) -> Any:
        source = self.source()
        self.need("SET")
        return s.Update(source, self.listed(self.assignment), self.where())

    def assignment(self) -> tuple[Any, Any]:
        column = self.column()
        self.need_sign("=")
        return column, self.constant()

    def delete(self) -> Any:
        self.need("FROM")
        return s.Delete(self.source(), [], self.where())
