"""The select list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.queries.model import Item
from freshdb.emulation.rewrite.scope import Scope
from freshdb.emulation.rewrite.writer import Writer
from freshdb.emulation.rewrite.written import Written


def aliases_of(items: list[Item]) -> dict[str, Written]:
    found: dict[str, Written] = {}
    for item in items:
        if item.has_alias:
            found.setdefault(item.name.lower(), item.written)
    for item in items:
        if item.written.column is not None and not item.has_alias:
            found.setdefault(item.name.lower(), item.written)
    return found


def write_items(writer: Writer, node: Any, scope: Scope) -> Iterator[Item]:
    for one in node.expressions:
        if isinstance(one, exp.Star):
            yield from sources.star(scope, None)
        elif isinstance(one, exp.Column) and isinstance(one.this, exp.Star):
            yield from sources.star(scope, one.args["table"].name)
        else:
            item = write_item(writer, one)
            if item.has_alias:
                scope.inner_aliases.setdefault(item.name.lower(), item.written)
            yield item


def write_item(writer: Writer, node: Any) -> Item:
    text = node.meta.get("text", "")
    if isinstance(node, exp.Alias):
        name = node.args["alias"].name
        return Item(name.rstrip() or name, writer.write(node.this), text, has_alias=True)
    written = writer.write(node)
    if isinstance(node, exp.Column):
        return Item(node.this.name, written, text)
    if isinstance(node, exp.Literal) and node.is_string:
        return Item(str(node.this).strip() or str(node.this), written, text)
    return Item(text, written, text)
