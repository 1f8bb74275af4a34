"""How long a hunt may take, and how many trials it may make."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class BudgetSpent(Exception):  # noqa: N818  # no error: the hunt stops and says what is left
    """Raised instead of a trial's result when there is no time left for it."""


@dataclass
class Budget:
    """How long the hunt may take.

    Attributes:
        seconds: from its beginning; None for as long as it takes.
        trials: how many trials it may make; None for any number.
    """

    seconds: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        self._began = time.monotonic()
        self.made = 0
        self.is_stopped = False

    @property
    def spent_s(self) -> float:
        """Return how long it has been."""
        return time.monotonic() - self._began

    @property
    def left_s(self) -> float:
        """Return how many seconds are left."""
        return float("inf") if self.seconds is None else self.seconds - self.spent_s

    @property
    def timeout_s(self) -> float | None:
        """Return how long a trial may be waited for; None if for as long as it takes."""
        return None if self.seconds is None else max(0.0, self.left_s)

    @contextmanager
    def only(self, share: float) -> Iterator[None]:
        """Keep the rest of what is left for later than the block."""
        seconds, trials = self.seconds, self.trials
        if seconds is not None:
            self.seconds = self.spent_s + share * self.left_s
        if trials is not None:
            self.trials = self.made + math.ceil(share * (trials - self.made))
        try:
            yield
        finally:
            self.seconds, self.trials = seconds, trials

    def take(self) -> None:
        """Count one trial.

        Raises:
            BudgetSpent: there is no more.
        """
        if (
            self.is_stopped
            or self.left_s <= 0
            or (self.trials is not None and self.made >= self.trials)
        ):
            raise BudgetSpent
        self.made += 1
