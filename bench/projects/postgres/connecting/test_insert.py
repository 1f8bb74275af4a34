"""As many tests as BENCH_TESTS says; each tells how long it waited for its first connection."""

from __future__ import annotations

import os
import time

import pytest
from bench_recorder import note
from shop.db import engine
from shop.models import Item
from sqlalchemy.orm import Session

WORK_S = 0.03


@pytest.mark.parametrize("number", range(int(os.environ["BENCH_TESTS"])))
def test_insert(number: int) -> None:
    started_ns = time.perf_counter_ns()
    with engine.connect() as connection:
        note(time.perf_counter_ns() - started_ns)
        with Session(connection) as session:
            session.add(Item(name=f"item {number}"))
            session.commit()
    time.sleep(WORK_S)  # what else a test does, which leaves the processors to others
