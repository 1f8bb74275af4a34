"""Build what the setting `schema` names, so that it can be branched: in a file, or on a server.

On a server it is the template that the project's tests start from there, built once for both.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from freshdb.branches import sources
from freshdb.branches.products import product
from freshdb.branches.records import Parent, Place
from freshdb.branches.registry import project_of
from freshdb.errors import BranchInputError, SchemaError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from freshdb.settings import Settings
    from freshdb.templates.schema import Schema

# Which one builds where the URL names none: the first that is installed.
_DRIVERS = {
    "postgresql": {"psycopg": "psycopg", "psycopg2": "psycopg2", "asyncpg": "asyncpg"},
    "mysql": {"pymysql": "pymysql"},
    "mariadb": {"pymysql": "pymysql"},
}


def parent_of(asked: sources.Asked, project: Path) -> Parent:
    """Return what stands for a template: where it is to be, and what it is built from."""
    spec = asked.name or _settings(project_of(project)).schema
    if spec is None:
        raise BranchInputError(
            "there is nothing to branch: no source was named, and no `schema` is set",
            hint="`--from ./app.db`, or set `schema` in [tool.freshdb]",
        )
    return Parent(sources.TEMPLATE, asked.text, asked.place or Place("sqlite", spec))


def _settings(root: Path) -> Settings:
    from freshdb.settings import load_settings

    return load_settings(root / "pyproject.toml", os.environ, {})


@contextlib.contextmanager
def built(parent: Parent, project: Path, allow_hosts: tuple[str, ...] = ()) -> Iterator[Place]:
    """Give a database that is as the template, for the duration of a block."""
    from freshdb.templates.schema import find_schema

    root = project_of(project)
    settings = _settings(root)
    spec = sources.parse(parent.text).name or settings.schema or ""
    # As pytest's `pythonpath` usually has it; a command has no such option.
    with _importable(root):
        schema = find_schema(spec, root)
        if not product(parent.place.product).has_servers:
            with _in_a_file(schema) as place:
                yield place
            return
        allowed = replace(settings, allow_hosts=(*settings.allow_hosts, *allow_hosts))
        with _on_a_server(schema, parent.place, allowed, root) as place:
            yield place


@contextlib.contextmanager
def _in_a_file(schema: Schema) -> Iterator[Place]:
    from freshdb.backends.sqlite.backend import SQLite
    from freshdb.templates.build import build_template

    with tempfile.TemporaryDirectory(prefix="freshdb-") as directory:
        backend = SQLite(lambda kind: Path(directory) / f"{kind}-{os.urandom(4).hex()}.sqlite")
        image = build_template(schema, backend, lambda *_: _refused(schema))
        yield Place("sqlite", str(image.place))


@contextlib.contextmanager
def _on_a_server(schema: Schema, server: Place, settings: Settings, root: Path) -> Iterator[Place]:
    """Give a copy of the template: nobody may be connected to that, since tests copy it too."""
    from freshdb.backends import Backends
    from freshdb.templates.build import build_template

    url = _url_of(server)
    on_it = replace(settings, server=url.render_as_string(hide_password=False))
    with contextlib.closing(Backends(on_it, _no_path, "branch", str(root))) as backends:
        backend = backends.of_dialect(url.get_dialect()())
        if backend is None:
            raise BranchInputError(
                f"a template cannot be built with the driver of `{server.driver}`",
                hint="leave it out of the URL",
            )
        image = build_template(schema, backend, lambda *_: _refused(schema), url=url)
        copy = backend.make_branch(image, "template")
        where = urlsplit(server.where)._replace(path=f"/{copy}").geturl()
        place = replace(server, where=where)
        product(server.product).unmark(place)
        try:
            yield place
        finally:
            backend.drop_branch(copy)


def _url_of(server: Place) -> URL:
    """Return a server's URL with its password, and a driver that is installed."""
    from sqlalchemy.engine import make_url

    url = make_url(product(server.product).url(server, None, with_password=True))
    if "+" in url.drivername:
        return url
    installed = [driver for module, driver in _DRIVERS[url.drivername].items() if find_spec(module)]
    if not installed:
        raise BranchInputError(
            f"no driver for `{url.drivername}` is installed by which a template could be built",
            hint=f"install one of {', '.join(_DRIVERS[url.drivername])}, or name yours in the URL",
        )
    return url.set(drivername=f"{url.drivername}+{installed[0]}")


def _no_path(kind: str) -> Path:
    raise AssertionError(f"a database of a server is no file, and this one is: {kind}")


@contextlib.contextmanager
def _refused(schema: Schema) -> Iterator[None]:
    """Refuse to run what would reach the application's own database: nothing leads it elsewhere."""
    raise SchemaError(
        f"schema `{schema.spec}` makes its tables through the application's own engine, and that "
        "would reach the application's own database",
        hint="run the project's tests on that server once, and branch the template that they have "
        "built (`--from template@env:DATABASE_URL`); or branch a database that has been migrated; "
        "or name a declarative base, a MetaData or a `.sql` file: `--from template:app.db:Base`",
    )
    yield


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
