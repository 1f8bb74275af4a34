"""Texts inside SQLAlchemy's own constructs: an expression at a time, its tables unknown.

`select(T).where(text("DATE_FORMAT(made, '%Y') = '2024'"))` is compiled for SQLite by SQLAlchemy,
all but the text. It is rewritten as an expression; what type a column has is asked of the schema
that was seen last, and where names are not known, helpers decide by the values.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.compiler import compiles, deregister
from sqlalchemy.sql.elements import TextClause
from sqlglot import exp
from sqlglot.errors import SqlglotError

from freshdb.emulation.catalog import Catalog, Column, latest_catalog, quote_name
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import Context
from freshdb.emulation.grammar import Grammar
from freshdb.emulation.grammar.expressions import DIALECT
from freshdb.emulation.rewrite.scope import Scope
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY

_PLAIN = re.compile(r"[\w.\s]*|\d+|[\w.]+\s+(asc|desc)", re.IGNORECASE)


def watch_fragments(flavor: str) -> Callable[[], None]:
    """Rewrite texts inside statements that are compiled for SQLite; return what ends that."""
    context = Context(flavor=flavor)  # type: ignore[arg-type]

    def compile_text(element: Any, compiler: Any, **keywords: Any) -> str:
        if compiler.statement is element or not compiler.stack or _PLAIN.fullmatch(element.text):
            return str(compiler.visit_textclause(element, **keywords))
        changed = TextClause(rewritten(element.text, context))
        changed._bindparams = element._bindparams
        return str(compiler.visit_textclause(changed, **keywords))

    compiles(TextClause, "sqlite")(compile_text)
    return lambda: deregister(TextClause)


class _Anything(Scope):
    """A scope in which every name is a column."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self._catalog = catalog

    def find(self, name: str, table: str | None) -> list[Written]:
        """Return a column of this name: with its type where all tables agree on it."""
        sql = f"{quote_name(table)}.{quote_name(name)}" if table else quote_name(name)
        found: list[tuple[Column, Any]] = []
        for one in self._catalog.tables.values():
            column = one.column(name)
            if column is not None and (table is None or one.name.lower() == table.lower()):
                found.append((column, one))
        if found and len({column.type for column, _ in found}) == 1:
            return [Writer.stored(sql, *found[0])]
        return [Written(sql, ANY)]


def rewritten(text: str, context: Context) -> str:
    """Return a fragment as SQLite takes it; as it was where it is no expression.

    Raises:
        EmulationError: it uses what is not supported.
    """
    return _rewritten(text, context.flavor, latest_catalog())


@lru_cache(maxsize=1024)
def _rewritten(text: str, flavor: str, catalog: Catalog) -> str:
    # SQLAlchemy's `:name` is no word of the grammar; it stands as a column that is not quoted.
    names: dict[str, str] = {}

    def hide(match: re.Match[str]) -> str:
        label = f"_fd_bound_{len(names)}"
        names[label] = match.group()
        return label

    hidden = re.sub(r"(?<![:\w\\]):(\w+)(?!:)", hide, text)
    node = _expression(hidden)
    if node is None:
        return text
    writer = Writer(catalog, Context(flavor=flavor))  # type: ignore[arg-type]
    writer.scope = _Anything(catalog)
    written = writer.write(node)
    sql = f"fd_plain({written.typed})" if written.is_mixed or written.kind == "any" else written.sql
    for label, original in names.items():
        sql = sql.replace(quote_name(label), original)
    return sql


def _expression(text: str) -> Any:
    try:
        parser = Grammar(dialect=DIALECT)
        found = parser._parse(Grammar._parse_assignment, DIALECT.tokenize(text), text)
    except (SqlglotError, MySQLError):
        return None
    if len(found) != 1 or not isinstance(found[0], exp.Expr):
        return None
    return found[0]
