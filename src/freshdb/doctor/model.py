"""What a look at a project brings to light."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A mistake that is popular, and what to do about it.

    Attributes:
        rule: its short name.
        file: where it is, relative to the root; empty for what is in no file.
        line: the line in the file; 0 for the file as a whole.
        what: the fact.
        why: how it hurts.
        fix: what to write or do instead.
    """

    rule: str
    file: str
    line: int
    what: str
    why: str
    fix: str


@dataclass(frozen=True)
class Plan:
    """What freshdb would do with one of the project's engines, and why."""

    file: str
    line: int
    engine: str
    what: str


@dataclass(frozen=True)
class Diagnosis:
    """All that a look at a project brings to light.

    Attributes:
        plans: what freshdb would do, engine by engine.
        findings: mistakes, by file and line.
        notes: what could not be looked at.
    """

    plans: tuple[Plan, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return it in the form of `--json`."""
        return {"version": 1, **asdict(self)}
