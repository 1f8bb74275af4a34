"""A database of the application's: its baseline, and the branches that stand in for it."""

from __future__ import annotations

from collections.abc import Iterator

from freshdb.backends import Backend
from freshdb.isolation.branches.branch import Branch
from freshdb.isolation.branches.layers import Baseline
from freshdb.isolation.owners import Owner
from freshdb.model import Image, Source


class Database:
    """One source: its baseline, and the branches that stand in for it now.

    Attributes:
        of_test: the running test's branch, once it has connected.
        of_fixtures: where fixtures of wider scope work.
        parked: a branch that is as its baseline again, for the next test that starts from that.
        is_being_reset: whether the server is still at work on that.
        made_by: the tests that have made tables, by table, where the baseline has none.
    """

    def __init__(self, source: Source, backend: Backend, baseline: Baseline) -> None:
        self.source = source
        self.backend = backend
        self.baseline = baseline
        self.of_test: Branch | None = None
        self.of_fixtures: Branch | None = None
        self.parked: Branch | None = None
        self.is_being_reset = False
        self.made_by: dict[str, str] = {}

    @property
    def live(self) -> Iterator[Branch]:
        branches = (self.of_test, self.of_fixtures, self.parked)
        yield from (branch for branch in branches if branch is not None)

    @property
    def fixtures_on_top(self) -> Branch | None:
        """The branch of fixtures, where it was made from what is the baseline now."""
        branch = self.of_fixtures
        return branch if branch is not None and branch.baseline is self.baseline.top else None

    def image_of(self, branch: Branch) -> Image:
        """Return an image of a branch, without a copy where it has just been made."""
        if branch is self.fixtures_on_top:
            return branch.baseline
        return self.backend.take_image(branch.place)

    def show_test(self, fixture: Owner, *, rows_only: bool = False) -> None:
        """Show the running test what a fixture has written, on another branch or before its time.

        Args:
            fixture: whose pieces are shown.
            rows_only: whether to leave out those that make tables: such the test has seen already.
        """
        if self.of_test is None:
            return
        for piece in self.baseline.pieces_of(fixture):
            if not (rows_only and piece.makes_tables):
                self.backend.apply(self.of_test.place, piece.before, piece.after)

    def note_tables(self, branch: Branch) -> None:
        """Remember which tables a test has made in a database that has none."""
        if not self.baseline.top.has_tables:
            for table in self.backend.tables_of(branch.place):
                self.made_by.setdefault(table.lower(), branch.owner.name)
