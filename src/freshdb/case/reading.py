"""Read the cases of a data file, or of a folder with a file for each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from freshdb.case.case import Case, find_error
from freshdb.case.matchers import MATCHERS, Matcher
from freshdb.datafiles.document import Document, Keys, Spot
from freshdb.datafiles.reading import FORMATS, check_exists, read, resolve
from freshdb.datafiles.writing import ABSENT
from freshdb.errors import DataFileError

FILE_KEYS = ("cases", "seed", "tags", "note")
CASE_KEYS = (
    "id",
    "note",
    "input",
    "expected",
    "raises",
    "skip",
    "xfail",
    "tags",
    "seed",
    "expected_rows",
)


def read_cases(path: Path, root: Path) -> list[Case]:
    """Return the cases of a file, or of the files in a folder, by name.

    Args:
        path: the file or folder.
        root: the project's folder, which includes may not leave.

    Raises:
        DataFileError: a file cannot be read, or holds what no case has.
    """
    check_exists(path, may_be_folder=True)
    if path.is_dir():
        cases = [case for file in _files_in(path) for case in _one_in(file, root)]
    else:
        cases = list(_all_in(path, root))
    first: dict[str, Case] = {}
    for case in cases:
        if case.id in first:
            raise case.document.error(
                f"two cases have the id `{case.id}` (the first is at {first[case.id].place})",
                (*case.keys, "id"),
            )
        first[case.id] = case
    return cases


def _files_in(folder: Path) -> list[Path]:
    files = [
        file
        for file in sorted(folder.iterdir())
        if file.suffix.lower() in FORMATS and file.is_file() and file.name[0] not in "._"
    ]
    if not files:
        raise DataFileError(
            "the folder holds no data file",
            path=folder,
            hint=f"each case is a file of its own there, with one of {', '.join(FORMATS)}",
        )
    return files


def _one_in(path: Path, root: Path) -> Iterator[Case]:
    """Yield the case that a file of a folder is, or all that it has under `cases`."""
    document = read(path, root, MATCHERS)
    if isinstance(document.value, dict) and "cases" not in document.value:
        yield _case(document, document.value, (), path.stem, (), ())
    else:
        yield from _all_of(document)


def _all_in(path: Path, root: Path) -> Iterator[Case]:
    document = read(path, root, MATCHERS)
    if document.holds_texts:
        document = resolve(_nested(document), root, MATCHERS)
    yield from _all_of(document)


def _all_of(document: Document) -> Iterator[Case]:
    value = document.value
    keys: Keys = ()
    tags: tuple[str, ...] = ()
    seeds: tuple[Any, ...] = ()
    if isinstance(value, dict):
        for key in value:
            if key not in FILE_KEYS:
                raise document.unknown("key", key, (), FILE_KEYS)
        tags = _tags(document, value.get("tags", ()), ("tags",))
        seeds = _seeds(document, value, ())
        keys = ("cases",)
        value = value.get("cases")
    if not isinstance(value, list) or not value:
        raise document.error("there are no cases", keys, hint="write `cases:` and a list")
    for index, one in enumerate(value):
        yield _case(document, one, (*keys, index), str(index + 1), tags, seeds)


def _case(
    document: Document,
    value: Any,
    keys: Keys,
    default_id: str,
    tags: tuple[str, ...],
    seeds: tuple[Any, ...],
) -> Case:
    if not isinstance(value, dict):
        raise document.error("a case is no mapping", keys, hint=f"keys: {', '.join(CASE_KEYS)}")
    for key in value:
        if key not in CASE_KEYS:
            raise document.unknown("key", key, keys, CASE_KEYS)
    for found, where in _matchers_in(value.get("input"), (*keys, "input")):
        raise document.error(
            f"`{found.name}` is a matcher, and `input` must be values",
            where,
            hint="matchers belong into `expected` and `expected_rows`",
        )
    if "raises" in value and "expected" in value:
        raise document.error("a case has `expected` or `raises`, not both", (*keys, "raises"))
    raises = None
    if value.get("raises") is not None:
        raises = find_error(value["raises"], document, (*keys, "raises"))
    return Case(
        id=_id(document, value.get("id", default_id), (*keys, "id")),
        document=document,
        keys=keys,
        input=value.get("input", {}),
        tags=(*tags, *_tags(document, value.get("tags", ()), (*keys, "tags"))),
        note=str(value.get("note", "")),
        raises=raises,
        skip=_reason(document, value.get("skip"), (*keys, "skip")),
        xfail=_reason(document, value.get("xfail"), (*keys, "xfail")),
        seeds=(*seeds, *_seeds(document, value, keys)),
        expected_rows=value.get("expected_rows"),
        outcome=value.get("expected", ABSENT),
    )


def _id(document: Document, value: Any, keys: Keys) -> str:
    if value is None or value == "" or isinstance(value, (dict, list, set, tuple)):
        raise document.error(f"`id` is {value!r}, not a name", keys)
    return str(value)


def _seeds(document: Document, value: dict[str, Any], keys: Keys) -> tuple[Any, ...]:
    """Return what `seed` names, each with the place where it does so."""
    if value.get("seed") is None:
        return ()
    where = (*keys, "seed")
    named = value["seed"]
    if isinstance(named, dict):
        return ((named, where),)
    if isinstance(named, str):
        return ((named, where),)
    if isinstance(named, list) and all(isinstance(part, (str, dict)) for part in named):
        return tuple((part, (*where, index)) for index, part in enumerate(named))
    raise document.error("`seed` is no path, no mapping of tables, and no list of these", where)


def _tags(document: Document, value: Any, keys: Keys) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(value.replace(",", " ").split())
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise document.error("`tags` is no list of words", keys)


def _reason(document: Document, value: Any, keys: Keys) -> str | None:
    if value is None or value is False:
        return None
    if value is True:
        return "as the data file says"
    if isinstance(value, str):
        return value
    raise document.error(f"`{keys[-1]}` is {value!r}, not a reason, true or false", keys)


def _matchers_in(value: Any, keys: Keys) -> Iterator[tuple[Matcher, Keys]]:
    if isinstance(value, Matcher):
        yield value, keys
    elif isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in pairs:
            yield from _matchers_in(part, (*keys, key))


def _nested(document: Document) -> Document:
    """Return a CSV file's rows as cases: `input.tenant` is a key of `input`.

    A cell is read as JSON where it is JSON, and is a text else.
    """
    rows = [_unflat(row, _cell) for row in document.value]

    def spots() -> Spot:
        flat = document.spots
        for number, (_, row) in flat.items.items():
            for name, (_, spot) in list(row.items.items()):
                *outer, last = name.split(".")
                inner = row
                for part in outer:
                    inner = inner.items.setdefault(part, (None, Spot(row.line, spot.column)))[1]
                inner.items[last] = (None, spot)
            flat.items[number] = (None, row)
        return flat

    return Document(document.path, rows, spots)


def _unflat(row: dict[str, str], read_cell: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, cell in row.items():
        *outer, last = name.split(".")
        inner = made
        for part in outer:
            inner = inner.setdefault(part, {})
        inner[last] = cell if name in ("id", "note", "tags") else read_cell(cell)
    return made


def _cell(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
