"""Branches, costs and errors as JSON has them: the same from the command and from MCP."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from freshdb.errors import BranchError, BranchServerError, FreshDBError, ServerError

if TYPE_CHECKING:
    from freshdb.branches.branch import Branch
    from freshdb.branches.products import Copied


def facts(branch: Branch) -> dict[str, Any]:
    """Return a branch as JSON has it."""
    record = branch.record
    return {
        "branch": record.name,
        "product": record.place.product,
        "url": branch.url,
        "from": record.parent.text,
        "from_kind": record.parent.kind,
        "schema_only": record.is_schema_only,
        "created_at": moment(record.created_at),
        "expires_at": None if record.expires_at is None else moment(record.expires_at),
        "expires_in_s": None if branch.seconds_left is None else round(branch.seconds_left, 1),
        "protected": record.is_protected,
        "temporary": record.is_temporary,
        "snapshots": [one.label for one in record.snapshots if one.is_ready],
    }


def cost_facts(cost: Copied | None) -> dict[str, Any] | None:
    """Return what a copy has cost, as JSON has it."""
    if cost is None:
        return None
    return {"bytes": cost.size_bytes, "ms": round(cost.seconds * 1000, 2), "way": cost.way}


def moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def error_facts(error: FreshDBError) -> dict[str, Any]:
    """Return an error as a program wants it."""
    if isinstance(error, ServerError):
        error = BranchServerError(error.fact, hint=error.hint)
    return {
        "status": "error",
        "code": error.code if isinstance(error, BranchError) else "failed",
        "message": error.fact,
        "hint": error.hint,
        "retryable": isinstance(error, BranchError) and error.is_retryable,
    }
