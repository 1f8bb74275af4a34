"""What of a run's settings is about process state, in the form that a keeper takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from freshdb.errors import SettingError, StateError
from freshdb.model import Peer
from freshdb.settings import Settings
from freshdb.state.probes import PROBES
from freshdb.state.settings import StateSettings


def state_settings(
    settings: Settings,
    rootdir: Path,
    reset_by_others: Sequence[str] = (),
    peers: Callable[[], Iterable[Peer]] = tuple,
) -> StateSettings:
    """Return what a run watches.

    Args:
        settings: the run's.
        rootdir: where the project's own modules lie, unless packages are named.
        reset_by_others: probes that are left out unless they are asked for by name.
        peers: returns the database servers in use.

    Raises:
        SettingError: a package that is not there, an unknown probe, an unreadable pattern.
    """
    with _told_where(settings, "packages"):
        StateSettings(packages=settings.packages)
    with _told_where(settings, "ignore"):
        StateSettings(ignore=settings.ignore)
    with _told_where(settings, "probes"):
        probes = _probes(settings.probes, reset_by_others)
    return StateSettings(
        packages=settings.packages,
        root=None if settings.packages else rootdir,
        ignore=settings.ignore,
        probes=probes,
        peers=peers,
    )


def _probes(wanted: Sequence[str], reset_by_others: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the probes: those that are named, or all but the ones with a minus."""
    left_out = {name.removeprefix("-") for name in wanted if name.startswith("-")}
    named = [name for name in wanted if not name.startswith("-")]
    PROBES.ensure_known([*named, *left_out])
    usual = [name for name in PROBES if name not in reset_by_others]
    return tuple(name for name in (named or usual) if name not in left_out)


@contextmanager
def _told_where(settings: Settings, name: str) -> Iterator[None]:
    """Let an error about process state say which setting it comes from."""
    try:
        yield
    except StateError as error:
        source = settings.source_of(name)
        raise SettingError(error.fact, name=name, source=source, hint=error.hint) from None
