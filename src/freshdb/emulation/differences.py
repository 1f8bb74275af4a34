"""What runs, and is known to answer in part unlike the server: told by `check` and in the docs."""

from __future__ import annotations

import re

FUNCTIONS: dict[str, str] = {
    "JSON_ARRAY": "a byte string in it leaves the result text",
    "JSON_MERGE_PATCH": "NULL where a later document is broken",
    "JSON_QUERY": "spaces stand as JSON_EXTRACT writes them; of equal keys the first counts",
    "SLEEP": "it returns at once",
    "GET_LOCK": "locks are known to the one connection",
    "BENCHMARK": "it returns at once",
    "USER": "there is one user, who may do everything",
    "CONNECTION_ID": "numbers count the connections of this process",
    "GROUP_CONCAT": "with DISTINCT, which of several equal keys of ORDER BY counts may differ",
    "ROW_COUNT": "after a SELECT it is -1, in a script too",
}
"""Name to how it differs."""

CONSTRUCTS: dict[str, tuple[str, str]] = {
    "MATCH … AGAINST": (
        r"\bmatch\s*\(.*\bagainst\b",
        "tells which rows match, by words and InnoDB's stop words; no relevance, no plug-ins",
    ),
    "FOR UPDATE, LOCK IN SHARE MODE": (
        r"\bfor\s+(update|share)\b|\block\s+in\s+share\b",
        "locks nothing: SQLite has one writer at a time; SKIP LOCKED is refused",
    ),
    "index hints, optimizer hints": (r"\b(use|force|ignore)\s+(index|key)\b", "are read over"),
    "INSERT IGNORE … SELECT from the same table": (
        r"\binsert\s+ignore\b.*\bselect\b",
        "AUTO_INCREMENT leaves out the numbers of rows that are refused",
    ),
    "ROLLBACK": (
        r"^\s*rollback\b",
        "the numbers that AUTO_INCREMENT has given meanwhile are given again",
    ),
    "ENGINE, CHARSET, ROW_FORMAT": (
        r"^\s*create\s+table\b.*\bengine\s*=\s*(?!innodb)",
        "everything is as InnoDB and utf8mb4",
    ),
    "LOCK TABLES": (r"^\s*(un)?lock\s+tables?\b", "locks nothing"),
    "SET TRANSACTION ISOLATION LEVEL": (
        r"\bset\b.*\bisolation\s+level\b",
        "transactions are always serializable",
    ),
    "DDL in a transaction": (
        r"^\s*(create|alter|drop|truncate|rename)\b",
        "commits what is open, as the server does",
    ),
}
"""Name to the pattern that finds it, and how it differs."""
_PATTERNS = {
    name: re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for name, (pattern, _) in CONSTRUCTS.items()
    if name != "DDL in a transaction"
}


def differing(text: str) -> list[str]:
    """Return what is known to differ in a statement, as sentences."""
    found = [
        f"{name}: {CONSTRUCTS[name][1]}"
        for name, pattern in _PATTERNS.items()
        if pattern.search(text)
    ]
    called = {one.upper() for one in re.findall(r"\b([A-Za-z_]\w*)\s*\(", text)}
    return found + [f"{name}: {FUNCTIONS[name]}" for name in sorted(called & set(FUNCTIONS))]
