"""Change TOML with tomlkit, which keeps comments, order and style."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Sequence
from typing import Any

from freshdb.datafiles.writing import Change, apply, raw_key, with_keys

NATIVE = (float, dt.date, dt.datetime, dt.time)


def changed(text: str, changes: Sequence[Change]) -> str:
    """Return the text of a TOML file with changes in it.

    A value cannot take the place of every table where that stands, so what comes of it is read
    again; if it is not what was meant, the file is written anew, without its comments.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    meant = tomllib.loads(text)
    apply(meant, changes, with_keys)
    root = tomlkit.parse(text)
    try:
        for one in changes:
            _change(root, one)
        result = tomlkit.dumps(root)
        if repr(_sorted(tomllib.loads(result))) == repr(_sorted(meant)):
            return result
    except (TOMLKitError, tomllib.TOMLDecodeError, ValueError, IndexError):
        pass
    return tomlkit.dumps(meant)


def _change(root: Any, one: Change) -> None:
    """Make one change; what is in an array of tables is no table any more after that."""
    from tomlkit.items import AoT

    container = root
    for depth, key in enumerate(one.keys[:-1]):
        inner = container[raw_key(container, key)]
        if isinstance(inner, AoT) and depth == len(one.keys) - 2:
            values = inner.unwrap()
            apply(values, [Change(one.keys[-1:], one.value)], with_keys)
            container[raw_key(container, key)] = _made(values)
            return
        container = inner
    apply(container, [Change(one.keys[-1:], one.value)], _made)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(part) for part in value] if isinstance(value, list) else value


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
