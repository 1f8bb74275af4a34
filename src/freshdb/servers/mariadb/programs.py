"""Find MariaDB's or MySQL's programs on this machine: an ordered list of small functions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from freshdb.errors import ServerError

NAMES = ("mariadbd", "mysqld")
HINT = (
    "install one (`apt install mariadb-server`, `brew install mariadb`), or name a server that runs"
)


@dataclass(frozen=True)
class Programs:
    """A server program, and what prepares a data directory for it.

    Attributes:
        server: `mariadbd` or `mysqld`.
        installer: `mariadb-install-db`; None for MySQL, whose server does it by itself.
        version: as the program says, for example `10.11.6`.
        found_by: the rule that found it, for messages.
    """

    server: Path
    installer: Path | None
    version: str
    is_mariadb: bool
    found_by: str

    def __str__(self) -> str:
        product = "MariaDB" if self.is_mariadb else "MySQL"
        return f"{product} {self.version} from {self.found_by}"


def on_path() -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            yield Path(found)


def of_debian() -> Iterator[Path]:
    """Servers are in `sbin`, which a user's PATH need not name."""
    yield from _in(Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/usr/libexec"))


def of_homebrew() -> Iterator[Path]:
    for prefix in (Path("/opt/homebrew/opt"), Path("/usr/local/opt")):
        for formula in ("mariadb*", "mysql*"):
            yield from _in(*sorted(prefix.glob(f"{formula}/bin"), reverse=True))


FINDERS: tuple[tuple[str, Callable[[], Iterator[Path]]], ...] = (
    ("PATH", on_path),
    ("Debian's directory", of_debian),
    ("Homebrew's directory", of_homebrew),
)


def find_programs(directory: Path | str | None = None) -> Programs:
    """Return the first server program on this machine that can be used.

    Args:
        directory: look here alone; one of another product's programs is not about this one.

    Raises:
        ServerError: there is none, or what there is cannot prepare a data directory.
    """
    finders = FINDERS
    if directory is not None and not (Path(directory) / "postgres").exists():
        place = Path(directory)
        finders = ((f"`{directory}`", lambda: _in(place)),)
    refused = []
    for name, finder in finders:
        for server in finder():
            programs = _examine(Path(os.path.realpath(server)), server.parent, name)
            if isinstance(programs, Programs):
                return programs
            refused.append(programs)
    places = ", ".join(name for name, _ in finders)
    because = "".join(f"\n{reason}" for reason in dict.fromkeys(refused))
    raise ServerError(
        f"no MariaDB or MySQL server was found: looked in {places}{because}", hint=HINT
    )


def _in(*directories: Path) -> Iterator[Path]:
    for directory in directories:
        for name in NAMES:
            if os.access(directory / name, os.X_OK):
                yield directory / name


@lru_cache(maxsize=32)
def _examine(server: Path, directory: Path, found_by: str) -> Programs | str:
    """Return the programs around a server's, or why they cannot be used."""
    try:
        said = subprocess.run(  # noqa: S603  # a program that was found, and no shell
            [server, "--no-defaults", "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout
    except OSError as error:
        return f"`{server}` does not run: {error.strerror}"
    version = re.search(r"Ver (\d+\.\d+(?:\.\d+)?)", said)
    if version is None:
        return f"`{server} --version` says `{said.strip()}`"
    is_mariadb = "MariaDB" in said
    installer = _installer_beside(directory, server.parent) if is_mariadb else None
    if is_mariadb and installer is None:
        return f"`{server}` has no `mariadb-install-db` beside it"
    return Programs(server, installer, version[1], is_mariadb, found_by)


def _installer_beside(*directories: Path) -> Path | None:
    places = [*directories, *(one.parent / "bin" for one in directories)]
    for directory in places:
        for name in ("mariadb-install-db", "mysql_install_db"):
            if os.access(directory / name, os.X_OK):
                return directory / name
    found = shutil.which("mariadb-install-db")
    return Path(found) if found is not None else None
