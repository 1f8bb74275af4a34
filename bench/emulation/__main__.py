"""Run recorded cases of a real server: `python -m bench.emulation CASES.jsonl [--show wrong]`.

Each line of the file is a case: `setup` (statements), `sql`, `expected`, `kind` (scalar, rows,
table), `tier`, `priority`, `functions`, `ordered`. A case passes if the value is the server's,
is refused if the emulation names what it does not support, fails if it raises something else, and
is wrong if it gives another value.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import freshdb.emulation
from freshdb.errors import EmulationError

Case = dict[str, Any]


def shown(value: Any) -> Any:
    """Return a value of the driver as the cases record it."""
    if isinstance(value, bytes):
        return {"hex": value.hex().upper()}
    if isinstance(value, dt.timedelta):
        micros = value // dt.timedelta(microseconds=1)
        sign, micros = ("-" if micros < 0 else ""), abs(micros)
        seconds, micros = divmod(micros, 1_000_000)
        text = f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        return f"{text}.{micros:06d}" if micros else text
    if isinstance(value, (dt.datetime, Decimal)):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value


def is_same(got: Any, expected: Any) -> bool:
    """Tell whether two values are equal, leniently: 1.50 is 1.5, JSON is equal when parsed."""
    if got == expected:
        return True
    if isinstance(expected, dict) and "hex" in expected:
        if isinstance(got, str):
            got = {"hex": got.encode().hex()}
        return isinstance(got, dict) and got["hex"].upper() == expected["hex"].upper()
    if isinstance(got, dict) and isinstance(expected, str):
        return bytes.fromhex(got["hex"]) == expected.encode()
    if got is None or expected is None:
        return False
    try:
        one, other = float(got), float(expected)
        return abs(one - other) <= 1e-12 * max(abs(one), abs(other), 1e-300)
    except (TypeError, ValueError):
        pass
    if isinstance(got, str) and isinstance(expected, str):
        if ":" in got and _without_zeros(got) == _without_zeros(expected):
            return True
        try:
            return bool(json.loads(got) == json.loads(expected))
        except ValueError:
            return False
    return False


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def same_rows(got: list[Any], expected: list[Any], *, ordered: bool) -> bool:
    """Tell whether two results are equal."""
    if len(got) != len(expected):
        return False
    if ordered:
        return all(_same_row(one, other) for one, other in zip(got, expected, strict=True))
    left = list(expected)
    for row in got:
        index = next((i for i, other in enumerate(left) if _same_row(row, other)), None)
        if index is None:
            return False
        left.pop(index)
    return True


def _same_row(one: Any, other: Any) -> bool:
    return len(one) == len(other) and all(is_same(a, b) for a, b in zip(one, other, strict=True))


def run_case(case: Case, flavor: str) -> tuple[str, Any]:
    """Return the verdict (pass, wrong, refused, error), and what there is to say about it."""
    connection = freshdb.emulation.connect(
        ":memory:", flavor=flavor, database="test", isolation_level=None
    )
    try:
        for statement in case.get("setup") or ():
            connection.execute(statement)
        cursor = connection.execute(case["sql"])
        rows = [[shown(value) for value in row] for row in cursor.fetchall()]
    except EmulationError as error:
        return "refused", error.fact
    except Exception as error:
        return "error", f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    expected = case["expected"]
    if case["kind"] == "scalar":
        good = len(rows) == 1 and is_same(rows[0][0], expected)
        return ("pass" if good else "wrong"), rows
    good = same_rows(rows, expected, ordered=bool(case.get("ordered")))
    return ("pass" if good else "wrong"), rows


def slices(case: Case) -> Iterator[str]:
    """Yield the groups that a case counts for."""
    yield "all"
    yield f"tier {case['tier']}"
    if case["tier"] == "core":
        yield f"core {case['kind']}"
        yield f"core priority {case['priority']}"
        yield f"core {case['category']}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--flavor", default="mariadb")
    parser.add_argument("--show", default="", help="print cases of this verdict")
    parser.add_argument("--only", default="", help="only cases whose slice or function is this")
    parser.add_argument("--tier", default="")
    parser.add_argument("--trace", action="store_true", help="name each case before it runs")
    parser.add_argument("--json", type=Path, help="write verdicts by id")
    arguments = parser.parse_args()
    cases = [json.loads(line) for line in arguments.path.read_text(encoding="utf-8").splitlines()]
    table: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    by_function: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    priorities: dict[str, str] = {}
    verdicts = {}
    started = time.perf_counter()
    for case in cases:
        groups = list(slices(case))
        if arguments.tier and case["tier"] != arguments.tier:
            continue
        if arguments.only and arguments.only not in (*groups, *case["functions"]):
            continue
        if arguments.trace:
            print("case", case["id"], flush=True)
        verdict, detail = run_case(case, arguments.flavor)
        verdicts[case["id"]] = verdict
        for group in groups:
            table[group][verdict] += 1
        if case["tier"] == "core":
            for name in case["functions"]:
                by_function[name][verdict] += 1
                priorities[name] = case["priority"]
        if verdict == arguments.show or (arguments.show == "bad" and verdict != "pass"):
            print(f"--- {verdict} {case['id']} {case['tier']} {case['priority']}")
            print("\n".join([*(case.get("setup") or ()), case["sql"]])[:900])
            print("expected", str(case["expected"])[:300], case["type"])
            print("got     ", str(detail)[:300])
    print(f"{'slice':28} {'n':>6} {'pass':>7} {'wrong':>7} {'refused':>8} {'error':>7}")
    for group, counts in sorted(table.items()):
        total = sum(counts.values())
        parts = [100 * counts[one] / total for one in ("pass", "wrong", "refused", "error")]
        print(f"{group:28} {total:6} " + " ".join(f"{one:6.1f}%" for one in parts))
    for priority in "AB":
        rates = [
            counts["pass"] / sum(counts.values())
            for name, counts in by_function.items()
            if priorities[name] == priority
        ]
        if rates:
            print(
                f"by function, priority {priority}: "
                f"{100 * sum(rates) / len(rates):.1f}% of {len(rates)}"
            )
    print(f"{time.perf_counter() - started:.1f} s")
    if arguments.json:
        arguments.json.write_text(json.dumps(verdicts))


if __name__ == "__main__":
    main()
