"""Window functions and OVER."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import NAMES
from freshdb.emulation.nodes import AGGREGATES, Call
from freshdb.emulation.rewrite.calls.by_name import WINDOW_ONLY, arguments_of
from freshdb.emulation.rewrite.unions import converted
from freshdb.emulation.rewrite.writer import Writer, emits, unsupported
from freshdb.emulation.rewrite.written import Written
from freshdb.emulation.types import ANY, DOUBLE, INT
from freshdb.errors import EmulationError

_EMPTY_JSON = frozenset({"JSON_ARRAY", "JSON_OBJECT"})
_NEVER_WINDOWED = frozenset({"GROUP_CONCAT", "JSON_ARRAYAGG", "JSON_OBJECTAGG"})


@emits(exp.Window)
def _window(writer: Writer, node: Any) -> Written:
    call = node.this
    if not isinstance(call, Call):
        raise unsupported(node)
    if any(one.this in _EMPTY_JSON and not one.expressions for one in call.find_all(Call)):
        raise EmulationError("an empty JSON document in a window is not supported", hint="write it")
    if call.this in WINDOW_ONLY:
        written = _window_function(writer, call)
    else:
        if call.this not in AGGREGATES and not (call.this in NAMES and NAMES[call.this].aggregate):
            raise MySQLError(1064, "42000", "You have an error in your SQL syntax near 'OVER'")
        if call.args.get("distinct"):
            raise MySQLError(
                1235,
                "42000",
                "This version of MariaDB doesn't yet support "
                "'COUNT(DISTINCT) aggregate as window function'",
            )
        if call.this in _NEVER_WINDOWED:
            raise MySQLError(
                1235,
                "42000",
                f"This version of MariaDB doesn't yet support '{call.this}() aggregate as "
                "window function'",
            )
        call.meta["is_windowed"] = True
        written = writer.write(call)
    spec = node.args.get("spec")
    sql = f"{written.sql} OVER {_over(writer, node)}"
    if spec is not None and written.sql.startswith("my_") and _leaves_out_its_row(spec):
        # Python's sqlite3 crashes where a frame has no row when an aggregate of ours begins.
        name, _, rest = written.sql.partition("(")
        sql = f"fd_window('{name}', json_group_array(json_array({rest}) OVER {_over(writer, node)})"
    return replace(written, sql=sql, has_aggregate=False, is_collated=False)


def _leaves_out_its_row(spec: Any) -> bool:
    """Tell whether a frame may not hold the row that it belongs to, and so be empty."""
    sides = [str(spec.args.get(name) or "").upper() for name in ("start_side", "end_side")]
    return sides[0] == "FOLLOWING" or sides[1] == "PRECEDING"


def _check_distance(distance: Written) -> None:
    """Refuse a distance that may be negative in some row; NULL is none to the server."""
    if distance.literal is None:
        distance.sql = "0"
    elif not isinstance(distance.literal, int):
        raise EmulationError(
            "LAG and LEAD over a distance that is no constant are not supported",
            hint="write the distance as an integer",
        )


def _window_function(writer: Writer, call: Any) -> Written:
    arguments = arguments_of(writer, call)
    kind = WINDOW_ONLY[call.this]
    first = arguments[0] if arguments else None
    if kind is ANY and first is not None:
        kind = first.type if first.kind != "bool" else INT
        if (
            len(arguments) > 1
            and call.this in ("LAG", "LEAD")
            and isinstance(arguments[1].literal, int)
            and arguments[1].literal < 0
        ):
            call.set("this", "LEAD" if call.this == "LAG" else "LAG")
            arguments[1].sql = str(-arguments[1].literal)
        if len(arguments) > 1 and call.this in ("LAG", "LEAD"):
            _check_distance(arguments[1])
        if len(arguments) == 3 and not writer.context.is_mysql8:
            raise MySQLError(
                1064, "42000", f"You have an error in your SQL syntax near '{call.this}'"
            )
        if len(arguments) == 3:
            kind, sqls, is_raw = converted([first, arguments[2]])
            return Written(
                f"{call.this}({sqls[0]}, {arguments[1].sql}, {sqls[1]})", kind, is_raw=is_raw
            )
        listed = ", ".join([first.sql, *(one.sql for one in arguments[1:])])
        return Written(
            f"{call.this}({listed})",
            kind,
            is_raw=first.is_raw,
            column=first.column,
            is_ours=first.is_ours,
        )
    if kind is DOUBLE and not writer.context.is_mysql8:
        kind = replace(kind, scale=10)  # MariaDB shows ten digits behind the point
    return Written(f"{call.this}({', '.join(one.sql for one in arguments)})", kind)


def _over(writer: Writer, node: Any) -> str:
    alias = node.args.get("alias")
    if (
        alias is not None
        and node.args.get("over")
        and not (node.args.get("order") or node.args.get("partition_by") or node.args.get("spec"))
    ):
        definition = writer.windows.get(alias.name.lower())
        if definition is None:
            raise MySQLError(
                4015, "HY000", f"Window specification with name '{alias.name}' is not defined"
            )
        return _over(writer, definition)
    base = None
    if alias is not None:
        base = writer.windows.get(alias.name.lower())
        if base is None:
            raise MySQLError(
                4015, "HY000", f"Window specification with name '{alias.name}' is not defined"
            )
    parts = []
    partition = node.args.get("partition_by") or (
        base.args.get("partition_by") if base is not None else None
    )
    order = node.args.get("order") or (base.args.get("order") if base is not None else None)
    if partition:
        keys = [one.this if isinstance(one, exp.Ordered) else one for one in partition]
        parts.append("PARTITION BY " + ", ".join(writer.write(one).ordered for one in keys))
    if order is not None:
        keys_ = [
            writer.write(one.this).ordered + (" DESC" if one.args.get("desc") else "")
            for one in order.expressions
        ]
        parts.append("ORDER BY " + ", ".join(keys_))
    spec = node.args.get("spec") or (base.args.get("spec") if base is not None else None)
    if spec is not None:
        parts.append(_frame(writer, spec))
    return f"({' '.join(parts)})"


def _frame(writer: Writer, spec: Any) -> str:
    def bound(value: Any, side: Any) -> str:
        text = value if isinstance(value, str) else writer.write(value).sql
        return f"{text} {side or ''}".strip()

    start = bound(spec.args["start"], spec.args.get("start_side"))
    end = spec.args.get("end")
    kind = spec.args["kind"].upper()
    if end is None:
        return f"{kind} {start}"
    return f"{kind} BETWEEN {start} AND {bound(end, spec.args.get('end_side'))}"
