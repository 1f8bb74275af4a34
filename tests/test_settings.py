"""Settings: the nearer source wins, each value knows its source, and each is documented."""

from __future__ import annotations

from pathlib import Path

import pytest

from freshdb.errors import SettingError
from freshdb.settings import SETTINGS, Settings, load_settings, with_marker


@pytest.fixture
def pyproject(tmp_path: Path) -> Path:
    path = tmp_path / "pyproject.toml"
    path.write_text('[tool.freshdb]\nstrict = true\non_leak = "fail"\nexclude = ["a", "b"]\n')
    return path


def test_the_nearer_source_wins(pyproject: Path) -> None:
    environment = {"FRESHDB_ON_LEAK": "ignore", "FRESHDB_KEEP": "never", "OTHER": "x"}
    command_line = {"keep": "failed", "schema": None}

    settings = load_settings(pyproject, environment, command_line)

    assert (settings.strict, settings.source_of("strict")) == (
        True,
        "pyproject.toml [tool.freshdb]",
    )
    assert settings.source_of("on_leak") == "environment FRESHDB_ON_LEAK"
    assert settings.on_leak == "ignore"
    assert (settings.keep, settings.source_of("keep")) == ("failed", "command line --freshdb-keep")
    assert (settings.schema, settings.source_of("schema")) == (None, "default")
    assert settings.exclude == ("a", "b")


def test_a_marker_is_nearest() -> None:
    settings = with_marker(Settings(), {"strict": True}, "marker of test_a")

    assert (settings.strict, settings.source_of("strict")) == (True, "marker of test_a")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool.freshdb\n")

    with pytest.raises(SettingError, match="is not valid TOML"):
        load_settings(path, {}, {})


def test_a_table_that_is_no_table_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool]\nfreshdb = 3\n")

    with pytest.raises(SettingError, match=r"`tool.freshdb` is not a table"):
        load_settings(path, {}, {})


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("yes", True), ("off", False), ("False", False)]
)
def test_flags_are_read_from_text(text: str, expected: bool) -> None:
    assert load_settings(None, {"FRESHDB_STRICT": text}, {}).strict is expected


@pytest.mark.parametrize("text", ["sideways", "²", "-1", "1.5", ""])
def test_an_order_is_a_word_or_a_number(text: str) -> None:
    with pytest.raises(SettingError, match="the seed that a run has printed"):
        load_settings(None, {"FRESHDB_ORDER": text}, {})


def test_lists_are_read_from_text() -> None:
    settings = load_settings(None, {"FRESHDB_EXCLUDE": "a, b,"}, {})

    assert settings.exclude == ("a", "b")


def test_every_setting_has_its_place_in_the_documentation() -> None:
    page = Path(__file__).parent.parent / "docs" / "reference" / "settings.md"
    text = page.read_text(encoding="utf-8")

    for setting in SETTINGS:
        for spelling in (f"`{setting.name}`", f"`{setting.option}`", f"`{setting.variable}`"):
            assert spelling in text


def test_every_setting_is_a_field_with_a_default() -> None:
    assert {setting.name for setting in SETTINGS} == set(vars(Settings())) - {"sources"}
