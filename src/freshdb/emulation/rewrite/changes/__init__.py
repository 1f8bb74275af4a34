"""Statements that change rows: what SQLite does, and what the driver reports."""

from freshdb.emulation.rewrite.changes.deleting import plan_delete, plan_truncate
from freshdb.emulation.rewrite.changes.inserting import plan_insert
from freshdb.emulation.rewrite.changes.updating import plan_update

__all__ = ["plan_delete", "plan_insert", "plan_truncate", "plan_update"]
