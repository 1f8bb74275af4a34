"""Snapshot the state of a process, tell what a test changed in it, and put it back in place."""

from freshdb.state.change import Action, Change, Finding, Verb
from freshdb.state.keeper import StateKeeper
from freshdb.state.probe import BaseProbe, Probe, ProbeRegistry
from freshdb.state.probes import PROBES
from freshdb.state.settings import StateSettings
from freshdb.state.sweep import Signs

__all__ = [
    "PROBES",
    "Action",
    "BaseProbe",
    "Change",
    "Finding",
    "Probe",
    "ProbeRegistry",
    "Signs",
    "StateKeeper",
    "StateSettings",
    "Verb",
]
