"""Where in a JSON document something stands."""

from __future__ import annotations

from typing import Any

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.json_documents import Scalar, quoted, unescape, write
from freshdb.emulation.functions.json_paths import path_of, select, walk
from freshdb.emulation.functions.json_values import document, sound_document
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import Json


@function("JSON_CONTAINS_PATH", args=(3, None), kind="bool")
def json_contains_path(value: Any, how: Any, *paths: Any) -> bool | None:
    """Tell whether one path, or all of them, lead to something."""
    from freshdb.emulation.functions.json_values import one_or_all

    node = document(value, "json_contains_path", 1)
    every = one_or_all(how, "json_contains_path")
    steps = [path_of(path, "json_contains_path", place) for place, path in enumerate(paths, 3)]
    if node is None or every is None or None in steps:
        return None
    found = (any(True for _ in select(node, path)) for path in steps if path is not None)
    return all(found) if every else any(found)


@function(
    "JSON_SEARCH", args=(3, None), kind="json", strict=False, context=True, deterministic=True
)
def json_search(
    context: Context, value: Any, how: Any, pattern: Any, escape: Any = None, *paths: Any
) -> Json | None:
    """Return the paths to the strings that are LIKE a pattern."""
    from freshdb.emulation.functions.json_values import one_or_all
    from freshdb.emulation.functions.matching import like

    if escape is not None and len(characters(escape)) > 1 and not context.is_mysql8:
        raise MySQLError(1210, "HY000", "Incorrect arguments to ESCAPE")
    if None in (value, how, pattern) or None in paths:
        return None
    node = sound_document(value, "json_search", 1)
    every = one_or_all(how, "json_search")
    steps = [path_of(path, "json_search", place) for place, path in enumerate(paths, 5)]
    if node is None or every is None or None in steps:
        return None
    allowed = _allowed(node, steps)
    collation = "bin" if context.is_mysql8 else None
    found: list[Any] = []
    for place, each in walk(node):
        if not _is_searched(context, each) or (paths and id(each) not in allowed):
            continue
        shown = unescape(each.raw[1:-1]) if each.is_string else each.raw
        if like(context, shown, characters(pattern), escape or "\\", collation):
            found.append(Scalar(quoted(place)))
            if not every:
                break
    if not found:
        return None
    return Json(write(found[0] if len(found) == 1 else found))


def _is_searched(context: Context, node: Any) -> bool:
    """MySQL 8 searches strings; MariaDB other scalars too."""
    return isinstance(node, Scalar) and (node.is_string or not context.is_mysql8)


def _allowed(node: Any, steps: list[Any]) -> set[int]:
    """Return the identities of the values below any of the paths."""
    return {id(below) for path in steps for top in select(node, path) for _, below in walk(top)}
