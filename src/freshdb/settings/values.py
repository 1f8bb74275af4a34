"""The settings in force, and the modes of process state among them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

DEFAULT = "default"
STATE_MODES = ("restore", "report", "fail", "off")


@dataclass(frozen=True)
class StateModes:
    """What happens to process state that a test changed, for each part of the project.

    Attributes:
        default: ``restore`` puts it back and tells, ``report`` only tells, ``fail`` puts it back
            and fails the test, ``off`` does nothing.
        packages: modes of packages (or modules, or single names in them) that have their own.
    """

    default: str = "restore"
    packages: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ", ".join([self.default, *(f"{name}={mode}" for name, mode in self.packages)])

    @cached_property
    def are_off(self) -> bool:
        """Tell whether nothing is to be watched at all."""
        return self.default == "off" and all(mode == "off" for _, mode in self.packages)

    def of(self, path: str) -> str:
        """Return the mode for a piece of state; the longest name that covers it decides."""
        covering = [(len(name), mode) for name, mode in self.packages if _covers(name, path)]
        return max(covering)[1] if covering else self.default


def _covers(name: str, path: str) -> bool:
    return path == name or path.startswith((f"{name}.", f"{name}["))


@dataclass(frozen=True)
class Settings:
    """The settings in force; `source_of` tells where each value came from."""

    enabled: bool = True
    schema: str | None = None
    strategy: str = "auto"
    session: str | None = None
    strict: bool = False
    on_leak: str = "report"
    keep: str = "failed"
    seed: tuple[Any, ...] = ()
    exclude: tuple[str, ...] = ()
    directory: str | None = None
    record: str | None = None
    report: str | None = None
    server: str = "auto"
    server_programs: str | None = None
    allow_hosts: tuple[str, ...] = ()
    rebuild: bool = False
    carry_threads: bool = True
    teardown_timeout_s: float = 1.0
    state: StateModes = StateModes()
    packages: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    emulate: str | None = None
    order: str = "file"
    branch_directory: str | None = None
    branch_from: str | None = None
    branch_ttl: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_recorded(self) -> bool:
        """Tell whether a record of the run is asked for, by itself or for the page."""
        return self.record is not None or self.report is not None

    def source_of(self, name: str) -> str:
        """Return where the value of the setting `name` came from, for example `command line`."""
        return self.sources.get(name, DEFAULT)
