"""Read CSV: a list of rows, whose cells are texts; an empty cell is a missing one."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import Any

from freshdb.datafiles.document import Document, Spot
from freshdb.errors import DataFileError


def read(text: str, path: Path) -> Document:
    """Return the rows of a CSV file, whose first line names the columns.

    Raises:
        DataFileError: a row has more cells than there are columns, or a column is there twice.
    """
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in next(reader, [])]
        _check_names(names, path)
        rows, starts = _rows(reader, names, path)
    except csv.Error as error:
        raise DataFileError(
            f"not valid CSV: {error}", path=path, line=max(reader.line_num, 1), column=1
        ) from None

    def spots() -> Spot:
        items: dict[Any, tuple[Spot | None, Spot]] = {}
        for index, row in enumerate(rows):
            here = Spot(starts[index], 1)
            column = 1
            for name in names:
                here.items[name] = (Spot(1, 1), Spot(starts[index], column))
                column += len(row.get(name, "")) + 1
            items[index] = (None, here)
        return Spot(1, 1, items)

    return Document(path, rows if names else None, spots, holds_texts=True)


def _rows(reader: Any, names: list[str], path: Path) -> tuple[list[dict[str, str]], list[int]]:
    rows = []
    starts = []
    line = reader.line_num + 1
    width = len(names)
    for cells in reader:
        if cells:
            if len(cells) > width:
                raise DataFileError(
                    f"a row of {len(cells)} cells under {width} columns",
                    path=path,
                    line=line,
                    column=1,
                    hint='write a cell with a comma in it in quotes: "a, b"',
                )
            rows.append({n: cell for n, cell in zip(names, cells, strict=False) if cell != ""})
            starts.append(line)
        line = reader.line_num + 1
    return rows, starts


def _check_names(names: list[str], path: Path) -> None:
    for position, name in enumerate(names):
        if not name:
            raise DataFileError(f"column {position + 1} has no name", path=path, line=1, column=1)
        if name in names[:position]:
            raise DataFileError(
                f"the column `{name}` is there twice",
                path=path,
                line=1,
                column=sum(len(earlier) + 1 for earlier in names[:position]) + 1,
            )
