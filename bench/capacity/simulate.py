"""A simulation, pure: workers that queue for processors, event by event."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bench.capacity.model import Constants, Plan

ROUNDS = 6
"""How often a test goes from worker to server: to begin, for each statement, and to be undone."""


@dataclass
class Station:
    """Processors with one queue; the first to come is served first."""

    free: int
    queue: deque[int] = field(default_factory=deque)


def simulated_tests_per_second(
    constants: Constants, plan: Plan, tests_each: int = 200, seed: int = 1
) -> float:
    """Return what a closed system of workers gets done.

    Each worker runs one test after the other. A test takes turns at the worker's processor, at
    the server's, and at waiting. Each turn is of exponential length, which varies more than tests
    do, so queues are rather too long than too short.
    """
    rng = random.Random(seed)  # noqa: S311
    stations = (Station(plan.client_cores), Station(plan.server_cores))
    means = [one / ROUNDS for one in (constants.client_s, constants.server_s, constants.waiting_s)]
    steps = ROUNDS * len(means)
    left = [tests_each * steps] * plan.workers
    events: list[tuple[float, int, int]] = []
    order = itertools.count()
    now = 0.0

    def begin(worker: int) -> None:
        kind = (steps - left[worker]) % len(means)
        if kind < len(stations) and not stations[kind].free:
            stations[kind].queue.append(worker)
            return
        if kind < len(stations):
            stations[kind].free -= 1
        length = rng.expovariate(1 / means[kind]) if means[kind] else 0.0
        heapq.heappush(events, (now + length, next(order), worker))

    for worker in range(plan.workers):
        begin(worker)
    while events:
        now, _, worker = heapq.heappop(events)
        kind = (steps - left[worker]) % len(means)
        left[worker] -= 1
        if kind < len(stations):
            stations[kind].free += 1
            if stations[kind].queue:
                begin(stations[kind].queue.popleft())
        if left[worker]:
            begin(worker)
    return plan.workers * tests_each / now
