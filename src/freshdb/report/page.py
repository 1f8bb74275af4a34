"""The record of a run as one HTML page that needs no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from freshdb.report.record import Record

_PLACE = "{{data}}"


def page_of(record: Record, hunt: Mapping[str, Any] | None = None) -> str:
    """Return the page.

    Args:
        record: of the run.
        hunt: what `freshdb hunt --json` has found in the same suite.
    """
    data = {
        "run": asdict(record.run),
        "tests": [asdict(one) for one in record.tests],
        "fixtures": [asdict(one) for one in record.fixtures],
        "findings": list(_findings(hunt or {})),
        "orders": list((hunt or {}).get("orders", ())),
    }
    template = files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return template.replace(_PLACE, _embedded(data))


def _findings(hunt: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield who hurts whom, through which state, and whether that is proved."""
    for cause in hunt.get("causes", ()):
        state = ", ".join(str(one["piece"]["path"]) for one in cause["carriers"])
        for culprits in cause["culprits"]:
            for culprit in culprits:
                for one in cause["affected"]:
                    yield {
                        "polluter": culprit,
                        "victim": one["test"],
                        "state": state,
                        "kind": cause["kind"],
                        "proved": cause["is_proved"],
                    }


def _embedded(data: Mapping[str, Any]) -> str:
    """Return JSON that can stand in a script element, whatever is in its texts."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
