"""Files and sockets that a test left open."""

from __future__ import annotations

import gc
import os
import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from freshdb.model import Peer
from freshdb.state.change import Change, Finding, Verb
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

EXEMPT = re.compile(
    r"anon_inode:|pipe:|/dev/(?!shm/)|/proc/|.*/(freshdb-[^/]*|run-[0-9a-f]{10}-[^/]*)/"
    r"|.* \(deleted\)$"
)
"""No files or sockets of the program: what an event loop waits with, devices, branches, private
servers."""

_FOLDERS = ("/proc/self/fd", "/dev/fd")


@dataclass(eq=False)
class _Open:
    lowest_free: int
    targets: dict[int, str]


class DescriptorsProbe(BaseProbe):
    """Watches the open file descriptors; one that was left open is told, not closed.

    A new descriptor takes the lowest free number. So as long as that number is the same, nothing
    was left open, and one need not list them all.
    """

    name = "descriptors"

    def __init__(self, settings: StateSettings) -> None:
        self._servers = settings.peers

    def snapshot(self) -> _Open:
        return _Open(_lowest_free(), _targets())

    def compare(self, baseline: _Open) -> Sequence[Finding]:
        if _lowest_free() == baseline.lowest_free:
            return ()
        new = self._new(baseline)
        if new and gc.isenabled():
            # What holds it may be garbage already, in a cycle that the test has made: a class of
            # its own, an exception with its traceback. What is young is collected in no time.
            gc.collect(1)
            new = self._new(baseline)
        if not new:
            baseline.lowest_free, baseline.targets = _lowest_free(), _targets()
        return [Finding(_change(number, target)) for number, target in sorted(new.items())]

    def signs(self, baseline: _Open) -> Signs:
        return Signs(values=(_lowest_free,))

    def settle(self, baseline: _Open, left: Sequence[Finding]) -> None:
        """Tell of each descriptor once."""
        baseline.lowest_free, baseline.targets = _lowest_free(), _targets()

    def _new(self, baseline: _Open) -> dict[int, str]:
        """Return what the program has opened since, but for connections to database servers.

        Their pools keep them; what a test has not given back is told where pools are known.
        """
        return {
            number: target
            for number, target in _targets().items()
            if baseline.targets.get(number) != target
            and not EXEMPT.match(target)
            and not self._is_of_server(_peer(number, target))
        }

    def _is_of_server(self, peer: Peer) -> bool:
        if isinstance(peer, str) and EXEMPT.match(peer):
            return True
        return any(peer in _endpoints(server) for server in self._servers())


@lru_cache
def _endpoints(peer: Peer) -> frozenset[Peer]:
    """Return what a socket that is connected to a server says of its other end."""
    if isinstance(peer, str):
        return frozenset((peer,))
    try:
        found = socket.getaddrinfo(*peer, type=socket.SOCK_STREAM)
    except OSError:
        return frozenset()
    return frozenset((str(address[0]), peer[1]) for *_, address in found)


def _lowest_free() -> int:
    for known in (2, 1, 0):
        try:
            number = os.dup(known)
        except OSError:  # closed, as in a daemon
            continue
        os.close(number)
        return number
    return -1


def _targets() -> dict[int, str]:
    """Return what each descriptor is open on; nothing where the system does not tell."""
    folder = next(filter(os.path.isdir, _FOLDERS), None)
    if folder is None:
        return {}
    found: dict[int, str] = {}
    for name in os.listdir(folder):
        try:
            found[int(name)] = os.readlink(f"{folder}/{name}")
        except (OSError, ValueError):  # the one that listed the folder
            continue
    return found


def _peer(number: int, target: str) -> Peer:
    """Return the path, or host and port, that a socket is connected to; else nothing."""
    if not target.startswith("socket:"):
        return ""
    try:
        with socket.socket(fileno=os.dup(number)) as opened:
            name = opened.getpeername()
    except OSError:  # closed meanwhile, or not connected
        return ""
    if isinstance(name, tuple) and len(name) > 1:
        return str(name[0]), int(name[1])
    return name if isinstance(name, str) else ""


def _change(number: int, target: str) -> Change:
    kind = "socket" if target.startswith("socket:") else "file"
    return Change("descriptors", f"{kind} descriptor {number}", after=target, verb=Verb.OPENED)
