"""What backends have in common whose branches are databases of a server."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from freshdb.backends.workshop import Server, Workshop
from freshdb.errors import ServerError
from freshdb.model import Image, Peer, Source

if TYPE_CHECKING:
    from freshdb.backends import Backends
    from freshdb.settings import Settings


class Address(Protocol):
    """Where a server is."""

    @property
    def peer(self) -> Peer:
        """The other end of connections to it."""


class OneServer(Server, Protocol):
    """A server as such a backend has it open."""

    @property
    def address(self) -> Address:
        """Where it is."""

    def close(self) -> None:
        """Drop what this process still has, and let the server go."""


class Choice(Protocol):
    """Which server it is to be: where it is, None for a private one."""

    @property
    def target(self) -> Any: ...


class Resettable(Protocol):
    """What can make a branch pristine in place."""

    def has_changed(self) -> bool:
        """Tell whether there is anything that a reset would undo or refuse."""


S = TypeVar("S", bound=OneServer)
D = TypeVar("D")
C = TypeVar("C", bound=Choice)
R = TypeVar("R", bound=Resettable)


class ServerBackend(ABC, Generic[S, D, C, R]):
    """Keeps the servers of one process of a run, and what was made on them.

    `S` is a server, `D` a database on one, `C` the choice of one, `R` what resets a branch.

    Args:
        settings: those of the run.
        label: names the process, for example the xdist worker.
        project: names the project among others on the same server.
    """

    is_server = True
    # Stands for the fingerprint of a template with nothing in it.
    empty: str

    def __init__(self, settings: Settings, label: str, project: str) -> None:
        self._settings = settings
        self._label = label
        self._project = hashlib.sha256(project.encode()).hexdigest()[:6]
        self._choices: dict[Any, C] = {}
        self._servers: dict[Any, S] = {}
        self._workshops: dict[S, Workshop] = {}
        self._server_of_source: dict[Source, S] = {}
        self._origins: dict[D, tuple[Image, R | None]] = {}
        self._user = ""

    @classmethod
    def of_run(cls, run: Backends) -> Self:
        return cls(run.settings, run.label, run.project)

    # Images

    def template(self, fingerprint: str, build: Callable[[D], None], *, rebuild: bool) -> Image:
        return self._template(self._server_for_template(), fingerprint, build, rebuild=rebuild)

    @abstractmethod
    def _template(
        self, server: S, fingerprint: str, build: Callable[[D], None], *, rebuild: bool = False
    ) -> Image:
        """Return the template on a server, built if nobody has built it yet."""

    def build_empty(self) -> Image:
        return self._empty(self._server_for_template())

    def build_from(self, source: Source) -> Image:
        """Return an empty database: the application's own may be large, in use, or precious."""
        return self._empty(self._server_of_source[source])

    def _empty(self, server: S) -> Image:
        return self._template(server, self.empty, lambda draft: None)

    def take_image(self, branch: D) -> Image:
        """Turn a branch into an image, or return the one that it came from if it is unchanged."""
        origin, resettable = self._origins.get(branch, (None, None))
        if origin is not None and resettable is not None and not resettable.has_changed():
            return origin
        return self._frozen(branch)

    @abstractmethod
    def _frozen(self, branch: D) -> Image:
        """Make an image of a branch: the branch itself, which nobody is sent to any more."""

    def take_image_through(self, driver_connection: Any) -> Image:
        raise ServerError("a server's database is not in the memory of a connection")

    def is_same(self, one: Image, other: Image) -> bool:
        return one == other

    @abstractmethod
    def _let_go(self, branch: D) -> None:
        """Close what resets a branch, which is none any more."""

    # Servers

    def peers(self) -> list[Peer]:
        return [server.address.peer for server in self._servers.values()]

    @abstractmethod
    def _chosen(self, target: Any) -> C:
        """Choose the server for an engine that leads to a target."""

    @abstractmethod
    def _opened(self, choice: C) -> S:
        """Connect to the server that was chosen."""

    @abstractmethod
    def _nowhere(self) -> Any:
        """Return the target of an engine that says nothing of where its server is."""

    def _server_for(self, target: Any) -> S:
        choice = self._choices.get(target)
        if choice is None:
            choice = self._choices[target] = self._chosen(target)
        if choice.target not in self._servers:
            self._servers[choice.target] = self._opened(choice)
        return self._servers[choice.target]

    def _server_for_template(self) -> S:
        if not self._servers:
            return self._server_for(self._nowhere())
        return next(iter(self._servers.values()))

    def _workshop(self, server: S) -> Workshop:
        if server not in self._workshops:
            self._workshops[server] = Workshop(server)
        return self._workshops[server]

    def close(self) -> None:
        for branch in list(self._origins):
            self._let_go(branch)
        for workshop in self._workshops.values():
            workshop.close()
        for server in self._servers.values():
            server.close()
        self._servers.clear()
