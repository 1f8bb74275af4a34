"""Where a run has its files: the workspace of its branches, and the place of what it keeps."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from freshdb import workspace
from freshdb.settings import Settings


class Directories:
    """The directories of one process of a run, each made when it is first needed.

    Args:
        settings: those of the run.
        rootdir: the project's root directory.
        label: names the process in its directory.
    """

    def __init__(self, settings: Settings, rootdir: Path, label: str) -> None:
        self._settings = settings
        self._rootdir = rootdir
        self._label = label

    def check(self) -> None:
        """See that the directory for branches can be written, where one is set.

        Raises:
            SettingError: it cannot.
        """
        if self._settings.directory is not None:
            self._base  # noqa: B018  # finding it tries it

    def new_path(self, kind: str) -> Path:
        """Return a path of the workspace that nothing has yet."""
        return self._workspace.new_path(kind)

    @cached_property
    def kept(self) -> Path:
        """Where databases of failed tests are kept."""
        return workspace.kept_directory(self._rootdir)

    def close(self) -> None:
        """Remove the workspace, if there is one."""
        if "_workspace" in vars(self):
            self._workspace.close()
            del self._workspace

    @cached_property
    def _base(self) -> Path:
        settings = self._settings
        return workspace.find_base(settings.directory, settings.source_of("directory"))

    @cached_property
    def _workspace(self) -> workspace.Workspace:
        made = workspace.Workspace(self._base, self._label)
        workspace.sweep_kept(self.kept)
        return made
