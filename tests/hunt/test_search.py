"""The search for the few things that matter, and the orders: pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from freshdb.hunt.searching.orders import neighbours, orders, shuffled
from freshdb.hunt.searching.search import chunks, minimal
from freshdb.hunt.trials import Tail, Trace, Trial

CLASSES = [("a.py", "A"), ("a.py", "B"), ("b.py", ""), ("b.py", ""), ("a.py", "A")]


@given(total=st.integers(1, 200), data=st.data())
def test_what_is_needed_together_is_found(total: int, data: st.DataObject) -> None:
    needed = sorted(
        data.draw(st.sets(st.integers(0, total - 1), min_size=1, max_size=min(4, total)))
    )

    assert minimal(range(total), lambda some: set(needed) <= set(some)) == needed


@given(total=st.integers(1, 60), data=st.data())
def test_cleaners_do_not_lead_astray(total: int, data: st.DataObject) -> None:
    """Each thing breaks or puts right; all together are broken at the end."""
    breaks = data.draw(st.lists(st.sampled_from("bcn"), min_size=total, max_size=total))
    breaks[data.draw(st.integers(0, total - 1)) :] = ["b"]

    def is_enough(some: Sequence[int]) -> bool:
        state = False
        for thing in some:
            state = {"b": True, "c": False, "n": state}[breaks[thing]]
        return state

    found = minimal(range(len(breaks)), is_enough)

    assert len(found) == 1
    assert breaks[found[0]] == "b"


@given(st.integers(2, 5000))
def test_one_of_many_takes_few_questions(total: int) -> None:
    asked = 0

    def is_enough(some: Sequence[int]) -> bool:
        nonlocal asked
        asked += 1
        return total // 2 in some

    assert minimal(range(total), is_enough) == [total // 2]
    assert asked <= total.bit_length() + 2


def test_chunks_go_both_ways() -> None:
    forwards, backwards = chunks("abcde", 3)

    assert forwards == [["a", "b", "c"], ["d", "e"]]
    assert backwards == [["c", "b", "a"], ["e", "d"]]


def test_orders_hold_every_test_once_and_come_again() -> None:
    first = list(orders(CLASSES, 4, 7))

    assert [order.tests[:2] for order in first[:2]] == [(0, 1), (4, 3)]
    assert all(sorted(order.tests) == list(range(5)) for order in first)
    assert first == list(orders(CLASSES, 4, 7))


@given(st.integers(1, 40))
def test_every_test_comes_right_after_every_other(number: int) -> None:
    every = list(neighbours(number))

    pairs = {pair for order in every for pair in itertools.pairwise(order)}
    assert all(sorted(order) == list(range(number)) for order in every)
    assert len(pairs) == number * (number - 1)


def test_groups_stay_together() -> None:
    names = [CLASSES[place][0] for place in shuffled(range(5), CLASSES, 1, 3)]

    assert names in (["a.py"] * 3 + ["b.py"] * 2, ["b.py"] * 2 + ["a.py"] * 3)


def test_a_trial_survives_json() -> None:
    trial = Trial((1, 2), (Tail((3,), ("a|b",)), Tail((4,))), trace=Trace("k"), repeat=2)

    assert Trial.from_json(trial.to_json()) == trial
