"""DROP TABLE, DROP VIEW and DROP INDEX, of one or several."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of, only, quote_name, refused
from freshdb.emulation.postgres.sequences import is_sequence


def drop(node: Any, catalog: Catalog, referring: dict[str, set[str]]) -> list[str]:
    """Return what drops tables with what depends on them, where CASCADE says so.

    Raises:
        PostgresError: 42P01 or 2BP01, where there is no such table, or others depend on it.
    """
    only(node, "this", "tables", "kind", "exists", "cascade", "restrict", "concurrently")
    kind = node.args["kind"]
    if kind not in ("TABLE", "VIEW", "INDEX", "SEQUENCE"):
        raise refused(f"DROP {kind}")
    names = [name_of(one.this) for one in node.args.get("tables") or [node.this]]
    exists = "IF EXISTS " if node.args.get("exists") else ""
    if kind == "INDEX":
        return [f"DROP INDEX {exists}{quote_name(name)}" for name in names]
    _there(names, kind, catalog, exists=bool(exists))
    found = _views_of(names, catalog)
    others = {one for name in names for one in referring.get(name, ())} - set(names)
    if (found or others) and not node.args.get("cascade"):
        text = f"cannot drop {kind.lower()} {names[0]} because other objects depend on it"
        raise PostgresError("2BP01", text)
    if others:
        raise refused("CASCADE of DROP")
    ordered = sorted(names, key=lambda name: len(referring.get(name, ())))
    dropped = [f"DROP VIEW {quote_name(name)}" for name in found]
    kind = "TABLE" if kind == "SEQUENCE" else kind
    return dropped + [f"DROP {kind} {exists}{quote_name(name)}" for name in ordered]


def _there(names: list[str], kind: str, catalog: Catalog, *, exists: bool) -> None:
    for name in names:
        if name not in catalog.columns and not exists:
            raise PostgresError("42P01", f'{kind.lower()} "{name}" does not exist')
        if name in catalog.columns and (name in catalog.views) != (kind == "VIEW"):
            raise PostgresError("42809", f'"{name}" is not a {kind.lower()}')
        table = catalog.tables.get(name)
        if table is not None and is_sequence(table.sql) != (kind == "SEQUENCE"):
            raise PostgresError("42809", f'"{name}" is not a {kind.lower()}')


def _views_of(names: list[str], catalog: Catalog) -> list[str]:
    """Return the views that name tables or other views, those first that are named by none."""
    found: list[str] = []
    waiting = list(names)
    while waiting:
        named = re.compile(re.escape(f" {quote_name(waiting.pop(0))} AS "))
        for view, sql in catalog.views.items():
            if view not in names and view not in found and named.search(sql):
                found.append(view)
                waiting.append(view)
    return found[::-1]
