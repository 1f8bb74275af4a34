"""A difference as text and as plain values."""

from __future__ import annotations

from typing import Any

from freshdb.branches.diff.model import Diff, Kind, RowChange, TableDiff, TableState
from freshdb.branches.plain import cell, plain

_SIGNS = {Kind.ADDED: "+", Kind.CHANGED: "~", Kind.REMOVED: "-"}


def as_text(diff: Diff) -> str:
    """Return a difference as people read it."""
    parts = []
    if diff.schema.text:
        parts.append(diff.schema.text)
    parts += [_table_text(table) for table in diff.tables]
    if diff.is_empty:
        parts.append(f"no difference between {diff.before} and {diff.after}")
    return "\n\n".join(parts)


def as_facts(diff: Diff) -> dict[str, Any]:
    """Return a difference as JSON has it."""
    facts: dict[str, Any] = {"from": diff.before, "to": diff.after, "empty": diff.is_empty}
    if diff.has_schema:
        facts["schema"] = {"changed": bool(diff.schema.text), "diff": diff.schema.text}
    if diff.has_data:
        facts["tables"] = [_table_facts(table) for table in diff.tables]
        facts["unchanged_and_skipped"] = list(diff.skipped)
    return {**facts, "truncated": diff.is_truncated}


def _table_text(table: TableDiff) -> str:
    if table.state is TableState.UNREAD:
        return f"{table.name}: rows not compared ({table.reason})"
    note = "" if table.state is TableState.COMPARED else f" ({table.state})"
    lines = [
        f"{table.name}{note}: {table.added} added, {table.changed} changed, {table.removed} removed"
    ]
    lines += [f"  {_change_text(change, table)}" for change in table.sample]
    if table.is_truncated:
        lines.append(f"  … {table.total - len(table.sample)} more; `--limit` shows more")
    return "\n".join(lines)


def _change_text(change: RowChange, table: TableDiff) -> str:
    values = change.values()
    if change.kind is Kind.CHANGED:
        key = ", ".join(f"{name}={cell(values[name])}" for name in table.key)
        changed = ", ".join(
            f"{name}: {cell(old)} → {cell(new)}" for name, (old, new) in change.changed().items()
        )
        return f"~ {key}  {changed}"
    return f"{_SIGNS[change.kind]} " + ", ".join(
        f"{name}={cell(value)}" for name, value in values.items()
    )


def _table_facts(table: TableDiff) -> dict[str, Any]:
    return {
        "table": table.name,
        "state": str(table.state),
        "key": list(table.key) if table.is_keyed else None,
        "added": table.added,
        "changed": table.changed,
        "removed": table.removed,
        "rows": [_change_facts(change, table) for change in table.sample],
        "truncated": table.is_truncated,
        **({"reason": table.reason} if table.reason else {}),
    }


def _change_facts(change: RowChange, table: TableDiff) -> dict[str, Any]:
    values = {name: plain(value) for name, value in change.values().items()}
    if change.kind is not Kind.CHANGED:
        return {"change": str(change.kind), "row": values}
    return {
        "change": str(change.kind),
        "key": {name: values[name] for name in table.key},
        "columns": {
            name: {"before": plain(old), "after": plain(new)}
            for name, (old, new) in change.changed().items()
        },
    }
