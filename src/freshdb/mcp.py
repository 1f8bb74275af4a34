"""`freshdb mcp`: the verbs of `freshdb branch` as tools for an agent, over stdio.

Needs the extra `freshdb[mcp]`. Every answer names its branch, is capped, and says so.
"""

from __future__ import annotations

import functools
import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import anyio.to_thread
from mcp.server.mcpserver import MCPServer
from mcp.types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field

from freshdb.branches.branch import Branch
from freshdb.branches.choice import open_branches, source_or_default, ttl_or_default
from freshdb.branches.diff.render import as_facts
from freshdb.branches.facts import cost_facts, error_facts, facts
from freshdb.branches.manager import Branches
from freshdb.branches.plain import plain_rows
from freshdb.errors import FreshDBError

MOST_OUTPUT = 16_000
MOST_PATCH = 64_000
MOST_ROWS = 1000
MOST_SECONDS = 3600.0
INSTRUCTIONS = """\
Branches are private, disposable copies of a database. Try migrations and changes on a branch, never
on the database itself: create_branch, run_in_branch (the URL is in its environment as
DATABASE_URL), then diff to see what changed in schema and rows, then delete_branch. A branch
expires by itself (2 h unless told otherwise). reset_branch starts over under the same URL.
To run one command on a fresh copy that goes afterwards, call run_in_branch without `branch`."""

Name = Annotated[str, Field(description="The branch's name.")]
Source = Annotated[
    str | None,
    Field(
        description="What to copy: a branch, NAME@LABEL, a file (./app.db), a URL without a "
        "password, env:VARIABLE, template, or template@env:VARIABLE on a server. Default: "
        "the project's setting `branch_from`, or its template."
    ),
]
PARAMETERS = "Its positional parameters: `?` on SQLite, `$1` on Postgres, `%s` on MariaDB."
Ttl = Annotated[str | None, Field(description="How long it lives: 30m, 2h, 7d. Default 2h.")]


@dataclass(frozen=True)
class _Tool:
    function: Callable[..., Any]
    annotations: ToolAnnotations

    @property
    def writes(self) -> bool:
        return not self.annotations.read_only_hint


