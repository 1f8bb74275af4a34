"""The words and signs of a plain statement, one after another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlglot import exp

from freshdb.emulation.grammar.expressions import DIALECT
from freshdb.emulation.nodes import BARE_CALLS, UNITS
from freshdb.emulation.reserved import EVERY

_TOKEN = re.compile(
    r"""[ \t\n]*(?:(?P<word>[A-Za-z_][A-Za-z0-9_]*)|`(?P<quoted>[A-Za-z0-9_ ]+)`"""
    r"""|(?P<number>[0-9]+(?:\.[0-9]+)?)(?![\w.])|'(?P<text>[^'\\]*)'(?!\s*')|(?P<sign><=|>=|<>|!=|[=<>(),.*?]))"""
)
# Words that are more than a name to the parser, and those that this reader knows itself.
_WORDS = """
SELECT FROM WHERE AND ORDER BY LIMIT OFFSET ASC DESC AS OR XOR NOT IS IN LIKE INSERT UPDATE DELETE
INTO VALUES VALUE SET ROW IGNORE PARTITION RETURNING ON HIGH_PRIORITY LOW_PRIORITY DELAYED QUICK
USING FINAL LATERAL JSON_TABLE NULL TRUE FALSE UNKNOWN DEFAULT BINARY INTERVAL TIMESTAMP TIME MATCH
MEMBER DIV MOD COLLATE ESCAPE SOUNDS
"""
_KEYWORDS = (word for word in DIALECT.tokenizer_class.KEYWORDS if word.isidentifier())
NO_NAMES = frozenset([*_WORDS.split(), *_KEYWORDS, *UNITS, *BARE_CALLS, *EVERY])


class NotPlainError(Exception):
    """The statement has more than plain words."""


class Words:
    """Reads words and signs; `kind` and `value` are those of the one that comes next."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.end = self.start = 0
        self.kind: str | None = None
        self.value = ""
        self.step()

    def step(self) -> None:
        """Move to the next token; its kind is None at the end."""
        self.before = self.end
        match = _TOKEN.match(self.text, self.end)
        if match is None:
            if self.text[self.end :].strip(" \t\n"):
                raise NotPlainError
            self.kind = None
            return
        self.kind, self.end = match.lastgroup, match.end()
        self.value = match[match.lastgroup]  # type: ignore[index]  # one of the groups has matched
        self.start = match.start(match.lastgroup)  # type: ignore[arg-type]  # the same
        if self.kind == "quoted":
            self.start -= 1

    def takes(self, word: str) -> bool:
        """Pass over a word or sign, if it comes next."""
        if self.kind == "word" and self.value.upper() == word:
            self.step()
            return True
        return False

    def takes_sign(self, sign: str) -> bool:
        """Pass over a sign, if it comes next."""
        if self.kind == "sign" and self.value == sign:
            self.step()
            return True
        return False

    def need(self, word: str) -> None:
        if not self.takes(word):
            raise NotPlainError

    def need_sign(self, sign: str) -> None:
        if not self.takes_sign(sign):
            raise NotPlainError

    def name(self) -> exp.Identifier:
        quoted = self.kind == "quoted"
        if not quoted and (self.kind != "word" or self.value.upper() in NO_NAMES):
            raise NotPlainError
        found = exp.Identifier(this=self.value, quoted=quoted)
        self.step()
        return found

    def listed(self, one: Callable[[], Any]) -> list[Any]:
        """Read one or several of something, between commas."""
        found = [one()]
        while self.takes_sign(","):
            found.append(one())
        return found
