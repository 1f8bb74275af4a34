"""Lines and columns of a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator


class Lines:
    """Tells the line and column of an offset in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0]
        at = text.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = text.find("\n", at + 1)

    def at(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of an offset, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def all(self) -> Iterator[tuple[int, str]]:
        """Yield each line with the offset at which it starts."""
        ends = [*self._starts[1:], len(self._text) + 1]
        for start, end in zip(self._starts, ends, strict=True):
            yield start, self._text[start : end - 1]


def lines_of(text: str, *, with_ends: bool = False) -> list[str]:
    """Return the lines of a text; `str.splitlines` ends them at too many characters."""
    lines = text.split("\n")
    if with_ends:
        lines = [f"{line}\n" for line in lines[:-1]] + lines[-1:]
    else:
        lines = [line.removesuffix("\r") for line in lines]
    return lines if lines[-1] else lines[:-1]
