"""The how-to pages of data files and seeds: their files are written, and their commands are run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from freshdb.cli import main
from tests.project import Project

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
FILE = re.compile(r"^`([\w/.-]+)`:\n\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^```console\n\$ ([^\n]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CHANGING = re.compile(r" in [\d.]+s")


def write_files(page: str, folder: Path) -> None:
    for name, text in FILE.findall((HOW_TO / page).read_text(encoding="utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def commands(page: str) -> Iterator[tuple[list[str], list[str]]]:
    """Yield the words of each command, and the lines that it is said to print."""
    for command, output in COMMAND.findall((HOW_TO / page).read_text(encoding="utf-8")):
        yield shlex.split(command), [line for line in output.splitlines() if line.strip()]


@pytest.mark.parametrize("page", ["data-files.md", "seeds.md"])
def test_pages_say_what_happens(
    project: Project, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("data-files.md", page):
        write_files(name, project.path)
    ran = 0

    for (program, *arguments), lines in commands(page):
        ran += 1
        if program == "pytest":
            output = project.run(*arguments).output
        else:
            make_database(project)
            assert main(arguments) == 0
            output = capsys.readouterr().out
        for line in lines:
            part = CHANGING.split(line)[0].removesuffix("[100%]").rstrip()
            assert part in output, f"{line}\n\nis not in\n\n{output}"

    assert ran >= 3


def make_database(project: Project) -> None:
    """Fill the application's own file, from which rows are dumped."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(project.path / "app.db")) as connection:
        connection.executescript("""
            CREATE TABLE tenants (id INTEGER PRIMARY KEY, slug VARCHAR NOT NULL);
            CREATE TABLE bills (
                id INTEGER PRIMARY KEY,
                tenant_id INTEGER NOT NULL REFERENCES tenants (id),
                amount NUMERIC(10, 2) NOT NULL
            );
            INSERT INTO tenants VALUES (1, 'acme'), (2, 'globex');
            INSERT INTO bills VALUES (1, 1, 10.5), (2, 1, 4.5);
        """)
