"""Compare two databases in a process of its own: `python -m bench.branches.comparing A B`.

Prints seconds, the peak of its memory in MB, and how many changes were found.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time

from freshdb.branches.manager import Branches


def main(one: str, other: str) -> None:
    with tempfile.TemporaryDirectory() as directory, Branches(directory) as branches:
        begin = time.perf_counter()
        found = branches.diff(one, other)
        seconds = time.perf_counter() - begin
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    total = sum(table.total for table in found.tables)
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "changes": total}))


if __name__ == "__main__":
    main(*sys.argv[1:])
