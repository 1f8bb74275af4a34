"""Put rows in an order in which each comes after the rows that it refers to."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

    from freshdb.seeds.plan import Insert


def in_order(inserts: list[Insert]) -> list[Insert]:
    """Return the rows in an order in which they can be inserted, that of the file where possible.

    Rows that need each other in a circle are broken up at a column that may be null: it is set by
    an update when all are there.

    Raises:
        DataFileError: no column of such a circle may be null.
    """
    ranks = _ranks({insert.table: None for insert in inserts})
    ordered = sorted(inserts, key=lambda insert: ranks[insert.table])
    if _is_held_by_tables(inserts, ranks):
        return ordered
    position = {id(insert): number for number, insert in enumerate(ordered)}
    edges = _edges(ordered, lambda table: _keys_against_order(table, ranks))
    if all(position[id(other)] < number for number, other in _pairs(edges)):
        return ordered
    # Rows will be moved, so what held by the order of the tables has to be said too.
    edges = _edges(ordered, lambda table: _keys_among(table, ranks))
    return _Sorting(ordered, position, edges).run()


def _is_held_by_tables(inserts: list[Insert], ranks: dict[Table, int]) -> bool:
    """Tell whether each row needs rows of earlier tables only, as is mostly so."""
    needs = {(one.table, other.table) for one in inserts for other, _ in one.needs.values()}
    return all(ranks[other] < ranks[one] for one, other in needs) and not any(
        _keys_against_order(table, ranks) for table in ranks
    )


def _pairs(edges: dict[int, list[tuple[str, Insert]]]) -> list[tuple[int, Insert]]:
    return [(number, other) for number, needs in edges.items() for _, other in needs]


def _edges(
    ordered: list[Insert], keys_of: Callable[[Table], list[tuple[Column[Any], Column[Any]]]]
) -> dict[int, list[tuple[str, Insert]]]:
    """Return, by position, which rows each needs, and for which column."""
    edges: dict[int, list[tuple[str, Insert]]] = {}
    by_value: dict[Column[Any], dict[Any, Insert]] = {}
    keys: dict[Table, list[tuple[Column[Any], Column[Any]]]] = {}
    for number, insert in enumerate(ordered):
        needs = [(key, other) for key, (other, _) in insert.needs.items()]
        if insert.table not in keys:
            keys[insert.table] = keys_of(insert.table)
        for column, referred in keys[insert.table]:
            value = insert.values.get(column.key)
            if value is not None:
                if referred not in by_value:
                    by_value[referred] = _rows_by(ordered, referred)
                other = by_value[referred].get(value)
                if other is not None and other is not insert:
                    needs.append((column.key, other))
        if needs:
            edges[number] = needs
    return edges


def _keys_against_order(
    table: Table, ranks: dict[Table, int]
) -> list[tuple[Column[Any], Column[Any]]]:
    """Return the foreign keys to tables that do not come before this one: itself, or in a cycle."""
    return [
        (column, referred)
        for column, referred in _keys_among(table, ranks)
        if ranks[referred.table] >= ranks[table]
    ]


def _keys_among(table: Table, ranks: dict[Table, int]) -> list[tuple[Column[Any], Column[Any]]]:
    return [(key.parent, key.column) for key in table.foreign_keys if key.column.table in ranks]


def _rows_by(ordered: list[Insert], column: Column[Any]) -> dict[Any, Insert]:
    return {
        insert.values[column.key]: insert
        for insert in ordered
        if insert.table is column.table and insert.values.get(column.key) is not None
    }


def _ranks(tables: dict[Table, None]) -> dict[Table, int]:
    """Number the tables so that each comes after those it refers to; cycles are cut somewhere."""
    ranks: dict[Table, int] = {}
    seen: set[Table] = set()

    def visit(table: Table) -> None:
        if table in seen:
            return
        seen.add(table)
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            if key.column.table in tables:
                visit(key.column.table)
        ranks[table] = len(ranks)

    for table in tables:
        visit(table)
    return ranks


class _Sorting:
    """A stable topological sort; the invariant: what is out needs nothing that is not out."""

    def __init__(
        self,
        ordered: list[Insert],
        position: dict[int, int],
        edges: dict[int, list[tuple[str, Insert]]],
    ) -> None:
        self._ordered = ordered
        self._open = {
            number: {key: position[id(other)] for key, other in needs}
            for number, needs in edges.items()
        }
        self._waiting: dict[int, set[int]] = {}
        for number, needs in self._open.items():
            for other in needs.values():
                self._waiting.setdefault(other, set()).add(number)
        self._is_out = [False] * len(ordered)
        self._out: list[Insert] = []

    def run(self) -> list[Insert]:
        ready = [number for number in range(len(self._ordered)) if not self._open.get(number)]
        heapq.heapify(ready)
        while True:
            while ready:
                number = heapq.heappop(ready)
                self._is_out[number] = True
                self._out.append(self._ordered[number])
                for waiting in self._waiting.get(number, ()):
                    needs = self._open[waiting]
                    for key in [key for key, other in needs.items() if other == number]:
                        del needs[key]
                    if not needs and not self._is_out[waiting]:
                        heapq.heappush(ready, waiting)
            if len(self._out) == len(self._ordered):
                return self._out
            heapq.heappush(ready, self._cut())

    def _cut(self) -> int:
        """Break a circle at a column that may be null, and return the row that is free now."""
        left = [n for n in range(len(self._ordered)) if not self._is_out[n]]
        circle = self._circle(left[0])
        best = None
        for number in circle:
            insert, needs = self._ordered[number], self._open[number]
            if all(insert.table.columns[key].nullable for key in needs):
                best = number
                break
            if best is None and all(key in insert.values for key in needs):
                best = number
        if best is None:
            names = " > ".join(_name(self._ordered[number]) for number in [*circle, circle[0]])
            first = self._ordered[circle[0]]
            raise first.row.error(
                f"rows that need each other, by columns that may not be null: {names}",
                hint="give one of them its key in the file, or let a column of the circle be null",
            )
        insert = self._ordered[best]
        for key in self._open[best]:
            if insert.table.columns[key].nullable:
                insert.later[key] = insert.needs.pop(key, None) or insert.values[key]
                insert.values[key] = None
            # Any other key that the file gives goes in as it is: its constraint may be deferred.
        self._open[best] = {}
        return best

    def _circle(self, number: int) -> list[int]:
        """Follow needs from a row that is not out until one comes twice."""
        path: list[int] = []
        while number not in path:
            path.append(number)
            number = next(iter(self._open[number].values()))
        return path[path.index(number) :]


def _name(insert: Insert) -> str:
    return f"{insert.table.name} `{insert.row.label or insert.row.place.line}`"
