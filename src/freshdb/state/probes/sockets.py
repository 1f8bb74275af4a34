"""The default timeout of new sockets."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import partial

from freshdb.state.change import Finding, finding
from freshdb.state.probe import BaseProbe
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs


class SocketsProbe(BaseProbe):
    """Watches ``socket.setdefaulttimeout``; sockets left open are told by `descriptors`."""

    name = "sockets"

    def __init__(self, settings: StateSettings) -> None:
        pass

    def snapshot(self) -> float | None:
        return socket.getdefaulttimeout()

    def compare(self, baseline: float | None) -> Sequence[Finding]:
        now = socket.getdefaulttimeout()
        if now == baseline:
            return ()
        undo = partial(socket.setdefaulttimeout, baseline)
        return (finding(self.name, "socket.getdefaulttimeout()", baseline, now, undo),)

    def signs(self, baseline: float | None) -> Signs:
        return Signs(values=(socket.getdefaulttimeout,))
