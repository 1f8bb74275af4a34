"""The page in a real browser: what it shows, how it filters, that no text of a test is markup."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from freshdb.report.page import page_of
from freshdb.report.record import ChangeRecord, KeptRecord, Record, RunRecord, TestRecord

CHROMIUM = shutil.which("chromium")
HOSTILE = "test_it.py::test_b[</script><img src=x onerror=document.title='hurt'>]"
HUNT = {
    "orders": ["file order", "reversed"],
    "causes": [
        {
            "kind": "victim",
            "culprits": [["test_it.py::test_a"]],
            "carriers": [{"piece": {"path": "shop.flag"}}],
            "affected": [{"test": HOSTILE}],
            "is_proved": True,
        }
    ],
}


def record_of(number: int) -> Record:
    """Return a record of so many tests, of which the first two are of interest."""
    first = TestRecord(
        "test_it.py::test_a",
        outcome="failed",
        duration_ms=12.5,
        strategy="reset",
        steps_ms={"database": 0.25, "state": 0.125},
        tables={"users": 3},
        changes=(ChangeRecord("modules", "shop.flag", "(False → True)"),),
        kept=KeptRecord("/kept/a.sqlite", "sqlite3 /kept/a.sqlite"),
        message="assert 1 == 2",
    )
    second = TestRecord(HOSTILE, order=1, steps_ms={"database": 0.5})
    rest = [TestRecord(f"test_more.py::test_{n}", order=n) for n in range(2, number)]
    return Record(RunRecord("2026-01-02T03:04:05+00:00", run_s=2.0), (first, second, *rest))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:  # the header says so; CI requires it
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open pages of records; each may make no request and no error."""
    opened: list[Page] = []
    wrong: list[str] = []

    def show(record: Record, address: str = "", **options: Any) -> Page:
        file = tmp_path / "report.html"
        file.write_text(page_of(record, HUNT), encoding="utf-8")
        shown = browser.new_page(**options)
        opened.append(shown)
        shown.on("pageerror", lambda error: wrong.append(str(error)))
        shown.on(
            "request",
            lambda request: wrong.append(request.url) if request.url != file.as_uri() else None,
        )
        shown.goto(file.as_uri() + address)
        shown.wait_for_selector(".row")
        return shown

    yield show
    for shown in opened:
        shown.close()
    assert wrong == []


def test_it_shows_what_the_record_has(page: Any) -> None:
    shown = page(record_of(5))

    assert shown.inner_text(".tiles .tile >> nth=0") == "5\ntests"
    assert "shop.flag" in shown.inner_text("#leaks")
    assert "sqlite3 /kept/a.sqlite" in shown.inner_text("#kept")
    assert shown.get_attribute(".heat td", "title") == "test_it.py, users: 3 rows"
    assert shown.inner_text("#pollution tbody tr").split("\t") == [
        "test_it.py::test_a",
        HOSTILE,
        "shop.flag",
        "proved",
    ]
    assert shown.inner_text("#orders li >> nth=1") == "reversed"
    assert shown.title() == "freshdb report"


def test_filters_and_the_chosen_test_are_in_the_address(page: Any) -> None:
    shown = page(record_of(50))

    shown.fill("#by-text", "flag")
    shown.click(".row")
    assert shown.inner_text("#count") == "1 of 50 tests"
    address = "#" + shown.url.partition("#")[2]

    again = page(record_of(50), address)
    assert again.inner_text("#count") == "1 of 50 tests"
    assert "assert 1 == 2" in again.inner_text("#detail")
    again.select_option("#by-left", "no")
    assert again.inner_text("#count") == "0 of 50 tests"


def test_the_list_is_used_by_keys(page: Any) -> None:
    shown = page(record_of(50))

    shown.focus("#list")
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowUp"):
        shown.keyboard.press(key)

    assert "test_more.py::test_48" in shown.inner_text("#detail")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_readable_on_a_narrow_screen(page: Any, scheme: str) -> None:
    shown = page(record_of(50), viewport={"width": 360, "height": 700}, color_scheme=scheme)

    assert shown.evaluate("document.documentElement.scrollWidth") == 360
    text, ground = shown.evaluate(
        "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert _contrast(text, ground) >= 7


def test_fifteen_thousand_tests_are_a_list_of_a_few_rows(page: Any) -> None:
    shown = page(record_of(15_000))

    assert shown.locator(".row").count() < 60
    shown.keyboard.press("Tab")
    shown.focus("#list")
    shown.keyboard.press("End")
    assert "test_more.py::test_14999" in shown.inner_text("#detail")


def _contrast(*colours: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, definition of contrast ratio)."""
    lights = sorted(map(_light, colours))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    parts = [int(part) / 255 for part in colour.strip("rgb()").split(",")]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
