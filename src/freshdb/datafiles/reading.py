"""Read a data file of any format, and put in what its tags stand for."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from freshdb.datafiles import csv_file, json_file, toml_file, yaml_file
from freshdb.datafiles.document import Document, Keys, Tagged
from freshdb.datafiles.values import VALUES, Tag
from freshdb.errors import DataFileError, shown
from freshdb.nearest import did_you_mean

FORMATS: Mapping[str, Callable[[str, Path], Document]] = {
    ".yaml": yaml_file.read,
    ".yml": yaml_file.read,
    ".toml": toml_file.read,
    ".json": json_file.read,
    ".jsonl": json_file.read_lines,
    ".csv": csv_file.read,
}
TEXTS = (".txt", ".md", ".html", ".xml", ".sql")
# Keys with a `$` that are not tags: they belong to the rows of seeds.
PLAIN_KEYS = frozenset({"$label"})


def read(
    path: Path, root: Path, tags: Mapping[str, Tag] | None = None, *, resolved: bool = True
) -> Document:
    """Return what a data file holds.

    Args:
        path: the file.
        root: the project's folder, which includes may not leave.
        tags: kinds of values beside those of every data file.
        resolved: put in what tags stand for; else they are left as `Tagged`.

    Raises:
        DataFileError: the file is missing, empty, of no known format or not well-formed, or one of
            its tags does not fit.
    """
    return _Reading(root, {**VALUES, **(tags or {})}, resolved=resolved).document(path, ())


def resolve(document: Document, root: Path, tags: Mapping[str, Tag]) -> Document:
    """Put in what the tags in a document's value stand for, and return it."""
    reading = _Reading(root, {**VALUES, **tags}, resolved=True)
    document.value = reading.resolved(document, ())
    return document


def project_root(path: Path) -> Path:
    """Return the folder of the project that a file belongs to; its own where that is unknown."""
    for folder in path.parents:
        if (folder / "pyproject.toml").is_file() or (folder / ".git").exists():
            return folder
    return path.parent


def check_exists(path: Path, *, may_be_folder: bool = False) -> None:
    """Raise a DataFileError that names the nearest file if there is none at `path`."""
    if path.is_file() or (may_be_folder and path.is_dir()):
        return
    if path.is_dir():
        raise DataFileError("this is a folder, not a file", path=path)
    neighbours = [other.name for other in path.parent.iterdir()] if path.parent.is_dir() else []
    hint = (
        did_you_mean(path.name, [n for n in neighbours if not n.startswith((".", "__"))])
        if neighbours
        else f"there is no folder `{shown(path.parent)}` either"
    )
    raise DataFileError("there is no such file", path=path, hint=hint)


_HAS_PARTS = (dict, list, Tagged)


