"""Scripts: statements in a sequence, each with what PyMySQL told of it on MariaDB.

    CREATE TABLE t (a INT);
    → 0 rows
    INSERT INTO t VALUES (1), (2);
    → 2 rows
    SELECT a FROM t;
    → [(1,), (2,)]

After `≠` stands what ours gives where it is known to differ. `make oracle` asks a real server
again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "scripts"
ARROW, UNLIKE = "→ ", " ≠ "


@dataclass(frozen=True)
class Step:
    """One statement with the answer to it."""

    line: int
    text: str
    answer: str
    ours: str | None = None

    @property
    def expected(self) -> str:
        """What the emulation has to tell."""
        return self.answer if self.ours is None else self.ours


def scripts() -> list[Path]:
    """Return the files, by name."""
    return sorted(FOLDER.glob("*.sql"))


def read(path: Path) -> Iterator[Step]:
    """Yield the steps of a script."""
    lines: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(ARROW):
            answer, unlike, ours = line.removeprefix(ARROW).partition(UNLIKE)
            text = "\n".join(lines).strip()
            yield Step(number, text.removesuffix(";"), answer, ours if unlike else None)
            lines = []
        elif not line.startswith("-- "):
            lines.append(line)
    assert not "".join(lines).strip(), f"{path.name}: the last statement has no answer"


def told(connection: Any, text: str) -> str:
    """Run a statement and return what the driver tells of it."""
    with contextlib.closing(connection.cursor()) as cursor:
        try:
            cursor.execute(text)
        except Exception as error:
            code = error.args[0] if error.args else ""
            return f"error {code}" if isinstance(code, int) else f"refused: {error}"
        if cursor.description is None:
            return f"{cursor.rowcount} rows" + (
                f", id {cursor.lastrowid}" if cursor.lastrowid else ""
            )
        return repr([tuple(row) for row in cursor.fetchall()])


def rewritten(path: Path, answers: dict[int, Step]) -> str:
    """Return a script's text with new answers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, step in answers.items():
        unlike = f"{UNLIKE}{step.ours}" if step.ours is not None else ""
        lines[number - 1] = f"{ARROW}{step.answer}{unlike}"
    return "\n".join(lines) + "\n"


def differing(connection: Any, path: Path) -> dict[int, Step]:
    """Ask a server every step again, and return those that it answers differently."""
    found = {}
    for step in read(path):
        answer = told(connection, step.text)
        if answer != step.answer:
            found[step.line] = replace(step, answer=answer)
    return found
