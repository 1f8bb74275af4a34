"""Forty tables, or BENCH_TABLES, of six columns, each with an index, most with a foreign key."""

from __future__ import annotations

import os

from sqlalchemy import Column, DateTime, ForeignKey, Integer, Numeric, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

TABLES = int(os.environ.get("BENCH_TABLES") or 40)


class Base(DeclarativeBase):
    """Holds the metadata of all tables."""


class Item(Base):
    """The table that the tests write to."""

    __tablename__ = "item"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    note: Mapped[str | None]
    price: Mapped[int] = mapped_column(default=0)


def _more_models() -> None:
    """Make the other models, which every schema operation has to go through."""
    for number in range(1, TABLES):
        columns = {
            "__tablename__": f"table_{number:02}",
            "id": Column(Integer, primary_key=True),
            "name": Column(String(80), nullable=False, index=True),
            "note": Column(String),
            "amount": Column(Numeric(10, 2), nullable=False, server_default="0"),
            "made_at": Column(DateTime, nullable=False, server_default=func.now()),
            "item_id": Column(ForeignKey("item.id")),
        }
        type(f"Model{number:02}", (Base,), columns)


_more_models()
