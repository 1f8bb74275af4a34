"""A page of the documentation as its reader works through it: files to write, commands to run.

What the pages agree on:

- A line "`name.py`:" right before a fenced block names the file that the block is. "Add to
  `name.py`:" appends to it. A file may be written again further down.
- A block of ``console`` holds commands, each after a `$`, and what they print. Commands are run
  from top to bottom in one directory, which holds the page's files and nothing else: a page is
  complete. What it need not show at once is folded (``<details>``).
- A block of ``sh`` holds commands that are only shown; so does one of ``console`` right after a
  comment `<!-- transcript: … -->`, which names the script that has written it.
- Blocks of ``python`` and ``toml`` without a name are parts: they must parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))

NAMED = re.compile(r"^\s*(?P<add>Add to )?`(?P<path>[^`\s]+)`:$")
TRANSCRIPT = "<!-- transcript: "
FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>```+)(?P<language>\w*)$")
HEADING = re.compile(r"^#{1,6} (?P<text>.+)$")
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
PROMPT = "$ "


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is the number of its opening fence, counted from 1."""

    language: str
    lines: tuple[str, ...]
    line: int
    indent: str = ""
    path: str | None = None
    appends: bool = False
    is_transcript: bool = False

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True)
class Command:
    """A command and what the page says that it prints, from line `first` on."""

    words: str
    output: tuple[str, ...]
    first: int
    indent: str = ""


@dataclass(frozen=True)
class Page:
    """One page."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Page:
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def name(self) -> str:
        return self.path.relative_to(DOCS).as_posix()

    @cached_property
    def blocks(self) -> list[Block]:
        return list(_blocks(self.text.splitlines()))

    @cached_property
    def prose(self) -> list[str]:
        """The lines outside of blocks."""
        inside = {
            number
            for block in self.blocks
            for number in range(block.line, block.line + len(block.lines) + 2)
        }
        lines = enumerate(self.text.splitlines(), start=1)
        return [line for number, line in lines if number not in inside]

    @property
    def steps(self) -> list[Block | Command]:
        """What the reader does, in order: write the file of a block, run a command."""
        steps: list[Block | Command] = []
        for block in self.blocks:
            if block.language == "console" and not block.is_transcript:
                steps += _commands(block)
            elif block.path is not None:
                steps.append(block)
        return steps

    @property
    def commands(self) -> list[Command]:
        return [step for step in self.steps if isinstance(step, Command)]

    @property
    def headings(self) -> list[str]:
        return [match["text"] for line in self.prose if (match := HEADING.match(line))]

    @property
    def links(self) -> list[str]:
        """The targets of links that do not lead to other sites."""
        targets = [match["target"] for line in self.prose for match in LINK.finditer(line)]
        return [target for target in targets if "://" not in target]

    def with_outputs(self, outputs: Sequence[Sequence[str]]) -> str:
        """Return the page's text with what each of its commands prints replaced."""
        lines = self.text.splitlines()
        for command, output in reversed(list(zip(self.commands, outputs, strict=True))):
            start = command.first - 1
            indented = [f"{command.indent}{line}".rstrip() for line in output]
            lines[start : start + len(command.output)] = indented
        return "\n".join(lines) + "\n"


def _blocks(lines: list[str]) -> Iterator[Block]:
    """Yield the fenced blocks; a name holds for the block that it stands right before."""
    number, name, is_transcript = 0, None, False
    while number < len(lines):
        line = lines[number]
        opening = FENCE.match(line)
        if opening is None:
            if line.strip():
                name, is_transcript = NAMED.match(line), line.startswith(TRANSCRIPT)
            number += 1
            continue
        indent = opening["indent"]
        end = lines.index(indent + opening["ticks"], number + 1)
        yield Block(
            language=opening["language"],
            lines=tuple(one.removeprefix(indent) for one in lines[number + 1 : end]),
            line=number + 1,
            indent=indent,
            path=name["path"] if name else None,
            appends=bool(name and name["add"]),
            is_transcript=is_transcript,
        )
        number, name, is_transcript = end + 1, None, False


def _commands(block: Block) -> list[Command]:
    starts = [number for number, line in enumerate(block.lines) if line.startswith(PROMPT)]
    ends = [*starts[1:], len(block.lines)]
    return [
        Command(
            words=block.lines[start].removeprefix(PROMPT),
            output=block.lines[start + 1 : end],
            # The fence is line `block.line`; the block's line 0 comes after it.
            first=block.line + start + 2,
            indent=block.indent,
        )
        for start, end in zip(starts, ends, strict=True)
    ]