class _Reading:
    """The reading of one file and of those that it includes."""

    def __init__(self, root: Path, tags: Mapping[str, Tag], *, resolved: bool) -> None:
        self._root = root.resolve()
        self._tags = tags
        self._resolved = resolved

    def document(self, path: Path, within: tuple[Path, ...]) -> Document:
        document = _parse(path)
        if self._resolved and not document.holds_texts:
            document.value = self.resolved(document, within)
        return document

    def resolved(self, document: Document, within: tuple[Path, ...]) -> Any:
        return self._resolve(document, document.value, (), (*within, document.path.resolve()))

    def _resolve(self, document: Document, value: Any, keys: Keys, within: tuple[Path, ...]) -> Any:
        if isinstance(value, dict):
            if len(value) == 1:
                ((key, argument),) = value.items()
                if _is_tag(key):
                    tagged = Tagged(key[1:], argument)
                    return self._tagged(document, tagged, keys, within, (*keys, key))
            return {
                _unescaped(key) if type(key) is str and key[:1] == "$" else key: (
                    self._resolve(document, part, (*keys, key), within)
                    if isinstance(part, _HAS_PARTS)
                    else part
                )
                for key, part in value.items()
            }
        if isinstance(value, list):
            return [
                self._resolve(document, part, (*keys, index), within)
                if isinstance(part, _HAS_PARTS)
                else part
                for index, part in enumerate(value)
            ]
        if isinstance(value, Tagged):
            return self._tagged(document, value, keys, within, keys)
        return value

    def _tagged(
        self, document: Document, value: Tagged, keys: Keys, within: tuple[Path, ...], inner: Keys
    ) -> Any:
        argument = self._resolve(document, value.argument, inner, within)
        if value.name == "include":
            return self._included(document, argument, keys, within)
        if value.name == "env":
            return _from_environment(document, argument, keys)
        tag = self._tags.get(value.name)
        if tag is None:
            names = [*self._tags, "include", "env"]
            raise document.error(
                f"there is no tag `{value.name}`", keys, hint=did_you_mean(value.name, names)
            )
        try:
            return tag.read(argument)
        except ValueError as expected:
            raise document.error(
                f"`{value.name}` is given {argument!r}, not {expected}", keys
            ) from None

    def _included(
        self, document: Document, argument: Any, keys: Keys, within: tuple[Path, ...]
    ) -> Any:
        if not isinstance(argument, str) or not argument:
            raise document.error("`include` is given no path of a file", keys)
        path = (document.path.parent / argument).resolve()
        if not path.is_relative_to(self._root):
            raise document.error(
                f"`include` names `{argument}`, which is outside of the project's folder",
                keys,
                hint=f"files below `{shown(self._root)}` can be included",
            )
        if path in within:
            chain = " > ".join(shown(part) for part in (*within[within.index(path) :], path))
            raise document.error(f"a cycle of includes: {chain}", keys)
        if path.suffix in TEXTS and path.is_file():
            text = document.ingredients[str(path)] = path.read_text(encoding="utf-8")
            return text
        if not path.is_file():
            neighbours = list(path.parent.glob("*")) if path.parent.is_dir() else []
            raise document.error(
                f"`include` names `{argument}`, and there is no such file",
                keys,
                hint=did_you_mean(path.name, [other.name for other in neighbours]),
            )
        other = self.document(path, within)
        document.included[keys] = other
        document.ingredients |= {str(path): path.read_text(encoding="utf-8"), **other.ingredients}
        return other.value


def _parse(path: Path) -> Document:
    check_exists(path)
    read_format = FORMATS.get(path.suffix.lower())
    if read_format is None:
        raise DataFileError(
            f"`{path.suffix or path.name}` is no format of data files",
            path=path,
            hint=f"valid: {', '.join(f'`{ending}`' for ending in FORMATS)}",
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        raise DataFileError(
            "not UTF-8",
            path=path,
            line=before.count(b"\n") + 1,
            column=len(before) - (before.rfind(b"\n") + 1) + 1,
        ) from None
    document = read_format(text, path) if text.strip() else None
    if document is None or document.value in (None, [], {}):
        raise DataFileError("the file is empty", path=path, line=1, column=1)
    return document


def _is_tag(key: Any) -> bool:
    return (
        isinstance(key, str)
        and key.startswith("$")
        and not key.startswith("$$")
        and key not in PLAIN_KEYS
    )


def _unescaped(key: str) -> str:
    return key[1:] if key.startswith("$$") else key


def _from_environment(document: Document, argument: Any, keys: Keys) -> str:
    has_default = isinstance(argument, dict) and set(argument) == {"name", "default"}
    name = argument["name"] if has_default else argument
    if not isinstance(name, str) or not name:
        raise document.error(
            "`env` is given no name of a variable",
            keys,
            hint="write `!env NAME`, or `!env {name: NAME, default: value}`",
        )
    if name in os.environ:
        document.ingredients[f"${name}"] = os.environ[name]
        return os.environ[name]
    if has_default:
        return argument["default"]  # type: ignore[no-any-return]  # whatever the file says
    raise document.error(
        f"the environment has no variable `{name}`",
        keys,
        hint="set it, or write `!env {name: NAME, default: value}`",
    )
