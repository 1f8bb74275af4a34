"""The hooks of SQLAlchemy's compiler that find texts, literal columns and functions."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import cache
from typing import Any

from sqlalchemy import types
from sqlalchemy.ext.compiler import compiles, deregister
from sqlalchemy.sql import compiler as sqlalchemy_compiler
from sqlalchemy.sql.elements import (
    ColumnClause,
    Grouping,
    Label,
    Over,
    TextClause,
)
from sqlalchemy.sql.functions import Function

from freshdb.emulation.catalog import quote_name
from freshdb.emulation.fragments.places import declared, place_of, role_of, text_of, value_of
from freshdb.emulation.fragments.speaking import Convert, Piece, Role, Speaker, Value

_WATCHED = (TextClause, ColumnClause, Label, sqlalchemy_compiler._CompileLabel, Function, Over)


def watch_fragments(speaker: Speaker) -> Callable[[], None]:
    """Let a speaker write what SQLAlchemy cannot; return what ends that."""
    watching = _Watching(speaker)
    written = (watching.text, watching.column, watching.label, watching.label)
    for kind, hook in zip(_WATCHED, (*written, watching.function, watching.over), strict=True):
        compiles(kind, "sqlite")(hook)

    def end() -> None:
        for kind in _WATCHED:
            deregister(kind)

    return end


class _Result(types.TypeEngine[Any]):
    """The type of a column of the result, which is known when the column has been written."""

    def __init__(self, convert: Convert | None = None) -> None:
        self.convert = convert

    def result_processor(self, dialect: Any, coltype: object) -> Convert | None:
        """Return what makes the driver's value."""
        convert = self.convert
        if convert is None:
            return None
        return lambda value: None if value is None else convert(value)


class _Bound(types.TypeEngine[Any]):
    """The type of a value that is bound to a place of a text."""

    def __init__(self, stored: Convert) -> None:
        self.stored = stored

    def bind_processor(self, dialect: Any) -> Convert:
        """Return what makes SQLite's value."""
        return self.stored


