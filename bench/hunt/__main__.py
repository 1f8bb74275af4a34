"""`python -m bench.hunt 300 3000`: one victim in suites of these sizes."""

from __future__ import annotations

import argparse
import sys

from bench.environments import machine, versions
from bench.hunt.table import hunted, hunts_table
from bench.report import as_text

SIZES = (300, 3_000)


def main() -> int:
    """Print one row for each tool and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    table = hunts_table(hunted(parser.parse_args().sizes, print))
    print(as_text((versions(), machine()), [table]), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
