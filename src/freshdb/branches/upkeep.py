"""What goes by itself: expired branches, and what killed processes have left half-done.

Nothing goes that somebody is at work on (its lock is held), that is in use, that is protected, that
has children, or that the registry cannot read.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from freshdb.branches.products import product
from freshdb.branches.records import BranchRecord, State
from freshdb.branches.registry import RECORD, Registry, draft_in
from freshdb.branches.strays import remove_strays, strays
from freshdb.errors import FreshDBError
from freshdb.servers.places import is_locked


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        name: the branch's; empty where the record is lost that would tell it.
        what: a sentence without a full stop.
        cure: what to do; `gc` where that does it.
    """

    name: str
    scope: str
    what: str
    cure: str


def reap(registry: Registry, *, thorough: bool = False) -> list[str]:
    """Remove what has to go, and return its names.

    Args:
        registry: whose.
        thorough: also look on servers for what no record knows of, and say by an error why
            something could not be removed.
    """
    removed: list[str] = []
    # The newest first: children go before their parents.
    for home in sorted(registry.homes(), key=_age):
        if _reason(registry, home) is None:
            continue
        with registry.locked_if_free(home.name, home.parent.name) as is_mine:
            reason = _reason(registry, home) if is_mine else None
            if reason is None:
                continue
            try:
                _remove(registry, home)
            except FreshDBError:
                # Its server may be away. This call is about something else.
                if thorough:
                    raise
                continue
            removed.append(f"{home.name}: {reason}")
    if thorough:
        removed += [f"{place}: no record knew of it" for place in remove_strays(registry)]
    return removed


def examine(registry: Registry) -> list[Finding]:
    """Return what is not as it should be, changing nothing."""
    found = []
    for home in registry.homes():
        scope = home.parent.name
        reason = _reason(registry, home)
        record = registry.read(home.name, scope)
        if record is None and (home / RECORD).exists():
            found.append(
                Finding(home.name, scope, f"`{home / RECORD}` cannot be read", "look into it")
            )
        elif reason is not None and not _is_worked_on(registry, home):
            found.append(Finding(home.name, scope, reason, "gc"))
        elif record is not None and record.is_whole:
            found += _missing(record)
    for place in strays(registry):
        found.append(Finding("", "", f"no record knows of {place}, which freshdb has made", "gc"))
    return found


def _missing(record: BranchRecord) -> list[Finding]:
    places = [("its database", record.place)]
    places += [(f"its snapshot `{one.label}`", one.place) for one in record.snapshots]
    found = []
    for what, place in places:
        try:
            text = "" if product(place.product).exists(place) else f"{what} is gone: {place}"
        except FreshDBError as error:
            text = error.fact
        if text:
            found.append(Finding(record.name, record.scope, text, "delete"))
    return found


def _is_worked_on(registry: Registry, home: Path) -> bool:
    return is_locked(home.parent / f".{home.name}.lock")


def _age(home: Path) -> float:
    try:
        return -home.stat().st_ctime
    except OSError:
        return 0.0


def _reason(registry: Registry, home: Path) -> str | None:
    """Return why a branch, or a part of it, has to go if nobody is at work on it."""
    record = registry.read(home.name, home.parent.name)
    if record is None:
        is_orphan = home.is_dir() and not (home / RECORD).exists()
        return "a killed process has left it before it was anything" if is_orphan else None
    if record.state is State.MAKING:
        return "a killed process has left it half-made"
    if record.state is State.DELETING:
        return "a killed process has left it half-deleted"
    if record.state is State.OVERWRITING:
        return "a killed process has left it while it was written over"
    in_use = is_locked(registry.use_mark(record))
    if record.is_temporary and not in_use and not record.is_protected:
        return "it was for a command that is over"
    if _is_expired(record) and not in_use and not _has_children(registry, record):
        return "its time is over"
    if any(not one.is_ready for one in record.snapshots):
        return "a killed process has left a half-made snapshot"
    if draft_in(home).exists():
        return "a killed process has left a half-written record"
    return None


def _is_expired(record: BranchRecord) -> bool:
    is_over = record.expires_at is not None and record.expires_at < time.time()
    return is_over and not record.is_protected


def _has_children(registry: Registry, record: BranchRecord) -> bool:
    return any(one.parent.branch_id == record.id for one in registry.records(everywhere=True))


def _remove(registry: Registry, home: Path) -> None:
    """Remove a branch, or only what is half-made of it where that is all there is."""
    draft_in(home).unlink(missing_ok=True)
    record = registry.read(home.name, home.parent.name)
    if record is None:
        registry.remove(home)
        return
    is_whole = record.is_whole
    if is_whole:
        record = settle(registry, record)
    half_made = [one for one in record.snapshots if not one.is_ready]
    if is_whole and half_made:
        for snapshot in half_made:
            product(snapshot.place.product).delete(snapshot.place)
        whole = tuple(one for one in record.snapshots if one.is_ready)
        registry.write(replace(record, snapshots=whole))
    if is_whole and _reason(registry, home) is None:
        return
    discard(registry, record)


def settle(registry: Registry, record: BranchRecord) -> BranchRecord:
    """Finish or undo what has begun to write over a branch; return its record as it is then."""
    if record.state is State.OVERWRITING:
        product(record.place.product).settle(record.place)
        record = replace(record, state=State.READY)
        registry.write(record)
    return record


def discard(registry: Registry, record: BranchRecord) -> None:
    """Remove a branch with its snapshots, its record last."""
    registry.write(replace(record, state=State.DELETING))
    its_product = product(record.place.product)
    for snapshot in record.snapshots:
        its_product.delete(snapshot.place)
    its_product.delete(record.place)
    registry.forget(record)
