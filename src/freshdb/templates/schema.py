"""Find what the setting `schema` names, and turn it into something that builds a template."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from freshdb.errors import SchemaError
from freshdb.templates.fingerprint import files_below, sources_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

FORMS = (
    'write `schema = "module:attribute"` (a declarative base, a MetaData or a callable), '
    '`schema = "path/to/schema.sql"`, or `schema = "alembic"`'
)


@dataclass(frozen=True)
class Schema:
    """Builds the tables of a template.

    Attributes:
        spec: the text of the setting.
        build: makes the tables through a connection; None where `run` does it.
        run: makes the tables through the application's own engines, which lead to the template.
        script: returns the text of an SQL file that makes them.
        metadata: what `build` makes, where that is known.
        files: finds what else decides what is made: sources, migrations.
    """

    spec: str
    build: Callable[[Connection], None] | None = None
    run: Callable[[], Any] | None = None
    script: Callable[[], str] | None = None
    metadata: MetaData | None = None
    files: Callable[[], tuple[Path, ...]] = tuple


def find_schema(spec: str, rootdir: Path, source: str = "code") -> Schema:
    """Return what `spec` names.

    Args:
        spec: `module:attribute`, a path ending in `.sql`, `alembic`, or `alembic:path/alembic.ini`.
        rootdir: what paths are relative to.
        source: where the setting came from, for messages.

    Raises:
        SchemaError: nothing like that can be found, or it has no tables.
    """
    if spec.endswith(".sql"):
        return _from_sql_file(spec, rootdir / spec, source)
    if spec == "alembic" or spec.startswith("alembic:"):
        return _from_alembic(spec, rootdir, source)
    module_name, separator, attribute = spec.partition(":")
    if not separator or not module_name or not attribute:
        raise SchemaError(f"schema is `{spec}` (from {source})", hint=FORMS)
    return _from_object(spec, _import_attribute(spec, module_name, attribute, source), source)


def schema_from(value: Any) -> Schema:
    """Return the schema that a MetaData, declarative base, callable or spec stands for.

    Raises:
        SchemaError: it is none of these, or has no tables.
    """
    if isinstance(value, (str, Path)):
        return find_schema(str(value), Path.cwd())
    return _from_object(repr(value), value, "code")


def _import_attribute(spec: str, module_name: str, attribute: str, source: str) -> Any:
    try:
        value: Any = importlib.import_module(module_name)
    except Exception as error:
        raise SchemaError(
            f"schema is `{spec}` (from {source}), and importing `{module_name}` fails: "
            f"{type(error).__name__}: {error}",
            hint="name a module that can be imported from the root directory; pytest's option "
            '`pythonpath = ["."]` or `["src"]` adds to where it looks',
        ) from (None if getattr(error, "name", None) == module_name else error)
    for name in attribute.split("."):
        if not hasattr(value, name):
            near = difflib.get_close_matches(name, dir(value), n=1)
            raise SchemaError(
                f"schema is `{spec}` (from {source}), and `{module_name}` has no `{name}`",
                hint=f"did you mean `{module_name}:{near[0]}`?" if near else FORMS,
            )
        value = getattr(value, name)
    return value


def _from_object(spec: str, value: Any, source: str) -> Schema:
    from sqlalchemy import MetaData

    metadata = value if isinstance(value, MetaData) else getattr(value, "metadata", None)
    if isinstance(metadata, MetaData):
        return _from_metadata(spec, metadata, source)
    if callable(value):
        return _from_callable(spec, value, source)
    raise SchemaError(
        f"schema is `{spec}` (from {source}), and that is a {type(value).__name__}", hint=FORMS
    )


def _from_metadata(spec: str, metadata: MetaData, source: str) -> Schema:
    if not metadata.tables:
        raise SchemaError(
            f"schema is `{spec}` (from {source}), and its metadata has no tables",
            hint="tables are there once the modules with the models are imported: name a module "
            "that imports them all, for example `app.models:Base`",
        )
    return Schema(spec, build=metadata.create_all, metadata=metadata)


def _from_callable(spec: str, function: Callable[..., Any], source: str) -> Schema:
    needed = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    if len(needed) > 1:
        raise SchemaError(
            f"schema is `{spec}` (from {source}), and it takes {len(needed)} arguments",
            hint="it is called with a Connection, or with nothing where it uses the application's "
            "own engine",
        )
    if needed:
        return Schema(spec, build=function, files=lambda: sources_of(function))
    return Schema(spec, run=function, files=lambda: sources_of(function))


def _from_sql_file(spec: str, path: Path, source: str) -> Schema:
    if not path.is_file():
        raise SchemaError(
            f"schema is `{spec}` (from {source}), and there is no file `{path}`",
            hint="the path is relative to the root directory",
        )

    return Schema(spec, script=lambda: path.read_text(encoding="utf-8"), files=lambda: (path,))


def _from_alembic(spec: str, rootdir: Path, source: str) -> Schema:
    ini = rootdir / (spec.partition(":")[2] or "alembic.ini")
    try:
        from alembic import command
        from alembic.config import Config
    except ImportError:
        raise SchemaError(
            f"schema is `{spec}` (from {source}), and Alembic is not installed",
            hint="pip install alembic",
        ) from None
    if not ini.is_file():
        raise SchemaError(
            f"schema is `{spec}` (from {source}), and there is no file `{ini}`",
            hint='name it: `schema = "alembic:path/to/alembic.ini"`',
        )

    def run() -> None:
        command.upgrade(Config(str(ini)), "heads")

    def files() -> tuple[Path, ...]:
        directory = Config(str(ini)).get_main_option("script_location") or "."
        return (ini, *files_below(ini.parent / directory, (".py", ".sql")))

    return Schema(spec, run=run, files=files)