class Tools:
    """The tools, on the branches of one worktree.

    Args:
        branches: where they work.
        read_only: whether tools that write are left out.
    """

    def __init__(self, branches: Branches, *, read_only: bool = False) -> None:
        self._branches = branches
        self._read_only = read_only

    def all(self) -> list[_Tool]:
        """Return the tools that are to be served."""
        reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
        makes = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
        breaks = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)
        again = ToolAnnotations(
            read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
        )
        opens = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)
        query = _Tool(self.read, reads) if self._read_only else _Tool(self.query, breaks)
        tools = [
            _Tool(self.create_branch, makes),
            _Tool(self.list_branches, reads),
            _Tool(self.get_branch, reads),
            _Tool(self.run_in_branch, opens),
            query,
            _Tool(self.diff, reads),
            _Tool(self.reset_branch, again),
            _Tool(self.snapshot, makes),
            _Tool(self.extend, makes),
            _Tool(self.delete_branch, breaks),
        ]
        return [tool for tool in tools if not (self._read_only and tool.writes)]

    def create_branch(
        self,
        name: Annotated[str | None, Field(description="Made up by default.")] = None,
        source: Source = None,
        ttl: Ttl = None,
        schema_only: Annotated[bool, Field(description="Copy no rows.")] = False,
        if_exists: Literal["fail", "reuse", "replace"] = "fail",
    ) -> dict[str, Any]:
        """Make a private copy of a database, to try things out on. Returns its URL."""
        branch = self._branches.create(
            name, source_or_default(source), ttl=ttl_or_default(ttl),
            schema_only=schema_only, if_exists=if_exists,
        )  # fmt: skip
        return {**_answer(branch), "created": branch.is_new}

    def list_branches(self) -> dict[str, Any]:
        """List the branches of this worktree, with their URLs and how long they live."""
        found = self._branches.list()
        return {"branch": None, "branches": [facts(one) for one in found[:MOST_ROWS]],
                "truncated": len(found) > MOST_ROWS}  # fmt: skip

    def get_branch(
        self,
        branch: Name,
        driver: Annotated[
            str | None, Field(description="SQLAlchemy's driver in the URL, such as aiosqlite.")
        ] = None,
        show_password: Annotated[
            bool, Field(description="Give the URL with its password, if it has one.")
        ] = False,
    ) -> dict[str, Any]:
        """Show one branch: its URL, where it comes from, its snapshots, how long it lives."""
        found = self._branches.get(branch)
        url = self._branches.url(branch, driver=driver, with_password=show_password)
        return {**facts(found), "url": url, "bytes": self._branches.size(found)}

    def run_in_branch(
        self,
        command: Annotated[
            list[str], Field(description="The words of the command. No shell is asked.")
        ],
        branch: Annotated[
            str | None,
            Field(description="Where to run. Default: a new branch that goes afterwards."),
        ] = None,
        source: Source = None,
        variable: Annotated[
            str, Field(description="The environment variable that gets the branch's URL.")
        ] = "DATABASE_URL",
        driver: Annotated[str | None, Field(description="SQLAlchemy's driver in the URL.")] = None,
        timeout_s: Annotated[float, Field(gt=0, le=MOST_SECONDS)] = 600.0,
    ) -> dict[str, Any]:
        """Run a command (a migration, a test run) with a branch's URL in its environment.

        The exit code is 124 if it was ended after `timeout_s`.
        """
        used: list[str] = [branch] if branch is not None else []
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            streams = {"stdin": _nothing(), "stdout": out, "stderr": err, "timeout_s": timeout_s}
            options: dict[str, Any] = {"variables": [variable], "driver": driver, **streams}
            if branch is not None:
                code = self._branches.exec(branch, command, **options)
            else:
                code = self._branches.run(
                    command, source_or_default(source),
                    tell=lambda made: used.append(made.name), **options,
                )  # fmt: skip
            stdout, out_is_cut = _tail(out)
            stderr, err_is_cut = _tail(err)
        return {
            "branch": used[0], "discarded": branch is None, "exit_code": code, "stdout": stdout,
            "stderr": stderr, "truncated": out_is_cut or err_is_cut,
        }  # fmt: skip

    def query(
        self,
        branch: Name,
        sql: Annotated[str, Field(description="One statement.")],
        parameters: Annotated[
            list[str | int | float | None] | None, Field(description=PARAMETERS)
        ] = None,
        max_rows: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100,
        write: Annotated[bool, Field(description="Let it write.")] = False,
    ) -> dict[str, Any]:
        """Run SQL on a branch. It is opened read-only unless `write` is true."""
        result = self._branches.sql(branch, sql, parameters or (), write=write, max_rows=max_rows)
        rows, is_cut = plain_rows(result.rows)
        return {
            "branch": branch, "columns": list(result.columns), "rows": rows,
            "changed": max(result.changed, 0), "truncated": is_cut or result.is_truncated,
        }  # fmt: skip

    def read(
        self,
        branch: Name,
        sql: Annotated[str, Field(description="One statement that reads.")],
        parameters: Annotated[
            list[str | int | float | None] | None, Field(description=PARAMETERS)
        ] = None,
        max_rows: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100,
    ) -> dict[str, Any]:
        """Run SQL that reads on a branch."""
        return self.query(branch, sql, parameters, max_rows)

    def diff(
        self,
        branch: Annotated[
            str, Field(description="A branch, or NAME@LABEL. What has changed in it since…")
        ],
        since: Annotated[
            str | None,
            Field(description="…this branch, NAME@LABEL or file. Default: the branch's parent."),
        ] = None,
        kind: Literal["all", "schema", "data", "patch"] = "all",
        tables: Annotated[list[str] | None, Field(description="Only these.")] = None,
        limit: Annotated[int, Field(ge=0, le=MOST_ROWS, description="Rows per table.")] = 20,
    ) -> dict[str, Any]:
        """Show what changed: schema as a unified diff, rows added, changed and removed by table.

        `kind` = `patch` gives the SQL that does the same to the other database.
        """
        one, other = (branch, None) if since is None else (since, branch)
        if kind == "patch":
            out = io.StringIO()
            self._branches.patch(one, other, out=out, tables=tables or ())
            text = out.getvalue()
            return {"branch": branch, "patch": text[:MOST_PATCH],
                    "truncated": len(text) > MOST_PATCH}  # fmt: skip
        found = self._branches.diff(
            one, other, tables=tables or (), limit=limit,
            schema=kind != "data", data=kind != "schema",
        )  # fmt: skip
        return {"branch": branch, **as_facts(found)}

    def reset_branch(
        self,
        branch: Name,
        preserve_as: Annotated[
            str | None, Field(description="First keep it as it is under this label.")
        ] = None,
    ) -> dict[str, Any]:
        """Make a branch what its parent is now. Its URL stays the same."""
        if preserve_as is not None:
            self._branches.snapshot(branch, preserve_as)
        return _answer(self._branches.reset(branch))

    def snapshot(
        self,
        branch: Name,
        label: Annotated[str, Field(description="Refer to it as NAME@LABEL.")],
        restore: Annotated[
            bool, Field(description="Instead, go back to the snapshot of that label.")
        ] = False,
    ) -> dict[str, Any]:
        """Keep a branch as it is now under a label, or go back to one that was kept."""
        done = self._branches.restore if restore else self._branches.snapshot
        return {**_answer(done(branch, label)), "label": label}

    def extend(self, branch: Name, ttl: Ttl = None) -> dict[str, Any]:
        """Let a branch live for longer, counted from now."""
        return _answer(self._branches.extend(branch, ttl_or_default(ttl)))

    def delete_branch(self, branch: Name) -> dict[str, Any]:
        """Remove a branch with its snapshots. Refused if it is protected or has children."""
        self._branches.delete(branch)
        return {"branch": branch, "deleted": True}


