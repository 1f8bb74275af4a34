"""Ask a real Postgres and the emulation the same chance questions, and tell how often we are wrong.

    python -m tests.emulation.postgres.differential --count 5000 --seed 1 [--show wrong]

`wrong` is an answer that differs in value, type or column name and was given without an error: the
number that counts. `silent` is an answer where the server has an error, `other` another error.
"""

from __future__ import annotations

import argparse
import collections
import random
from contextlib import closing
from typing import Any

import freshdb.emulation
from freshdb.errors import EmulationError
from tests.emulation.postgres.oracle import connected
from tests.emulation.postgres.questions import FAMILIES, ROWS, TABLE, Generator


def asked(connection: Any, text: str) -> tuple[str, Any]:
    """Return what a connection answers: names and rows, an error's state, or a refusal."""
    try:
        cursor = connection.execute(text)
        if cursor.description is None:
            return "answer", cursor.rowcount
        names = [one[0] for one in cursor.description]
        return "answer", (names, [tuple(row) for row in cursor.fetchall()])
    except EmulationError as error:
        return "refused", error.fact
    except Exception as error:
        state = getattr(error, "sqlstate", None)
        return ("error", state) if state else ("broken", f"{type(error).__name__}: {error}")


def verdict(ours: tuple[str, Any], theirs: tuple[str, Any]) -> str:
    """Return how our answer stands to the server's."""
    if ours[0] in ("refused", "broken"):
        return ours[0]
    if ours[0] == theirs[0]:
        if repr(ours[1]) == repr(theirs[1]):
            return "same"
        return "wrong" if ours[0] == "answer" else "other"
    return "silent" if ours[0] == "answer" else "lost"


def main() -> None:
    """Ask, and print what was told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--family")
    parser.add_argument("--show", action="append", default=[])
    parser.add_argument("--limit", type=int, default=40)
    options = parser.parse_args()
    generator = Generator(random.Random(options.seed))
    totals: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    shown = 0
    ours = freshdb.emulation.connect(dialect="postgres", isolation_level=None)
    with closing(ours), connected() as theirs:
        missing = ours
        for text in [TABLE, *ROWS]:
            theirs.execute(text)
            try:
                missing.execute(text)
            except Exception as error:
                print(f"no table: {error}")
        for _ in range(options.count):
            text = generator.statement(options.family or generator.chance.choice(FAMILIES))
            answers = []
            for one in (ours, theirs):
                one.execute("BEGIN")
                answers.append(asked(one, text))
                one.execute("ROLLBACK")
            found = verdict(answers[0], answers[1])
            totals[found] += 1
            if found == "refused" and answers[1][0] == "answer":
                reasons[answers[0][1][:70]] += 1
            elif found == "refused":
                totals["refused where the server has an error"] += 1
            if found in options.show and shown < options.limit:
                shown += 1
                print(
                    f"{found}: {text}\n    ours   {answers[0][1]!r}\n    theirs {answers[1][1]!r}"
                )
    for name, number in reasons.most_common(options.limit if "reasons" in options.show else 12):
        print(f"{number:6} {name}")
    print(dict(totals))
    ran = totals["same"] + totals["wrong"] + totals["silent"]
    print(f"wrong of what runs: {100 * (totals['wrong'] + totals['silent']) / max(ran, 1):.2f} %")


if __name__ == "__main__":
    main()
