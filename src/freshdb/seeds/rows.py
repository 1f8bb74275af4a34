"""The rows of seed files, as they are written there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from freshdb.datafiles.document import Document, Keys, Place
from freshdb.datafiles.reading import FORMATS, check_exists, read
from freshdb.errors import DataFileError

LABEL = "$label"
_FORMS = "write table: list of rows, or table: label: row; a row is column: value"


@dataclass(slots=True)
class Row:
    """One row of a seed file.

    Attributes:
        table: the table's name as the file has it.
        values: by column, as the file has them.
        label: what other rows call it.
        document: the file.
        keys: where in the file.
    """

    table: str
    values: dict[str, Any]
    label: str | None
    document: Document
    keys: Keys

    def error(
        self, fact: str, column: str | None = None, *, of_key: bool = False, hint: str | None = None
    ) -> DataFileError:
        """Return an error about this row, or about one of its values."""
        keys = self.keys if column is None else (*self.keys, column)
        return self.document.error(fact, keys, of_key=of_key, hint=hint)

    @property
    def place(self) -> Place:
        return self.document.place(self.keys)


def read_rows(path: Path, root: Path) -> list[Row]:
    """Return the rows of a seed file, or of all those in a folder, by name.

    Raises:
        DataFileError: a file cannot be read, or does not have the shape of a seed.
    """
    check_exists(path, may_be_folder=True)
    if not path.is_dir():
        document = read(path, root)
        return rows_in(document, document.value)
    files = [child for child in sorted(path.iterdir()) if child.suffix.lower() in FORMATS]
    if not files:
        raise DataFileError(
            "the folder holds no data file", path=path, hint=f"valid endings: {', '.join(FORMATS)}"
        )
    return [row for file in files for row in read_rows(file, root)]


def rows_in(document: Document, value: Any, keys: Keys = ()) -> list[Row]:
    """Return the rows of a seed: a file's whole value, or a part of it."""
    if isinstance(value, list):  # CSV and JSONL hold the rows of the table that they are named for
        return _rows_of_table(document, document.path.stem, value, keys)
    if not isinstance(value, dict):
        raise document.error("this is no mapping of tables", keys, hint=_FORMS)
    rows: list[Row] = []
    for table, content in value.items():
        rows += _rows_of_table(document, str(table), content, (*keys, table))
    return rows


def _rows_of_table(document: Document, table: str, content: Any, keys: Keys) -> list[Row]:
    pairs: list[tuple[str | None, Any, Any]]
    if isinstance(content, list):
        pairs = [(None, index, row) for index, row in enumerate(content)]
    elif isinstance(content, dict):
        pairs = [(str(label), label, row) for label, row in content.items()]
    elif content is None:
        return []
    else:
        raise document.error(f"`{table}` has no rows", keys, hint=_FORMS)
    rows = []
    for label, key, given in pairs:
        values = {} if given is None else given
        if not isinstance(values, dict):
            raise document.error(f"a row of `{table}` is no mapping", (*keys, key), hint=_FORMS)
        name = label
        if LABEL in values:
            values = dict(values)
            name = str(values.pop(LABEL))
        rows.append(Row(table, values, name, document, (*keys, key)))
    return rows
