"""The plugin makes the tables itself, in the database that the environment names."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def sqla_url() -> str:
    return os.environ["BENCH_POSTGRES"].format(driver="psycopg")
