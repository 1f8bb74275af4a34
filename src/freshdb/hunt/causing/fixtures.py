"""Write the fixture that puts a piece of state back, for suites that do not use freshdb. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from freshdb.hunt.pieces import Piece

HEAD = '"""Fixtures that put back what tests leave; written by `freshdb hunt`."""\n\n'

_READABLE = re.compile(r"[\w.]+(\[('[^'…]*'|-?\d+)\]|\.\w+|\('[^'…]*'\))*$")
_LAST = re.compile(r"(?P<holder>.+)(?:\.(?P<name>\w+)|\[(?P<key>'[^'…]*'|\d+)\])$")

_ATTRIBUTE = """\
{imports}
holder = {holder}
before = vars(holder).get({name!r}, ...)
yield
if before is not ...:
    setattr(holder, {name!r}, before)
elif {name!r} in vars(holder):
    delattr(holder, {name!r})
"""
_CONTAINER = """\
{imports}
holder = {holder}
before = holder.copy()
yield
if isinstance(holder, list):
    holder[:] = before
else:
    holder.clear()
    holder.update(before)
"""
_CACHE = """\
{imports}
yield
{holder}.cache_clear()
"""
_ENVIRONMENT = """\
import os

before = os.environ.get({name})
yield
if before is None:
    os.environ.pop({name}, None)
else:
    os.environ[{name}] = before
"""
_DIRECTORY = """\
import os

before = os.getcwd()
yield
os.chdir(before)
"""
_MODULE = """\
import sys

before = sys.modules.get({name})
yield
if before is None:
    sys.modules.pop({name}, None)
else:
    sys.modules[{name}] = before
"""
_FILE = """\
from pathlib import Path

path = request.config.rootpath / Path({name}).expanduser()
before = path.read_bytes() if path.exists() else None
yield
if before is None:
    path.unlink(missing_ok=True)
else:
    path.write_bytes(before)
"""
_RANDOM = """\
import random

before = random.getstate()
yield
random.setstate(before)
"""


def fixture_for(piece: Piece) -> str:
    """Return the source of a fixture that keeps tests from leaving a piece of state; or nothing."""
    make = _BY_KIND.get(piece.kind)
    body = make(piece) if make is not None else ""
    if not body:
        return ""
    name = re.sub(r"\W+", "_", piece.path).strip("_").lower()[:60]
    argument = "request" if "request." in body else ""
    return (
        f"@pytest.fixture(autouse=True)\ndef keep_{name}({argument}):\n"
        f'    """No test leaves `{piece.path}` changed."""\n'
        f"{textwrap.indent(body, '    ')}"
    )


def _of_module(piece: Piece) -> str:
    path = piece.path
    if not piece.module or not _READABLE.match(path):
        return ""
    imports = f"import {piece.module}\n"
    cached = re.match(r"([\w.]+)\(.*\)$", path)
    if cached is not None and piece.kind == "modules":
        return _CACHE.format(imports=imports, holder=cached[1])
    if piece.verb == "reordered" or re.search(r"\[\d+\]$", path):
        return _CONTAINER.format(imports=imports, holder=re.sub(r"\[\d+\]$", "", path))
    last = _LAST.match(path)
    if last is None:
        return ""
    if last["key"] is not None:
        return _CONTAINER.format(imports=imports, holder=last["holder"])
    return _ATTRIBUTE.format(imports=imports, holder=last["holder"], name=last["name"])


def _of_environment(piece: Piece) -> str:
    found = re.match(r"os\.environ\[('[^'…]*')\]$", piece.path)
    return _ENVIRONMENT.format(name=found[1]) if found else ""


def _of_process(piece: Piece) -> str:
    return _DIRECTORY if piece.path == "os.getcwd()" else ""


def _of_imports(piece: Piece) -> str:
    found = re.match(r"sys\.modules\[('[^'…]*')\]$", piece.path)
    return _MODULE.format(name=found[1]) if found else ""


def _of_files(piece: Piece) -> str:
    found = re.match(r"file ('[^'…]*')$", piece.path)
    return _FILE.format(name=found[1]) if found else ""


def _of_random(piece: Piece) -> str:
    return _RANDOM if piece.path == "random.getstate()" else ""


_BY_KIND: dict[str, Callable[[Piece], str]] = {
    "modules": _of_module,
    "patches": _of_module,
    "logging": _of_module,
    "paths": _of_module,
    "environment": _of_environment,
    "process": _of_process,
    "imports": _of_imports,
    "files": _of_files,
    "random": _of_random,
}
