"""freshdb: every test starts from the same database, and when one does not, freshdb names who.

The names are imported on first use, so that `import freshdb` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from freshdb.backends.sqlite.targets import engine_options, is_in_memory_sqlite
    from freshdb.branches.manager import Branches
    from freshdb.case.case import Case
    from freshdb.case.decorator import cases
    from freshdb.errors import (
        BranchBusyError,
        BranchError,
        BranchExistsError,
        BranchInputError,
        BranchNotFoundError,
        BranchRefusedError,
        BranchServerError,
        BranchSpaceError,
        DataFileError,
        EmulationError,
        FreshDBError,
        HuntError,
        IgnorePatternError,
        LayerConflictError,
        LeakError,
        NoOwnerError,
        OwnerGoneError,
        OwnershipError,
        PackageNotFoundError,
        RecordError,
        RollbackError,
        SchemaError,
        ScopedError,
        SeedError,
        ServerError,
        SessionNotFoundError,
        SettingError,
        StateError,
        TemplateError,
        UncoveredConnectionError,
        UnknownProbeError,
        UnsafeServerError,
        WorkspaceError,
    )
    from freshdb.fresh import FreshDatabase, fresh_db
    from freshdb.isolation.owners import allow, unowned
    from freshdb.seeding import seeded_session
    from freshdb.seeds.factories import made_by

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
    "Case",
    "DataFileError",
    "EmulationError",
    "FreshDBError",
    "FreshDatabase",
    "HuntError",
    "IgnorePatternError",
    "LayerConflictError",
    "LeakError",
    "NoOwnerError",
    "OwnerGoneError",
    "OwnershipError",
    "PackageNotFoundError",
    "RecordError",
    "RollbackError",
    "SchemaError",
    "ScopedError",
    "SeedError",
    "ServerError",
    "SessionNotFoundError",
    "SettingError",
    "StateError",
    "TemplateError",
    "UncoveredConnectionError",
    "UnknownProbeError",
    "UnsafeServerError",
    "WorkspaceError",
    "allow",
    "cases",
    "engine_options",
    "fresh_db",
    "is_in_memory_sqlite",
    "made_by",
    "seeded_session",
    "unowned",
]

_HOMES = {
    "Case": "freshdb.case.case",
    "cases": "freshdb.case.decorator",
    "made_by": "freshdb.seeds.factories",
    "Branches": "freshdb.branches.manager",
    "allow": "freshdb.isolation.owners",
    "unowned": "freshdb.isolation.owners",
    "engine_options": "freshdb.backends.sqlite.targets",
    "is_in_memory_sqlite": "freshdb.backends.sqlite.targets",
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
