"""List a project's module-level mutable state: where it is, what changes it, what to write instead.

Nothing is imported or run; the answer comes from the source texts. So it is a hint, not a proof: a
change through a name that only a run would tell (``getattr``, an argument) is not seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from freshdb.state.globals.definitions import add_rebound, states_of
from freshdb.state.globals.last_run import with_last_run
from freshdb.state.globals.model import ADVICE, GlobalsReport, GlobalState, Key, Mutation, Seen
from freshdb.state.globals.mutations import Mutations
from freshdb.state.globals.render import render_json, render_text
from freshdb.state.globals.sources import is_below, read
from freshdb.state.settings import package_not_found

__all__ = ["GlobalState", "GlobalsReport", "find_globals", "render_json", "render_text"]


def find_globals(
    root: str | os.PathLike[str], *, packages: Iterable[str] = (), seen: Iterable[Seen] = ()
) -> GlobalsReport:
    """Return the module-level mutable state of the Python files below a directory.

    Args:
        root: the project's directory; a ``src`` folder in it is a root of modules too.
        packages: look into these only; an unknown one is an error.
        seen: what tests were seen to change, as `last_run.load` returns it.

    Raises:
        PackageNotFoundError: no file below the root belongs to a package of that name.
    """
    folder = Path(root)
    sources, unreadable = read(folder)
    wanted = tuple(packages)
    for package in wanted:
        if not any(is_below(source.module, package) for source in sources):
            raise package_not_found(package)
    chosen = [s for s in sources if not wanted or any(is_below(s.module, p) for p in wanted)]
    states = {(one.module, one.name): one for source in chosen for one in states_of(source)}
    add_rebound(states, chosen)
    found: dict[Key, list[Mutation]] = {}
    for source in sources:
        for key, mutation in Mutations(source, sources).find():
            found.setdefault(key, []).append(mutation)
    with_last_run(states, seen, chosen)
    return GlobalsReport(_completed(states, found), tuple(unreadable))


def _completed(
    states: dict[Key, GlobalState], found: dict[Key, list[Mutation]]
) -> tuple[GlobalState, ...]:
    complete = [
        replace(
            one,
            mutations=tuple(dict.fromkeys(found.get(key, one.mutations))),
            advice=ADVICE[one.sort].format(name=one.name.rpartition(".")[2]),
        )
        for key, one in states.items()
    ]
    return tuple(sorted(complete, key=lambda one: (one.file, one.line, one.name)))
