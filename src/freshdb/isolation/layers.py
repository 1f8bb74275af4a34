"""Layers: what fixtures of wider scope wrote, on top of the template.

A baseline is a stack of pieces, one for each fixture that wrote, newest on top. A test's branch is a
copy of the whole stack; when a fixture ends, its piece is taken out, wherever it lies in the stack.
So layers need no tree of modules and classes: fixtures already end where their scope does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from freshdb.backends import Backend
from freshdb.isolation.owners import Owner
from freshdb.model import Image


@dataclass(frozen=True)
class Piece:
    """What one fixture wrote: the difference between two images."""

    owner: Owner
    before: Image
    after: Image


class Baseline:
    """What the next test's branch of one source starts from.

    Args:
        backend: the product that the images belong to.
        bottom: the template, the copy of the application's file, or an empty database.
        new_path: gives a path for another image.
    """

    def __init__(self, backend: Backend, bottom: Image, new_path: Callable[[str], Path]) -> None:
        self._backend = backend
        self._bottom = bottom
        self._pieces: list[Piece] = []
        self._new_path = new_path
        self.top = bottom

    def replace_bottom(self, bottom: Image) -> None:
        """Start from another database; only a baseline without pieces can."""
        assert not self._pieces
        self._bottom = self.top = bottom

    @property
    def has_pieces(self) -> bool:
        return bool(self._pieces)

    def add(self, owner: Owner, before: Image, after: Image) -> None:
        """Put on top what `owner` wrote between two images of the database it worked on."""
        if self._backend.is_same(before, after):
            self._discard(before, after)
            return
        self._pieces.append(Piece(owner, before, after))
        if before is self.top:
            self.top = after
        else:
            self._put_on_top(before, after)

    def remove(self, owner: Owner) -> bool:
        """Take out what `owner` wrote, and tell whether there was anything."""
        pieces = [piece for piece in self._pieces if piece.owner is owner]
        for piece in reversed(pieces):
            self._pieces.remove(piece)
            if self.top is piece.after:
                self.top = piece.before
            else:
                self._put_on_top(piece.after, piece.before)
            self._discard(piece.before, piece.after)
        return bool(pieces)

    def discard(self, image: Image) -> None:
        """Remove an image's file unless the baseline still needs it."""
        self._discard(image)

    def _put_on_top(self, before: Image, after: Image) -> None:
        previous = self.top
        self.top = self._backend.merge(previous, before, after, self._new_path("layer"))
        self._discard(previous)

    def _discard(self, *images: Image) -> None:
        needed = {self._bottom.path, self.top.path}
        for piece in self._pieces:
            needed |= {piece.before.path, piece.after.path}
        for image in images:
            if image.path not in needed:
                image.path.unlink(missing_ok=True)
