"""The application's engine, which connects anew each time."""

from __future__ import annotations

import os

from sqlalchemy import NullPool, create_engine

engine = create_engine(os.environ["BENCH_POSTGRES"].format(driver="psycopg"), poolclass=NullPool)
