"""Build what the setting `schema` names, so that it can be branched."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from freshdb.branches.records import Parent, Place
from freshdb.branches.registry import project_of
from freshdb.errors import BranchInputError, SchemaError


def place_of(schema: str, project: Path) -> Place:
    """Return a place that stands for a template: it says what it is built from."""
    return Place("sqlite", schema or _setting(project))


def _setting(project: Path) -> str:
    from freshdb.settings import load_settings

    root = project_of(project)
    settings = load_settings(root / "pyproject.toml", os.environ, {})
    if settings.schema is None:
        raise BranchInputError(
            "there is nothing to branch: no source was named, and no `schema` is set",
            hint="`--from ./app.db`, or set `schema` in [tool.freshdb]",
        )
    return settings.schema


@contextlib.contextmanager
def built(parent: Parent, project: Path) -> Iterator[Place]:
    """Build a template for the duration of a block."""
    from freshdb.backends.sqlite.backend import SQLite
    from freshdb.templates.build import build_template
    from freshdb.templates.schema import find_schema

    root = project_of(project)
    spec = parent.place.where
    # As pytest's `pythonpath` usually has it; a command has no such option.
    with _importable(root), tempfile.TemporaryDirectory(prefix="freshdb-") as directory:
        schema = find_schema(spec, root)
        if schema.run is not None:
            raise SchemaError(
                f"schema `{spec}` makes its tables through the application's own engine, and that "
                "would reach the application's own database",
                hint="branch a database that has been migrated: `--from ./app.db`; or name a "
                "declarative base, a MetaData or a `.sql` file: `--from template:app.db:Base`",
            )
        backend = SQLite(lambda kind: Path(directory) / f"{kind}-{os.urandom(4).hex()}.sqlite")
        image = build_template(schema, backend, lambda place, backend: contextlib.nullcontext())
        yield Place("sqlite", str(image.place))


@contextlib.contextmanager
def _importable(root: Path) -> Iterator[None]:
    added = [str(place) for place in (root / "src", root) if place.is_dir()]
    sys.path[:0] = added
    try:
        yield
    finally:
        for place in added:
            with contextlib.suppress(ValueError):
                sys.path.remove(place)
