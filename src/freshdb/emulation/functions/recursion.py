"""How long a recursive CTE goes on."""

from __future__ import annotations

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions.context import Context
from freshdb.emulation.functions.spec import operator
from freshdb.errors import EmulationError

DEEPEST = 1000


@operator("RECURSE", args=(0, 1), kind="bool", context=True, deterministic=False)
def recurse(context: Context, level: int | None = None) -> bool:
    """Tell whether the recursion goes on from a row: MariaDB stops with a warning, MySQL fails.

    Where rows know no level, there must not be more of them than levels.
    """
    variable = "cte_max_recursion_depth" if context.is_mysql8 else "max_recursive_iterations"
    most = int(context.system_variables.get(variable, DEEPEST))
    if level is None:
        context.recursions += 1
        if context.recursions > most:
            raise EmulationError(
                f"a recursive CTE with UNION and more than {most} rows is not supported",
                hint="write UNION ALL",
            )
        return True
    if level < most:
        return True
    if context.is_mysql8:
        text = f"Recursive query aborted after {most + 1} iterations. Try increasing "
        raise MySQLError(3636, "HY000", f"{text}@@{variable} to a larger value.")
    warning = f"Query execution was interrupted. The query exceeded {variable} = {most}. "
    if not any(code == 1931 for _, code, _ in context.warnings):
        context.warn(1931, f"{warning}The query result may be incomplete")
    return False
