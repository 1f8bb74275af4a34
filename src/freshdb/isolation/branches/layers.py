"""Layers: what fixtures of wider scope wrote, on top of the template.

A baseline is a stack of pieces, one for each fixture that wrote, newest on top. A test's branch is
a copy of the whole stack; when a fixture ends, its piece is taken out, wherever it lies. So layers
need no tree of modules and classes: fixtures already end where their scope does.

A test that does not use a fixture does not see the rows that it wrote, whether or not an earlier
test has caused it to be set up. Tables are the ground that all stand on: they stay.
"""

from __future__ import annotations

from dataclasses import dataclass

from freshdb.backends import Backend
from freshdb.isolation.owners import Owner
from freshdb.model import Image


@dataclass(frozen=True)
class Piece:
    """What one fixture wrote: the difference between two images."""

    owner: Owner
    before: Image
    after: Image
    makes_tables: bool


class Baseline:
    """What the next test's branch of one source starts from.

    Args:
        backend: the product that the images belong to.
        bottom: the template, the copy of the application's file, or an empty database.
    """

    def __init__(self, backend: Backend, bottom: Image) -> None:
        self._backend = backend
        self._bottom = bottom
        self._pieces: list[Piece] = []
        self._partial: dict[frozenset[Owner], Image] = {}
        self.top = bottom

    def add(self, owner: Owner, before: Image, after: Image) -> None:
        """Put on top what `owner` wrote between two images of the database it worked on."""
        if self._backend.is_same(before, after):
            self._discard(before, after)
            return
        makes_tables = not self._backend.has_same_schema(before, after)
        self._pieces.append(Piece(owner, before, after, makes_tables))
        if before is self.top:
            self.top = after
        else:
            self._put_on_top(before, after)
        self._discard()

    def remove(self, owner: Owner) -> bool:
        """Take out what `owner` wrote, and tell whether there was anything."""
        pieces = self.pieces_of(owner)
        for piece in reversed(pieces):
            self._pieces.remove(piece)
            if self.top is piece.after:
                self.top = piece.before
            else:
                self._put_on_top(piece.after, piece.before)
            self._discard(piece.before, piece.after)
        return bool(pieces)

    def seen_by(self, test: Owner) -> Image:
        """Return what the test starts from: everything but the rows of fixtures it does not use."""
        hidden = [p for p in self._pieces if not p.makes_tables and not test.uses(p.owner)]
        if not hidden:
            return self.top
        key = frozenset(piece.owner for piece in hidden)
        if key not in self._partial:
            image = self.top
            for piece in reversed(hidden):
                image = self._backend.merge(image, piece.after, piece.before)
            self._partial[key] = image
        return self._partial[key]

    def pieces_of(self, owner: Owner) -> list[Piece]:
        return [piece for piece in self._pieces if piece.owner is owner]

    def _put_on_top(self, before: Image, after: Image) -> None:
        previous = self.top
        self.top = self._backend.merge(previous, before, after)
        self._discard(previous)

    def _discard(self, *images: Image) -> None:
        for image in self._partial.values():
            self._backend.discard(image)
        self._partial.clear()
        needed = [self._bottom, self.top]
        for piece in self._pieces:
            needed += [piece.before, piece.after]
        for image in images:
            if image not in needed:
                self._backend.discard(image)
