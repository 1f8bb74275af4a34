"""Read the settings of a run, and of a test: each value knows where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from freshdb.errors import SettingError
from freshdb.nearest import did_you_mean, listed
from freshdb.settings.table import BY_NAME, ENVIRONMENT_PREFIX, SETTINGS
from freshdb.settings.values import Settings


def load_settings(
    pyproject: Path | None,
    environment: Mapping[str, str],
    command_line: Mapping[str, object],
) -> Settings:
    """Read the settings of a run.

    Args:
        pyproject: the project's `pyproject.toml`, which may be missing.
        environment: usually `os.environ`; only names that start with `FRESHDB_` are read.
        command_line: values by setting name; `None` means not given.

    Raises:
        SettingError: an unknown name or a value that does not fit, with its source.
    """
    settings = Settings()
    if pyproject is not None and pyproject.is_file():
        table = _freshdb_table(pyproject)
        settings = _apply(settings, table, f"{pyproject.name} [tool.freshdb]")
    for variable, text in sorted(environment.items()):
        if variable.startswith(ENVIRONMENT_PREFIX):
            name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
            settings = _apply(settings, {name: text}, f"environment {variable}")
    for name, value in command_line.items():
        if value is not None:
            settings = _apply(settings, {name: value}, f"command line {BY_NAME[name].option}")
    return settings


def with_marker(settings: Settings, arguments: Mapping[str, object], source: str) -> Settings:
    """Return the settings for one test, changed by its `@pytest.mark.freshdb(…)`.

    Raises:
        SettingError: a setting that does not exist or cannot differ per test.
    """
    allowed = [setting.name for setting in SETTINGS if setting.per_test]
    for name in arguments:
        if name in BY_NAME and name not in allowed:
            raise SettingError(
                f"setting `{name}` cannot differ from test to test",
                name=name,
                source=source,
                hint=f"set it for the whole run; a marker takes {listed(allowed)}",
            )
    return _apply(settings, arguments, source)


def _freshdb_table(pyproject: Path) -> Mapping[str, object]:
    import tomllib

    try:
        document: Mapping[str, Any] = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(
            f"`{pyproject}` is not valid TOML: {error}",
            name="pyproject",
            source=pyproject.name,
            hint="mend the file; `[tool.freshdb]` is read from it",
        ) from None
    table = document.get("tool", {}).get("freshdb", {})
    if not isinstance(table, dict):
        raise SettingError(
            "`tool.freshdb` is not a table",
            name="freshdb",
            source=pyproject.name,
            hint='write it as a table: `[tool.freshdb]`, then `schema = "app.db:Base"`',
        )
    return table


def _apply(settings: Settings, values: Mapping[str, object], source: str) -> Settings:
    changes: dict[str, Any] = {}
    for name, value in values.items():
        changes[name] = _read(name, value, source)
    sources = {**settings.sources, **dict.fromkeys(changes, source)}
    return replace(settings, **changes, sources=sources)


def _read(name: str, value: object, source: str) -> object:
    setting = BY_NAME.get(name)
    if setting is None:
        raise SettingError(
            f"there is no setting `{name}`",
            name=name,
            source=source,
            hint=did_you_mean(name, BY_NAME, most=None),
        )
    try:
        result = setting.read(value)
    except ValueError as expected:
        raise SettingError(
            f"setting `{name}` is {value!r}, not {expected}",
            name=name,
            source=source,
            hint=f"`{name}`: {setting.help}",
        ) from None
    if setting.choices and result not in setting.choices:
        raise SettingError(
            f"setting `{name}` is {value!r}",
            name=name,
            source=source,
            hint=did_you_mean(str(result), setting.choices),
        )
    return result
