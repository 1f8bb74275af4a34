"""What pages show of files is well-formed, and settings in it are valid."""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from freshdb.settings import load_settings
from tests.docs.pages import PAGES, Page

every_page = pytest.mark.parametrize(
    "page", [Page.read(path) for path in PAGES], ids=lambda page: page.name
)


@every_page
def test_parts_of_files_parse(page: Page) -> None:
    for block in page.blocks:
        if block.language == "python":
            ast.parse(block.text, filename=f"{page.name}:{block.line}")
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language == "yaml":
            YAML().load(block.text)
        elif block.language == "json":
            json.loads(block.text)


@every_page
def test_settings_on_the_page_are_valid(page: Page, tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    for block in page.blocks:
        if block.language == "toml":
            pyproject.write_text(block.text, encoding="utf-8")
            load_settings(pyproject, {}, {})
