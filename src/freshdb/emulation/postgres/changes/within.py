"""Changes in WITH: each is run by itself, and its RETURNING is a list that the statement reads.

On the server all parts of a statement see the rows as they were before it. So a part that would see
what another one has changed is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres.altering import reached
from freshdb.emulation.postgres.scope import name_of, refused

CHANGES = (exp.Insert, exp.Update, exp.Delete)


def changes_within(
    node: Any, referring: dict[str, set[str]], keys: dict[str, frozenset[str]]
) -> Iterator[tuple[str, Any]]:
    """Yield the changes in a statement's WITH, by name, each with the queries before it.

    Raises:
        EmulationError: a part reads what another one changes.
    """
    clause = node.args.get("with_")
    listed = clause.expressions if clause is not None else []
    if not any(isinstance(one.this, CHANGES) for one in listed):
        return
    _check(node, listed, lambda one: _changed_by(one, referring, keys))
    for at, one in enumerate(listed):
        if not isinstance(one.this, CHANGES):
            continue
        if one.this.args.get("with_"):
            raise refused("WITH inside a change in WITH", "write its queries before it")
        change = one.this.copy()
        if at:
            before = [other.copy() for other in listed[:at]]
            recursive = clause.args.get("recursive")
            change.set("with_", exp.With(expressions=before, recursive=recursive))
        yield name_of(one.args["alias"].this), change


def _check(node: Any, listed: list[Any], changed_by: Callable[[Any], set[str]]) -> None:
    """Refuse a statement one part of which reads what a part before it has changed."""
    parts = {name_of(one.args["alias"].this): one.this for one in listed}
    main = node.copy()
    main.set("with_", None)
    changed: set[str] = set()
    for one in [*(part for part in parts.values() if isinstance(part, CHANGES)), main]:
        target = _target(one)
        seen = _read(one, parts)
        if target and not (isinstance(one, exp.Insert) and not one.args.get("conflict")):
            seen.add(target)
        if seen & changed:
            what = (
                f"a statement that reads {', '.join(sorted(seen & changed))} and changes it in WITH"
            )
            raise refused(what, "run the change by itself, with RETURNING")
        changed |= changed_by(one)


def _changed_by(
    node: Any, referring: dict[str, set[str]], keys: dict[str, frozenset[str]]
) -> set[str]:
    """Return the tables that a change may change, also by ON DELETE and ON UPDATE."""
    target = _target(node)
    columns = {name_of(one.this) for set_ in node.expressions for one in set_.find_all(exp.Column)}
    by_key = isinstance(node, exp.Update) and columns & keys.get(target, frozenset())
    if isinstance(node, exp.Delete) or by_key:
        return reached([target], referring)
    return {target} if target else set()


def _target(node: Any) -> str:
    if not isinstance(node, CHANGES):
        return ""
    found = node.this.this if isinstance(node.this, exp.Schema) else node.this
    return name_of(found.this)


def _read(node: Any, parts: dict[str, Any]) -> set[str]:
    """Return the tables that a part reads, also through the queries of WITH."""
    target = node.this if isinstance(node, CHANGES) else None
    own = set(map(id, target.find_all(exp.Table))) if target is not None else set()
    found: set[str] = set()
    for one in node.find_all(exp.Table):
        if id(one) in own or not one.name or not isinstance(one.this, exp.Identifier):
            continue
        name = name_of(one.this)
        if name not in parts:
            found.add(name)
        elif not isinstance(parts[name], CHANGES) and parts[name] is not node:
            rest = {other: part for other, part in parts.items() if other != name}
            found |= _read(parts[name], rest)
    return found
