"""freshdb: every test starts from the same database, and when one does not, freshdb names who.

The names are imported on first use, so that `import freshdb` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freshdb.backends.sqlite.backend import engine_options, is_in_memory_sqlite
    from freshdb.branches.manager import Branches
    from freshdb.errors import (
        BranchBusyError,
        BranchError,
        BranchExistsError,
        BranchInputError,
        BranchNotFoundError,
        BranchRefusedError,
        BranchServerError,
        BranchSpaceError,
        FreshDBError,
        LayerConflictError,
        LeakError,
        NoOwnerError,
        OwnerGoneError,
        OwnershipError,
        SchemaError,
        SessionNotFoundError,
        SettingError,
        TemplateError,
        UncoveredConnectionError,
        WorkspaceError,
    )
    from freshdb.fresh import FreshDatabase, fresh_db
    from freshdb.isolation.owners import allow, unowned
    from freshdb.seeding import seeded_session

__all__ = [
    "BranchBusyError",
    "BranchError",
    "BranchExistsError",
    "BranchInputError",
    "BranchNotFoundError",
    "BranchRefusedError",
    "BranchServerError",
    "BranchSpaceError",
    "Branches",
    "FreshDBError",
    "FreshDatabase",
    "LayerConflictError",
    "LeakError",
    "NoOwnerError",
    "OwnerGoneError",
    "OwnershipError",
    "SchemaError",
    "SessionNotFoundError",
    "SettingError",
    "TemplateError",
    "UncoveredConnectionError",
    "WorkspaceError",
    "allow",
    "engine_options",
    "fresh_db",
    "is_in_memory_sqlite",
    "seeded_session",
    "unowned",
]

_HOMES = {
    "Branches": "freshdb.branches.manager",
    "allow": "freshdb.isolation.owners",
    "unowned": "freshdb.isolation.owners",
    "engine_options": "freshdb.backends.sqlite.backend",
    "is_in_memory_sqlite": "freshdb.backends.sqlite.backend",
    "fresh_db": "freshdb.fresh",
    "FreshDatabase": "freshdb.fresh",
    "seeded_session": "freshdb.seeding",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        # It takes longer to import than all that most commands need.
        from importlib.metadata import version

        return version("freshdb")
    if name not in __all__:
        raise AttributeError(f"module `freshdb` has no attribute `{name}`")
    return getattr(import_module(_HOMES.get(name, "freshdb.errors")), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
