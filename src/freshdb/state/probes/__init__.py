"""The probes that come with freshdb, in the order in which they compare and restore."""

from __future__ import annotations

from freshdb.state.probe import ProbeRegistry
from freshdb.state.probes import (
    asyncio_state,
    children,
    decimals,
    descriptors,
    environment,
    files,
    hooks,
    imports,
    localization,
    logs,
    modules,
    patches,
    paths,
    process,
    randomness,
    signals,
    sockets,
    sqlalchemy_events,
    streams,
    tasks,
    threads,
    warning_filters,
)

PROBES = ProbeRegistry()
"""The registry that a keeper uses unless it is given another. Add to it to extend all keepers."""

# Imports first: a module that was removed is put back before its globals are compared. The
# report-only probes come last: restoring may end what they would report.
PROBES.register("imports", imports.ImportsProbe)
PROBES.register(modules.NAME, modules.ModulesProbe)
PROBES.register("patches", patches.PatchesProbe)
PROBES.register("environment", environment.EnvironmentProbe)
PROBES.register("paths", paths.PathsProbe)
PROBES.register("process", process.ProcessProbe)
PROBES.register("streams", streams.StreamsProbe)
PROBES.register("hooks", hooks.HooksProbe)
PROBES.register("warnings", warning_filters.WarningsProbe)
PROBES.register("logging", logs.LoggingProbe)
PROBES.register("localization", localization.LocalizationProbe)
PROBES.register("random", randomness.RandomProbe)
PROBES.register("decimal", decimals.DecimalProbe)
PROBES.register("signals", signals.SignalsProbe)
PROBES.register("sockets", sockets.SocketsProbe)
PROBES.register("asyncio", asyncio_state.AsyncioProbe)
PROBES.register("sqlalchemy", sqlalchemy_events.SQLAlchemyProbe)
PROBES.register("tasks", tasks.TasksProbe)
PROBES.register("threads", threads.ThreadsProbe)
PROBES.register("children", children.ChildrenProbe)
PROBES.register("descriptors", descriptors.DescriptorsProbe)
PROBES.register("files", files.FilesProbe)
