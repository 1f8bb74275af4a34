"""Databases of each product for the contract suite: made, changed and read by the product's driver.

Nothing here goes through the code that is tested.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

from hypothesis import strategies as st

from freshdb.branches.records import Place

PRODUCTS = ("sqlite", "postgres", "mariadb")


class Session(Protocol):
    """A connection of an application's, in its driver's default mode."""

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement, and return its rows."""


class Maker(Protocol):
    """One product, as an application uses it.

    Attributes:
        tables: the SQL for each table of the property's database.
        extras: more SQL for it: views, triggers, routines.
        later: migrations, each a list of statements; one that does not fit is refused whole.
        values: anything that a column may be given.
        mark: how the driver marks the place of a parameter.
        error: what the driver raises where a statement is refused.
    """

    tables: dict[str, str]
    extras: Sequence[str]
    later: dict[str, list[str]]
    values: st.SearchStrategy[Any]
    mark: str
    error: tuple[type[Exception], ...]

    def place(self, name: str) -> Place:
        """Return where a database of a name is."""

    def url(self, name: str) -> str:
        """Return a source's text for it."""

    def make(self, name: str) -> None:
        """Make an empty database, in place of the one that is there."""

    def drop(self, name: str) -> None:
        """Remove a database."""

    def connect(self, name: str) -> AbstractContextManager[Session]:
        """Open a session."""

    def quoted(self, name: str) -> str:
        """Return an identifier as SQL."""

    def columns(self, session: Session, table: str) -> list[str]:
        """Return the names of a table's columns; none if it is not there."""

    def content(self, session: Session, table: str) -> Counter[tuple[Any, ...]]:
        """Return a table's rows, in a form in which rows that differ are different."""

    def comparable(self, value: Any) -> Any:
        """Return a value of a row of a diff in that form."""

    def branches(self) -> list[str]:
        """Return the databases on the server that are branches'; files are in their directory."""


@contextmanager
def maker_of(product: str, fixture: Callable[[str], Any]) -> Iterator[Maker]:
    """Give a product's maker; `fixture` asks pytest for the server that it needs."""
    module = import_module(f"tests.branches.makers.{product}")
    with module.made(fixture) as maker:
        yield maker


@dataclass(frozen=True)
class Change:
    """Something done to a row, of which constraints may forbid that it is done."""

    table: str
    verb: str
    values: tuple[Any, ...]

    def run(self, maker: Maker, session: Session) -> None:
        mark = maker.mark
        columns = [maker.quoted(name) for name in maker.columns(session, self.table)]
        if not columns:
            return
        table, some = maker.quoted(self.table), self.values[: len(columns)]
        marks = ", ".join([mark] * len(some))
        sql, values = {
            "insert": (
                f"INSERT INTO {table} ({', '.join(columns[: len(some)])}) VALUES ({marks})", some
            ),
            "update": (
                f"UPDATE {table} SET {columns[-1]} = {mark} WHERE {columns[0]} = {mark}",
                self.values[:2],
            ),
            "rekey": (
                f"UPDATE {table} SET {columns[0]} = {mark} WHERE {columns[0]} = {mark}",
                self.values[:2],
            ),
            "delete": (f"DELETE FROM {table} WHERE {columns[0]} = {mark}", self.values[:1]),
        }[self.verb]  # fmt: skip
        try:
            session.run(sql, values)
        except maker.error:
            session.run("SELECT 1")  # what a constraint forbids is no change


def changes(maker: Maker) -> st.SearchStrategy[list[Change]]:
    """Return scripts of changes to the tables of a maker."""
    return st.lists(
        st.builds(
            Change,
            st.sampled_from(sorted(maker.tables)),
            st.sampled_from(["insert", "insert", "update", "rekey", "delete"]),
            st.tuples(*[maker.values] * 4),
        ),
        max_size=25,
    )
