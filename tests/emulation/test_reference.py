"""The page about SQL says what the tests say."""

from __future__ import annotations

from tests.emulation.reference import PAGE, page


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make reference`"
