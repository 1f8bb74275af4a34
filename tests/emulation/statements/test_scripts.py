"""Statements in sequence answer as the server did: rows, affected rows, ids and errors."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

import freshdb.emulation
from tests.emulation.functions.cases import NOW
from tests.emulation.statements.scripts import read, scripts, told


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_statements_answer_as_the_server_did(path: Path) -> None:
    failures = []
    with closing(
        freshdb.emulation.connect(now=NOW, database="oracle", isolation_level=None)
    ) as connection:
        for step in read(path):
            answer = told(connection, step.text)
            if answer != step.expected:
                shown = " ".join(step.text.split())
                failures.append(f"{path.name}:{step.line}: {shown}\n  {answer}\n  {step.expected}")

    assert not failures, "\n" + "\n".join(failures)
