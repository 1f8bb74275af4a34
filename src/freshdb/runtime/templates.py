"""The templates of a run: built once for each product, where a schema is set."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from freshdb.backends import PRODUCTS, Backends
from freshdb.errors import FreshDBError
from freshdb.isolation.branches.branches import Branches
from freshdb.model import Image, Place, Source
from freshdb.runtime.awaited import AwaitedSQLAlchemy
from freshdb.runtime.seeds import RunSeeds
from freshdb.sessions import urls_of_engines
from freshdb.settings import Settings
from freshdb.templates.schema import Schema, find_schema

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from freshdb.backends import Backend


class RunTemplates:
    """Builds templates, and tells what a database starts from.

    Args:
        settings: those of the run.
        rootdir: the project's root directory.
        backends: the database products that are covered.
        branches: sends what a build does to the template in the making.
        sqlalchemy: knows the application's engines.
        seeds: whose rows are in a template, too.
        built: the file that another process of this run has built.

    Attributes:
        of_files: the template that branches in files are copies of; None where there is none.
    """

    def __init__(
        self,
        settings: Settings,
        rootdir: Path,
        backends: Backends,
        branches: Branches,
        sqlalchemy: AwaitedSQLAlchemy,
        seeds: RunSeeds,
        built: Path | None,
    ) -> None:
        # Whether templates are built, in which the rows of `seeds` are then.
        self.are_wanted = settings.schema is not None
        self.of_files = Image(built, has_tables=True) if built is not None else None
        self._settings = settings
        self._rootdir = rootdir
        self._backends = backends
        self._branches = branches
        self._sqlalchemy = sqlalchemy
        self._seeds = seeds
        self._built: dict[Backend, Image] = {}

    def build(self) -> Path | None:
        """Build those that are known to be needed; return the file's path, if one of them is.

        Raises:
            SchemaError: the setting names nothing that makes tables.
            TemplateError: the build failed.
        """
        schema = self._schema()
        if schema is None:
            return None
        products = self._products_in_use()
        if not products:
            self._build_where_it_leads(schema)
        for product, url in products:
            backend = self._backends.of_product(product)
            self._built[backend] = self._build(schema, backend, url)
        self.of_files = self._built.get(self._backends.of_product("sqlite"))
        return self.of_files.place if self.of_files is not None else None

    def bottom_of(self, source: Source, backend: Backend) -> Image:
        """Return what a source starts from before any fixture has written."""
        if not self.are_wanted or self._sqlalchemy.is_of_a_test(source):
            return backend.build_from(source)
        if not backend.is_server and self.of_files is not None:
            return self.of_files
        if backend not in self._built:
            schema = self._schema()
            assert schema is not None
            self._built[backend] = self._build(schema, backend, None)
        return self._built[backend]

    def _schema(self) -> Schema | None:
        settings = self._settings
        if settings.schema is None:
            return None
        return find_schema(settings.schema, self._rootdir, settings.source_of("schema"))

    def _products_in_use(self) -> list[tuple[str, URL | None]]:
        """Return the products that the application has engines for by now.

        A server's template is built when its first engine is known, by whichever process needs it.
        """
        # Those that a conftest has imported were made before freshdb could note them.
        urls = [*self._sqlalchemy.urls(), *urls_of_engines(self._rootdir)]
        found = {url.get_backend_name(): url for url in urls}
        return [(name, found[name]) for name in PRODUCTS if name in found]

    def _build_where_it_leads(self, schema: Schema) -> None:
        """Build a template before any engine is known: for SQLite, unless it leads elsewhere.

        Alembic's `env.py`, for one, may be the first to make an engine.
        """
        backend = self._backends.of_product("sqlite")
        try:
            self._built[backend] = self._build(schema, backend, None)
        except FreshDBError as error:
            other = self._branches.diversion.led_elsewhere
            if other is not None:
                self._built[other] = self._build(schema, other, None)
                return
            if schema.script is not None:
                error.hint = (
                    f"{error.hint}. No engine of the application was known yet, so it was built "
                    "for SQLite; let `conftest.py` import the application if it is on another "
                    "product"
                )
            raise

    def _build(self, schema: Schema, backend: Backend, url: URL | None) -> Image:
        from freshdb.templates.build import build_template

        image = build_template(
            schema, backend, self._leading_to, url=url, rebuild=self._settings.rebuild
        )
        seeds = self._seeds.of_every_test
        return self._seeds.on_top_of(image, backend, seeds) if seeds else image

    @contextlib.contextmanager
    def _leading_to(self, place: Place, backend: Backend) -> Iterator[None]:
        with self._branches.diversion.to(place, backend) as made:
            try:
                yield
            finally:
                self._sqlalchemy.close(made)
