"""The branches of a union, from left to right."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

_WORDS = {exp.Union: "UNION", exp.Except: "EXCEPT", exp.Intersect: "INTERSECT"}


def branches_of(node: Any) -> tuple[list[Any], list[str]]:
    """Return the operands from left to right, and the words between them."""
    right: list[Any] = []
    words: list[str] = []
    here = node
    while isinstance(here, exp.SetOperation) and (here is node or not _has_tail(here)):
        word = _WORDS[type(here)]
        if not here.args.get("distinct"):
            word = "UNION ALL" if word == "UNION" else f"ALL-{word}"
        words.append(word)
        right.append(here.args["expression"])
        here = here.this
    return [here, *reversed(right)], list(reversed(words))


def _has_tail(node: Any) -> bool:
    return bool(node.args.get("order") or node.args.get("limit") or node.args.get("with_"))
