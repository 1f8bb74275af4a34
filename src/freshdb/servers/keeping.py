"""What private servers of all products have in common: kept by a keeper, listed, and ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from freshdb.errors import ServerError
from freshdb.servers import places

STOP_TIMEOUT_S = 10.0

# freshdb may be on the path of this process only, as in a run from a checkout.
_RUN_KEEPER = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); from pathlib import Path; "
    "from freshdb.servers.keeper import main; sys.exit(main(Path(sys.argv[1])))"
)


def start_keeper(directory: Path) -> None:
    """Start the process that starts the server of a directory, and ends it when nobody holds it."""
    source = str(Path(__file__).parent.parent.parent)
    keeper = subprocess.Popen(  # noqa: S603  # our own code, and no shell
        [sys.executable, "-c", _RUN_KEEPER, source, str(directory)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )
    # It is not ours to wait for: it may outlive us. Without this, Python would warn of it.
    keeper.returncode = 0


def running(product: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the directories of a product's servers that run, with what is noted of each."""
    for directory in sorted(places.servers_directory().glob(f"{product}-*")):
        facts = places.read_facts(directory)
        if facts is not None and "pid" in facts and places.is_alive(facts["pid"]):
            yield directory, facts


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
    shutil.rmtree(directory, ignore_errors=True)


def reap(product: str) -> None:
    """Remove what is left of a product's servers whose keepers were killed."""
    for directory in places.servers_directory().glob(f"{product}-*"):
        facts = places.read_facts(directory) or {}
        keeper = facts.get("keeper")
        if (keeper is None or not places.is_alive(keeper)) and not places.is_held(directory):
            remove(directory)


def end_of_log(directory: Path) -> str:
    """Return the last lines of what a server has written."""
    with contextlib.suppress(OSError):
        return "\n".join((directory / "server.log").read_text(errors="replace").splitlines()[-8:])
    return "(it has written no log)"


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
