"""The processes of trials, forked before they are wanted: each waits for its trial, all prepared.

To fork, to lay files of its own over the project's, and to touch so much memory takes as long as
a quick test and more. Done ahead, it takes the time in which the hunter, or the last trial, is at
work.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from dataclasses import dataclass

from freshdb.hunt.session.child import Equipment, be_child

_MOST_READY = 2


@dataclass(frozen=True)
class Fork:
    """A process that waits for a trial.

    Attributes:
        pid: it leads a group.
        asked: where the trial is written to, as a line.
        events: where the events of the trial come from.
    """

    pid: int
    asked: int
    events: int

    def ask(self, trial: str) -> None:
        """Let it run a trial, given as JSON."""
        with contextlib.suppress(OSError), os.fdopen(self.asked, "wb") as pipe:
            pipe.write(trial.encode() + b"\n")

    def forget(self) -> None:
        """Close this end of both."""
        os.close(self.asked)
        os.close(self.events)


class Forks:
    """Makes them.

    Args:
        equipment: what trials are made with.
        connection: to the hunter; nothing for the forks.
        is_ahead: whether any may be made before it is wanted.
        is_loud: whether what trials print is to be seen.
    """

    def __init__(
        self, equipment: Equipment, connection: socket.socket, *, is_ahead: bool, is_loud: bool
    ) -> None:
        self._equipment = equipment
        self._connection = connection
        self._most_ready = _MOST_READY if is_ahead else 0
        self._is_loud = is_loud
        self._nothing = os.open(os.devnull, os.O_RDWR)
        self._ready: list[Fork] = []

    @property
    def is_one_missing(self) -> bool:
        """Tell whether one more should be made ahead."""
        return len(self._ready) < self._most_ready

    def prepare(self) -> None:
        """Make one more."""
        self._ready.append(self._made())

    def take(self) -> Fork:
        """Return the one that has waited for longest, or a new one."""
        while self._ready:
            fork = self._ready.pop(0)
            if os.waitpid(fork.pid, os.WNOHANG) == (0, 0):
                return fork
            fork.forget()  # somebody has ended it, perhaps for want of memory
        return self._made()

    def end_ready(self) -> None:
        """End those that wait."""
        for fork in self._ready:
            os.kill(fork.pid, signal.SIGKILL)
            os.waitpid(fork.pid, 0)
            fork.forget()
        self._ready.clear()

    def _made(self) -> Fork:
        asked, asking = os.pipe()
        events, telling = os.pipe()
        pid = os.fork()
        if pid == 0:
            for one in (*self._ready, Fork(0, asking, events)):
                one.forget()
            self._connection.close()
            for standard in () if self._is_loud else (1, 2):
                os.dup2(self._nothing, standard)
            be_child(self._equipment, asked, telling)
        os.close(asked)
        os.close(telling)
        return Fork(pid, asking, events)
