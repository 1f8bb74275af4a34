"""What the benchmark computes and lays out; its figures themselves are in `bench/RESULTS.md`."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.__main__ import NAMES, SLOW, _command, _extent, _parser, main
from bench.environments import PEERS
from bench.numbers import cost_of, first_tenth, last_tenth, quantile
from bench.report import Table, as_markdown, as_text
from bench.subjects import MARIADB_SUBJECTS, POSTGRES_SUBJECTS, STATE_SUBJECTS, SUBJECTS, Subject
from hypothesis import example, given
from hypothesis import strategies as st

PROJECTS = Path(__file__).parents[2] / "bench" / "projects"
TIMES = st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=60)
ALL = (*SUBJECTS, *POSTGRES_SUBJECTS, *MARIADB_SUBJECTS, *STATE_SUBJECTS)


@given(TIMES, st.floats(min_value=0.01, max_value=1))
@example([0.0, 1.0], 0.5)
@example([float(number) for number in range(20)], 0.95)
def test_a_quantile_is_the_smallest_value_that_its_share_does_not_exceed(
    values: list[float], share: float
) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(one <= found for one in values) >= share * len(values)
    assert sum(one < found for one in values) < share * len(values)


@given(st.lists(st.tuples(TIMES, TIMES), min_size=1, max_size=5), st.floats(0, 100))
def test_what_every_test_pays_is_the_cost(
    runs: list[tuple[list[float], list[float]]], paid_ms: float
) -> None:
    without = [a for a, _ in runs]
    cost = cost_of(without, [[one + paid_ms for one in run] for run in without])
    assert cost.median_ms == pytest.approx(paid_ms, abs=1e-6)
    assert cost.lowest_ms == pytest.approx(paid_ms, abs=1e-6)
    assert cost.highest_ms == pytest.approx(paid_ms, abs=1e-6)


def test_the_tenths_are_a_runs_two_ends() -> None:
    durations = [*[1.0] * 10, *[5.0] * 80, *[3.0] * 10]
    assert (first_tenth(durations), last_tenth(durations)) == (1.0, 3.0)
    assert (first_tenth([7.0]), last_tenth([7.0])) == (7.0, 7.0)


@pytest.mark.parametrize("subject", ALL, ids=lambda subject: subject.name)
def test_a_subject_differs_from_what_it_is_compared_with_and_its_projects_are_there(
    subject: Subject,
) -> None:
    assert subject.without != subject.with_it
    assert subject.environment in ("freshdb", *PEERS)
    for layer in (*subject.without.layers, *subject.with_it.layers):
        assert (PROJECTS / layer).is_dir()


def test_names_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_a_name_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "freshdb-synk"])
    assert "freshdb-sync" in capsys.readouterr().err


def test_a_table_is_the_same_in_both_forms() -> None:
    table = Table("Cost", "How to read it.", ("ms", "cost"), (("freshdb", "0.5"), ("peer", "80")))
    for text in (as_text(["a machine"], [table]), as_markdown(["a machine"], [table])):
        for word in ("Cost", "a machine", "freshdb", "0.5", "peer", "80"):
            assert word in text


def test_what_the_quick_bench_leaves_out_is_there() -> None:
    assert set(NAMES) >= SLOW


def test_fewer_rounds_are_told_with_the_results() -> None:
    options = _parser().parse_args(["--rounds", "2", "--only", "pg-sync"])

    extent = _extent(options)

    assert (extent.rounds, extent.endurance_rounds) == (2, 2)
    assert _command(options) == "python -m bench --rounds 2 --only pg-sync"
