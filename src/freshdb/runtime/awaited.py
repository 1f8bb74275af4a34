"""SQLAlchemy, covered from the moment that the suite imports it.

A run begins before anybody can know whether it will use a database, and importing SQLAlchemy for
one that does not would cost it a good part of a second. So there is nothing here until it comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from freshdb._when_imported import WhenImported
from freshdb.backends import Backends
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.branches import Branches
from freshdb.isolation.owners import OwnerStack
from freshdb.isolation.owners.own_directories import OwnDirectories
from freshdb.model import Source
from freshdb.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from freshdb.isolation.connections.written import WrittenRows
    from freshdb.isolation.covering import Covering


class AwaitedSQLAlchemy:
    """What watches SQLAlchemy in a run, and what can be asked of it before it is there.

    Args:
        owners: who is at work.
        branches: decides which branch SQL goes to.
        backends: the database products that are covered.
        settings: those of the run.

    Attributes:
        covering: None until SQLAlchemy is imported.
        written: None until then, and where no record is made.
        directories: those that the running test has made, before the import too.
    """

    def __init__(
        self, owners: OwnerStack, branches: Branches, backends: Backends, settings: Settings
    ) -> None:
        self.covering: Covering | None = None
        self.written: WrittenRows | None = None
        self.directories = OwnDirectories(lambda: owners.innermost.is_test)
        self._owners = owners
        self._branches = branches
        self._backends = backends
        self._settings = settings
        self._imports: list[WhenImported] = []

    def start(self) -> None:
        """Cover it now if it has been imported, else when that happens."""
        self.directories.start()
        self._imports = [
            WhenImported("sqlalchemy", self._cover),
            WhenImported("sqlalchemy.orm", self._cover_orm),
        ]

    def stop_waiting(self) -> None:
        """Let who imports it from here on have it uncovered."""
        for waiting in self._imports:
            waiting.stop()

    def stop(self) -> None:
        """Close every connection to a branch, and leave SQLAlchemy as it was found."""
        if self.covering is not None:
            self.covering.stop(self._branches)
            self.covering = None
        if self.written is not None:
            self.written.stop()
            self.written = None
        self.directories.stop()

    @contextlib.contextmanager
    def isolating(self) -> Iterator[None]:
        """Send connections to branches in the block, also where the running test has opted out."""
        redirect = self.covering.redirect if self.covering is not None else None
        was_on = redirect is None or redirect.is_on
        if redirect is not None:
            redirect.is_on = True
        try:
            yield
        finally:
            if redirect is not None:
                redirect.is_on = was_on

    def close(self, branches: list[Branch]) -> None:
        """Close the connections to branches that nothing is sent to any more."""
        if self.covering is not None:
            self.covering.closer.close(branches)

    def drop_retired(self) -> None:
        """Remove the branches that nothing is sent to any more."""
        if self._branches.retired:
            self.close(self._branches.retired)
            self._branches.drop_retired()

    def urls(self) -> list[URL]:
        """Return the URLs of the engines that have been made since."""
        return self.covering.redirect.engines.urls() if self.covering is not None else []

    def is_of_a_test(self, source: Source) -> bool:
        """Tell whether a private memory is that of an engine which a test has made."""
        return self.covering is not None and source in self.covering.redirect.targets.of_tests

    def _cover(self) -> None:
        from freshdb.isolation.covering import Covering

        self.covering = Covering(
            self._owners, self._branches, self._backends, self._settings, self.directories
        )
        self.covering.start()
        if self._settings.is_recorded:
            from freshdb.isolation.connections.written import WrittenRows

            self.written = WrittenRows(self._owners)
            self.written.start()

    def _cover_orm(self) -> None:
        if self.covering is not None:
            self.covering.redirect.start_orm()
