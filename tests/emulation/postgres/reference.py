"""What docs/reference/sql.md says of Postgres's SQL: each line stands on what a test shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from freshdb.emulation.postgres.calls.aggregates import AGGREGATES
from freshdb.emulation.postgres.calls.declaring import CALLS
from freshdb.emulation.postgres.queries.sources.functions import ROWS
from tests.emulation.functions.cases import read
from tests.emulation.postgres.oracle import CASES, SCRIPTS
from tests.emulation.statements import scripts

EXACT = {
    "SELECT, JOIN … ON and USING, LEFT, RIGHT and FULL JOIN": r"\b(RIGHT|FULL|LEFT) JOIN|USING \(",
    "GROUP BY with aliases, places and primary keys, HAVING": r"GROUP BY|HAVING",
    "DISTINCT, DISTINCT ON, ORDER BY with NULLS FIRST and LAST, LIMIT, OFFSET": r"DISTINCT|NULLS",
    "UNION, INTERSECT, EXCEPT, VALUES, subqueries, EXISTS, IN": r"UNION|EXISTS|\bIN \(",
    "WITH, WITH RECURSIVE": r"^WITH ",
    "INSERT, UPDATE and DELETE with RETURNING in WITH": r"^WITH .*AS \((INSERT|UPDATE|DELETE)",
    "LATERAL of queries and functions, functions in FROM": r"LATERAL|FROM \w+, unnest",
    "generate_series of integers, numerics and timestamps, with a step": r"generate_series\(",
    "FILTER, OVER with PARTITION BY, ORDER BY and frames, WINDOW": r"FILTER|OVER",
    "aggregates with DISTINCT and ORDER BY inside": r"agg\((DISTINCT|.* ORDER BY)",
    "INSERT … ON CONFLICT … DO NOTHING, DO UPDATE with EXCLUDED and WHERE": r"ON CONFLICT",
    "RETURNING": r"RETURNING",
    "UPDATE … FROM, DELETE … USING, SET (a, b) = (…), DEFAULT": r"^UPDATE.*FROM|USING|DEFAULT\b",
    "CREATE TABLE: types, serial, identity, keys, REFERENCES, DEFAULT, CHECK, generated columns": (
        r"^CREATE TABLE .*\("
    ),
    "CREATE UNIQUE INDEX, of expressions and partial; of others the name": r"^CREATE.* INDEX",
    "CREATE SEQUENCE, nextval, currval, setval": r"^CREATE SEQUENCE|val\(",
    "CREATE VIEW, OR REPLACE; CREATE TABLE … AS": r"^CREATE (OR REPLACE )?VIEW|\w+ AS SELECT",
    "ALTER TABLE: ADD, ALTER, DROP and RENAME of columns, RENAME TO, ADD and DROP CONSTRAINT": (
        r"^ALTER TABLE"
    ),
    "DROP of several, CASCADE; TRUNCATE with RESTART IDENTITY and CASCADE": r"^(DROP|TRUNC)",
    "arrays: ARRAY[…], '{…}', subscripts, slices, `\\|\\|`, `@>`, `&&`, ANY": r"ARRAY\[|ANY\(|&&",
    "jsonb: `->`, `->>`, `#>`, `#>>`, `@>`, `<@`, `?`, `?\\|`, `?&`, `\\|\\|`, `-`, `#-`": (
        r"->|#>|@>|\?"
    ),
    "`::`, CAST, typed constants, E'…', $$…$$": r"::|CAST\(",
    "LIKE, ILIKE, SIMILAR TO, `~`, `~*`, BETWEEN, IS DISTINCT FROM, rows compared": (
        r"LIKE|SIMILAR|~|DISTINCT FROM"
    ),
    "dates, times, timestamps and intervals, OVERLAPS, AT TIME ZONE": r"INTERVAL|ZONE",
    "transactions, savepoints": r"^(BEGIN|COMMIT|SAVEPOINT|ROLLBACK)",
    "errors: SQLSTATE, psycopg's class, name of the constraint": r"^INSERT INTO users",
}
"""What cases and scripts show to be as on the server, by what finds it in them."""

DIFFERS = {
    "numbers of identity columns": "a refused row uses none up, a number that is given counts",
    "numbers of sequences": "those that a transaction has taken are given again after its ROLLBACK",
    "NUMERIC columns without digits": "zeros at the end get lost; more than 15 digits are refused",
    "sorting of texts": "by code points, as with the collation C",
    "upper and lower case": "by Unicode, whatever the locale",
    "FOR UPDATE, NOWAIT, LOCK TABLE": "no row is locked: SQLite has one writer at a time",
    "isolation levels": "transactions are always serializable",
    "statements that fail in a transaction": "the transaction goes on, as behind a savepoint",
    "now()": "is the time of the statement, not of the transaction",
    "LISTEN, NOTIFY, COMMENT, GRANT, ANALYZE, VACUUM, CREATE EXTENSION, most of SET": "do nothing",
}
"""What runs, and answers in part unlike the server."""

REFUSED = (
    "SELECT 1 FOR UPDATE SKIP LOCKED",
    "SELECT ARRAY[[1, 2], [3, 4]]",
    "SELECT 1 GROUP BY ROLLUP (1)",
    "SELECT 1 EXCEPT ALL SELECT 2",
    "SELECT '1'::real",
    "SELECT 'a'::char(3)",
    "SELECT '(1,2)'::point",
    "SELECT sum(1) OVER (ORDER BY 1::int RANGE 1 PRECEDING)",
    "SELECT to_char(1, 'S999')",
    "SELECT 'a' ~ 'a*?b*'",
    "SELECT '2024 Jan 31'::date",
    "SELECT 'NaN'::numeric",
    "SELECT lastval()",
    "SELECT pg_advisory_lock(1)",
    "WITH w AS (DELETE FROM t RETURNING a) SELECT count(*) FROM t",
    "MERGE INTO t USING u ON true WHEN MATCHED THEN DELETE",
    "COPY t FROM STDIN",
    "EXPLAIN SELECT 1",
    "CREATE SEQUENCE s INCREMENT -1",
    "CREATE TYPE mood AS ENUM ('a')",
    "CREATE MATERIALIZED VIEW v AS SELECT 1",
    "CREATE FUNCTION f() RETURNS int AS 'SELECT 1' LANGUAGE sql",
    "ALTER TABLE t ADD PRIMARY KEY (a)",
    "SET timezone TO 'Europe/Berlin'",
    "DO 'x'",
)
"""Statements that are refused; the table has what the refusal says."""

HEAD = """\
## Postgres's SQL on SQLite

