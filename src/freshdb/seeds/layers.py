"""Seeded images: a baseline with seeds on top, made once and copied for each test after that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import SeedError
from freshdb.seeds.find import Seed
from freshdb.seeds.plan import Labels
from freshdb.seeds.target import Target, url_of

if TYPE_CHECKING:
    from sqlalchemy import Table

    from freshdb.backends import Backend
    from freshdb.model import Image


class SeedLayers:
    """Remembers what an image becomes by a seed, and so each seed is loaded once per image.

    Args:
        new_path: gives a path for another image.
        tables: returns the tables of the project's metadata.
    """

    def __init__(
        self, new_path: Callable[[str], Path], tables: Callable[[], Mapping[str, Table]]
    ) -> None:
        self._new_path = new_path
        self._tables = tables
        self._made: dict[tuple[Path, tuple[Any, ...]], Image] = {}
        self._labels: dict[Path, Labels] = {}

    def on_top_of(self, image: Image, backend: Backend, seeds: Sequence[Seed]) -> Image:
        """Return an image with the rows of seeds on top of another one's.

        A seed is left out where another database than this one has its tables.

        Raises:
            DataFileError, SeedError: a seed does not fit; nothing is kept of it.
        """
        self._forget_the_gone()
        for seed in seeds:
            known = self._made.get((image.path, seed.key))
            if known is None:
                known = self._add(image, backend, seed)
            image = known
        return image

    def _add(self, image: Image, backend: Backend, seed: Seed) -> Image:
        if not image.has_tables:
            raise SeedError(
                f"the seed {seed} has no tables to go to: the database is empty when the test "
                "first connects",
                hint="set `schema` in [tool.freshdb], or make the tables in a fixture of wider "
                "scope than the test",
            )
        labels = dict(self._labels.get(image.path, {}))
        draft = self._new_path("seed")
        backend.make_branch(image, draft)
        try:
            present = {name.lower() for name in backend.tables_of(draft)}
            wanted = {row.table.rpartition(".")[2].lower() for row in seed.rows()}
            if wanted and not wanted & present:
                made = image
            else:
                seed.load(Target(url_of(backend.name, draft), self._tables(), labels))
                made = backend.take_image(draft, self._new_path("seeded"))
        finally:
            backend.drop_branch(draft)
        self._made[image.path, seed.key] = made
        self._labels[made.path] = labels
        return made

    def _forget_the_gone(self) -> None:
        """Drop what was made on top of an image that is not there any more."""
        for key in [key for key in self._made if not key[0].exists()]:
            made = self._made.pop(key)
            made.path.unlink(missing_ok=True)
            self._labels.pop(made.path, None)
