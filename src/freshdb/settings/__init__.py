"""Settings: defaults < pyproject.toml < environment < command line < marker, with sources."""

from freshdb.settings.loading import load_settings, with_marker
from freshdb.settings.table import SETTINGS, Setting
from freshdb.settings.values import Settings, StateModes

__all__ = ["SETTINGS", "Setting", "Settings", "StateModes", "load_settings", "with_marker"]
