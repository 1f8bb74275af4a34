"""For whom work is done: tests, fixtures of wider scope, and the tasks and threads they start."""

from freshdb.isolation.owners.owner import Owner, allow, context_owner, owned_by, set_owner, unowned
from freshdb.isolation.owners.stack import OwnerStack

__all__ = ["Owner", "OwnerStack", "allow", "context_owner", "owned_by", "set_owner", "unowned"]
