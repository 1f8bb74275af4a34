"""The time that processors worked: on a machine with other work it tells more than a clock."""

from __future__ import annotations

import os
import resource
from pathlib import Path

from bench.postgres import postmaster

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def children_s() -> float:
    """Return the processor's time of this process's children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def postgres_s() -> float:
    """Return the processor's time of the server's processes, with those that have ended."""
    parent = postmaster()
    return TICK_S * sum(_ticks(stat, parent) for stat in Path("/proc").glob("[0-9]*/stat"))


def _ticks(stat: Path, parent: int) -> int:
    try:
        number, _, rest = stat.read_text(encoding="utf-8").rpartition(") ")
    except OSError:
        return 0
    words = rest.split()
    if parent not in (int(number.split()[0]), int(words[1])):
        return 0
    return sum(map(int, words[11:15]))  # utime, stime, and those of children that have ended
