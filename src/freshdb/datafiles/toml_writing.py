"""Change TOML with tomlkit, which keeps comments, order and style."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from freshdb.datafiles.writing import Change, apply, with_keys

NATIVE = (float, datetime.date, datetime.datetime, datetime.time)


def changed(text: str, changes: Sequence[Change]) -> str:
    """Return the text of a TOML file with changes in it."""
    import tomlkit

    root = tomlkit.parse(text)
    apply(root, changes, _made)
    return tomlkit.dumps(root)


def dumped(value: Any) -> str:
    """Return a mapping as a TOML text of its own."""
    import tomlkit

    return tomlkit.dumps(with_keys(value))


def _made(value: Any) -> Any:
    """Return a new value on one line, since it may stand anywhere."""
    import tomlkit

    value = with_keys(value)
    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for key, part in value.items():
            table[key] = _made(part)
        return table
    if isinstance(value, list):
        array = tomlkit.array()
        for part in value:
            array.append(_made(part))
        return array
    return value
