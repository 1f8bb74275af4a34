"""The walk-through in the documentation is what its script shows when it is run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "examples" / "walkthrough.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("freshdb_walkthrough", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _shape(transcript: str) -> list[str]:
    """Return lines without numbers and made-up names, which differ from run to run."""
    plain = re.sub(r"branch-[0-9a-f]{6}", "branch", transcript)
    return [line.rstrip() for line in re.sub(r"[\d.]+", "#", plain).splitlines() if line.strip()]


def test_the_transcript_is_what_running_it_shows() -> None:
    walkthrough = _load()
    page = walkthrough.PAGE.read_text(encoding="utf-8")
    written = page.partition(walkthrough.BEGIN)[2].partition(walkthrough.END)[0]
    written = written.partition("```console\n")[2].partition("```\n")[0]

    assert _shape(walkthrough.record()) == _shape(written), "run: examples/walkthrough.py --write"
