"""Functions and operators that change JSON."""

from __future__ import annotations

import json
from typing import Any

from freshdb.emulation.postgres import values as v
from freshdb.emulation.postgres.functions.declaring import function
from freshdb.emulation.postgres.functions.json_values import place_of
from freshdb.emulation.postgres.problems import PostgresError


@function("json_join")
def json_join(one: str, other: str) -> str:
    """Return `one || other`."""
    a, b = v.parsed_json(one), v.parsed_json(other)
    if isinstance(a, dict) and isinstance(b, dict):
        return v.jsonb_text({**a, **b})
    mine = a if isinstance(a, list) else [a]
    theirs = b if isinstance(b, list) else [b]
    return v.jsonb_text(mine + theirs)


@function("json_without")
def json_without(value: str, key: Any) -> str:
    """Return `value - key`, of an object a key or of a list the text, or a place."""
    node = v.parsed_json(value)
    if not isinstance(node, (dict, list)):
        raise PostgresError("22023", "cannot delete from scalar")
    if isinstance(key, int):
        if isinstance(node, dict):
            text = "cannot delete from object using integer index"
            raise PostgresError("22023", text)
        if -len(node) <= key < len(node):
            del node[key]
        return v.jsonb_text(node)
    return v.jsonb_text(_without(node, [key]))


@function("json_without_keys")
def json_without_keys(value: str, keys: str) -> str:
    """Return `value - keys`."""
    node = v.parsed_json(value)
    if not isinstance(node, (dict, list)):
        raise PostgresError("22023", "cannot delete from scalar")
    return v.jsonb_text(_without(node, json.loads(keys)))


def _without(node: Any, keys: list[Any]) -> Any:
    if isinstance(node, dict):
        return {name: one for name, one in node.items() if name not in keys}
    return [one for one in node if not (isinstance(one, str) and one in keys)]


@function("json_delete")
def json_delete(value: str, path: str) -> str:
    """Return `value #- path`."""
    node, steps = _changed(value, path, "delete path in")
    if not node:
        return value
    parent = _parent(node, steps) if steps else None
    if isinstance(parent, dict):
        parent.pop(steps[-1], None)
    elif isinstance(parent, list):
        place = _place(steps, len(steps))
        if -len(parent) <= place < len(parent):
            del parent[place]
    return v.jsonb_text(node)


@function("json_set")
def json_set(value: str, path: str, new: str, create: int = 1) -> str:
    """Return `jsonb_set(value, path, new, create)`."""
    node, steps = _changed(value, path, "set path in")
    if not node and not create:
        return value
    parent = _parent(node, steps) if steps else None
    added = v.parsed_json(new)
    if isinstance(parent, dict) and (create or steps[-1] in parent):
        parent[steps[-1]] = added
    elif isinstance(parent, list):
        place = _place(steps, len(steps))
        if -len(parent) <= place < len(parent):
            parent[place] = added
        elif create:
            parent.insert(0 if place < 0 else len(parent), added)
    return v.jsonb_text(node)


@function("json_insert")
def json_insert(value: str, path: str, new: str, after: int = 0) -> str:
    """Return `jsonb_insert(value, path, new, after)`."""
    node, steps = _changed(value, path, "set path in")
    parent = _parent(node, steps) if steps else None
    added = v.parsed_json(new)
    if isinstance(parent, dict):
        if steps[-1] in parent:
            raise PostgresError("22023", "cannot replace existing key")
        parent[steps[-1]] = added
    elif isinstance(parent, list):
        place = _place(steps, len(steps))
        place = place + len(parent) if place < 0 else place
        if place < 0:
            parent.insert(0, added)
        else:
            parent.insert(min(place + after, len(parent)), added)
    return v.jsonb_text(node)


def _changed(value: str, path: str, what: str) -> tuple[Any, list[str]]:
    node, steps = v.parsed_json(value), json.loads(path)
    if not isinstance(node, (dict, list)):
        raise PostgresError("22023", f"cannot {what} scalar")
    for at, step in enumerate(steps, 1):
        if step is None:
            raise PostgresError("22004", f"path element at position {at} is null")
    return node, steps


def _place(steps: list[str], position: int) -> int:
    place = place_of(steps[position - 1])
    if place is None:
        text = f'path element at position {position} is not an integer: "{steps[position - 1]}"'
        raise PostgresError("22P02", text)
    return place


def _parent(node: Any, steps: list[str]) -> Any:
    """Return what holds the last step; None where there is no such place."""
    for at, step in enumerate(steps[:-1], 1):
        if isinstance(node, dict):
            node = node.get(step)
        elif isinstance(node, list):
            place = _place(steps, at)
            node = node[place] if -len(node) <= place < len(node) else None
        else:
            return None
    return node
