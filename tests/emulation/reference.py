"""Write docs/reference/sql.md from the tests: `python -m tests.emulation.reference --write`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from freshdb.emulation.differences import CONSTRUCTS, FUNCTIONS
from freshdb.emulation.functions import NAMES, REFUSED
from tests.emulation.functions.cases import families, functions_in, read
from tests.emulation.postgres import reference as postgres
from tests.emulation.statements import scripts

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "sql.md"

COVERED = {
    "backticks, double quotes, escapes, comments, `/*! … */`": r"`|/\*!|#|\\\\",
    "literals `0x41`, `b'1'`, `x'41'`, `N'x'`, `_utf8mb4'x'`, `1e2`": r"0x41|b'1|N'",
    "DATE_ADD and `+ INTERVAL n unit`": r"\bINTERVAL\b.*\b(DAY|MONTH|YEAR)",
    "CAST, CONVERT, BINARY": r"\b(CAST|CONVERT|BINARY)\b",
    "`<=>`, `DIV`, `MOD`, `XOR`, `&&`, `||`, `!`, `^`, `~`, `<<`": r"<=>|DIV|XOR|&&|<<",
    "LIKE, REGEXP, RLIKE, ESCAPE": r"\b(LIKE|REGEXP|RLIKE)\b",
    "comparisons by collation, COLLATE": r"COLLATE|= 'A",
    "row constructors, `(a, b) IN (…)`": r"\(dept, pay\)",
    "LIMIT a, b; LIMIT n OFFSET m": r"LIMIT \d+, \d+|OFFSET",
    "GROUP BY, HAVING, WITH ROLLUP": r"ROLLUP|HAVING",
    "GROUP_CONCAT with DISTINCT, ORDER BY, SEPARATOR": r"GROUP_CONCAT\(.*(ORDER BY|SEPARATOR)",
    "window functions and frames": r"\bOVER\b",
    "WITH, WITH RECURSIVE": r"^WITH\b",
    "UNION, parentheses, ORDER BY and LIMIT of parts": r"\bUNION\b",
    "subqueries: scalar, IN, EXISTS, ANY, ALL, derived tables": r"(EXISTS|ANY|ALL|IN) \(SELECT",
    "JOIN … USING, NATURAL JOIN, LEFT JOIN": r"USING|NATURAL|LEFT JOIN",
    "index hints": r"USE INDEX",
    "INSERT … VALUES, SET, SELECT; INSERT IGNORE": r"INSERT (IGNORE )?INTO",
    "ON DUPLICATE KEY UPDATE with VALUES(), affected rows 1, 2, 0": r"ON DUPLICATE KEY",
    "REPLACE": r"^REPLACE",
    "UPDATE and DELETE with ORDER BY and LIMIT": r"^(UPDATE|DELETE).*LIMIT",
    "UPDATE and DELETE of several tables": r"^UPDATE \w+( \w+)?( JOIN|,)|^DELETE \w+ FROM",
    "TRUNCATE": r"^TRUNCATE",
    "CREATE TABLE: types, keys, foreign keys, CHECK, AUTO_INCREMENT": r"^CREATE TABLE .*\(",
    "CREATE TABLE … SELECT, LIKE, TEMPORARY": r"^CREATE (TEMPORARY )?TABLE .*(SELECT|LIKE)",
    "ALTER TABLE: ADD, MODIFY, CHANGE, DROP, RENAME": r"^ALTER",
    "CREATE VIEW, DROP, RENAME TABLE, CREATE INDEX": r"^(CREATE VIEW|DROP|RENAME|CREATE INDEX)",
    "strict mode: errors 1048, 1062, 1264, 1265, 1292, 1364, 1366, 1406, 1451, 1452": r"^INSERT",
    "sql_mode without strict mode, SHOW WARNINGS": r"sql_mode|SHOW WARNINGS",
    "user variables, `:=`, SELECT … INTO @x": r"@\w",
    "SHOW TABLES, COLUMNS, CREATE TABLE, INDEX, VARIABLES, DATABASES; DESCRIBE": r"^(SHOW|DESC)",
    "information_schema": r"information_schema",
    "LAST_INSERT_ID, ROW_COUNT, FOUND_ROWS, SQL_CALC_FOUND_ROWS": r"LAST_INSERT_ID|FOUND_ROWS",
    "transactions, savepoints": r"^(START|COMMIT|ROLLBACK|SAVEPOINT)",
}
"""What scripts show to be as on the server, by what finds it in them."""

NOT_THERE = {
    "stored procedures, functions, triggers, events": "a real server through freshdb",
    "SELECT … INTO OUTFILE, LOAD DATA": "read and write the rows in Python",
    "SKIP LOCKED": "a real server through freshdb",
    "relevance of MATCH … AGAINST (as a value, or to sort by)": "use it as a condition in WHERE",
    "spatial types and functions": "a real server through freshdb",
    "EXPLAIN, ANALYZE": "ask a real server",
    "character sets that are not Unicode, beyond ASCII": "declare columns utf8mb4",
    "sql_mode ANSI_QUOTES, PIPES_AS_CONCAT, NO_BACKSLASH_ESCAPES": "the default mode's spelling",
    "YEAR(2)": "YEAR",
    "DEFAULT with an expression over other columns": "name the value in the INSERT",
    "INSERT into a view": "insert into the table",
}

HEAD = """\
# MySQL's and MariaDB's SQL on SQLite

