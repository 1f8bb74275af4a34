"""A process that has imported the large libraries, and forks itself for each command.

Run as a program. It reads requests, one JSON object a line, and answers each with the exit code.
Each command runs in a process of its own, as it would from a shell, but for a second of imports
that it does not have to wait for. No pytest plugin's module is imported in advance, nor any of a
page.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
import traceback
from importlib import import_module

LIBRARIES = (
    "sqlite3",
    "sqlalchemy.orm",
    "sqlalchemy.ext.asyncio",
    "aiosqlite",
    "anyio",
    "execnet",
    "fastapi.testclient",
    "filelock",
    "httpx",
    "pdb",
    "pydantic",
    "pytest",
    "ruamel.yaml",
    "tomllib",
    "trio",
    "unittest.mock",
    "xml.sax.saxutils",
)
HOLD_A_PLUGIN = ("anyio",)
PROGRAMS = ("pytest", "python", "freshdb")


def serve() -> None:
    """Answer requests until the input ends."""
    for name in LIBRARIES:
        import_module(name)
    for name in HOLD_A_PLUGIN:
        # Else pytest warns that it comes too late to rewrite the assertions in them.
        sys.modules[name].__doc__ = "PYTEST_DONT_REWRITE"
    gc.freeze()
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(request["directory"], request["environ"], request["output"])
            sys.exit(_run(request["words"]))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _become(directory: str, environ: dict[str, str], output: str) -> None:
    """Take the place that the command's own process would have."""
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environ)
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for source, target in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(source, target)


def _run(words: list[str]) -> int | str | None:
    program, arguments = words[0], words[1:]
    sys.argv = list(words)
    try:
        if program == "pytest":
            sys.path[0] = os.path.dirname(sys.executable)
            runpy.run_module("pytest", run_name="__main__")
        elif program == "freshdb":
            sys.path[0] = os.path.dirname(sys.executable)
            runpy.run_module("freshdb", run_name="__main__")
        elif arguments[0] == "-m":
            sys.path[0] = os.getcwd()
            sys.argv = arguments[1:]
            runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        else:
            sys.path[0] = os.getcwd()
            sys.argv = arguments
            runpy.run_path(arguments[0], run_name="__main__")
    except SystemExit as stop:
        return stop.code
    except BaseException:  # as the interpreter itself would
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    serve()
