"""Databases that freshdb has made for branches, and that no record knows any more.

A record may be lost: somebody removed it, or put back an older state of the disk. A database's own
name tells which registry has made it, and a file lies in its branch's directory. Whatever else is
on a server or beside a file is not freshdb's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from freshdb.branches.products import product
from freshdb.branches.products.servers import NEW, OLD
from freshdb.branches.records import BranchRecord, Place
from freshdb.branches.registry import DATABASE, Registry, registry_id
from freshdb.errors import FreshDBError


def strays(registry: Registry) -> list[Place]:
    """Return the databases without a record; none of a server that does not answer.

    What is there is listed before the records are read, and a record is written before its database
    is made. So what is being made at this moment is known.
    """
    there = [*_on_servers(registry), *_in_homes(registry)]
    homes = registry.homes()
    records = [registry.read(home.name, home.parent.name) for home in homes]
    if None in records:
        return []  # one may be known to a record that cannot be read
    known = {_name_of(place) for record in records if record for place in _places(record)}
    return [place for place in there if _name_of(place) not in known]


def remove_strays(registry: Registry) -> list[Place]:
    """Remove them, and return what has been removed."""
    removed = strays(registry)
    for place in removed:
        product(place.product).delete(place)
    return removed


def _on_servers(registry: Registry) -> Iterator[Place]:
    for server in registry.servers():
        with contextlib.suppress(FreshDBError):
            yield from product(server.product).made_by(registry_id(registry.base), server)


def _in_homes(registry: Registry) -> Iterator[Place]:
    for home in registry.homes():
        for path in sorted(home.iterdir()):
            found = DATABASE.fullmatch(path.name)
            if found and path.name == found["main"]:
                yield Place("sqlite", str(path))


def _places(record: BranchRecord) -> list[Place]:
    return [record.place, *(one.place for one in record.snapshots)]


def _name_of(place: Place) -> str:
    """Return what a database is known by: its file, or its name before it was put elsewhere."""
    if not product(place.product).has_servers:
        return str(Path(place.where))
    name = urlsplit(place.where).path.strip("/")
    return name.removesuffix(NEW).removesuffix(OLD)
