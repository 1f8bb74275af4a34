"""Settings: defaults < pyproject.toml < environment < command line < marker, with sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from freshdb.errors import SettingError

ENVIRONMENT_PREFIX = "FRESHDB_"
DEFAULT = "default"


STATE_MODES = ("restore", "report", "fail", "off")


@dataclass(frozen=True)
class StateModes:
    """What happens to process state that a test changed, for each part of the project.

    Attributes:
        default: ``restore`` puts it back and tells, ``report`` only tells, ``fail`` puts it back
            and fails the test, ``off`` does nothing.
        packages: modes of packages (or modules, or single names in them) that have their own.
    """

    default: str = "restore"
    packages: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return ", ".join([self.default, *(f"{name}={mode}" for name, mode in self.packages)])

    @cached_property
    def are_off(self) -> bool:
        """Tell whether nothing is to be watched at all."""
        return self.default == "off" and all(mode == "off" for _, mode in self.packages)

    def of(self, path: str) -> str:
        """Return the mode for a piece of state; the longest name that covers it decides."""
        covering = [(len(name), mode) for name, mode in self.packages if _covers(name, path)]
        return max(covering)[1] if covering else self.default


def _covers(name: str, path: str) -> bool:
    return path == name or path.startswith((f"{name}.", f"{name}["))


@dataclass(frozen=True)
class Settings:
    """The settings in force; `source_of` tells where each value came from."""

    enabled: bool = True
    schema: str | None = None
    strategy: str = "auto"
    session: str | None = None
    strict: bool = False
    on_leak: str = "report"
    keep: str = "failed"
    seed: tuple[Any, ...] = ()
    exclude: tuple[str, ...] = ()
    directory: str | None = None
    record: str | None = None
    report: str | None = None
    server: str = "auto"
    server_programs: str | None = None
    allow_hosts: tuple[str, ...] = ()
    rebuild: bool = False
    carry_threads: bool = True
    teardown_timeout_s: float = 1.0
    state: StateModes = StateModes()
    packages: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    probes: tuple[str, ...] = ()
    emulate: str | None = None
    order: str = "file"
    branch_directory: str | None = None
    branch_from: str | None = None
    branch_ttl: str | None = None
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_recorded(self) -> bool:
        """Tell whether a record of the run is asked for, by itself or for the page."""
        return self.record is not None or self.report is not None

    def source_of(self, name: str) -> str:
        """Return where the value of the setting `name` came from, for example `command line`."""
        return self.sources.get(name, DEFAULT)


@dataclass(frozen=True)
class Setting:
    """One setting: how to read it from text, what it may be, and the sentence that explains it."""

    name: str
    read: Callable[[object], object]
    help: str
    choices: tuple[str, ...] = ()
    per_test: bool = False
    is_switch: bool = False
    """Whether the option on the command line stands by itself, without a value."""

    @property
    def option(self) -> str:
        return "--freshdb-" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text that is not empty")
    return value.strip()


def _flag(value: object) -> bool:
    words = {"true": True, "1": True, "yes": True, "on": True}
    words |= {"false": False, "0": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    raise ValueError("true or false")


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise ValueError("a list of texts")


def _seeds(value: object) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return _texts(value)
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("a number of seconds")
    try:
        seconds = float(value)
    except ValueError:
        raise ValueError("a number of seconds") from None
    if not 0 <= seconds <= 3600:
        raise ValueError("a number of seconds from 0 to 3600")
    return seconds


def _state(value: object) -> StateModes:
    """Read ``fail``, ``restore, shop.legacy=report``, or a table with a ``default``."""
    if isinstance(value, str):
        words = [part.partition("=") for part in _texts(value)]
        entries = {
            name.strip() if sign else "default": (mode if sign else name).strip()
            for name, sign, mode in words
        }
    elif isinstance(value, Mapping):
        entries = dict(value)
    else:
        raise ValueError("a mode, or a table of modes by package")
    for name, mode in entries.items():
        if mode not in STATE_MODES:
            place = "" if name == "default" else f" for `{name}`"
            raise ValueError(f"a mode{place}; {_did_you_mean(str(mode), STATE_MODES)}")
    default = entries.pop("default", StateModes.default)
    return StateModes(default, tuple(sorted(entries.items())))


def _order(value: object) -> str:
    text = str(value).strip()
    if text in ("file", "random", "reverse") or (text.isdigit() and not isinstance(value, bool)):
        return text
    raise ValueError("`random`, `reverse`, `file`, or the seed that a run has printed")


SETTINGS: tuple[Setting, ...] = (
    Setting("enabled", _flag, "isolate the database at all (true)", per_test=True),
    Setting(
        "schema",
        _text,
        "what builds the template: `module:attribute` (declarative base, MetaData or callable), "
        "a .sql file, or `alembic`",
    ),
    Setting(
        "strategy",
        _text,
        "how each test gets a pristine database: undo in place, copy, roll one transaction back, "
        "or whichever is right (auto)",
        choices=("auto", "clone", "reset", "rollback"),
        per_test=True,
    ),
    Setting("session", _text, "the application's session factory, as `module:attribute`"),
    Setting(
        "strict",
        _flag,
        "SQL of work that no test owns is an error (false)",
        per_test=True,
    ),
    Setting(
        "on_leak",
        _text,
        "what a test left open is reported, fails the test, or is ignored",
        choices=("report", "fail", "ignore"),
        per_test=True,
    ),
    Setting(
        "keep",
        _text,
        "whose database is kept for a look: that of failed tests, or nobody's",
        choices=("failed", "never"),
        per_test=True,
    ),
    Setting(
        "seed",
        _seeds,
        "rows that are there when a test starts: data files, .sql files, `module:callable`",
        per_test=True,
    ),
    Setting("exclude", _texts, "URLs of engines to leave alone, `*` matches anything"),
    Setting("directory", _text, "where branches live (a directory in memory where there is one)"),
    Setting("record", _text, "write a record of the run to this file, as JSON lines"),
    Setting("report", _text, "write a page about the run to this file, as HTML"),
    Setting(
        "server",
        _text,
        "the server for branches: the application's if it is fit for that, else a private one "
        "(auto), always a private one (private), or a URL",
    ),
    Setting("server_programs", _text, "the directory of the programs of a private server"),
    Setting("allow_hosts", _texts, "hosts of servers that freshdb may use although not local"),
    Setting("rebuild", _flag, "build the template even if it is there (false)", is_switch=True),
    Setting("carry_threads", _flag, "threads that a test starts work for that test (true)"),
    Setting("teardown_timeout_s", _seconds, "how long closing what a test left open may take (1)"),
    Setting(
        "state",
        _state,
        "process state that a test changed is put back and told (restore), only told (report), "
        "put back and the test failed (fail), or let be (off); by package: restore,shop.old=report",
        per_test=True,
    ),
    Setting(
        "packages", _texts, "packages whose state is watched (all that lie in the root directory)"
    ),
    Setting("ignore", _texts, "dotted paths of state to let be; `*` is one part, `**` any number"),
    Setting("probes", _texts, "kinds of state to watch; `-name` leaves one out (all)"),
    Setting(
        "emulate",
        _text,
        "the server whose SQL the application's raw SQL is, to be run on SQLite",
        choices=("mysql", "mariadb", "postgres"),
    ),
    Setting(
        "order", _order, "run the tests in this order: random, reverse, file, or a seed (file)"
    ),
    Setting("branch_directory", _text, "where named branches live (the user's state directory)"),
    Setting("branch_from", _text, "what `freshdb branch` copies where no source is named"),
    Setting("branch_ttl", _text, "how long a named branch lives, such as 30m or 7d (2h)"),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


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
            settings = _apply(settings, {name: value}, f"command line {_BY_NAME[name].option}")
    return settings


def with_marker(settings: Settings, arguments: Mapping[str, object], source: str) -> Settings:
    """Return the settings for one test, changed by its `@pytest.mark.freshdb(…)`.

    Raises:
        SettingError: a setting that does not exist or cannot differ per test.
    """
    allowed = [setting.name for setting in SETTINGS if setting.per_test]
    for name in arguments:
        if name in _BY_NAME and name not in allowed:
            raise SettingError(
                f"setting `{name}` cannot differ from test to test",
                name=name,
                source=source,
                hint=f"set it for the whole run; a marker takes {_listed(allowed)}",
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
    setting = _BY_NAME.get(name)
    if setting is None:
        raise SettingError(
            f"there is no setting `{name}`",
            name=name,
            source=source,
            hint=_did_you_mean(name, _BY_NAME),
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
            hint=_did_you_mean(str(result), setting.choices),
        )
    return result


def _did_you_mean(word: str, valid: Iterable[str]) -> str:
    import difflib

    names = sorted(valid)
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f"did you mean `{near[0]}`? Valid: {_listed(names)}"
    return f"valid: {_listed(names)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