What `emulate = "mysql"` and `emulate = "mariadb"` understand. This page is written from the tests
(`make reference`), and their answers are those of a real MariaDB (`make oracle` asks it again):
{cases} expressions and {steps} statements in sequence. Where MySQL 8 is known to answer otherwise,
`"mysql"` follows its documentation; no real MySQL is asked.

- *exact*: the tests found the server's value, type, rows, ids and error codes.
- *differs*: it runs, and answers in part unlike the server, as told.
- *refused*: it stops with [`EmulationError`](errors.md#emulationerror), which names it.

What is in neither list does not exist for the server either, or is refused.

"""


def page() -> str:
    """Return the page."""
    steps = [step for path in scripts.scripts() for step in scripts.read(path)]
    cases = sum(1 for path in families() for _ in read(path))
    parts = [HEAD.format(cases=cases, steps=len(steps)), "## Constructs\n"]
    parts += ["| construct | | |", "| --- | --- | --- |", *_constructs(steps)]
    parts += ["\n## Functions\n", "| function | | |", "| --- | --- | --- |", *_functions()]
    parts += ["", *postgres.page()]
    return "\n".join(parts) + "\n"


def _constructs(steps: list[scripts.Step]) -> Iterator[str]:
    for name, pattern in COVERED.items():
        found = sum(1 for step in steps if re.search(pattern, step.text, re.DOTALL))
        assert found, f"no script shows {name}"
        yield f"| {_cell(name)} | exact | {found} statements |"
    for name, (_, how) in CONSTRUCTS.items():
        yield f"| {name} | differs | {_cell(how)} |"
    for name, instead in NOT_THERE.items():
        yield f"| {name} | refused | {instead} |"


def _functions() -> Iterator[str]:
    counts: Counter[str] = Counter()
    for path in families():
        for case in read(path):
            counts.update(functions_in(case.expression))
    for name in sorted({*NAMES, *REFUSED}):
        spec = NAMES.get(name)
        if spec is None:
            yield f"| `{name}` | refused | {_cell(REFUSED[name])} |"
            continue
        servers = {"mysql8": "MySQL 8 only", "mariadb": "MariaDB only"}
        only = servers[spec.flavors[0]] if len(spec.flavors) == 1 else ""
        status = "differs" if name in FUNCTIONS else "exact"
        notes = [FUNCTIONS.get(name, ""), only, f"{counts[name]} cases" if counts[name] else ""]
        yield f"| `{name}` | {status} | {_cell('; '.join(one for one in notes if one))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page, or print it."""
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
