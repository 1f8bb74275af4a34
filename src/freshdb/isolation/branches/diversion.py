"""While a template is built, connections lead to it, and not to the branch of a test."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from freshdb.backends import Backend
from freshdb.errors import UncoveredConnectionError
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.owners import OwnerStack
from freshdb.model import Image, Place, Source


class Diversion:
    """Sends every connection to a product to one place.

    Args:
        owners: who is at work.

    Attributes:
        branch_for: returns the branch that connections lead to; None while they are not diverted.
        led_elsewhere: the product that building a template for another one has led to.
    """

    def __init__(self, owners: OwnerStack) -> None:
        self._owners = owners
        self.branch_for: Callable[[Source, Backend], Branch] | None = None
        self.led_elsewhere: Backend | None = None

    @contextlib.contextmanager
    def to(self, place: Place, product: Backend) -> Iterator[list[Branch]]:
        """Send connections to a place in the block.

        Yields the branch that stands for the place, once somebody has asked for it.
        """
        made: list[Branch] = []

        def divert(source: Source, backend: Backend) -> Branch:
            if backend is not product:
                self.led_elsewhere = backend
                raise UncoveredConnectionError(
                    f"building the template of a {product.name} database led to {source}",
                    hint="make the tables of both where the application is imported, or in a "
                    "session fixture",
                )
            if not made:
                image = Image(place, has_tables=False)
                made.append(Branch(source, backend, place, self._owners.innermost, image))
            return made[0]

        outer, self.branch_for = self.branch_for, divert
        try:
            yield made
        finally:
            self.branch_for = outer
