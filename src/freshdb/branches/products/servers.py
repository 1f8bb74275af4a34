"""What products with servers have in common: the names of branches, and URLs read and written."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from freshdb.branches.products import Progress
from freshdb.branches.records import Place
from freshdb.branches.registry import registry_id

BRANCHES = "freshdb_branch_"
# What the copy is called that is to take a database's place, and the one that has had it.
NEW, OLD = "_new", "_old"
LOOK_EVERY_S = 0.2


@dataclass(frozen=True)
class ServerUrl:
    """What a URL says, part by part; an empty text where it says nothing.

    Attributes:
        password: from the environment variable that the place names; a place has none itself.
    """

    scheme: str
    user: str
    host: str
    port: int | None
    database: str
    query: dict[str, str]
    password: str = field(default="", repr=False)


def parts_of(place: Place) -> ServerUrl:
    """Return what a place's URL says."""
    parts = urlsplit(place.where)
    secret = os.environ.get(place.secret, "") if place.secret else ""
    return ServerUrl(
        parts.scheme,
        unquote(parts.username or ""),
        unquote(parts.hostname or ""),
        parts.port,
        unquote(parts.path.strip("/")),
        dict(parse_qsl(parts.query)),
        unquote(urlsplit(secret).password or ""),
    )


def text_of(url: ServerUrl, *, driver: str | None = None, with_password: bool | None = None) -> str:
    """Return a URL; `with_password` None leaves the password out, False masks it."""
    user = quote(url.user, safe="")
    if url.password and with_password is not None:
        user += f":{quote(url.password, safe='') if with_password else '***'}"
    scheme = f"{url.scheme}+{driver}" if driver else url.scheme
    place = f"{url.host}:{url.port}" if url.host else ""
    query = f"?{urlencode(url.query, safe='/')}" if url.query else ""
    return f"{scheme}://{user}@{place}/{quote(url.database)}{query}"


def this_user() -> str:
    """Return the name of whoever runs this process."""
    return getpass.getuser()


def way_in(place: Place, otherwise: str | None) -> str | None:
    """Return the hint for whoever is not let in: where the password would have to be."""
    if place.secret and not os.environ.get(place.secret):
        return f"set `{place.secret}` to the URL with its password, as when the branch was made"
    return otherwise


def new_database_name(home: Path, label: str) -> str:
    """Return a name for a branch or its snapshot that no other of any user has on its server.

    It says which registry has made it, so that one that no record knows any more is found.
    """
    stem = re.sub(r"[^a-z0-9]+", "_", f"{home.name}_{label}".lower())[:24].strip("_")
    return f"{BRANCHES}{stem}_{registry_id(home.parents[1])}_{os.urandom(5).hex()}"


def is_made_by(registry: str, name: str) -> bool:
    """Tell whether a database's name is one that the registry with this id has given."""
    found = re.fullmatch(rf"{BRANCHES}\w*?_{registry}_[0-9a-f]{{10}}({NEW}|{OLD})?", name)
    return found is not None


@contextlib.contextmanager
def watched(
    progress: Progress, total: int, amounts: Callable[[], Generator[int, None, None]]
) -> Iterator[None]:
    """Tell from time to time how much is done of what the server does while the block runs.

    Args:
        progress: who is told.
        total: how many bytes there are to do.
        amounts: yields, at any moment, how many are done; on a connection of its own, in a thread.
            Where the server does not let it look, nobody is told.
    """
    is_over, is_told = threading.Event(), threading.Event()

    def tell() -> None:
        if is_over.wait(LOOK_EVERY_S):
            return
        with contextlib.suppress(Exception), contextlib.closing(amounts()) as looks:
            for done in looks:
                is_told.set()
                progress(min(done, total - 1), total)
                if is_over.wait(LOOK_EVERY_S):
                    return

    watcher = threading.Thread(target=tell, daemon=True, name="freshdb-progress")
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
        if is_told.is_set():
            progress(total, total)
