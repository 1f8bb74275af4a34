"""Every function answers as the server did when it was asked: value, type and error."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

import freshdb.emulation
from freshdb.emulation.functions import NAMES
from freshdb.errors import EmulationError
from tests.emulation.functions.cases import (
    NOW,
    Case,
    ServerError,
    families,
    functions_in,
    is_same,
    read,
    value_of,
)


def ours(connection: Any, expression: str) -> Any:
    """Return what the emulation answers to `SELECT expression`."""
    try:
        return connection.execute(f"SELECT {expression}").fetchone()[0]
    except EmulationError:
        return "refused"
    except connection.Error as error:
        return ServerError(error.args[0])


def failure(connection: Any, case: Case) -> str | None:
    """Return what is wrong with a case, None if nothing is."""
    found = ours(connection, case.expression)
    expected = value_of(case.answer if case.ours is None else case.ours)
    if is_same(found, expected):
        return None
    return f"{case.family}.txt:{case.line}: {case.expression} gave {found!r}, not {expected!r}"


@pytest.mark.parametrize("path", families(), ids=lambda path: path.stem)
def test_functions_answer_as_the_server_did(path: Any) -> None:
    with closing(freshdb.emulation.connect(now=NOW)) as connection:
        failures = [text for case in read(path) if (text := failure(connection, case))]

    assert not failures, "\n" + "\n".join(failures)


def test_a_difference_is_one() -> None:
    """What the files say of a difference must still be so."""
    cases = [case for path in families() for case in read(path) if case.ours is not None]

    same = [
        str(case) for case in cases if is_same(value_of(case.answer), value_of(case.ours or ""))
    ]
    assert not same


def test_every_function_has_cases() -> None:
    # Their answers are new at each call, or they are tested where a table or a session is needed.
    elsewhere = {"UUID", "SYS_GUID", "UUID_SHORT", "RANDOM_BYTES", "CONNECTION_ID", "NAME_CONST"}
    elsewhere |= {"DATABASE", "SCHEMA", "USER", "CURRENT_USER", "SESSION_USER", "SYSTEM_USER"}
    elsewhere |= {"VERSION", "BIT_XOR", "FOUND_ROWS", "ROW_COUNT", "SYSDATE"}
    called: set[str] = set()
    for path in families():
        for case in read(path):
            called |= functions_in(case.expression)

    mysql8 = {name for name, spec in NAMES.items() if "mariadb" not in spec.flavors}
    assert set(NAMES) - called - elsewhere - mysql8 == set()
