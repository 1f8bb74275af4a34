"""Plain statements are read without the parser: what they become is what the parser makes."""

from __future__ import annotations

import random
from dataclasses import fields
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlglot import exp
from sqlglot.errors import SqlglotError

from freshdb.emulation.grammar import parse
from freshdb.emulation.grammar.plain import read_plain
from tests.emulation.histories import History

NAMES = ["id", "name", "u", "users", "Date", "`a b`", "`key`", "key", "level", "status", "read"]
NAMES += ["rows", "left", "count", "now", "current_date", "binary", "true", "interval", "x"]
PIECES = [
    *("SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IS NULL", "IS NOT NULL", "IN (1, 'a')"),
    *("LIKE 'a%'", "=", "<>", ">=", ",", "*", "COUNT(*)", "COUNT (*)", "AS", "ORDER BY", "DESC"),
    *("LIMIT 3", "LIMIT 1, 2", "LIMIT ? OFFSET ?", "?", "5", "1.50", "1e3", "-1", "'x'", "''"),
    *("'it''s'", "'a' 'b'", '"x"', "NULL", "u.id", "u.*", "id = 5", "name = ?", "a = b", "(", ")"),
    *("INSERT INTO users (id, name)", "VALUES (1, 'a')", ", (?, NULL)", "INSERT IGNORE INTO t (a)"),
    *("UPDATE users SET", "DELETE FROM users", "FOR UPDATE", "id + 1", "NOW()", "-- x\n", "\n"),
    *("JOIN u ON", "LEFT JOIN t x ON", "INNER JOIN", "CROSS JOIN t", "GROUP BY", "BETWEEN 1 AND ?"),
    *("SUM(id)", "MAX(u.id)", "COUNT(DISTINCT a)", "HAVING", "USING (id)", "WITH ROLLUP", "OUTER"),
    *("ON DUPLICATE KEY UPDATE id = 1", "DISTINCT", "SQL_CALC_FOUND_ROWS", "LOCK IN SHARE MODE"),
]

any_pieces = st.lists(st.sampled_from([*NAMES, *PIECES]), min_size=2, max_size=9).map(" ".join)
piece = st.sampled_from([*NAMES, *PIECES, "u.id", "id"])
selects = st.builds("SELECT {}, {} FROM {} WHERE {} {} {}".format, *[piece] * 6)
joins = st.builds("SELECT {} FROM {} {} JOIN {} ON {} = {} {} GROUP BY {}".format, *[piece] * 8)
changes = st.builds("UPDATE {} SET {} = {}, id = {} WHERE {} {}".format, *[piece] * 6)
inserts = st.builds("INSERT INTO {} ({}, id) VALUES ({}, {}) {}".format, *[piece] * 5)


def texts_of(query: Any) -> list[tuple[Any, ...]]:
    """Return what a query's columns are called where they have no alias."""
    return [(one.meta.get("text"), bool(one.meta.get("distinct"))) for one in query.expressions]


def same(one: Any, other: Any) -> bool:
    """Tell whether two statements say the same."""
    if type(one) is not type(other):
        return False
    pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
    selects = [pair for pair in pairs if all(isinstance(side, exp.Select) for side in pair)]
    return all(a == b for a, b in pairs) and all(texts_of(a) == texts_of(b) for a, b in selects)


def parsed(text: str) -> Any:
    """Return what the parser makes of a text; None where it is no statement."""
    try:
        found = parse(text)
    except (SqlglotError, AttributeError, TypeError, ValueError, IndexError):
        return None
    return found[0] if len(found) == 1 else None


@settings(max_examples=500)
@given(any_pieces | selects | joins | changes | inserts)
@example("SELECT id, u.name AS n, u.*, COUNT(*) FROM users AS u WHERE a >= ? AND b NOT LIKE 'x%'")
@example("SELECT id FROM t WHERE a NOT IN (1, 2) AND b IS NOT NULL ORDER BY a, b DESC LIMIT 2, 3")
@example(
    "SELECT u.id, COUNT(*), SUM(o.total) AS t, u.a * x AS b FROM u LEFT JOIN o ON o.u = u.id "
    "AND o.x > 1 JOIN i AS j ON j.o = o.id WHERE o.a BETWEEN 'a' AND 'b' AND i.b NOT BETWEEN 1 "
    "AND 2 GROUP BY u.id, x HAVING t > 1 AND x = 'a' ORDER BY t"
)
@example("UPDATE users SET name = 'x', age = 4.5 WHERE id = ?")
@example("INSERT INTO users (email, `name`) VALUES ('a', 5), (NULL, ?)")
def test_what_is_read_as_plain_is_what_the_parser_reads(text: str) -> None:
    plain = read_plain(text)

    assert plain is None or same(plain, parsed(text)), text


def test_most_simple_statements_of_an_application_are_plain() -> None:
    history = History(random.Random(1))
    statements = [history.statement() for _ in range(400)]
    read = {text: read_plain(text) for text in statements}

    assert all(plain is None or same(plain, parsed(text)) for text, plain in read.items())
    simple = [text for text in statements if text.startswith(("INSERT INTO", "INSERT IGNORE"))]
    simple = [text for text in simple if "SELECT" not in text and "DUPLICATE" not in text]
    assert sum(read[text] is not None for text in simple) > len(simple) / 2
