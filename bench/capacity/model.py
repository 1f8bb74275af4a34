"""The model, pure: what limits the tests per second of many workers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Constants:
    """What a test of one worker takes, in seconds, and what a worker holds."""

    wall_s: float
    client_s: float
    server_s: float
    connections: int
    backend_mib: float
    worker_mib: float
    branch_mib: float

    @property
    def waiting_s(self) -> float:
        """The time of a test in which no processor works for it."""
        return max(0.0, self.wall_s - self.client_s - self.server_s)


@dataclass(frozen=True)
class Plan:
    """So many workers, on so many processors; the server has some of its own, or shares them."""

    workers: int
    client_cores: int
    server_cores: int


def tests_per_second(constants: Constants, plan: Plan) -> float:
    """Return the most that the plan can do: whichever is used up first sets it."""
    return min(
        plan.workers / constants.wall_s,
        plan.client_cores / constants.client_s,
        plan.server_cores / max(constants.server_s, 1e-9),
    )


def limit(constants: Constants, plan: Plan) -> str:
    """Return what is used up first."""
    shares = {
        "workers": plan.workers / constants.wall_s,
        "processors of the workers": plan.client_cores / constants.client_s,
        "processors of the server": plan.server_cores / max(constants.server_s, 1e-9),
    }
    return min(shares, key=lambda name: shares[name])


def needs(constants: Constants, plan: Plan) -> tuple[int, float, float]:
    """Return connections, MiB of memory of server and workers, and MiB of files."""
    connections = plan.workers * constants.connections
    memory = connections * constants.backend_mib + plan.workers * constants.worker_mib
    return connections, memory, (plan.workers + 1) * constants.branch_mib
