"""The session process: `python -m freshdb.hunt.session DESCRIPTOR [pytest arguments]`."""

from __future__ import annotations

import sys

from freshdb.hunt.session.serving import main

if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
