"""Where a fragment stands: what it is to the statement, and which names it may use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import types
from sqlalchemy.exc import CompileError
from sqlalchemy.sql.elements import (
    BindParameter,
    ColumnClause,
    Grouping,
    Label,
    TextClause,
    _truncated_label,
)
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromClause, Join, TableClause

from freshdb.emulation.fragments.speaking import Place, Role, Source, Value


def value_of(element: Any, compiler: Any, keywords: Any) -> Value:
    """Return an argument of a function as SQLAlchemy compiles it."""
    return Value(
        compiler.process(element, **keywords),
        declared(element.type, compiler),
        is_bound=isinstance(element, BindParameter),
    )


def declared(kind: Any, compiler: Any) -> str | None:
    """Return what a column of a type is declared as to SQLite; None where nobody knows."""
    # SQLite's DateTime stands in for an interval, counted from 1970.
    if isinstance(kind, (types.NullType, types.Interval)):
        return None
    try:
        return str(compiler.dialect.type_compiler_instance.process(kind))
    except CompileError:
        return None


def text_of(element: Any) -> str | None:
    """Return the SQL that the application has written for an argument; None of others."""
    while isinstance(element, Grouping):
        element = element.element
    if isinstance(element, TextClause):
        return str(element.text)
    is_text = isinstance(element, ColumnClause) and element.is_literal and element.table is None
    return str(element.name) if is_text else None


def role_of(element: Any, compiler: Any, keywords: dict[str, Any]) -> Role:
    """Return what a fragment is to the statement around it."""
    if any(one is element for one in keywords.pop("_fd_keys", ())):
        return "keys"
    statement = compiler.stack[-1]["selectable"]
    if any(one is element for one in _assigned(statement)):
        return "assigned"
    # The ORM's statements hold copies.
    for is_it in (_is_same, _is_like):
        for name, role in _ROLES.items():
            if any(is_it(one, element) for one in getattr(statement, name, None) or ()):
                return role
    return "value"


def _assigned(statement: Any) -> Iterator[Any]:
    """Yield what a statement gives to columns."""
    yield from (getattr(statement, "_values", None) or {}).values()
    clause = getattr(statement, "_post_values_clause", None)
    yield from dict(getattr(clause, "update_values_to_set", None) or {}).values()


_ROLES: dict[str, Role] = {
    "_raw_columns": "columns",
    "_returning": "columns",
    "_where_criteria": "condition",
    "_having_criteria": "condition",
    "_order_by_clauses": "keys",
    "_group_by_clauses": "groups",
}


def _is_same(one: Any, element: Any) -> bool:
    while isinstance(one, Grouping):
        one = one.element
    return one is element


def _is_like(one: Any, element: Any) -> bool:
    return text_of(one) is not None and text_of(one) == text_of(element)


def place_of(role: Role, compiler: Any, bound: dict[str, Value], is_result: bool) -> Place:
    entry = compiler.stack[-1]
    statement, own = entry["selectable"], set(entry["asfrom_froms"])
    outer = set(entry["correlate_froms"]) - own
    table = getattr(statement, "table", None)
    if table is not None:
        own.add(table)
    sources = list(_sources(own, compiler))
    if getattr(statement, "_post_values_clause", None) is not None:
        sources += [Source("excluded", one.table, one.columns) for one in sources]
    # The first of a union's queries names its columns.
    listed = next(iter(getattr(statement, "selects", ())), statement)
    raw = getattr(listed, "_raw_columns", None) or ()
    return Place(
        role,
        sources,
        list(_sources(outer, compiler)),
        [one.text for one in getattr(statement, "_from_obj", ()) if isinstance(one, TextClause)],
        frozenset(
            one.name
            for one in raw
            if isinstance(one, Label) or (listed is not statement and hasattr(one, "name"))
        ),
        [one.text for one in raw if isinstance(one, TextClause)],
        bound,
        is_result,
    )


def _sources(froms: Iterable[Any], compiler: Any) -> Iterator[Source]:
    for one in froms:
        if not isinstance(one, FromClause) or isinstance(one, Join):
            continue
        name = getattr(one, "name", None)
        if not isinstance(name, str):
            continue
        if isinstance(name, _truncated_label):
            name = compiler._truncated_identifier("alias", name)
        inner = one.element if isinstance(one, AliasedReturnsRows) else one
        table = str(inner.name) if isinstance(inner, TableClause) else None
        yield Source(name, table, {one.name: declared(one.type, compiler) for one in one.c})
