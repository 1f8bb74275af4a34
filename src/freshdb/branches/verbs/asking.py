"""Compare branches, and ask them by SQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from freshdb.branches import sources
from freshdb.branches.products import Product, Result, product
from freshdb.branches.shelf import Shelf
from freshdb.branches.upkeep import reap
from freshdb.errors import BranchInputError

if TYPE_CHECKING:
    from freshdb.branches.diff.compare import Comparison

PARENT = "^parent"


@dataclass(frozen=True)
class _Opened:
    name: str
    product: Product
    database: Any


@contextlib.contextmanager
def comparison(
    shelf: Shelf, one: str, other: str | None, tables: Sequence[str]
) -> Iterator[Comparison]:
    """Open two databases to compare them; see `Branches.comparison`."""
    from freshdb.branches.diff.compare import Comparison

    reap(shelf.registry)
    before, after = (f"{one}{PARENT}", one) if other is None else (one, other)
    if after == PARENT:
        after = f"{one}{PARENT}"
    with contextlib.ExitStack() as stack:
        here, there = (_opened(shelf, text, stack) for text in (before, after))
        if here.product.name != there.product.name:
            raise BranchInputError(
                f"`{here.name}` is {here.product.name}, `{there.name}` is {there.product.name}",
                hint="compare databases of one product",
            )
        yield Comparison(
            (here.name, here.database), (there.name, there.database), here.product.dialect, tables
        )


def _opened(shelf: Shelf, text: str, stack: contextlib.ExitStack) -> _Opened:
    if text.endswith(PARENT):
        parent = shelf.parent_of(shelf.record(text.removesuffix(PARENT)))
    else:
        parent = shelf.source(text)
    its_product = product(parent.place.product)
    place = stack.enter_context(shelf.readable(parent))
    return _Opened(parent.text, its_product, stack.enter_context(its_product.open(place)))


def run_sql(
    shelf: Shelf, name: str, sql: str, parameters: Sequence[Any], max_rows: int, *, write: bool
) -> Result:
    """Run SQL on a branch, or on a snapshot of one; see `Branches.sql`."""
    asked = sources.parse(name)
    if asked.kind != "branch" or (asked.label and write):
        raise BranchInputError(
            f"`{name}` is no branch to run SQL on", hint="make a branch of it first"
        )
    record = shelf.record(asked.name)
    place = shelf.snapshot(record, asked.label).place if asked.label else record.place
    with shelf.product_of(record).open(place, write=write) as database:
        if write and not parameters and ";" in sql.strip().rstrip(";"):
            database.run_script(sql)
            return Result((), ())
        result: Result = database.query(sql, parameters, max_rows)
        return result
