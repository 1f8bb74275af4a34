"""When two outputs are the same: what differs from run to run, or by machine, does not count."""

from __future__ import annotations

import re
from collections.abc import Iterable

VARIES = (
    (r"\b\d+(\.\d+)? (ms|\u00b5s|s)\b", "N s"),
    (r"\b\d+\.\d+ %", "N %"),
    (r"\bin \d+\.\d+s\b( \(\d+:\d\d:\d\d\))?", "in N s"),
    (r"\b\d+ trials\b", "N trials"),
    (r"\b0x[0-9a-f.]+", "0xN"),
    (r"([=_-])\1{2,}", r"\1\1\1"),  # rules are as wide as the text in them leaves room for
    (r"\bTask-\d+", "Task-N"),
    (r"sqlalche\.me/e/\d+/", "sqlalche.me/e/N/"),
    (r"(site-packages/[^:\s]+):\d+", r"\1:N"),
    (r"^(platform|plugins:) .*", r"\1"),
)


def is_same(printed: Iterable[str], shown: Iterable[str]) -> bool:
    """Tell whether nothing differs but what varies."""
    return plain(printed) == plain(shown)


def plain(lines: Iterable[str]) -> list[str]:
    """Return the lines without what varies."""
    return [_plain(line) for line in lines]


def _plain(line: str) -> str:
    for pattern, replacement in VARIES:
        line = re.sub(pattern, replacement, line)
    return line.rstrip()
