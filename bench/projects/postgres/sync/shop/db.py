"""The application's engine and sessionmaker, made when the module is imported."""

from __future__ import annotations

import os

from shop.models import Item
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine(os.environ["BENCH_POSTGRES"].format(driver="psycopg"))
SessionLocal = sessionmaker(engine)


def add_item(name: str, new_session: sessionmaker[Session] = SessionLocal) -> None:
    """Insert one row and commit."""
    with new_session() as session:
        session.add(Item(name=name))
        session.commit()
