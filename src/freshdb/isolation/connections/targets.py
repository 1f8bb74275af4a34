"""Where each engine leads without freshdb: its product, its database, whether that is covered."""

from __future__ import annotations

import fnmatch
import weakref
from collections.abc import Callable

from sqlalchemy.engine import Dialect, Engine

from freshdb.backends import Backend, Backends, ConnectArguments
from freshdb.isolation.connections.engines import EngineRegister
from freshdb.model import Source, SourceKind


class Targets:
    """Tells what an engine leads to, by its dialect, of which each engine has one of its own.

    Args:
        engines: what is known of engines since they were made.
        backends: the database products that are covered.
        exclude: patterns of URLs whose engines are left alone.
        is_of_test: tells whether a file is in a directory that the running test has made.
        forget: called with the private memory of an engine that does not exist any more.

    Attributes:
        of_tests: the private memories of engines that tests have made.
    """

    def __init__(
        self,
        engines: EngineRegister,
        backends: Backends,
        exclude: tuple[str, ...],
        is_of_test: Callable[[str], bool],
        forget: Callable[[Source], None],
    ) -> None:
        self.of_tests: set[Source] = set()
        self._engines = engines
        self._products = backends
        self._exclude = exclude
        self._is_of_test = is_of_test
        self._forget = forget
        self._backends: weakref.WeakKeyDictionary[Dialect, Backend] = weakref.WeakKeyDictionary()
        self._sources: weakref.WeakKeyDictionary[Dialect, Source] = weakref.WeakKeyDictionary()

    def backend_of(self, dialect: Dialect) -> Backend | None:
        """Return the product that engines of a dialect are for; None where it is not covered."""
        try:
            return self._backends[dialect]
        except KeyError:
            backend = self._products.of_dialect(dialect)
            if backend is not None:
                self._backends[dialect] = backend
            return backend

    def source_of(self, dialect: Dialect) -> Source | None:
        """Return the database that an engine leads to; None before it has first connected."""
        return self._sources.get(dialect)

    def source_of_engine(self, engine: Engine, backend: Backend) -> Source:
        """Return the database that an engine leads to, or will when it connects."""
        source = self._sources.get(engine.dialect)
        if source is None:
            positional, keywords = engine.dialect.create_connect_args(engine.url)
            arguments = ConnectArguments(list(positional), dict(keywords))
            source = backend.source(engine.dialect, arguments)
        return source

    def remember(self, dialect: Dialect, source: Source) -> None:
        """Note the database that an engine has connected to."""
        if dialect in self._sources:
            return
        self._sources[dialect] = source
        facts = self._engines.facts_of(dialect)
        if source.kind is SourceKind.PRIVATE_MEMORY:
            weakref.finalize(dialect, self._forget, source).atexit = False
            if facts is not None and facts.made_for.is_test:
                self.of_tests.add(source)

    def opted_out(self, dialect: Dialect) -> bool:
        """Tell whether the engine itself, or its URL, is to be left alone."""
        facts = self._engines.facts_of(dialect)
        return facts is not None and (facts.opted_out or self._is_excluded(facts.url))

    def is_left_alone(self, dialect: Dialect, source: Source) -> bool:
        """Tell whether an engine's database is to be left alone."""
        facts = self._engines.facts_of(dialect)
        if facts is not None and facts.made_for.is_test and self._is_of_test(source.name):
            # Nobody else can know it, and the test may look at the file itself.
            return True
        return any(map(self._is_excluded, (f"{source.backend}:///{source.name}", source.name)))

    def _is_excluded(self, name: str) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self._exclude)
