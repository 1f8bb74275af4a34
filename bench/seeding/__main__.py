"""Seed 100,000 rows from a file, and print how long it takes: `python -m bench.seeding`.

    python -m bench.seeding [rows] [URL]

The URL is of an empty database that may be written to; a file of SQLite is made if there is none.
Each format holds the same rows of two tables, of which the second refers to the first by label.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import sqlalchemy as sa

from freshdb.seeds.load import load_rows, without_collection
from freshdb.seeds.rows import read_rows

TIMES = 5
metadata = sa.MetaData()
tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("slug", sa.String(40), nullable=False),
)
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("tenant_id", sa.ForeignKey("tenants.id"), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("created_at", sa.DateTime, nullable=False),
)


def main(rows: int = 100_000, url: str | None = None) -> None:
    """Print a line for each format."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        for name in write(folder, rows):
            figures = [once(folder / name, folder, url) for _ in range(TIMES)]
            read, load, busy = (median(column) for column in zip(*figures, strict=True))
            print(
                f"{rows:,} rows of {name}: read {read:.2f} s, loaded {load:.2f} s "
                f"(processor: {busy:.2f} s)",
                flush=True,
            )


def write(folder: Path, rows: int) -> Iterator[str]:
    """Write the rows in each format for many, and yield the names of what was written."""
    start = datetime(2026, 2, 1)
    parts = [
        {
            "tenant": f"$t{number % 100}",
            "status": "succeeded" if number % 3 else "failed",
            "seconds": number / 8,
            "created_at": (start + timedelta(seconds=number)).isoformat(),
        }
        for number in range(rows)
    ]
    owners = "".join(f"t{number},tenant {number}\n" for number in range(100))
    table = [",".join(map(str, part.values())) for part in parts]
    texts = {
        "csv": [",".join(parts[0]), *table],
        "jsonl": [json.dumps(part) for part in parts],
    }
    for ending, lines in texts.items():
        inner = folder / ending
        inner.mkdir()
        (inner / "tenants.csv").write_text(f"$label,slug\n{owners}")
        (inner / f"runs.{ending}").write_text("\n".join(lines) + "\n")
        yield ending


def once(path: Path, folder: Path, url: str | None) -> tuple[float, float, float]:
    """Return the seconds that reading and loading took, and those of this process's work."""
    place = folder / "bench.sqlite"
    engine = sa.create_engine(url or f"sqlite:///{place}")
    metadata.create_all(engine)
    try:
        with without_collection(), engine.begin() as connection:
            busy, started = time.process_time(), time.perf_counter()
            rows = read_rows(path, folder)
            read = time.perf_counter()
            load_rows(connection, rows, metadata.tables, {})
        loaded = time.perf_counter()
        return read - started, loaded - read, time.process_time() - busy
    finally:
        metadata.drop_all(engine)
        engine.dispose()
        place.unlink(missing_ok=True)


if __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:3]))  # type: ignore[arg-type]  # as they are given
