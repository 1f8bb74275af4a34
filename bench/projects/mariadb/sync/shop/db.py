"""The application's engine and sessionmaker, made when the module is imported."""

from __future__ import annotations

import os

from shop.models import Item
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

# PyMySQL prepares a TLS context for each connection, which takes 30 ms and more.
engine = create_engine(os.environ["BENCH_MARIADB"], connect_args={"ssl_disabled": True})
SessionLocal = sessionmaker(engine)


def add_item(name: str, new_session: sessionmaker[Session] = SessionLocal) -> None:
    """Insert one row and commit."""
    with new_session() as session:
        session.add(Item(name=name))
        session.commit()
