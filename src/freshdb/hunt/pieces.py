"""Pieces of state that tests have left different, as the hunter is told of them."""

from __future__ import annotations

from dataclasses import dataclass

_AT_WORK = frozenset({"children", "descriptors", "tasks", "threads"})


@dataclass(frozen=True)
class Piece:
    """One piece of state that tests have left different.

    Attributes:
        kind: the probe that tells of it.
        path: where it is.
        before: what was there, as short text.
        after: what is there now.
        verb: in which way it differs.
        can_undo: whether it can be put back by itself.
        module: the module that its path begins with, if it does.
        is_of_library: whether it lies in a module that is not the project's.
    """

    kind: str
    path: str
    before: str = ""
    after: str = ""
    verb: str = "changed"
    can_undo: bool = True
    module: str = ""
    is_of_library: bool = False

    @property
    def key(self) -> str:
        """Return what the piece is known by in every trial of one hunt."""
        return f"{self.kind}|{self.path}"

    @property
    def is_at_work(self) -> bool:
        """Tell whether it does something by itself, or others do something with it."""
        return self.kind in _AT_WORK

    @property
    def is_coarse(self) -> bool:
        """Tell whether to put it back makes much anew.

        A whole module, a fixture's whole value, or an object that was made at its first use: any
        test that uses it makes it, so it says nothing of what this one did to it.
        """
        is_whole_value = self.kind == "fixtures" and self.verb == "added"
        return self.kind == "imports" or is_whole_value or self.is_made_at_first_use

    @property
    def is_made_at_first_use(self) -> bool:
        """Tell whether it is an object, with content of its own, that was not there before."""
        is_new = self.kind == "modules" and self.before in ("", "None")
        is_filled_later = self.verb == "cached" or self.before == "None"
        return is_new and self.after.startswith(("<", "{", "[") if is_filled_later else "<")

    @property
    def is_of_cache(self) -> bool:
        """Tell whether it is an entry in what a library keeps for itself: innocent, mostly."""
        is_entry = self.verb == "cached" or self.path.endswith(("]", ")", "}"))
        return self.is_of_library and is_entry and self.verb != "changed"

    @property
    def is_plain(self) -> bool:
        """Tell whether a number, a text or the like is there now, or nothing: no object."""
        return not self.after.startswith("<")

    @property
    def difference(self) -> str:
        """Return what happened to it, in the words of the summary of a run."""
        if self.verb == "changed" and (self.before or self.after):
            return f"{self.before} → {self.after}"
        return f"{self.verb}: {self.after}" if self.after else self.verb
