"""The report of a hunt for people: what depends on what, through which state, and what helps."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from freshdb.hunt.findings import Affected, Carrier, Cause, Kind, Loose, Report, Way
from freshdb.hunt.trials import Outcome

_MOST = 8
"""So many names of one list are shown."""


def render(report: Report) -> str:
    """Return the report as text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    for number, cause in enumerate(report.causes, start=1):
        yield from _cause(number, cause)
        yield ""
    yield from _loose("depend on the order, and nobody knows through what", report.unexplained)
    yield from _loose("go by chance, not by the order", report.by_chance)
    yield from _loose("failed in every trial", report.always_failing, that="")
    yield from (f"note: {note}" for note in report.notes)
    yield from (f"not done: {one}" for one in report.not_done)
    yield _verdict(report)


def _cause(number: int, cause: Cause) -> Iterator[str]:
    proved = "proved" if cause.is_proved else "suspected"
    yield f"{number}. {_headline(cause)}  [{proved}]"
    verb = "left by" if cause.kind is Kind.VICTIM else "set by"
    for name in _capped([_joined(tests) for tests in cause.culprits]):
        yield f"   {verb:<10} {name}"
    yield from dict.fromkeys(line for one in cause.carriers for line in _written(one))
    for affected in cause.affected[:_MOST]:
        yield from _affected(affected)
    if len(cause.affected) > _MOST:
        yield f"   {'':<10} and {len(cause.affected) - _MOST} more"
    yield f"   {'proof':<10} {_proof(cause)}"
    yield f"   {'see it':<10} {cause.affected[0].command}"
    yield from _cure(cause)


def _written(carrier: Carrier) -> Iterator[str]:
    if carrier.line:
        yield f"   {'written at':<10} {carrier.line}  {carrier.code}"
    if carrier.by:
        yield f"   {'from':<10} {carrier.by}"


def _headline(cause: Cause) -> str:
    if not cause.carriers:
        return "state that could not be named"
    return "; ".join(f"{one.piece.path}: {one.piece.difference}" for one in cause.carriers)


def _affected(affected: Affected) -> Iterator[str]:
    is_victim = affected.kind is Kind.VICTIM
    yield f"   {'breaks' if is_victim else 'needed by':<10} {affected.test}"
    failing = affected.together if is_victim else affected.alone
    when = "after it" if is_victim else "alone"
    yield f"   {'':<10}   {when}: {_failure(failing)}"
    if affected.read_at not in ("", failing.where):
        yield f"   {'':<10}   read at {affected.read_at}"
    if affected.confidence < 1:
        yield f"   {'':<10}   in {affected.confidence:.0%} of the checks"


def _failure(outcome: Outcome) -> str:
    at = f" at {outcome.where}" if outcome.where else ""
    return f"{outcome.result}{at}: {outcome.message}" if outcome.message else outcome.result + at


def _proof(cause: Cause) -> str:
    alone = "pass" if cause.kind is Kind.VICTIM else "fail"
    verb = alone if len(cause.affected) > 1 else alone + ("es" if alone == "pass" else "s")
    who = "the tests" if len(cause.affected) > 1 else "the test"
    what = "this" if len(cause.carriers) == 1 else "these together"
    if cause.proved_by is Way.STATEMENT:
        not_yet = "does no harm" if cause.kind is Kind.VICTIM else "does not help"
        return f"ended just before this line, it {not_yet}; ended just after it, it does"
    if cause.is_proved:
        return f"with only {what} put back in between, {who} {verb} as alone"
    if not cause.carriers:
        return "none: nothing that is watched was left different"
    return "none: to put it back did not help; it is the likeliest of what was left different"


def _cure(cause: Cause) -> Iterator[str]:
    cure = cause.cure
    if cure is None:
        return
    if cure.setting:
        yield f"   {'cure':<10} {cure.setting}{_tried(cure.is_setting_verified)}"
    if cure.fixture:
        yield f"   {'or':<10} this fixture in conftest.py{_tried(cure.is_fixture_verified)}:"
        yield textwrap.indent(cure.fixture.rstrip(), "              ")


def _tried(is_verified: bool) -> str:
    return " (tried: it helps)" if is_verified else ""


def _loose(what: str, loose: Sequence[Loose], that: str = "that ") -> Iterator[str]:
    if loose:
        yield f"{_count(len(loose), 'test')} {that}{what}"
        yield from (f"  {one.test}: {one.note}" for one in loose[:_MOST])
        if len(loose) > _MOST:
            yield f"  and {len(loose) - _MOST} more"
        yield ""


def _capped(names: Sequence[str]) -> list[str]:
    rest = len(names) - _MOST
    return [*names[:_MOST], *([f"and {rest} more"] if rest > 0 else [])]


def _joined(tests: Sequence[str]) -> str:
    return " then ".join(tests)


def _verdict(report: Report) -> str:
    victims = {one.test for cause in report.causes for one in cause.affected}
    how = f"{_count(report.trials, 'trial')} in {report.seconds:.1f} s"
    if not report.has_found and report.not_done:
        return f"nothing was found as far as the hunt got, in {report.tests} tests ({how})"
    if not report.has_found:
        return f"no test of {report.tests} was seen to depend on another ({how})"
    total = len(victims | {one.test for one in report.unexplained})
    return (
        f"{_count(total, 'test')} of {report.tests} depend{'s' if total == 1 else ''} on others, "
        f"through {_count(len(report.causes), 'piece')} of state ({how})"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def described(carrier: Carrier) -> str:
    """Return a carrier in one line."""
    return f"{carrier.piece.path}: {carrier.piece.difference}"
