"""What a statement costs: `python -m bench.emulation.speed`.

`new` is the time from a text to its plan (the parser is in it), `again` that of finding the plan of
a text seen before, and `run` that of a whole `execute` beside the same on plain SQLite; queries
are run while the table is empty.
"""

from __future__ import annotations

import sqlite3
import statistics
import time
from collections.abc import Callable

import freshdb.emulation
from freshdb.emulation.catalog import Catalog
from freshdb.emulation.compiling import compile_statement

STATEMENTS = {
    "simple SELECT": "SELECT id, name FROM people WHERE id = 3",
    "UPDATE": "UPDATE people SET name = 'y' WHERE id = {n} LIMIT 1",
    "dates": "SELECT DATE_FORMAT(made, '%Y-%m') AS month, COUNT(*) FROM people "
    "WHERE made > NOW() - INTERVAL 30 DAY GROUP BY month ORDER BY 2 DESC LIMIT 0, 10",
    "joins": "SELECT p.name, GROUP_CONCAT(DISTINCT q.name ORDER BY q.name SEPARATOR '|') "
    "FROM people p LEFT JOIN people q ON p.id = q.boss AND q.name LIKE 'a%' "
    "WHERE IFNULL(p.boss, 0) < 5 GROUP BY p.name HAVING COUNT(q.id) >= 0",
    "INSERT": "INSERT INTO people (name, made) VALUES ('x{n}', NOW())",
    "INSERT, 20 rows": "INSERT INTO people (name, boss, made) VALUES "
    + ", ".join(f"('x{n}', {n}, '2024-01-{n + 1:02d} 10:20:30')" for n in range(20)),
    "upsert": "INSERT INTO people (id, name) VALUES (1, 'x') "
    "ON DUPLICATE KEY UPDATE name = VALUES(name)",
}
TABLE = """
CREATE TABLE people (
  id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(50) NOT NULL, boss INT,
  made DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, KEY (boss)
)
"""


def typical_us(action: Callable[[int], object], times: int) -> float:
    """Return the tenth percentile of an action's time in microseconds: the machine is shared."""
    found = []
    for number in range(times):
        start = time.perf_counter_ns()
        action(number)
        found.append(time.perf_counter_ns() - start)
    return statistics.quantiles(found, n=10)[0] / 1000


def main() -> None:
    """Print the table."""
    connection = freshdb.emulation.connect(isolation_level=None)
    connection.execute(TABLE)
    session = connection.session
    session.reload()
    catalog = Catalog(session.catalog.tables.values())
    print(f"{'statement':16} {'new us':>9} {'again us':>9} {'run us':>9}")
    for name, text in STATEMENTS.items():
        shown = text.replace("{n}", "7")

        def compile_it(_: int, text: str = shown) -> object:
            return compile_statement(text, (), catalog, session.context)

        new = typical_us(compile_it, 200)
        session.plan(shown)
        again = typical_us(lambda _, text=shown: session.plan(text), 2000)  # type: ignore[misc]
        run = typical_us(lambda _, text=shown: connection.execute(text), 500)  # type: ignore[misc]
        print(f"{name:16} {new:9.1f} {again:9.2f} {run:9.1f}")
    plain = sqlite3.connect(":memory:", isolation_level=None)
    plain.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)")
    beside = typical_us(lambda _: plain.execute("SELECT id, name FROM people WHERE id = 3"), 500)
    print(f"{'plain sqlite3':16} {'':9} {'':9} {beside:9.1f}")
    opened = typical_us(lambda _: freshdb.emulation.connect().close(), 50)
    print(f"connect and close: {opened:.0f} us")


if __name__ == "__main__":
    main()
