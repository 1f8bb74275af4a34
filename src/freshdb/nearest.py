"""The nearest valid word to one that is not, for hints."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, valid: Iterable[str]) -> str:
    """Return the question after the nearest of the valid words; nothing where none is near."""
    import difflib  # only who has mistyped something pays for it

    near = difflib.get_close_matches(word, list(valid), n=1)
    return f"did you mean `{near[0]}`?" if near else ""


def did_you_mean(word: str, valid: Iterable[str], *, most: int | None = 12) -> str:
    """Return a hint with the nearest of the valid words, and a list of them.

    Args:
        word: what was written.
        valid: what could have been.
        most: how many are listed; None for all.
    """
    import difflib

    names = sorted(set(valid))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    if near:
        return f"did you mean `{near[0]}`? Valid: {listed(names, most)}"
    return f"valid: {listed(names, most)}" if names else "there are none"


def listed(names: Iterable[str], most: int | None = None) -> str:
    """Return names as a list in a sentence."""
    every = [f"`{name}`" for name in names]
    shown = ", ".join(every[:most])
    return shown if most is None or len(every) <= most else f"{shown} and {len(every) - most} more"
