"""Make a Postgres branch pristine in place: marks show what was written, and it is undone."""

from freshdb.backends.postgres.reset.marks import arm, disarm, is_armed
from freshdb.backends.postgres.reset.plan import Plan, read_plan
from freshdb.backends.postgres.reset.resettable import ResettableDatabase

__all__ = ["Plan", "ResettableDatabase", "arm", "disarm", "is_armed", "read_plan"]
