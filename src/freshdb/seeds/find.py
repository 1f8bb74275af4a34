"""Find what a seed names: a data file, a folder, SQL, a callable or a factory."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from freshdb.datafiles.document import Document, Keys, Place
from freshdb.datafiles.reading import FORMATS, check_exists, read
from freshdb.datafiles.values import import_object
from freshdb.errors import DataFileError, SeedError, shown
from freshdb.nearest import did_you_mean
from freshdb.seeds.factories import FromFactory, is_factory
from freshdb.seeds.load import load_rows, without_collection
from freshdb.seeds.rows import Row, read_rows, rows_in

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from freshdb.seeds.target import Target

FORMS = (
    "write the path of a data file (.yaml, .toml, .json, .jsonl, .csv), of a folder of them or of "
    "a .sql file, or `module:callable`; in Python, a callable or a factory too"
)


class Seed(Protocol):
    """Rows that are there when a test starts."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes two seeds the same: where they come from, and what is in there."""

    @property
    def digest(self) -> str:
        """A text that stands for what the seed is made of, the same in every process."""

    def rows(self) -> list[Row]:
        """Return the rows that are known without running anything."""

    def load(self, target: Target) -> bool:
        """Write to a database; do nothing and return False if it has none of the tables."""


@dataclass(frozen=True)
class RowsSeed:
    """A data file with rows, a folder of such files, or a part of a file.

    Attributes:
        path: the file or folder.
        root: the project's folder.
        part: where in the file the rows are, if it holds other things too.
    """

    path: Path
    root: Path
    part: tuple[Document, Any, Keys] | None = None

    @cached_property
    def key(self) -> tuple[Any, ...]:
        keys = self.part[2] if self.part is not None else ()
        return ("rows", str(self.path), keys, self.digest)

    @cached_property
    def digest(self) -> str:
        document, _, keys = self.part if self.part is not None else (None, None, ())
        return f"rows {keys} {_digest_of(self.path, self.root, document)}"

    def rows(self) -> list[Row]:
        return self._rows

    @cached_property
    def _rows(self) -> list[Row]:
        with without_collection():
            if self.part is not None:
                return rows_in(*self.part)
            return read_rows(self.path, self.root)

    def load(self, target: Target) -> bool:
        def load(connection: Connection) -> bool:
            rows = self.rows()
            names = {row.table for row in rows}
            if not target.has_any(connection, names):
                return False
            tables = target.tables_for(connection, names)
            progress = target.progress(shown(self.path))
            load_rows(connection, rows, tables, target.labels, progress)
            return True

        with without_collection():
            is_loaded = target.run(load)
        if is_loaded:
            vars(self).pop("_rows", None)  # they may be many, and will hardly be needed again
        return is_loaded

    def __str__(self) -> str:
        return shown(self.path)


@dataclass(frozen=True)
class SqlSeed:
    """A `.sql` file, run as it is."""

    path: Path

    @cached_property
    def key(self) -> tuple[Any, ...]:
        return ("sql", str(self.path), self.digest)

    @cached_property
    def digest(self) -> str:
        return f"sql {hashlib.sha256(self.path.read_bytes()).hexdigest()}"

    def rows(self) -> list[Row]:
        return []

    def load(self, target: Target) -> bool:
        target.run_script(self.path)
        return True

    def __str__(self) -> str:
        return shown(self.path)


@dataclass(frozen=True)
class CallableSeed:
    """A callable that returns ORM objects, or adds them to the session that it gets."""

    function: Callable[..., Any]

    @property
    def key(self) -> tuple[Any, ...]:
        return ("callable", self.function)

    @property
    def digest(self) -> str:
        if isinstance(self.function, FromFactory):
            made = self.function
            return f"factory {made.count} {made.values!r} {_digest_of_code(made.factory)}"
        return f"callable {_digest_of_code(self.function)}"

    def rows(self) -> list[Row]:
        return []

    def load(self, target: Target) -> bool:
        target.call(self.function)
        return True

    def __str__(self) -> str:
        name = getattr(self.function, "__qualname__", None)
        if name is None:
            return str(self.function)
        return f"`{getattr(self.function, '__module__', '')}:{name}`"


