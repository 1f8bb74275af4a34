"""SQLite's DDL in one normal form: the same definition, however it was typed, is the same text."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)
      | (?P<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
      | (?P<literal>[xX]?'(?:[^']|'')*')
      | (?P<word>[A-Za-z_\u0080-\uffff$][\w$]*)
      | (?P<number>\d[\w.]*|\.\d[\w.]*)
      | (?P<sign>\|\||<<|>>|<=|>=|<>|!=|==|->>|->|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Words that begin or belong to a definition. As names they stay quoted, as words they are upper
# case.
_KEYWORDS = """
    ABORT ACTION ADD AFTER ALL ALTER ALWAYS AND AS ASC AUTOINCREMENT BEFORE BEGIN BETWEEN BY
    CASCADE CASE CAST CHECK COLLATE COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT_DATE
    CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DEFERRABLE DEFERRED DELETE DESC DISTINCT DROP EACH
    ELSE END ESCAPE EXCEPT EXISTS FAIL FALSE FOR FOREIGN FROM GENERATED GLOB GROUP HAVING IF
    IGNORE IMMEDIATE IN INDEX INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY
    LEFT LIKE LIMIT MATCH NATURAL NO NOT NOTNULL NULL OF OFFSET ON OR ORDER OUTER PRAGMA PRIMARY
    RAISE RECURSIVE REFERENCES REGEXP REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWID SELECT
    SET STORED STRICT TABLE TEMP TEMPORARY THEN TO TRIGGER TRUE UNION UNIQUE UPDATE USING VALUES
    VIEW VIRTUAL WHEN WHERE WITH WITHOUT
"""
KEYWORDS = frozenset(_KEYWORDS.split())
_CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN")


def tokens_of(sql: str) -> list[str]:
    """Return the words and signs of a statement, names unquoted where they can be."""
    return [_normal(match) for match in _TOKEN.finditer(sql) if match.lastgroup != "space"]


def normalised(sql: str) -> str:
    """Return a definition in its normal form; of a table, with a line for each of its parts."""
    tokens = tokens_of(sql)
    if tokens[:2] == ["CREATE", "TABLE"]:
        head, items, tail = split_table(tokens)
        if items:
            lines = ",\n".join(f"    {joined(item)}" for item in items)
            return f"{joined(head)} (\n{lines}\n){f' {joined(tail)}' if tail else ''}"
    return joined(tokens)


def split_table(tokens: list[str]) -> tuple[list[str], list[list[str]], list[str]]:
    """Return what stands before, between and after the outer brackets of a table's definition."""
    if "(" not in tokens:
        return tokens, [], []
    begin = tokens.index("(")
    items: list[list[str]] = [[]]
    depth = 1
    position = begin + 1
    while position < len(tokens):
        word = tokens[position]
        depth += (word == "(") - (word == ")")
        if depth == 0:
            break
        if word == "," and depth == 1:
            items.append([])
        else:
            items[-1].append(word)
        position += 1
    return tokens[:begin], items, tokens[position + 1 :]


def is_constraint(item: list[str]) -> bool:
    """Tell whether a part of a table's definition is a constraint, not a column."""
    return item[0] in _CONSTRAINTS


def joined(tokens: list[str]) -> str:
    """Return tokens as text, with spaces where one would type them."""
    text = ""
    before = ""
    for word in tokens:
        is_call = word == "(" and _PLAIN.fullmatch(before) and before not in KEYWORDS
        if not text or word in (")", ",", ".", ";") or before in ("(", ".") or is_call:
            text += word
        else:
            text += f" {word}"
        before = word
    return text


def _normal(match: re.Match[str]) -> str:
    text = match[0]
    if match.lastgroup == "quoted":
        name = text[1:-1] if text[0] == "[" else text[1:-1].replace(text[0] * 2, text[0])
        if _PLAIN.fullmatch(name) and name.upper() not in KEYWORDS:
            return name
        return '"' + name.replace('"', '""') + '"'
    if match.lastgroup == "word" and text.upper() in KEYWORDS:
        return text.upper()
    return text
