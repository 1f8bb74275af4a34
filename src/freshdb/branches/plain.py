"""Values as JSON and people read them, in bounded size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST_BYTES = 256 * 1024
_MOST_OF_A_VALUE = 4096
_MOST_OF_A_CELL = 60


def plain(value: Any) -> Any:
    """Return a value as JSON has it: bytes as `x'00ff'`, what is very long cut short."""
    if isinstance(value, (bytes, memoryview)):
        data = bytes(value)
        more = "…" if len(data) > _MOST_OF_A_VALUE // 2 else ""
        return f"x'{data[: _MOST_OF_A_VALUE // 2].hex()}'{more}"
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode()
        return text if len(text) <= _MOST_OF_A_VALUE else f"{text[:_MOST_OF_A_VALUE]}…"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def plain_rows(rows: Sequence[Sequence[Any]]) -> tuple[list[list[Any]], bool]:
    """Return rows of plain values up to `MOST_BYTES`, and whether any had to be left out."""
    found: list[list[Any]] = []
    size = 0
    for row in rows:
        values = [plain(value) for value in row]
        size += sum(len(str(value)) + 4 for value in values)
        if size > MOST_BYTES:
            return found, True
        found.append(values)
    return found, False


def table_text(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as a table of text."""
    return aligned([list(columns), *([cell(value) for value in row] for row in rows)])


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Return lines of words, those of a column one below the other."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def cell(value: Any) -> str:
    """Return a value on one short line."""
    text = "NULL" if value is None else str(plain(value)).replace("\n", "⏎")
    return text if len(text) <= _MOST_OF_A_CELL else f"{text[: _MOST_OF_A_CELL - 1]}…"
