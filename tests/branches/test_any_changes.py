"""Whatever is done to a branch of any product, the diff shows that, and the patch closes it."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from freshdb.branches.diff.compare import Comparison
from freshdb.branches.diff.model import Diff, Kind, TableDiff
from freshdb.branches.diff.render import as_text
from freshdb.branches.products import Product, product
from tests.branches.makers import PRODUCTS, Change, Maker, changes, maker_of

# An example on a server takes longer, by far most of it for the schema.
EXAMPLES = {"sqlite": 40, "postgres": 8, "mariadb": 12}
# So long that there is no time to look for a smaller one.
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.mark.parametrize("name", PRODUCTS)
def test_the_diff_is_exactly_what_was_changed_and_the_patch_closes_it(
    name: str, request: pytest.FixtureRequest
) -> None:
    with maker_of(name, request.getfixturevalue) as maker:
        scripts = changes(maker)

        @settings(
            max_examples=EXAMPLES[name], deadline=None,
            phases=tuple(Phase) if name == "sqlite" else NO_SHRINKING,
            suppress_health_check=[HealthCheck.too_slow],
        )  # fmt: skip
        @given(scripts, scripts, st.sets(st.sampled_from(sorted(maker.later))), st.booleans())
        def check(
            before: list[Change], after: list[Change], migrated: set[str], backwards: bool
        ) -> None:
            _make_two(maker, product(name), before, after)
            _check_exact(maker, _diff(maker, product(name), "one", "other", schema=False))

            _migrate(maker, sorted(migrated))
            one, other = ("other", "one") if backwards else ("one", "other")
            patch = _patch(maker, product(name), one, other)
            with product(name).open(maker.place(one), write=True) as database:
                database.run_script(patch)

            left = _diff(maker, product(name), one, other)
            assert left.is_empty, "\n".join([patch, as_text(left)])
            with maker.connect(one) as here, maker.connect(other) as there:
                for table in maker.tables:
                    if maker.columns(there, table):
                        assert maker.content(here, table) == maker.content(there, table), patch

        check()


def _make_two(
    maker: Maker, its_product: Product, before: list[Change], after: list[Change]
) -> None:
    """Make a database, and a copy of it that is changed."""
    maker.make("one")
    with maker.connect("one") as session:
        for sql in (*maker.tables.values(), *maker.extras):
            session.run(sql)
        for change in before:
            change.run(maker, session)
    maker.drop("other")
    its_product.copy(
        maker.place("one"), maker.place("other"), schema_only=False, progress=lambda *_: None
    )
    with maker.connect("other") as session:
        for change in after:
            change.run(maker, session)


def _migrate(maker: Maker, migrations: list[str]) -> None:
    with maker.connect("other") as session:
        for migration in migrations:
            for sql in maker.later[migration]:
                try:
                    session.run(sql)
                except maker.error:
                    event(f"refused: {sql[:40]}")


def _diff(maker: Maker, its_product: Product, one: str, other: str, *, schema: bool = True) -> Diff:
    with (
        its_product.open(maker.place(one)) as before,
        its_product.open(maker.place(other)) as after,
    ):
        comparison = Comparison((one, before), (other, after), its_product.dialect)
        return comparison.diff(schema=schema, limit=None)


def _patch(maker: Maker, its_product: Product, one: str, other: str) -> str:
    out = io.StringIO()
    with (
        its_product.open(maker.place(one)) as before,
        its_product.open(maker.place(other)) as after,
    ):
        Comparison((one, before), (other, after), its_product.dialect).write_patch(out)
    return out.getvalue()


def _check_exact(maker: Maker, diff: Diff) -> None:
    """Check that a diff shows what differs, and a row that keeps its key as changed."""
    found = {table.name: table for table in diff.tables}
    with maker.connect("one") as here, maker.connect("other") as there:
        for table in maker.tables:
            old, new = maker.content(here, table), maker.content(there, table)
            gone: Counter[Any] = Counter()
            come: Counter[Any] = Counter()
            if table in found:
                columns = maker.columns(here, table)
                gone = Counter(_rows(maker, found[table], columns, "before"))
                come = Counter(_rows(maker, found[table], columns, "after"))
                _check_changed(found[table])
            assert (gone, come) == (old - new, new - old)


def _rows(maker: Maker, table: TableDiff, columns: list[str], side: str) -> Iterator[Any]:
    for change in table.sample:
        values = getattr(change, side)
        if values is not None:
            by_name = dict(zip(change.names, values, strict=False))
            yield tuple(maker.comparable(by_name[name]) for name in columns)


def _check_changed(table: TableDiff) -> None:
    keys = [
        tuple(change.values()[name] for name in table.key)
        for change in table.sample
        if change.kind is not Kind.CHANGED and table.is_keyed
    ]
    whole = [key for key in keys if None not in key]
    assert len(whole) == len(set(whole)), table
