"""`freshdb doctor`: what freshdb would do with a project, and which popular mistakes it makes."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from freshdb.cli import FOUND, MISUSE
from freshdb.doctor import Diagnosis, examine
from freshdb.settings import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--root", type=Path, default=Path(), help="the project's directory (.)")
    parser.add_argument("--json", action="store_true", help="one JSON object with everything")


def run(arguments: argparse.Namespace) -> int:
    """Print the diagnosis; exit code 1 if there is any finding."""
    root: Path = arguments.root
    if not root.is_dir():
        print(f"freshdb: there is no directory `{root}`", file=sys.stderr)
        return MISUSE
    diagnosis = examine(root.resolve(), load_settings(root / "pyproject.toml", os.environ, {}))
    if arguments.json:
        print(json.dumps(diagnosis.to_dict(), indent=2))
    else:
        print(_text(diagnosis), end="")
    return FOUND if diagnosis.findings else 0


def _text(diagnosis: Diagnosis) -> str:
    lines = [f"{one.file}:{one.line}: {one.engine}: {one.what}" for one in diagnosis.plans]
    lines += [] if diagnosis.plans else ["no engine is made in the sources"]
    for one in diagnosis.findings:
        place = ":".join(str(part) for part in (one.file, one.line) if part)
        lines += ["", f"{place}: {one.what} ({one.rule})" if place else f"{one.what} ({one.rule})"]
        lines += [f"    why: {one.why}", f"    fix: {one.fix}"]
    lines += ["", *diagnosis.notes] if diagnosis.notes else []
    count = len(diagnosis.findings)
    lines += ["", f"{count} finding{'' if count == 1 else 's'}"]
    return "\n".join(lines) + "\n"
