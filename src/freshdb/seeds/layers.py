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
from freshdb.seeds.target import Target

if TYPE_CHECKING:
    from sqlalchemy import Table

    from freshdb.backends import Backend
    from freshdb.model import Image, Place


class SeedLayers:
    """Remembers what an image becomes by a seed, and so each seed is loaded once per image.

    Args:
        around: what a seed is loaded in. The test that happens to be the first to need it has
            nothing to do with what it changes.

    Attributes:
        screen: where a bar is drawn when a load takes long.
    """

    def __init__(self, around: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self.screen: Screen = stderr
        self._around = around
        self._reflected: dict[Place, dict[str, Table]] = {}
        self._made: dict[tuple[Place, tuple[Any, ...]], Image] = {}
        self._labels: dict[Place, Labels] = {}

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
            known = self._made.get((image.place, seed.key))
            if known is None:
                known = self._add(image, backend, seed, tables() if callable(tables) else tables)
            image = known
        return image

    def with_reflected(
        self, image: Image, backend: Backend, tables: Mapping[str, Table]
    ) -> dict[str, Table]:
        """Return tables, and those that are in an image only."""
        from sqlalchemy import MetaData, create_engine
        from sqlalchemy.pool import NullPool

        if image.place not in self._reflected:
            metadata = MetaData()
            url = backend.url_of(image.place, None)
            engine = create_engine(url, poolclass=NullPool, execution_options={"freshdb": False})
            metadata.reflect(engine)
            self._reflected[image.place] = dict(metadata.tables)
        return {**self._reflected[image.place], **tables}

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
        draft = backend.make_branch(image, "seed")
        try:
            target = target_in(backend, draft, tables, labels, self.screen)
            with self._around():
                is_loaded = seed.load(target)
            made = backend.take_image(draft) if is_loaded else image
        finally:
            backend.drop_branch(draft)
        self._made[image.place, seed.key] = made
        self._note(made, labels)
        return made

    def _note(self, image: Image, labels: Labels) -> None:
        """Keep the labels with an image; beside a file, for the processes that it is handed to."""
        self._labels[image.place] = labels
        if labels and isinstance(image.place, Path):
            _labels_beside(image.place).write_bytes(pickle.dumps(labels))

    def labels_in(self, image: Image) -> Labels:
        """Return what is labelled in an image; also in one that another process has made."""
        place = image.place
        if place not in self._labels and isinstance(place, Path):
            beside = _labels_beside(place)
            if beside.exists():
                self._labels[place] = pickle.loads(beside.read_bytes())  # noqa: S301  # freshdb's own
        return self._labels.get(place, {})

    def _forget_the_gone(self) -> None:
        """Drop what was made on top of an image that is not there any more."""
        for key in [key for key in self._made if isinstance(key[0], Path) and not key[0].exists()]:
            place = self._made.pop(key).place
            self._labels.pop(place, None)
            place.unlink(missing_ok=True)
            _labels_beside(place).unlink(missing_ok=True)


def target_in(
    backend: Backend,
    branch: Place,
    tables: Mapping[str, Table],
    labels: Labels,
    screen: Screen = stderr,
) -> Target:
    """Return a branch as seeds see it."""
    return Target(
        backend.url_of(branch, None),
        tables,
        labels,
        screen,
        run_script=lambda script: backend.run_script(branch, script),
    )


def _labels_beside(image: Path) -> Path:
    return image.with_name(image.name + ".labels")
