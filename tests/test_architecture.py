"""Imports point one way, and the public names are what the package says they are."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import freshdb

SOURCE = Path(freshdb.__file__).parent

# Each room may import from the rows above its own, and from itself.
LEVELS = [
    {"errors", "nearest"},
    {"model", "settings", "workspace", "_when_imported", "scoped"},
    {"servers"},
    {"backends", "state", "report", "datafiles", "emulation"},
    {"templates", "isolation"},
    {"sessions", "hunt"},
    {"seeds"},
    {"fresh", "seeding", "case", "doctor", "branches"},
    {"mcp"},
    {"runtime"},
    {"pytest_plugin", "_autoload", "cli"},
    {"__main__"},
]


# The same inside of a room that has rooms of its own.
INNER_LEVELS = {
    "isolation": [
        {"patches", "places"},
        {"owners"},
        {"branches"},
        {"connections"},
        {"covering"},
    ],
    "hunt": [
        {"pieces"},
        {"trials"},
        {"findings", "session"},
        {"lab", "text"},
        {"searching"},
        {"causing"},
        {"leaving"},
        {"hunter"},
    ],
}


def _room_of(module: str) -> str:
    """Return the room (or the module, where it is one by itself) of `freshdb.room.module`."""
    parts = module.split(".")[1:]
    return parts[0] if parts else ""


def _level_of(room: str, levels: list[set[str]] = LEVELS) -> int:
    return next(number for number, rooms in enumerate(levels) if room in rooms)


def _imports(path: Path) -> Iterator[str]:
    """Yield the modules of freshdb that a file imports when it runs, wherever in the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in _running_nodes(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("freshdb"):
            yield node.module or ""
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("freshdb"))


def _running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)):
            yield child
            yield from _running_nodes(child)


FILES = [path for path in SOURCE.rglob("*.py") if path.parent != SOURCE or path.stem != "__init__"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_one_way(path: Path) -> None:
    module = ".".join(["freshdb", *path.relative_to(SOURCE).with_suffix("").parts])
    room = _room_of(module)

    for imported in _imports(path):
        other = _room_of(imported)
        if other not in ("", room):
            assert _level_of(other) < _level_of(room), f"{module} imports {imported}"


@pytest.mark.parametrize("room", INNER_LEVELS)
def test_imports_point_one_way_inside_of_a_room(room: str) -> None:
    levels = INNER_LEVELS[room]
    for path in (SOURCE / room).rglob("*.py"):
        inner = path.relative_to(SOURCE / room).parts[0].removesuffix(".py")
        for imported in _imports(path):
            other = ".".join(imported.split(".")[2:3])
            if _room_of(imported) == room and other not in ("", inner):
                assert _level_of(other, levels) < _level_of(inner, levels), f"{path}: {imported}"


def test_the_rooms_are_explained_in_their_order() -> None:
    page = SOURCE.parent.parent / "docs" / "explanation" / "how-it-works.md"
    table = page.read_text(encoding="utf-8").partition("## Where it is in the code")[2]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    explained = [room for cell in cells for room in re.findall(r"`(\w+)`", cell)]
    files = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or path.is_dir()}

    assert sorted(explained) == sorted(files - {"__init__", "__pycache__"})
    assert explained == sorted(explained, key=_level_of)


def test_every_public_name_exists_and_has_a_docstring() -> None:
    for name in freshdb.__all__:
        assert inspect.getdoc(getattr(freshdb, name)), name


def test_every_public_name_is_documented() -> None:
    docs = SOURCE.parent.parent / "docs"
    text = "".join(page.read_text(encoding="utf-8") for page in docs.rglob("*.md"))

    for name in freshdb.__all__:
        assert name in text, name


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute `nothing`"):
        freshdb.nothing


def test_the_project_speaks_of_itself_alone() -> None:
    """No path of a machine, and nothing of how the project is developed."""
    root = SOURCE.parent.parent
    for folder in ("src", "docs", "examples"):
        for path in (root / folder).rglob("*"):
            if path.suffix in (".py", ".md", ".toml") and ".venv" not in path.parts:
                assert "/home/" not in path.read_text(encoding="utf-8"), path
