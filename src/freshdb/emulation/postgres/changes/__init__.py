"""INSERT, UPDATE, DELETE."""

from freshdb.emulation.postgres.changes.deleting import delete
from freshdb.emulation.postgres.changes.inserting import insert
from freshdb.emulation.postgres.changes.updating import update

__all__ = ["delete", "insert", "update"]