What `emulate = "postgres"` understands, with {cases} expressions and {steps} statements whose
answers are those of a real Postgres 15. All else is refused by name before anything runs.

| construct | | |
| --- | --- | --- |"""


def refusal(text: str) -> tuple[str, str]:
    """Return what is said of a statement, and what to do instead."""
    import freshdb.emulation
    from freshdb.errors import EmulationError

    connection = freshdb.emulation.connect(dialect="postgres", isolation_level=None)
    try:
        connection.execute("CREATE TABLE t (a int)")
        connection.execute(text)
    except EmulationError as error:
        return error.fact, error.hint or ""
    finally:
        connection.close()
    raise AssertionError(f"{text} is not refused")


def page() -> Iterator[str]:
    """Yield the lines of the page's half."""
    cases = [case for path in CASES for case in read(path) if case.ours is None]
    steps = [step for path in SCRIPTS for step in scripts.read(path) if step.ours is None]
    yield HEAD.format(cases=len(cases), steps=len(steps))
    texts = [case.expression for case in cases] + [step.text for step in steps]
    for name, pattern in EXACT.items():
        count = sum(1 for text in texts if re.search(pattern, text, re.DOTALL))
        assert count, f"no case shows {name}"
        yield f"| {name} | exact | {count} cases |"
    for name, how in DIFFERS.items():
        yield f"| {name} | differs | {how} |"
    for text in REFUSED:
        fact, hint = refusal(text)
        yield f"| `{_cell(text)}` | refused | {_cell(fact)}: {_cell(hint)} |"
    yield "\n| function | | |\n| --- | --- | --- |"
    shown = " ".join(text.lower() for text in texts)
    for name in sorted({*CALLS, *AGGREGATES, *ROWS, *_WITH_WORDS} - _NAMED_ONLY):
        count = len(re.findall(rf"\b{name}\(", shown))
        yield f"| `{name}` | exact | {f'{count} cases' if count else ''} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_WITH_WORDS = {"extract", "position", "overlay", "trim"}
_NAMED_ONLY = {"lastval", "currval", "version", "array"} | {
    name for name in CALLS if "advisory" in name
}
"""Functions that are known only to be refused, and what is no function."""
