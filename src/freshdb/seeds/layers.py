"""Seeded images: a baseline with seeds on top, made once and copied for each test after that."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import SeedError
from freshdb.seeds.find import Seed
from freshdb.seeds.plan import Labels
from freshdb.seeds.progress import Screen, stderr
from freshdb.seeds.target import Target, url_of

if TYPE_CHECKING:
    from sqlalchemy import Table

    from freshdb.backends import Backend
    from freshdb.model import Image


class SeedLayers:
    """Remembers what an image becomes by a seed, and so each seed is loaded once per image.

    Args:
        new_path: gives a path for another image.
        around: what a seed is loaded in. The test that happens to be the first to need it has
            nothing to do with what it changes.

    Attributes:
        screen: where a bar is drawn when a load takes long.
    """

    def __init__(
        self,
        new_path: Callable[[str], Path],
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.screen: Screen = stderr
        self._new_path = new_path
        self._around = around
        self._reflected: dict[Path, dict[str, Table]] = {}
        self._made: dict[tuple[Path, tuple[Any, ...]], Image] = {}

    def on_top_of(
        self,
        image: Image,
        backend: Backend,
        seeds: Sequence[Seed],
        tables: Mapping[str, Table] | Callable[[], Mapping[str, Table]],
    ) -> Image:
        """Return an image with the rows of seeds on top of another one's.

        A seed is left out where another database than this one has its tables.

        Args:
            image: what they come on top of.
            backend: the image's product.
            seeds: in order.
            tables: those that the project knows, by name, or what finds them.

        Raises:
            DataFileError, SeedError: a seed does not fit; nothing is kept of it.
        """
        self._forget_the_gone()
        for seed in seeds:
            known = self._made.get((image.path, seed.key))
            if known is None:
                known = self._add(image, backend, seed, tables() if callable(tables) else tables)
            image = known
        return image

    def with_reflected(self, image: Image, tables: Mapping[str, Table]) -> dict[str, Table]:
        """Return tables, and those that are in an image only."""
        from sqlalchemy import MetaData, create_engine
        from sqlalchemy.pool import NullPool

        if image.path not in self._reflected:
            metadata = MetaData()
            url = url_of("sqlite", image.path)
            engine = create_engine(url, poolclass=NullPool, execution_options={"freshdb": False})
            metadata.reflect(engine)
            self._reflected[image.path] = dict(metadata.tables)
        return {**self._reflected[image.path], **tables}

    def _add(
        self, image: Image, backend: Backend, seed: Seed, tables: Mapping[str, Table]
    ) -> Image:
        if not image.has_tables:
            raise SeedError(
                f"the seed {seed} has no tables to go to: the database is empty when the test "
                "first connects",
                hint="set `schema` in [tool.freshdb], or make the tables in a fixture of wider "
                "scope than the test",
            )
        labels = dict(self.labels_in(image))
        draft = self._new_path("seed")
        backend.make_branch(image, draft)
        try:
            target = Target(url_of(backend.name, draft), tables, labels, self.screen)
            with self._around():
                is_loaded = seed.load(target)
            made = backend.take_image(draft, self._new_path("seeded")) if is_loaded else image
        finally:
            backend.drop_branch(draft)
        self._made[image.path, seed.key] = made
        if labels:
            _labels_beside(made).write_bytes(pickle.dumps(labels))
        return made

    def labels_in(self, image: Image) -> Labels:
        """Return what is labelled in an image; also in one that another process has made."""
        beside = _labels_beside(image)
        if not beside.exists():
            return {}
        labels: Labels = pickle.loads(beside.read_bytes())  # noqa: S301  # freshdb's own
        return labels

    def _forget_the_gone(self) -> None:
        """Drop what was made on top of an image that is not there any more."""
        for key in [key for key in self._made if not key[0].exists()]:
            made = self._made.pop(key)
            made.path.unlink(missing_ok=True)
            _labels_beside(made).unlink(missing_ok=True)


def _labels_beside(image: Image) -> Path:
    return image.path.with_name(image.path.name + ".labels")
