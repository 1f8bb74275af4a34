"""Plain statements, read without the parser: the same tree, several times as fast.

Most statements of an application are one table with columns, constants and places for values.
What is written in these few words means the same to every reader; whatever else a statement
has, this one gives up, and the parser reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation.grammar.plain_words import NO_NAMES, NotPlainError, Words
from freshdb.emulation.nodes import Call

LONGEST = 2000
_COMPARISONS: dict[str, type[exp.Expr]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def read_plain(text: str) -> Any:
    """Return the statement that a text is, as the parser would; None where it is not plain."""
    if len(text) > LONGEST:
        return None
    try:
        return _Reader(text).statement()
    except (NotPlainError, IndexError):
        return None


_AGGREGATES = frozenset(["COUNT", "SUM", "MIN", "MAX", "AVG"])


class _Reader(Words):
    """Reads one statement."""

    places = 0

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
        return exp.Where(this=self.conditions())

    def conditions(self) -> Any:
        found = self.condition()
        while self.takes("AND"):
            found = exp.And(this=found, expression=self.condition())
        return found

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
        if self.takes("BETWEEN"):
            low = self.constant()
            self.need("AND")
            found = exp.Between(this=left, low=low, high=self.constant())
            return exp.Not(this=found) if negated else found
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
        return self.kind == "word" and self.value.upper() not in NO_NAMES

    def source(self) -> exp.Select:
        return exp.Select(expressions=[exp.Star()], from_=exp.From(this=self.table()), joins=[])

    def select(self) -> Any:
        items = self.listed(self.item)
        items[0].meta["distinct"] = False
        self.need("FROM")
        this = exp.Select(expressions=items, from_=exp.From(this=self.table()))
        joins = list(self.joins())
        if joins:
            this.set("joins", joins)
        where = self.where()
        if where is not None:
            this.set("where", where)
        if self.takes("GROUP"):
            self.need("BY")
            this.set("group", exp.Group(expressions=self.listed(self.group_key)))
            if self.takes("HAVING"):
                this.set("having", exp.Having(this=self.conditions()))
        if self.takes("ORDER"):
            self.need("BY")
            this.set("order", exp.Order(expressions=self.listed(self.key)))
        if self.takes("LIMIT"):
            self.limit(this)
        return s.Query(this, [])

    def joins(self) -> Iterator[exp.Join]:
        """Read what is joined to the first table."""
        while True:
            words = {}
            if self.takes("LEFT"):
                words["side"] = "LEFT"
                if self.takes("OUTER"):
                    words["kind"] = "OUTER"
            elif self.takes("INNER"):
                words["kind"] = "INNER"
            if not self.takes("JOIN"):
                if words:
                    raise NotPlainError
                return
            table = self.table()
            self.need("ON")
            yield exp.Join(this=table, **words, on=self.conditions())

    def item(self) -> Any:
        start = self.start
        found = self.shown()
        if isinstance(found, exp.Column) and self.takes_sign("*"):
            found = exp.Mul(this=found, expression=self.column())
        if self.takes("AS"):
            found = exp.Alias(this=found, alias=self.name())
        found.meta["text"] = self.text[start : self.before]
        return found

    def shown(self) -> Any:
        if self.takes_sign("*"):
            return exp.Star()
        if self.kind == "word" and self.value.upper() in _AGGREGATES and self.calls():
            return self.aggregate()
        first = self.name()
        if not self.takes_sign("."):
            if self.kind == "sign" and self.value == "(":
                raise NotPlainError
            return exp.Column(this=first)
        if self.takes_sign("*"):
            return exp.Column(this=exp.Star(), table=first)
        return exp.Column(this=self.name(), table=first)

    def calls(self) -> bool:
        return self.text[self.end : self.end + 1] == "("

    def aggregate(self) -> Call:
        name = self.value.upper()
        self.step()
        self.need_sign("(")
        if name == "COUNT" and self.takes_sign("*"):
            found = Call(this=name, expressions=[], star=True)
        else:
            found = Call(this=name, expressions=[self.column()], distinct=False)
        self.need_sign(")")
        return found

    def group_key(self) -> exp.Ordered:
        return exp.Ordered(this=self.column(), desc=False)

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
