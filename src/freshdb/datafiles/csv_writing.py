"""Change CSV: only the rows in which something changes are written anew."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from freshdb.datafiles.writing import ABSENT, Change, apply, with_keys

NATIVE = (type(None),)


def changed(text: str, changes: Sequence[Change]) -> str:
    """Return the text of a CSV file with changes in it; `expected.total` is a column."""
    ending = "\r\n" if "\r\n" in text else "\n"
    records, raw = _records(text)
    header = list(records[0])
    numbers = [number for number, cells in enumerate(records) if cells and number]
    for index in dict.fromkeys(one.keys[0] for one in changes):
        number = numbers[index]
        of_row = [Change(one.keys[1:], one.value) for one in changes if one.keys[0] == index]
        records[number] = _row(header, records[number], of_row)
        raw[number] = _line(records[number], ending)
    if header != records[0]:
        width = len(header)
        for number in (0, *numbers):
            cells = header if number == 0 else records[number]
            raw[number] = _line([*cells, *[""] * (width - len(cells))], ending)
    return "".join(raw)


def cell_of(value: Any) -> str:
    """Return the cell that is read as a value; a text that could be read as JSON is quoted."""
    if isinstance(value, str):
        try:
            json.loads(value)
        except json.JSONDecodeError:
            return value or '""'
    return json.dumps(with_keys(value), ensure_ascii=False)


def dumped(rows: list[dict[str, Any]], write: Any = cell_of) -> str:
    """Return rows as a CSV text of its own."""
    header = list(dict.fromkeys(name for row in rows for name in row))
    lines = [_line(header, "\n")]
    lines += [_line([write(row[n]) if n in row else "" for n in header], "\n") for row in rows]
    return "".join(lines)


def _records(text: str) -> tuple[list[list[str]], list[str]]:
    """Return the cells of each record, and its text with the end of its line."""
    lines = list(io.StringIO(text, newline=""))  # as the reader counts them
    reader = csv.reader(io.StringIO(text, newline=""))
    records, raw, start = [], [], 0
    for cells in reader:
        records.append(cells)
        raw.append("".join(lines[start : reader.line_num]))
        start = reader.line_num
    return records, raw


def _row(header: list[str], cells: list[str], changes: Sequence[Change]) -> list[str]:
    row = dict(zip(header, cells, strict=False))
    for one in changes:
        name = _column(header, one.keys)
        rest = one.keys[len(name.split(".")) :]
        if rest:
            value = json.loads(row[name]) if row.get(name) else {}
            holder = {"": value}
            apply(holder, [Change(("", *rest), one.value)], with_keys)
            row[name] = json.dumps(holder[""], ensure_ascii=False)
        elif one.value is ABSENT:
            row[name] = ""
        else:
            row[name] = cell_of(one.value)
            for other in header:
                if other.startswith(f"{name}."):
                    row[other] = ""
        if name not in header:
            header.append(name)
    return [row.get(name, "") for name in header]


def _column(header: list[str], keys: tuple[Any, ...]) -> str:
    """Return the column for a place: the longest that is there, else one for its first key."""
    for length in range(len(keys), 0, -1):
        name = ".".join(str(key) for key in keys[:length])
        if name in header:
            return name
    is_split = any(name.startswith(f"{keys[0]}.") for name in header)
    return ".".join(str(key) for key in keys[: 2 if is_split and len(keys) > 1 else 1])


def _line(cells: Sequence[str], ending: str) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=ending).writerow(cells)
    return stream.getvalue()
