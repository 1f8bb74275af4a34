"""Tables, indexes and views: what DDL says, and what SQLite is given for it."""

from freshdb.emulation.rewrite.tables.planning import (
    plan_create,
    plan_drop,
    plan_drop_index,
    plan_index,
    plan_rename,
    plan_view,
)

__all__ = ["plan_create", "plan_drop", "plan_drop_index", "plan_index", "plan_rename", "plan_view"]
