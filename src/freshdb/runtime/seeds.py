"""The seeds of a run, and the tables that their rows go to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.backends import Backends
from freshdb.model import Image
from freshdb.sessions import project_modules
from freshdb.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Table

    from freshdb.backends import Backend
    from freshdb.seeds.find import Seed
    from freshdb.seeds.layers import SeedLayers


class RunSeeds:
    """Finds seeds, checks them, and puts them on top of images.

    Args:
        settings: those of the run.
        rootdir: the project's root directory.
        backends: the database products that are covered.
        around: what a seed is loaded in.
    """

    def __init__(
        self,
        settings: Settings,
        rootdir: Path,
        backends: Backends,
        around: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._settings = settings
        self._rootdir = rootdir
        self._backends = backends
        self._around = around

    @cached_property
    def of_every_test(self) -> tuple[Seed, ...]:
        """Those of the setting `seed`.

        Raises:
            SeedError, DataFileError: one of them is nothing that makes rows.
        """
        if not self._settings.seed:
            return ()
        from freshdb.seeds.find import find_seeds

        source = f"from {self._settings.source_of('seed')}"
        return find_seeds(self._settings.seed, self._rootdir, self._rootdir, source)

    @cached_property
    def layers(self) -> SeedLayers:
        """What puts seeds on top of baselines."""
        from freshdb.seeds.layers import SeedLayers

        return SeedLayers(self._around)

    def on_top_of(self, image: Image, backend: Backend, seeds: Sequence[Seed]) -> Image:
        """Return an image with the rows of seeds on top of another one's."""
        return self.layers.on_top_of(image, backend, seeds, self._tables_of_modules)

    def check(self, seeds: Sequence[Seed], template: Image | None) -> None:
        """Plan seeds as far as that can be done without a database.

        Args:
            seeds: those of a test.
            template: that of files, which has the rows of the setting's; None where there is none.

        Raises:
            DataFileError: rows do not fit the project's tables, or each other.
        """
        from freshdb.seeds.plan import plan

        tables = self.tables(template)
        if not tables:
            return
        if template is None:
            seeds, labels = (*self.of_every_test, *seeds), {}
        else:
            labels = self.layers.labels_in(template)
        plan([row for seed in seeds for row in seed.rows()], tables, labels)

    def tables(self, template: Image | None) -> Mapping[str, Table]:
        """Return the tables of the project's metadata and those of a template, by name."""
        tables = self._tables_of_modules()
        if template is None:
            return tables
        sqlite = self._backends.of_product("sqlite")
        return self.layers.with_reflected(template, sqlite, tables)

    def _tables_of_modules(self) -> dict[str, Table]:
        """Return the tables that the project's modules know, by name."""
        from freshdb.seeds.target import project_tables

        return project_tables(project_modules(self._rootdir))
