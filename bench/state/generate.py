"""Write a project with as much module state as a real one, or a multiple of it.

The measure is a project of 13,800 tests: 52 modules, 2,245 globals, about 7,400 containers that
can be reached from them, with 18,600 elements.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "generated"
MODULES = 52
HEAD = """\
from collections import OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from functools import lru_cache


class Window:
    def __init__(self):
        self.hits = []
        self.limit = 10


class Limiter:
    kinds = ["fixed", "sliding"]

    def __init__(self, name):
        self.name = name
        self.windows = {"default": Window()}

    def allow(self):
        return True


@dataclass
class Options:
    debug: bool = False
    tags: list = field(default_factory=list)
    extra: dict = field(default_factory=dict)


@lru_cache
def settings():
    return Options()


"""
GLOBALS = (
    ("NUMBER_{n} = {n}", 16),
    ("TEXT_{n} = 'text {n}'", 8),
    ("cache_{n} = {{}}", 2),
    (
        "table_{n} = {{'a': [1], 'f': [{{}}], 'b': [1, 2], 'c': {{'d': None, 'e': {{'x': 1}}}}}}",
        9,
    ),
    ("rows_{n} = [{{'id': i, 'name': 'row', 'ok': True}} for i in range(16)]", 8),
    ("names_{n} = ['a', 'b', 'c']", 4),
    ("seen_{n} = {{'a', 'b'}}", 2),
    ("groups_{n} = defaultdict(list, a=[1], b=[2, 3])", 2),
    ("tree_{n} = [[[1], [2]], [{{'k': set()}}], {{}}]", 4),
    ("order_{n} = OrderedDict(a=1, b=2)", 1),
    ("queue_{n} = deque([1, 2], maxlen=9)", 1),
    ("limiter_{n} = Limiter('l{n}')", 5),
    ("options_{n} = Options(tags=['x'], extra={{'k': {n}}})", 6),
    ("def function_{n}(a, b=None):\n    return a", 9),
)


def write_project(folder: Path, *, times: int = 1, seed: int = 7) -> None:
    """Write the package, with so many times the modules of the real one."""
    package = folder / NAME
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    chooser = random.Random(seed)  # noqa: S311  # the same project each time
    patterns, weights = zip(*GLOBALS, strict=True)
    for name in module_names(times):
        lines = chooser.choices(patterns, weights, k=34)
        body = "\n".join(line.format(n=number) for number, line in enumerate(lines))
        file = package / f"{name.rpartition('.')[2]}.py"
        file.write_text(HEAD + body + "\n", encoding="utf-8")


def module_names(times: int) -> list[str]:
    """Return the dotted names of the modules in a package of that size."""
    return [f"{NAME}.module_{index}" for index in range(MODULES * times - 1)]


def changed_by_tests(modules: Sequence[Any], changes: int) -> list[dict[Any, Any]]:
    """Return so many dicts from all over the modules, for tests to change."""
    found = [
        value
        for module in modules
        for name, value in vars(module).items()
        if name.startswith(("table_", "cache_"))
    ]
    return found[:: max(1, len(found) // changes)][:changes] if changes else []
