"""GROUP_CONCAT and JSON_ARRAYAGG, with DISTINCT, ORDER BY, SEPARATOR and LIMIT; JSON_OBJECTAGG."""

from __future__ import annotations

import json
from functools import cmp_to_key
from typing import Any

from freshdb.emulation.collations import fold_for
from freshdb.emulation.functions.aggregates import distinct_key
from freshdb.emulation.functions.coercions import characters, same_kind
from freshdb.emulation.functions.comparison import compare
from freshdb.emulation.functions.context import active, warn
from freshdb.emulation.functions.json_documents import Object, quoted, write
from freshdb.emulation.functions.json_values import made, nested
from freshdb.emulation.functions.spec import aggregate
from freshdb.emulation.values import Json

Row = tuple[list[Any], list[Any]]
LONGEST = {"mariadb": 1024 * 1024, "mysql8": 1024}


class _Ordered:
    """Collects rows of values and keys, and gives them in the order that is asked for."""

    skips_null = True

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.rows: list[Row] = []

    def step(self, options: Any, *values: Any) -> None:
        """Take a row in: the values and, after them, the keys to sort by."""
        if not self.options:
            self.options = json.loads(options)
        count = self.options.get("n", 1)
        row = list(values[:count]), list(values[count:])
        if not (self.skips_null and None in row[0]):
            self.rows.append(row)

    def inverse(self, options: Any, *values: Any) -> None:
        """Take a row out that has left the window."""
        count = self.options.get("n", 1)
        row = list(values[:count]), list(values[count:])
        if row in self.rows:
            self.rows.remove(row)

    def ordered(self) -> list[list[Any]]:
        """Return the values of the rows that are wanted."""
        rows = self._distinct() if self.options.get("distinct") else list(self.rows)
        signs = self.options.get("order", "")
        if signs:
            # The server's tree of rows gives equal ones last in, first out.
            rows.reverse()
        collations = self.options.get("by", ())
        for place in reversed(range(len(signs))):
            rows.sort(key=_row_key(place, collations[place]), reverse=signs[place] == "-")
        limit = self.options.get("limit")
        if limit:
            rows = rows[limit[0] : limit[0] + limit[1]]
        return [row[0] for row in rows]

    def _distinct(self) -> list[Row]:
        found: dict[Any, Row] = {}
        collations = self.options.get("of", ())
        for row in self.rows:
            pairs = zip(row[0], collations, strict=True)
            found.setdefault(tuple(_distinct_key(*pair) for pair in pairs), row)
        return list(found.values())


def _distinct_key(value: Any, collation: str | None) -> Any:
    if collation is None or value.__class__ not in (str, Json):
        return distinct_key(value)
    return fold_for(active.context.flavor, collation)(str(value))


def _row_key(place: int, collation: str | None) -> Any:
    def order(one: Row, other: Row) -> int:
        left, right = one[1][place], other[1][place]
        if left is None or right is None:
            return (left is not None) - (right is not None)
        return compare(active.context, left, right, collation)

    return cmp_to_key(order)


@aggregate("GROUP_CONCAT", args=(2, None), kind="text")
class GroupConcat(_Ordered):
    """GROUP_CONCAT: see the contract of its options."""

    def value(self) -> Any:
        """Return the joined text, cut at `group_concat_max_len`; NULL of nothing."""
        rows = self.ordered()
        if not rows:
            return None
        parts = [_joined(row) for row in rows]
        glue, *parts = same_kind(self.options.get("separator", ","), *parts)
        found = glue.join(parts)
        longest = active.context.system_variables.get(
            "group_concat_max_len", LONGEST[active.context.flavor]
        )
        if len(found) > longest // 4:
            found = _cut(found, int(longest))
        return found


def _joined(row: list[Any]) -> Any:
    parts = same_kind(*row)
    return parts[0][:0].join(parts)


def _cut(found: Any, longest: int) -> Any:
    packed = found if isinstance(found, bytes) else found.encode()
    if len(packed) <= longest:
        return found
    warn(1260, "Row 1 was cut by GROUP_CONCAT()")
    return (
        packed[:longest] if isinstance(found, bytes) else packed[:longest].decode(errors="ignore")
    )


@aggregate("JSON_ARRAYAGG_OPTIONS", args=(2, None), kind="json", operator=True)
class JsonArrayOrdered(_Ordered):
    """JSON_ARRAYAGG with DISTINCT, ORDER BY or LIMIT, which MariaDB has."""

    skips_null = False

    def value(self) -> Any:
        """Return the array, NULL of nothing."""
        rows = self.ordered()
        return _array([row[0] for row in rows]) if self.rows else None


@aggregate("JSON_ARRAYAGG", args=1, kind="json")
class JsonArray:
    """JSON_ARRAYAGG."""

    def __init__(self) -> None:
        self.values: list[Any] = []

    def step(self, value: Any) -> None:
        """Take a value in, NULL too."""
        self.values.append(value)

    def inverse(self, value: Any) -> None:
        """Take a value out that has left the window."""
        self.values.remove(value)

    def value(self) -> Any:
        """Return the array, NULL of nothing."""
        return _array(self.values) if self.values else None


def _array(values: list[Any]) -> Json | bytes:
    comma = ", " if active.context.is_mysql8 else ","
    return made("[" + comma.join(write(nested(value)) for value in values) + "]", values)


@aggregate("JSON_OBJECTAGG", args=2, kind="json")
class JsonObject:
    """JSON_OBJECTAGG."""

    def __init__(self) -> None:
        self.members: list[tuple[Any, Any]] = []

    def step(self, key: Any, value: Any) -> None:
        """Take a member in."""
        if key is None:
            from freshdb.emulation.errors import MySQLError

            raise MySQLError(3158, "22032", "JSON documents may not contain NULL member names.")
        self.members.append((key, value))

    def inverse(self, key: Any, value: Any) -> None:
        """Take a member out that has left the window."""
        self.members.remove((key, value))

    def value(self) -> Any:
        """Return the object, NULL of nothing."""
        if not self.members:
            return None
        found = Object(
            (quoted(characters(key))[1:-1], nested(value)) for key, value in self.members
        )
        if active.context.is_mysql8:
            return Json(write(found))
        parts = (f'"{key}":{write(value)}' for key, value in found)
        return made("{" + ", ".join(parts) + "}", [one for pair in self.members for one in pair])
