"""JSON functions that make documents, and change them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from freshdb.emulation.errors import MySQLError, wrong_count
from freshdb.emulation.functions.coercions import characters
from freshdb.emulation.functions.context import active
from freshdb.emulation.functions.json_documents import Node, Object, Scalar, quoted, unescape, write
from freshdb.emulation.functions.json_paths import Cells, Key, Path, path_of, select
from freshdb.emulation.functions.json_values import beginning, document, made, nested, to_node
from freshdb.emulation.functions.spec import function
from freshdb.emulation.values import Json
from freshdb.errors import EmulationError


@function("JSON_ARRAY", args=(0, None), kind="json", strict=False)
def json_array(*values: Any) -> Json | bytes:
    """Return an array of the arguments."""
    return made(write([nested(value) for value in values]), values)


@function("JSON_OBJECT", args=(0, None), kind="json", strict=False)
def json_object(*parts: Any) -> Json | bytes:
    """Return an object of keys and values in turn."""
    _must_pair(len(parts), "json_object")
    found = Object()
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        if key is None and active.context.is_mysql8:
            raise MySQLError(3158, "22032", "JSON documents may not contain NULL member names.")
        name = "" if key is None else characters(key)
        found.append((quoted(name)[1:-1], nested(value)))
    return made(write(found), parts)


def _must_pair(count: int, name: str) -> None:
    if count % 2:
        raise wrong_count(name)


Change = Callable[[Any, Any, Any], None]


def _changing(name: str, change: Callable[[Node, Path, Any], Node]) -> None:
    """Declare a function of a document and pairs of path and value."""
    lower = name.lower()

    def call(value: Any, *parts: Any) -> Json | None:
        _must_pair(len(parts), lower)
        if value is None or None in parts[::2]:
            return None
        node = document(value, lower, 1)
        if node is None:
            return None
        for place in range(0, len(parts), 2):
            path = path_of(parts[place], lower, place + 2, plain=True)
            if path is None:
                return None
            node = change(node, path, to_node(parts[place + 1]))
            if node is None:
                return None
        return Json(write(node))

    function(name, args=(3, None), kind="json", strict=False)(call)


def _put(node: Node, path: Path, value: Any, *, add: bool, replace: bool) -> Node:
    """Set what a path leads to; what is not there is added when only its last step is missing."""
    if not path:
        return value if replace else node
    parents = list(select(node, path[:-1]))
    if not parents:
        return node
    parent, step = parents[0], path[-1]
    if isinstance(step, Key):
        _put_member(parent, step, value, add=add, replace=replace)
        return node
    assert isinstance(step, Cells)
    if isinstance(parent, list) and not isinstance(parent, Object):
        _put_cell(parent, step, value, add=add, replace=replace)
        return node
    return _put_beside(node, path, parent, value, add=add, replace=replace)


def _put_member(parent: Any, step: Key, value: Any, *, add: bool, replace: bool) -> None:
    if not isinstance(parent, Object):
        return
    assert step.name is not None
    place = parent.find(step.name)
    if place >= 0 and replace:
        parent[place] = (parent[place][0], value)
    elif place < 0 and add:
        parent.append((quoted(step.name)[1:-1], value))


def _put_cell(parent: list[Any], step: Cells, value: Any, *, add: bool, replace: bool) -> None:
    place = step.span(len(parent)).start
    if 0 <= place < len(parent):
        if replace:
            parent[place] = value
    elif add:
        if place < 0 and active.context.is_mysql8:
            parent.insert(0, value)
        else:
            parent.append(value)


def _put_beside(
    node: Node, path: Path, parent: Any, value: Any, *, add: bool, replace: bool
) -> Node:
    """Set an element of what is no array: it is element 0, and becomes one with a second."""
    step = path[-1]
    assert isinstance(step, Cells)
    if step.span(1).start == 0 and (active.context.is_mysql8 or not step.first_from_end):
        return _put(node, path[:-1], value, add=False, replace=True) if replace else node
    if not add:
        return node
    if replace and step.first_from_end and not active.context.is_mysql8:
        return _put(node, path[:-1], value, add=False, replace=True)
    in_front = step.span(1).start < 0 and active.context.is_mysql8
    pair = [value, parent] if in_front else [parent, value]
    return _put(node, path[:-1], pair, add=False, replace=True)


_changing("JSON_SET", lambda node, path, value: _put(node, path, value, add=True, replace=True))
_changing("JSON_INSERT", lambda node, path, value: _put(node, path, value, add=True, replace=False))
_changing(
    "JSON_REPLACE", lambda node, path, value: _put(node, path, value, add=False, replace=True)
)


def _append(node: Node, path: Path, value: Any) -> Any:
    found = list(select(node, path))
    if not found:
        return node if active.context.is_mysql8 else None
    target = found[0]
    if isinstance(target, list) and not isinstance(target, Object):
        target.append(value)
        return node
    return _put(node, path, [target, value], add=False, replace=True)


def _insert_cell(node: Node, path: Path, value: Any) -> Any:
    if not path or not isinstance(path[-1], Cells):
        if active.context.is_mysql8:
            text = "A path expression is not a path to a cell in an array."
            raise MySQLError(3165, "42000", text)
        return None
    parents = list(select(node, path[:-1]))
    if not parents:
        return node
    parent = parents[0]
    if isinstance(parent, list) and not isinstance(parent, Object):
        place = path[-1].span(len(parent)).start
        # MariaDB counts from the end of the array as it will be.
        place += path[-1].first_from_end and not active.context.is_mysql8
        parent.insert(max(0, place), value)
    return node


_changing("JSON_ARRAY_APPEND", _append)
_changing("JSON_ARRAY_INSERT", _insert_cell)


@function("JSON_REMOVE", args=(2, None), kind="json")
def json_remove(value: Any, *paths: Any) -> Json | None:
    """Return a document without what the paths lead to."""
    node = document(value, "json_remove", 1)
    for place, each in enumerate(paths, 2):
        path = path_of(each, "json_remove", place, plain=True)
        if node is None or path is None:
            return None
        if not path:
            return _cannot_remove_all()
        parents = list(select(node, path[:-1]))
        if parents:
            _remove(parents[0], path[-1])
    return None if node is None else Json(write(node))


def _cannot_remove_all() -> None:
    from freshdb.emulation.functions.context import warn

    text = "The path expression '$' is not allowed in this context."
    if active.context.is_mysql8:
        raise MySQLError(3153, "42000", text)
    warn(4051, "Path expression '$' is not allowed in argument 2 to function 'json_remove'")


def _remove(parent: Any, step: Any) -> None:
    if isinstance(step, Key) and isinstance(parent, Object):
        place = parent.find(step.name or "")
        if place >= 0:
            del parent[place]
    elif isinstance(step, Cells) and isinstance(parent, list) and not isinstance(parent, Object):
        place = step.span(len(parent)).start
        if 0 <= place < len(parent):
            del parent[place]


# --- merging ------------------------------------------------------------------------------------


@function("JSON_MERGE_PRESERVE", "JSON_MERGE", args=(2, None), kind="json")
def json_merge_preserve(*values: Any) -> Json | None:
    """Return documents as one: objects join, arrays are put end to end, others become arrays."""
    nodes = [document(value, "json_merge_preserve", at) for at, value in enumerate(values, 1)]
    if any(node is None for node in nodes):
        _refuse_more(value for value, node in zip(values, nodes, strict=True) if node is None)
        return None
    merged = nodes[0]
    for node in nodes[1:]:
        merged = _preserve(merged, node)
    return Json(write(merged))


def _refuse_more(values: Iterable[Any]) -> None:
    """Refuse documents with something behind them, of which the server reads the documents."""
    if any(beginning(value) not in (None, True) for value in values):
        raise EmulationError(
            "JSON with something behind the document is not supported", hint="mend the document"
        )


def _preserve(one: Any, other: Any) -> Any:
    if isinstance(one, Object) and isinstance(other, Object):
        _refuse_twins(one, other)
        found = Object(one)
        for key, value in other:
            place = found.find(unescape(key))
            if place < 0:
                found.append((key, value))
            else:
                found[place] = (found[place][0], _preserve(found[place][1], value))
        return found
    return _as_list(one) + _as_list(other)


def _refuse_twins(*objects: Object) -> None:
    """Refuse objects that have a key twice: which of the two counts follows no rule."""
    for one in objects:
        if len({unescape(key) for key, _ in one}) < len(one):
            raise EmulationError(
                "JSON_MERGE of an object that has a key twice is not supported",
                hint="write the key once",
            )


def _as_list(node: Any) -> list[Any]:
    return list(node) if isinstance(node, list) and not isinstance(node, Object) else [node]


@function("JSON_MERGE_PATCH", args=(2, None), kind="json", strict=False)
def json_merge_patch(*values: Any) -> Json | None:
    """Return documents as one by RFC 7396: later members replace earlier, null removes."""
    merged: Any = None
    known = True
    for place, value in enumerate(values, 1):
        if value is None:
            known = False
            continue
        node = document(value, "json_merge_patch", place)
        if node is None:
            _refuse_more([value])
            return None
        if place == 1 or not isinstance(node, Object):
            merged, known = node, True
        elif known:
            merged = _patch(merged, node)
    return Json(write(merged)) if known and merged is not None else None


def _patch(target: Any, patch: Any) -> Any:
    if not isinstance(patch, Object):
        return patch
    _refuse_twins(*(one for one in (target, patch) if isinstance(one, Object)))
    found = Object(target) if isinstance(target, Object) else Object()
    for key, value in patch:
        place = found.find(unescape(key))
        if isinstance(value, Scalar) and value.raw == "null":
            if place >= 0:
                del found[place]
        elif place < 0:
            found.append((key, _patch(None, value)))
        else:
            found[place] = (found[place][0], _patch(found[place][1], value))
    return found
