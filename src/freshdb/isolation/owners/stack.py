"""Who is at work now, and whose work is refused."""

from __future__ import annotations

from freshdb.isolation.owners.owner import Owner, context_owner, is_borrowing
from freshdb.isolation.owners.refusals import late_work, no_owner, owner_gone
from freshdb.model import LateWork


class OwnerStack:
    """The owners that are at work now; the innermost one's branch is where SQL goes."""

    def __init__(self, run: Owner) -> None:
        self._owners = [run]
        self.refused: list[LateWork] = []

    @property
    def innermost(self) -> Owner:
        return self._owners[-1]

    @property
    def test(self) -> Owner | None:
        """The running test, also while a wider fixture is set up for it."""
        return next((owner for owner in reversed(self._owners) if owner.is_test), None)

    def push(self, owner: Owner) -> None:
        self._owners.append(owner)

    def remove(self, owner: Owner) -> None:
        self._owners.remove(owner)

    def check(self, statement: object) -> None:
        """Refuse SQL by work that outlived its owner, or (in strict mode) that no test owns.

        Args:
            statement: what is about to run, for the message.

        Raises:
            OwnerGoneError: the context's owner has ended.
            NoOwnerError: strict mode, a test is running, and it does not own this work.
        """
        owner = context_owner()
        if owner is self._owners[-1] or is_borrowing():
            return
        if owner is not None and owner.ended_at is not None:
            self.refused.append(late_work(owner))
            raise owner_gone(owner, statement)
        test = self.test
        if test is not None and test.strict and owner is not test and self.innermost is test:
            raise no_owner(test, owner, statement)
