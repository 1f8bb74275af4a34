"""Statements that the connection answers itself: SET, SHOW, DESCRIBE, transactions and others."""

from freshdb.emulation.rewrite.answers.doing import (
    plan_do,
    plan_explain,
    plan_maintain,
    plan_nothing,
)
from freshdb.emulation.rewrite.answers.showing import plan_show
from freshdb.emulation.rewrite.answers.transactions import plan_transaction
from freshdb.emulation.rewrite.answers.variables import plan_set

__all__ = [
    "plan_do",
    "plan_explain",
    "plan_maintain",
    "plan_nothing",
    "plan_set",
    "plan_show",
    "plan_transaction",
]
