"""Masks: what a dump writes in the place of values that must not leave the database."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from freshdb.errors import SeedError
from freshdb.nearest import did_you_mean

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

Mask = Callable[[Any, "Column[Any]", int], Any]
FORMS = "write `table.column=fake`, `table.column=null` or `table.column=text:VALUE`"
_DAY_ONE = dt.date(2000, 1, 1)


class Masks:
    """Replaces values by rule; the same value of a column becomes the same one every time.

    Args:
        rules: by table and column.
    """

    def __init__(self, rules: Mapping[tuple[str, str], Mask]) -> None:
        self._rules = rules
        self._seen: dict[tuple[str, str], dict[Any, int]] = {}

    def applied(self, table: Table, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row with its masked values replaced; null stays null."""
        masked = dict(row)
        for (name, key), mask in self._rules.items():
            if name == table.fullname and row.get(key) is not None:
                seen = self._seen.setdefault((name, key), {})
                number = seen.setdefault(repr(row[key]), len(seen) + 1)
                masked[key] = mask(row[key], table.columns[key], number)
        return masked


def find_masks(rules: Sequence[str], tables: Mapping[str, Table]) -> Masks:
    """Return what rules such as `users.email=fake` ask for.

    Raises:
        SeedError: a rule is none, or names no column that can be masked.
    """
    found: dict[tuple[str, str], Mask] = {}
    for rule in rules:
        place, _, what = rule.replace("=", ":", 1).partition(":")
        name, _, key = place.strip().rpartition(".")
        table = tables.get(name)
        if table is None:
            hint = did_you_mean(name, tables) if name else FORMS
            raise SeedError(f"the mask `{rule}` names no table", hint=hint)
        if key not in table.columns:
            raise SeedError(
                f"the mask `{rule}`: table `{name}` has no column `{key}`",
                hint=did_you_mean(key, table.columns.keys()),
            )
        found[name, key] = _mask(rule, what.strip(), table.columns[key], tables)
    return Masks(found)


def _mask(rule: str, what: str, column: Column[Any], tables: Mapping[str, Table]) -> Mask:
    referred = {key.column for table in tables.values() for key in table.foreign_keys}
    if column in referred or column.foreign_keys:
        raise SeedError(f"the mask `{rule}` would break the foreign keys that use this column")
    if what == "fake":
        return _fake
    if what == "null":
        if not column.nullable:
            raise SeedError(f"the mask `{rule}`: that column cannot be null")
        return lambda value, column, number: None
    if what.startswith("text:"):
        return lambda value, column, number: what.removeprefix("text:")
    raise SeedError(f"the mask `{rule}` is `{what}`", hint=FORMS)


def _fake(value: Any, column: Column[Any], number: int) -> Any:
    """Return a value of the same kind that tells nothing of the old one."""
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        length = getattr(column.type, "length", None)
        text = _fake_text(value, column.name, number)
        return text if length is None or len(text) <= length else str(number)[-length:]
    if isinstance(value, (int, float, decimal.Decimal)):
        return type(value)(number)
    if isinstance(value, dt.datetime):
        moment = dt.datetime.combine(_DAY_ONE, dt.time(), value.tzinfo)
        return moment + dt.timedelta(minutes=number)
    if isinstance(value, dt.date):
        return _DAY_ONE + dt.timedelta(days=number)
    if isinstance(value, UUID):
        return UUID(int=number)
    if isinstance(value, bytes):
        return str(number).encode()
    raise SeedError(
        f"`{column}` holds a {type(value).__name__}, for which there is no fake",
        hint=f"`--mask {column}=null`",
    )


def _fake_text(value: str, name: str, number: int) -> str:
    name = name.lower()
    if "mail" in name or "@" in value:
        return f"user{number}@example.com"
    if "phone" in name or "mobile" in name:
        return f"+1555{number:07d}"
    if "url" in name or value.startswith(("http://", "https://")):
        return f"https://example.com/{number}"
    return f"{name} {number}"
