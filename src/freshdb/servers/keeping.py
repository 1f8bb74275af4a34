"""What private servers of all products have in common: kept by a keeper, listed, and ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

from freshdb.errors import ServerError
from freshdb.servers import places

LOG = "server.log"
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0

# freshdb may be on the path of this process only, as in a run from a checkout.
_RUN_KEEPER = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from pathlib import Path; "
    "from freshdb.servers.keeper import main; sys.exit(main(Path(sys.argv[1])))"
)


def start_keeper(directory: Path) -> int:
    """Start the process that starts the server of a directory, and return its id.

    It ends the server when nobody holds the directory.
    """
    source = str(Path(__file__).parent.parent.parent)
    with (directory / LOG).open("ab") as log:
        keeper = subprocess.Popen(  # noqa: S603  # our own code, and no shell
            [sys.executable, "-c", _RUN_KEEPER, source, str(directory)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
        )
    # It is not ours to wait for: it may outlive us. Without this, Python would warn of it.
    keeper.returncode = 0
    return keeper.pid


def await_answer(directory: Path, keeper: int, programs: str, answers: Callable[[], bool]) -> None:
    """Wait until a server answers; its keeper ends when the server does.

    Raises:
        ServerError: it has ended, or is silent for too long.
    """
    deadline = time.monotonic() + START_TIMEOUT_S
    # Opened now: the keeper removes the directory when the server has ended.
    with (directory / LOG).open(errors="replace") as log:
        while not answers():
            has_died = not places.is_alive(keeper)
            if has_died or time.monotonic() > deadline:
                what = "does not start" if has_died else f"is silent after {START_TIMEOUT_S:g} s"
                raise ServerError(
                    f"the private server ({programs}) {what}\n{_end_of(log)}",
                    hint="name a server that runs: `server` in [tool.freshdb]",
                )
            time.sleep(0.005)


def running(product: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the directories of a product's servers that run, with what is noted of each."""
    for directory in sorted(places.servers_directory().glob(f"{product}-*")):
        facts = places.read_facts(directory)
        if facts is not None and "pid" in facts and places.is_alive(facts["pid"]):
            yield directory, facts


def check_port(directory: Path, port: int | None, release: Callable[[], None]) -> None:
    """Refuse a server that runs, and does not listen where it is asked to.

    Raises:
        ServerError: it listens on no port, or on another one; it is released before.
    """
    known = (places.read_facts(directory) or {}).get("port")
    if port is None or port == known:
        return
    release()
    raise ServerError(
        f"the private server in `{directory}` runs already, and listens on "
        f"{'no port' if known is None else f'port {known}'}, not on {port}",
        hint="`freshdb server stop` ends it, for the tests that use it too; then start it again",
    )


def facts_of(directory: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """Return what `freshdb server status` tells of a server, but for its URL."""
    return {
        "version": facts["version"],
        "programs": facts["programs"],
        "directory": str(directory),
        "pid": facts["pid"],
        "lasting": places.is_lasting(directory),
        "in_use": places.is_held(directory),
    }


def stop(directory: Path) -> None:
    """End the server of a directory, used or not.

    Raises:
        ServerError: it does not end.
    """
    facts = places.read_facts(directory)
    if facts is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(facts["keeper"], signal.SIGTERM)
    if not places.wait_until_gone(facts["keeper"], STOP_TIMEOUT_S):
        raise ServerError(
            f"the private server in `{directory}` did not end within {STOP_TIMEOUT_S:g} s",
            hint=f"end its keeper yourself: process {facts['keeper']}",
        )


def remove(directory: Path) -> None:
    """Remove what a server left that has died, or whose keeper has: nobody holds it any more."""
    facts = places.read_facts(directory) or {}
    for name in ("keeper", "pid"):
        if name in facts and _is_about(facts[name], directory):
            with contextlib.suppress(ProcessLookupError):
                os.kill(facts[name], signal.SIGKILL)
            places.wait_until_gone(facts[name], STOP_TIMEOUT_S)
    places.discard(directory)


def reap(product: str) -> None:
    """Remove what is left of a product's servers whose keepers were killed."""
    for directory in places.servers_directory().glob(f"{product}-*"):
        facts = places.read_facts(directory) or {}
        keeper = facts.get("keeper")
        if (keeper is None or not places.is_alive(keeper)) and not places.is_held(directory):
            remove(directory)
    for directory in places.servers_directory().glob(f"{places.ENDED}{product}-*"):
        shutil.rmtree(directory, ignore_errors=True)


def _end_of(log: TextIO) -> str:
    return "\n".join(log.read().splitlines()[-8:]) or "(it has written no log)"


def _is_about(pid: int, directory: Path) -> bool:
    """Tell whether a process id is (still) that of a process that has to do with a directory."""
    with contextlib.suppress(OSError):
        return str(directory).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    with contextlib.suppress(OSError):  # where there is no /proc
        shown = subprocess.run(  # noqa: S603  # `ps` with a number
            ["ps", "-o", "command=", "-p", str(pid)],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        return str(directory) in shown.stdout
    return False
