"""The fingerprint of what builds a template: another one means another template.

It must change whenever the result could, and may change when it could not. So for code it is the
source of the project's modules that the code can see, not only of the function.
"""

from __future__ import annotations

import hashlib
import inspect
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from freshdb.backends import Backend
    from freshdb.templates.schema import Schema

# Another number, another template: raised when what freshdb itself puts into one changes.
FORM = 1


def fingerprint(schema: Schema, backend: Backend) -> str:
    """Return 16 hexadecimal digits that stand for what builds a template."""
    digest = hashlib.sha256()
    for part in _parts(schema, backend):
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()[:16]


def _parts(schema: Schema, backend: Backend) -> Iterator[bytes]:
    yield f"{FORM} {backend.name} {schema.spec}".encode()
    if schema.metadata is not None:
        yield ddl_of(schema.metadata, backend.name).encode()
    for path in sorted(schema.files()):
        yield path.name.encode()
        yield path.read_bytes()


def ddl_of(metadata: MetaData, dialect_name: str) -> str:
    """Return the statements by which a MetaData makes its tables, listeners' own ones included."""
    from sqlalchemy import create_mock_engine

    statements: list[str] = []

    def note(statement: Any, *args: Any, **kwargs: Any) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        statements.append(str(compiled))

    name = {"postgres": "postgresql", "mysql": "mysql"}.get(dialect_name, dialect_name)
    engine = create_mock_engine(f"{name}://", note)
    metadata.create_all(engine, checkfirst=False)
    return "\n".join(statements)


def sources_of(function: Callable[..., Any]) -> tuple[Path, ...]:
    """Return the files of the project's modules that a function can see, through its imports."""
    module = sys.modules.get(getattr(inspect.unwrap(function), "__module__", ""))
    seen: dict[str, Path] = {}
    waiting = [module] if module is not None else []
    while waiting:
        current = waiting.pop()
        place = _file_of(current)
        if place is not None and current.__name__ not in seen:
            seen[current.__name__] = place
            waiting += _modules_seen_by(current)
    return tuple(sorted(seen.values()))


def files_below(directory: Path, endings: Iterable[str]) -> tuple[Path, ...]:
    """Return the files in a directory, however deep, by their endings."""
    found = [path for path in directory.rglob("*") if path.suffix in endings and path.is_file()]
    return tuple(sorted(path for path in found if "__pycache__" not in path.parts))


def _modules_seen_by(module: ModuleType) -> list[ModuleType]:
    found = []
    for value in list(vars(module).values()):
        if isinstance(value, ModuleType):
            found.append(value)
        elif isinstance(name := getattr(value, "__module__", None), str) and name in sys.modules:
            found.append(sys.modules[name])
    return found


def _file_of(module: ModuleType) -> Path | None:
    """Return the source of a module of the project's, None for libraries."""
    name = getattr(module, "__file__", None)
    if not isinstance(name, str) or not name.endswith(".py"):
        return None
    parts = name.split(os.sep)
    if "site-packages" in parts or "dist-packages" in parts or name.startswith(_STANDARD_LIBRARY):
        return None
    return Path(name)


_STANDARD_LIBRARY = os.path.dirname(os.__file__) + os.sep
