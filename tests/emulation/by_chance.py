"""Ask a real MariaDB and the emulation the same questions, and count how the answers compare."""

from __future__ import annotations

import argparse
import collections
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.emulation.__main__ import is_same, shown

import freshdb.emulation
from freshdb.errors import EmulationError
from tests.emulation.functions.cases import NOW
from tests.emulation.oracle import connect_to, server_at

Question = tuple[str, str, tuple[Any, ...]]
"""What it is counted under, the statement, and the values that are bound."""
Counts = dict[str, collections.Counter[str]]
VERDICTS = ("same", "loose", "wrong", "refused", "error")


def answered(connection: Any, text: str, values: tuple[Any, ...] = ()) -> tuple[str, Any]:
    """Return `rows`, `refused` or `error` with what there is to say."""
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute(text, values) if values else cursor.execute(text)
            return "rows", [tuple(row) for row in cursor.fetchall()]
    except EmulationError as error:
        return "refused", error.fact
    except Exception as error:
        return "error", (error.args[0] if error.args else type(error).__name__)


def verdict(theirs: tuple[str, Any], ours: tuple[str, Any]) -> str:
    """Return `same`, `wrong` (silently), `loose` (another type), `refused` or `error`."""
    if ours[0] == "refused":
        return "refused"
    if theirs[0] == "error":
        return "same" if ours == theirs else "wrong" if ours[0] == "rows" else "error"
    if ours[0] == "error":
        return "error"
    if repr(theirs[1]) == repr(ours[1]):
        return "same"
    if len(theirs[1]) != len(ours[1]):
        return "wrong"
    pairs = zip(theirs[1], ours[1], strict=True)
    values = [pair for rows in pairs for pair in zip(*rows, strict=True)]
    if all(is_same(shown(one), shown(other)) for other, one in values):
        same_types = all(type(one) is type(other) for one, other in values)
        return "same" if same_types else "loose"
    return "wrong"


def arguments_of(doc: str | None, option: str, **words: Any) -> argparse.Namespace:
    """Return what the command line says; `option` narrows what is asked."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(option, **words)
    parser.add_argument("--show", default="", help="print these verdicts, with a comma between")
    parser.add_argument("--socket", type=Path, help="of a server that is running already")
    return parser.parse_args()


def compare(
    questions: Iterable[Question],
    prepare: Callable[[Any], None],
    arguments: argparse.Namespace,
) -> Counts:
    """Ask both and count; print what is to be shown."""
    found: Counts = collections.defaultdict(collections.Counter)
    database = f"chance{arguments.seed}"
    ours = freshdb.emulation.connect(now=NOW, database=database, isolation_level=None)
    with server_at(arguments.socket) as socket, closing(ours):
        theirs = connect_to(socket, database, anew=True)
        prepare(theirs)
        prepare(ours)
        for name, text, values in questions:
            answer, own = answered(theirs, text, values), answered(ours, text, values)
            if answer[0] == "error" and not isinstance(answer[1], int):
                # The driver could not read the answer, nor could it read the next one.
                theirs.close()
                theirs = connect_to(socket, database)
                continue
            result = verdict(answer, own)
            found[name][result] += 1
            found["all"][result] += 1
            if result in arguments.show.split(","):
                bound = f" {values}" if values else ""
                answers = f"  server {str(answer)[:300]}\n  ours   {str(own)[:300]}"
                print(f"[{result}] {name}: {text}{bound}\n{answers}")
        theirs.close()
    return found


def print_table(found: Counts, *, most: int) -> None:
    """Print the rates, the worst last and behind them those of all."""
    print(f"{'':20} {'n':>6} " + " ".join(f"{one:>8}" for one in VERDICTS))
    worst = sorted(found, key=lambda one: (one == "all", found[one]["wrong"]))
    for one in worst[-most:]:
        total = sum(found[one].values())
        rates = " ".join(f"{100 * found[one][name] / total:7.2f}%" for name in VERDICTS)
        print(f"{one:20} {total:6} {rates}")