class _Watching:
    """What stands in for the compiler's own methods."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def text(self, element: Any, compiler: Any, **keywords: Any) -> str:
        """Write a text inside a statement; a whole statement is none of ours."""
        result = keywords.pop("_fd_result", None)
        if compiler.statement is None and "include_table" not in keywords:
            default = self._speaker.default(element.text)
            return default or str(compiler.visit_textclause(element, **keywords))
        if compiler.statement is element or not compiler.stack:
            return str(compiler.visit_textclause(element, **keywords))
        role: Role = "source" if keywords.get("asfrom") else role_of(element, compiler, keywords)
        inner = {name: one for name, one in keywords.items() if name != "add_to_result_map"}
        bound: dict[str, Value] = {}
        text = self._hidden(element, compiler, inner, bound)
        add = keywords.get("add_to_result_map")
        pieces = self._speaker.fragment(text, place_of(role, compiler, bound, bool(add or result)))
        if pieces is None:
            return str(compiler.visit_textclause(element, **keywords))
        if add is not None:
            for piece in pieces:
                # A name that is None lets SQLAlchemy go by the names of the cursor.
                name = piece.name
                add(name, name, (element, name) if name else (element,), _Result(piece.convert))
        _tell(result, pieces)
        return ", ".join(map(_named, pieces))

    def column(self, element: Any, compiler: Any, **keywords: Any) -> str:
        """Write a `literal_column`."""
        result = keywords.pop("_fd_result", None)
        text = str(element.name)
        if not element.is_literal or element.table is not None or text == "*" or not compiler.stack:
            return str(compiler.visit_column(element, **keywords))
        add = keywords.get("add_to_result_map")
        role = role_of(element, compiler, keywords)
        pieces = self._speaker.fragment(text, place_of(role, compiler, {}, bool(add or result)))
        if pieces is None:
            return str(compiler.visit_column(element, **keywords))
        if add is not None:
            keywords["add_to_result_map"] = _with_type(add, _Result(pieces[0].convert))
            compiler.visit_column(element, **keywords)
        _tell(result, pieces)
        return pieces[0].sql

    def label(self, element: Any, compiler: Any, **keywords: Any) -> str:
        """Give a label the type that what it names turns out to have."""
        inner = element.element
        while isinstance(inner, Grouping):
            inner = inner.element
        add = keywords.get("add_to_result_map")
        if add is not None and isinstance(inner, (TextClause, ColumnClause, Function)):
            result = keywords["_fd_result"] = _Result()
            keywords["add_to_result_map"] = _with_type(add, result)
        return str(compiler.visit_label(element, **keywords))

    def function(self, element: Any, compiler: Any, **keywords: Any) -> str:
        """Write a call of a function that SQLite does not have."""
        result = keywords.pop("_fd_result", None)
        name = element.name.lower()
        is_sqlites = name in _of_sqlite() or hasattr(compiler, f"visit_{name}_func")
        texts = [text_of(one) for one in element.clauses]
        if is_sqlites or element.packagenames or not self._speaker.writes(name, texts):
            return str(compiler.visit_function(element, **keywords))
        inner = {key: one for key, one in keywords.items() if key != "add_to_result_map"}
        bound: dict[str, Value] = {}
        text = self._called(element, compiler, inner, bound)
        add = keywords.get("add_to_result_map")
        role: Role = "assigned" if role_of(element, compiler, keywords) == "assigned" else "value"
        pieces = self._speaker.fragment(text, place_of(role, compiler, bound, bool(add or result)))
        if pieces is None:
            return str(compiler.visit_function(element, **keywords))
        if add is not None:
            add = _with_type(add, _Result(pieces[0].convert))
            add(element.name, element.name, (element.name,), element.type)
        _tell(result, pieces)
        return pieces[0].sql

    def _called(self, element: Any, compiler: Any, keywords: Any, bound: dict[str, Value]) -> str:
        """Return a call as text: what SQLAlchemy compiles itself stands in it under a name."""
        listed = []
        for one in element.clauses:
            if isinstance(one, TextClause):
                listed.append(self._hidden(one, compiler, keywords, bound))
            elif (text := text_of(one)) is not None:
                listed.append(text)
            elif isinstance(one, Function) and self._speaker.knows(one.name.lower()):
                listed.append(self._called(one, compiler, keywords, bound))
            else:
                label = f"_fd_bound_{len(bound)}"
                bound[label] = value_of(one, compiler, keywords)
                listed.append(label)
        return f"{element.name}({', '.join(listed)})"

    def over(self, element: Any, compiler: Any, **keywords: Any) -> str:
        """Let the texts in OVER (… ORDER BY …) know what they are."""
        keywords["_fd_keys"] = () if element.order_by is None else tuple(element.order_by)
        return str(compiler.visit_over(element, **keywords))

    def _hidden(self, element: Any, compiler: Any, keywords: Any, bound: dict[str, Value]) -> str:
        """Return a text with a name for each `:name`, and note what the names stand for."""

        def hide(match: Any) -> str:
            parameter = element._bindparams.get(match[1])
            if parameter is None:
                return str(match.group())
            label = f"_fd_bound_{len(bound)}"
            bound[label] = self._bound(parameter, compiler, keywords)
            return f"({label})" if parameter.expanding else label

        text = sqlalchemy_compiler.BIND_PARAMS.sub(hide, element.text)
        return sqlalchemy_compiler.BIND_PARAMS_ESC.sub(lambda match: match[1], text)

    def _bound(self, parameter: Any, compiler: Any, keywords: Any) -> Value:
        own = parameter._clone(maintain_key=True)
        own.type = _Bound(self._speaker.stored)
        sql = compiler.process(own, **keywords)
        kind = declared(parameter.type, compiler)
        if parameter.expanding:
            return Value(sql[1:-1], kind, is_list=True)
        return Value(sql, kind, is_bound=True)


@cache
def _of_sqlite() -> frozenset[str]:
    """Return the functions that SQLite has itself."""
    with closing(sqlite3.connect(":memory:")) as connection:
        return frozenset(row[0] for row in connection.execute("PRAGMA function_list"))


def _tell(result: _Result | None, pieces: list[Piece]) -> None:
    """Let the label around a fragment know what its value becomes."""
    if result is not None:
        result.convert = pieces[0].convert


def _with_type(add: Callable[..., None], found: _Result) -> Callable[..., None]:
    """Return what adds a column to the result: of the type that was found, where it has none."""

    def add_typed(key: Any, name: Any, objects: Any, kind: Any) -> None:
        is_open = isinstance(kind, (types.NullType, types.ARRAY))
        add(key, name, objects, found if is_open else kind)

    return add_typed


def _named(piece: Piece) -> str:
    if piece.name is None:
        return piece.sql
    return f"{piece.sql} AS {quote_name(piece.name)}"
