"""MATCH … AGAINST, as a condition: which rows match, not how well."""

from __future__ import annotations

import re
from typing import Any

from freshdb.emulation.collations import fold_for
from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import operator
from freshdb.errors import EmulationError

_WORD = re.compile(r"\w+(?:'\w+)*")
_TERM = re.compile(r'([+\-~<>@]*)(?:"([^"]*)"|([\w\']+)(\*?)|(\()|(\)))')
SHORTEST = 3  # innodb_ft_min_token_size
STOP_WORDS = frozenset(
    [
        "a",
        "about",
        "an",
        "are",
        "as",
        "at",
        "be",
        "by",
        "com",
        "de",
        "en",
        "for",
        "from",
        "how",
        "i",
        "in",
        "is",
        "it",
        "la",
        "of",
        "on",
        "or",
        "that",
        "the",
        "this",
        "to",
        "was",
        "what",
        "when",
        "where",
        "who",
        "will",
        "with",
        "und",
        "www",
    ]
)


@operator("MATCH", args=(3, None), kind="bool", strict=False, context=True, deterministic=True)
def match(context: Context, mode: str, query: Any, *columns: Any) -> bool:
    """Tell whether columns match a query, in the mode `natural` or `boolean`."""
    if query is None:
        return False
    fold = fold_for(context.flavor, None)
    text = fold(" ".join(characters(each) for each in columns if each is not None))
    words = set(_WORD.findall(text))
    wanted = characters(query)
    if mode == "boolean" and "(" in wanted:
        raise EmulationError(
            "parentheses in a boolean full-text search are not supported",
            hint="write several conditions",
        )
    if mode == "boolean":
        return _boolean(fold(wanted), words, text)
    return any(word in words for word in map(fold, _WORD.findall(wanted)) if _counts(word))


def _counts(word: str) -> bool:
    return len(word) >= SHORTEST and word.lower() not in STOP_WORDS


def _boolean(query: str, words: set[str], text: str) -> bool:
    """Read `+must -not may "a phrase" begin* (either or)`."""
    groups: list[list[tuple[str, bool]]] = [[]]
    signs: list[str] = []
    for found in _TERM.finditer(query):
        sign, phrase, word, star, opens, closes = found.groups()
        if opens:
            groups.append([])
            signs.append(sign)
        elif closes and signs:
            inner = _decide(groups.pop())
            groups[-1].append((signs.pop(), inner))
        elif phrase is not None:
            groups[-1].append((sign, re.search(rf"\b{re.escape(phrase)}\b", text) is not None))
        elif word and (star or _counts(word)):
            hit = any(each.startswith(word) for each in words) if star else word in words
            groups[-1].append((sign, hit))
    while len(groups) > 1:
        inner = _decide(groups.pop())
        groups[-1].append((signs.pop(), inner))
    return _decide(groups[0])


def _decide(terms: list[tuple[str, bool]]) -> bool:
    must = [hit for sign, hit in terms if "+" in sign]
    may = [hit for sign, hit in terms if "+" not in sign and "-" not in sign]
    if any(hit for sign, hit in terms if "-" in sign):
        return False
    return all(must) if must else any(may)
