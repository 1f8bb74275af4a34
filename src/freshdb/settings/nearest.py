"""The nearest valid word, for hints."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    import difflib

    names = sorted(valid)
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f"did you mean `{near[0]}`? Valid: {listed(names)}"
    return f"valid: {listed(names)}"


def listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
