"""The names that an expression may use: the columns of what FROM names, and aliases."""

from __future__ import annotations

from dataclasses import dataclass, field

from freshdb.emulation.catalog import Table, quote_name
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY


@dataclass
class Output:
    """One column of a query's result."""

    name: str
    written: Written


@dataclass
class Source:
    """Something that FROM names; `hidden` are columns that a join has merged into others."""

    name: str
    columns: list[Output]
    table: Table | None = None
    hidden: set[str] = field(default_factory=set)
    is_opaque: bool = False


@dataclass
class Scope:
    """The names that an expression may use; `aliases` are those of the select list."""

    sources: list[Source] = field(default_factory=list)
    outer: Scope | None = None
    aliases: dict[str, Written] = field(default_factory=dict)
    prefers_aliases: bool = False
    inner_aliases: dict[str, Written] = field(default_factory=dict)
    merged: dict[str, Written] = field(default_factory=dict)

    def find(self, name: str, table: str | None) -> list[Written]:
        """Return what a name may mean in this scope alone."""
        lower = name.lower()
        if table is None and self.prefers_aliases and lower in self.aliases:
            return [self.aliases[lower]]
        if table is None and lower in self.merged:
            return [self.merged[lower]]
        found = []
        for source in self.sources:
            if table is not None and source.name.lower() != table.lower():
                continue
            found += [one.written for one in source.columns if one.name.lower() == lower]
            if source.is_opaque and not found:
                found.append(Written(f"{quote_name(source.name)}.{quote_name(name)}", ANY))
        if not found and table is None and lower in self.aliases:
            return [self.aliases[lower]]
        return found
