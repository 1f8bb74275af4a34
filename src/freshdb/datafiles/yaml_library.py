"""ruamel.yaml, imported when the first YAML file is met."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import ModuleType


def ruamel() -> ModuleType:
    """Return the module `ruamel.yaml`; the filters of warnings stay as they are.

    Raises:
        ImportError: it is not installed.
    """
    with warnings.catch_warnings():  # it sets filters for warnings of its own when it is imported
        import_module("ruamel.yaml.util")
        return import_module("ruamel.yaml")