def server(branches: Branches | None = None, *, read_only: bool = False) -> MCPServer[Any]:
    """Return the server with its tools.

    Args:
        branches: those of the worktree that this process works in, by default.
        read_only: leave out the tools that write.
    """
    made: MCPServer[Any] = MCPServer("freshdb", instructions=INSTRUCTIONS, log_level="WARNING")
    for tool in Tools(branches or open_branches(), read_only=read_only).all():
        name = "query" if tool.function.__name__ == "read" else tool.function.__name__
        made.add_tool(
            _answering(tool.function), name=name, annotations=tool.annotations,
            structured_output=False,
        )  # fmt: skip
    return made


def _answering(function: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
    """Run a tool in a thread, and give its answer or its error as one JSON object."""

    @functools.wraps(function)
    async def tool(**arguments: Any) -> CallToolResult:
        try:
            answer = await anyio.to_thread.run_sync(
                functools.partial(function, **arguments), abandon_on_cancel=False
            )
        except FreshDBError as error:
            return _result(error_facts(error), is_error=True)
        return _result({"status": "ok", **answer})

    return tool


def _result(facts: dict[str, Any], *, is_error: bool = False) -> CallToolResult:
    plain = json.loads(json.dumps(facts, default=str))
    text = TextContent(type="text", text=json.dumps(plain))
    return CallToolResult(content=[text], structured_content=plain, is_error=is_error)


def _answer(branch: Branch) -> dict[str, Any]:
    return {**facts(branch), "cost": cost_facts(branch.cost)}


def _tail(stream: Any) -> tuple[str, bool]:
    """Return the last of what a command has printed, and whether that is not all."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - MOST_OUTPUT))
    return stream.read().decode("utf-8", "replace"), size > MOST_OUTPUT


def _nothing() -> int:
    import subprocess

    return subprocess.DEVNULL
