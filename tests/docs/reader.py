"""A reader at work: writes a page's files in an empty directory and runs its commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import freshdb
from tests.docs.pages import Block, Command, Page
from tests.docs.warm import PROGRAMS

NOT_LOADED = ("faker", "hypothesispytest", "pytest_cov", "randomly", "rerunfailures", "timeout")
"""pytest plugins that came here for freshdb's own suite; a reader need not have them."""

CONFIGURED = {"asyncio": "asyncio_", "sqla": "sqla_"}
"""pytest plugins that readers have whose `pyproject.toml` has settings with these words."""

NOT_RUN = ("pip install", "apt install", "brew install")
SHELL = re.compile(r"[&;<>*]|^\w+=")
SOURCE = Path(freshdb.__file__).parents[1]
WIDTH = 100
TIMEOUT_S = 60


class Warm:
    """The other end of `warm.py`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    @classmethod
    @contextmanager
    def started(cls) -> Iterator[Warm]:
        program = Path(__file__).with_name("warm.py")
        with subprocess.Popen(
            [sys.executable, str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1"},
        ) as process:
            yield cls(process)
            _pipe(process.stdin).close()

    def run(self, words: list[str], directory: Path, environ: dict[str, str], output: Path) -> int:
        request = {
            "words": words,
            "directory": str(directory),
            "environ": environ,
            "output": str(output),
        }
        sending = _pipe(self._process.stdin)
        print(json.dumps(request), file=sending, flush=True)
        return int(_pipe(self._process.stdout).readline())


class Reader:
    """Works through one page.

    Args:
        warm: runs programs of Python.
        place: an empty directory; the page's files go to a directory in it.
    """

    def __init__(self, warm: Warm, place: Path) -> None:
        self._warm = warm
        self._project = place / "project"
        self._temporary = place / "tmp"
        self._output = place / "output"
        for directory in (self._project, self._temporary):
            directory.mkdir()

        temporary = re.escape(str(self._temporary))
        libraries = re.escape(sysconfig.get_path("purelib"))
        self._short = {
            rf"{temporary}/freshdb-\d+/kept/[^/]+/": "kept/",
            rf"(/dev/shm|{temporary})/freshdb-\d+": "/dev/shm/freshdb-1000",
            rf"(sqlite:///){temporary}/\.local": r"\1/users/me/.local",
            r"/branches/project-[0-9a-f]{8}/": "/branches/project-1a2b3c4d/",
            re.escape(str(self._project)): "~/project",
            rf"{libraries}|{re.escape(str(SOURCE))}": "~/.venv/lib/site-packages",
            re.escape(sysconfig.get_path("stdlib")): "/usr/lib/python3",
        }

    def work_through(self, page: Page) -> Iterator[tuple[Command, list[str]]]:
        """Do what the page says; yield each command with what it printed."""
        for step in page.steps:
            if isinstance(step, Block):
                self._write(step)
            elif step.words.startswith(NOT_RUN):
                yield step, list(step.output)
            else:
                yield step, self._run(step.words)

    def _write(self, block: Block) -> None:
        assert block.path is not None
        path = self._project / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if block.appends else "w", encoding="utf-8") as file:
            file.write(f"\n{block.text}" if block.appends else block.text)

    def _run(self, command: str) -> list[str]:
        """Run a command; what comes after a `|` is left to the shell."""
        first, *rest = self._really(command).split(" | ", maxsplit=1)
        if first.split()[0] in PROGRAMS and not SHELL.search(first):
            self._warm.run(shlex.split(first), self._project, self._environ(), self._output)
            printed = self._output.read_text(encoding="utf-8")
        else:
            printed = self._in_shell(first, "")
        return self._as_shown(self._in_shell(rest[0], printed) if rest else printed)

    def _in_shell(self, command: str, given: str) -> str:
        done = subprocess.run(
            command,
            shell=True,
            cwd=self._project,
            env=self._environ(),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        return done.stdout

    def _not_loaded(self) -> list[str]:
        """Who does not configure a plugin does not have it, nor its warning about that."""
        file = self._project / "pyproject.toml"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [*NOT_LOADED, *(name for name, word in CONFIGURED.items() if word not in text)]

    def _environ(self) -> dict[str, str]:
        """Return the environment of a reader's shell: none of the running suite's settings."""
        programs = os.path.dirname(sys.executable)
        return {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(self._temporary),
            "TMPDIR": str(self._temporary),
            "LANG": "C.UTF-8",
            "COLUMNS": str(WIDTH),
            "PYTEST_ADDOPTS": " ".join(f"-p no:{plugin}" for plugin in self._not_loaded()),
        }

    def _really(self, command: str) -> str:
        """Return the command with the path that stands behind `kept/`."""
        kept = next(self._temporary.glob("freshdb-*/kept/*"), None)
        return command.replace(" kept/", f" {kept}/") if kept else command

    def _as_shown(self, output: str) -> list[str]:
        """Return the lines as pages show them: with short paths, without trailing blanks."""
        for pattern, shown in self._short.items():
            output = re.sub(pattern, shown, output)
        lines = [line.rstrip() for line in output.splitlines()]
        while lines and not lines[-1]:
            lines.pop()
        while lines and not lines[0]:
            lines.pop(0)
        return lines


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe
