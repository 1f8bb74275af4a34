"""Which branches are meant, and what is branched: by arguments, else by the settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from freshdb.branches.lifetimes import DEFAULT
from freshdb.branches.manager import Branches
from freshdb.branches.products import Progress
from freshdb.branches.registry import project_of
from freshdb.branches.sources import TEMPLATE
from freshdb.settings import Settings, load_settings


def open_branches(
    directory: str | None = None,
    *,
    allow_hosts: Sequence[str] = (),
    progress: Progress | None = None,
) -> Branches:
    """Return the branches of the worktree that this process works in."""
    settings = settings_here()
    return Branches(
        directory or settings.branch_directory,
        allow_hosts=(*allow_hosts, *settings.allow_hosts),
        progress=progress or (lambda *_: None),
    )


def settings_here() -> Settings:
    """Return the settings of the worktree that this process works in."""
    return load_settings(project_of(Path.cwd()) / "pyproject.toml", os.environ, {})


def source_or_default(source: str | None) -> str:
    """Return what to branch where nothing was named: as the settings say, or the template."""
    return source or settings_here().branch_from or TEMPLATE


def ttl_or_default(ttl: str | None, *, is_kept: bool = False) -> str | None:
    """Return how long a branch lives where nothing was said; None if it stays."""
    return None if is_kept else ttl or settings_here().branch_ttl or DEFAULT
