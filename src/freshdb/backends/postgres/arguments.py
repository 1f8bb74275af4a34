"""Connect arguments: keywords, or the text of a DSN, as each driver takes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freshdb.backends import ConnectArguments

_TEXT_WORDS = ("dsn", "conninfo")
"""What the drivers call a text that says where to connect."""

OF_ITS_SERVER = (
    "ssl", "sslmode", "sslrootcert", "sslcert", "sslkey", "hostaddr", "service",
    "target_session_attrs", "direct_tls", "passfile", "channel_binding", "gssencmode",
)  # fmt: skip
"""Arguments that say how to reach the application's server, and nothing of any other."""


def keywords_of(arguments: ConnectArguments) -> dict[str, Any]:
    """Return connect arguments as keywords, with those of a DSN among them."""
    keywords = dict(arguments.keywords)
    for text in _texts(arguments):
        found = _of_url(text) if "://" in text else _of_words(text)
        for word, value in found.items():
            keywords.setdefault(word, value)
    return keywords


def take_apart(arguments: ConnectArguments) -> None:
    """Write connect arguments that are a text as keywords."""
    if _texts(arguments):
        arguments.keywords.update(arguments.named)
        arguments.positional[:] = []
        for word in _TEXT_WORDS:
            arguments.keywords.pop(word, None)


def _texts(arguments: ConnectArguments) -> list[str]:
    """Return the texts among connect arguments: a DSN, or a conninfo."""
    named = (arguments.keywords.get(word) for word in _TEXT_WORDS)
    return [str(text) for text in (*arguments.positional, *named) if text]


def _of_words(text: str) -> dict[str, str]:
    found = {}
    for word, value in re.findall(r"(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|\S+)", text):
        found[word] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith("'") else value
    return found


def _of_url(text: str) -> dict[str, Any]:
    from sqlalchemy.engine import make_url

    url = make_url(text)
    return {**url.query, **url.translate_connect_args(username="user", database="dbname")}
