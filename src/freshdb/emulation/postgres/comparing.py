"""How two values are compared in SQLite's SQL, by the type that they share."""

from __future__ import annotations

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.functions.comparing import is_helped
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import Written


def together(parts: list[Written], sign: str) -> tuple[str, list[Written]]:
    """Return the type by which values are compared, and each of them as that.

    Raises:
        PostgresError: 42883, where there is none.
    """
    try:
        return types.settled(parts, "comparison")
    except PostgresError as error:
        if error.state != "42804":
            raise
        kinds = dict.fromkeys(types.shown(one.kind) for one in parts)
        text = f"operator does not exist: {f' {sign} '.join(list(kinds)[:2])}"
        raise PostgresError("42883", text) from None


def compared(sign: str, one: Written, other: Written) -> str:
    """Return a comparison of two values."""
    kind, parts = together([one, other], sign)
    if kind == "json":
        raise PostgresError("42883", f"operator does not exist: json {sign} json")
    a, b = parts[0].sql, parts[1].sql
    if not is_helped(kind):
        return f"({a} {sign} {b})"
    if sign.startswith("IS"):
        collation = types.collation(kind)
        return f"({a} COLLATE {collation} {sign} {b})"
    return f"(pg_compare('{kind}', {a}, {b}) {sign} 0)"