def find_seeds(value: Any, base: Path, root: Path, place: Place | str) -> tuple[Seed, ...]:
    """Return the seeds that a marker, a setting or a data file names, in order.

    Args:
        value: one seed or a list of them.
        base: the folder that paths are relative to.
        root: the project's folder.
        place: where it was written, for messages.

    Raises:
        SeedError: it is none of the forms a seed has, or cannot be imported.
        DataFileError: there is no such file, or it cannot be read.
    """
    return tuple(_found(value, base, root, place))


def _found(value: Any, base: Path, root: Path, place: Place | str) -> Iterator[Seed]:
    if value is None:
        return
    if isinstance(value, (RowsSeed, SqlSeed, CallableSeed)):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _found(part, base, root, place)
    elif isinstance(value, (str, Path)):
        yield _named(str(value), base, root, place)
    elif is_factory(value):
        yield CallableSeed(FromFactory(value))
    elif callable(value):
        yield CallableSeed(value)
    else:
        raise SeedError(f"a seed is {value!r} ({place})", hint=FORMS)


def _named(spec: str, base: Path, root: Path, place: Place | str) -> Seed:
    ending = Path(spec).suffix.lower()
    if ":" in spec and ending not in FORMATS and ending != ".sql":
        return _imported(spec, place)
    path = (base / spec).resolve()
    try:
        check_exists(path, may_be_folder=True)
    except DataFileError as error:
        raise DataFileError(
            f"there is no such seed (named by {place})", path=path, hint=error.hint
        ) from None
    if ending == ".sql":
        return SqlSeed(path)
    seed = RowsSeed(path, root)
    seed.rows()
    return seed


def _imported(spec: str, place: Place | str) -> Seed:
    try:
        value = import_object(spec)
    except ValueError as error:
        raise SeedError(
            f"a seed is `{spec}` ({place}), not {error}", hint=_near(spec) or FORMS
        ) from None
    if is_factory(value):
        return CallableSeed(FromFactory(value))
    if not callable(value):
        raise SeedError(
            f"a seed is `{spec}` ({place}), and that is a {type(value).__name__}", hint=FORMS
        )
    return CallableSeed(value)


def _near(spec: str) -> str | None:
    import sys

    module_name, _, attribute = spec.partition(":")
    module = sys.modules.get(module_name)
    if module is None:
        return None
    return did_you_mean(attribute, [name for name in vars(module) if not name.startswith("_")])


def fingerprint(seeds: Iterable[Seed]) -> str:
    """Return a text that changes when one of the seeds, or what it is made of, does.

    It is the same in every process, and on every machine that has the same files.
    """
    digest = hashlib.sha256()
    for seed in seeds:
        digest.update(seed.digest.encode())
        digest.update(b"\0")
    return digest.hexdigest()


def _digest_of(path: Path, root: Path, document: Document | None) -> str:
    """Return the digest of a file or folder, with what its files include.

    Args:
        path: the file or folder.
        root: the project's folder.
        document: what was read from the file, if that is known.
    """
    digest = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if not file.is_file():
            continue
        content = file.read_bytes()
        digest.update(f"{file.name}\0".encode())
        digest.update(content)
        if file.suffix.lower() in FORMATS and (b"include" in content or b"env" in content):
            read_from = document or read(file, root)
            digest.update(repr(sorted(read_from.ingredients.items())).encode())
    return digest.hexdigest()


def _digest_of_code(value: Any) -> str:
    """Return the digest of the file that a function or a factory is written in."""
    name = f"{getattr(value, '__module__', '')}:{getattr(value, '__qualname__', value)}"
    try:
        source = Path(inspect.getsourcefile(value) or "").read_bytes()
    except (OSError, TypeError):
        source = b""
    return f"{name} {hashlib.sha256(source).hexdigest()}"
