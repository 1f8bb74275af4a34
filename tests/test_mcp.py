"""`freshdb mcp` as an agent meets it: by the SDK's own client.

Over stdio where the command itself is tried; its answers are the same without a process between.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, chdir
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from freshdb.branches.manager import Branches
from freshdb.mcp import server
from tests.branches.conftest import SHOP, run_sql

WRITERS = {
    "create_branch", "run_in_branch", "reset_branch", "snapshot", "extend", "delete_branch",
}  # fmt: skip
READERS = {"list_branches", "get_branch", "query", "diff"}


def in_a_loop(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    """Run a test on a loop of its own: the SDK's client wants one task to open and to close it."""

    @functools.wraps(test)
    def run(tmp_path: Path) -> None:
        asyncio.run(test(tmp_path))

    return run


@asynccontextmanager
async def served(place: Path) -> AsyncIterator[Client]:
    """Serve the branches of a directory to a client in this process."""
    run_sql(place / "shop.db", SHOP)
    branches = Branches(place / "branches", project=place)
    with chdir(place):
        async with Client(server(branches)) as client:
            yield client


@asynccontextmanager
async def served_over_stdio(place: Path, *words: str) -> AsyncIterator[Client]:
    """Serve the branches of a directory to a client by the command."""
    if not (place / "shop.db").exists():
        run_sql(place / "shop.db", SHOP)
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "freshdb", "mcp", "--directory", str(place / "branches"), *words],
        cwd=place,
    )
    async with Client(parameters) as client:
        yield client


async def ask(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool; its text and its structured answer are the same object."""
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None, result
    text = result.content[0]
    assert text.type == "text"
    assert json.loads(text.text) == result.structured_content
    answer: dict[str, Any] = result.structured_content
    assert result.is_error is (answer["status"] == "error")
    assert answer["status"] == "error" or "branch" in answer
    return answer


@in_a_loop
async def test_an_agent_branches_migrates_looks_and_discards(tmp_path: Path) -> None:
    async with served_over_stdio(tmp_path) as client:
        made = await ask(client, "create_branch", name="try", source="./shop.db", ttl="30m")
        assert made["url"].endswith("/try/database.sqlite")
        assert made["cost"]["bytes"] > 0

        migrate = (
            "import os, sqlite3; url = os.environ['DATABASE_URL'];"
            "c = sqlite3.connect(url.removeprefix('sqlite:///'));"
            "c.execute('ALTER TABLE users ADD COLUMN age INTEGER'); print('migrated')"
        )
        command = [sys.executable, "-c", migrate]
        ran = await ask(client, "run_in_branch", branch="try", command=command)
        assert (ran["exit_code"], ran["stdout"], ran["discarded"]) == (0, "migrated\n", False)

        change = "UPDATE users SET age = 36 WHERE name = ?"
        refused = await ask(client, "query", branch="try", sql=change, parameters=["ada"])
        assert (refused["code"], refused["retryable"]) == ("bad_input", False)
        changed = await ask(
            client, "query", branch="try", sql=change, parameters=["ada"], write=True
        )
        assert changed["changed"] == 1

        found = await ask(client, "diff", branch="try")
        assert "+    age INTEGER" in found["schema"]["diff"]
        (users,) = found["tables"]
        assert users["rows"] == [
            {
                "change": "changed",
                "key": {"id": 1},
                "columns": {"age": {"before": None, "after": 36}},
            }
        ]
        patch = await ask(client, "diff", branch="try", kind="patch")
        assert 'ALTER TABLE "users" ADD COLUMN age INTEGER;' in patch["patch"]

        assert (await ask(client, "snapshot", branch="try", label="aged"))["snapshots"] == ["aged"]
        reset = await ask(client, "reset_branch", branch="try")
        assert reset["url"] == made["url"]
        assert (await ask(client, "diff", branch="try"))["empty"]
        assert not (await ask(client, "diff", branch="try@aged", since="try"))["empty"]

        assert (await ask(client, "extend", branch="try", ttl="1d"))["expires_in_s"] > 80_000
        assert (await ask(client, "get_branch", branch="try"))["snapshots"] == ["aged"]
        assert (await ask(client, "delete_branch", branch="try"))["deleted"]
        assert (await ask(client, "list_branches"))["branches"] == []


@in_a_loop
async def test_a_command_without_a_branch_gets_one_that_goes(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        command = [sys.executable, "-c", "import os; print(os.environ['DB'] * 1000); exit(3)"]

        ran = await ask(client, "run_in_branch", source="./shop.db", command=command, variable="DB")

        assert (ran["exit_code"], ran["discarded"], ran["truncated"]) == (3, True, True)
        assert ran["branch"] in ran["stdout"]
        assert (await ask(client, "list_branches"))["branches"] == []


@in_a_loop
async def test_answers_are_capped_and_say_so(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        await ask(client, "create_branch", name="b", source="./shop.db")

        few = await ask(client, "query", branch="b", sql="SELECT id FROM users", max_rows=2)
        assert (few["rows"], few["truncated"]) == ([[1], [2]], True)

        await ask(client, "query", branch="b", sql="DELETE FROM orders", write=True)
        some = await ask(client, "diff", branch="b", limit=1)
        assert some["truncated"]
        assert (some["tables"][0]["removed"], len(some["tables"][0]["rows"])) == (3, 1)


@in_a_loop
async def test_read_only_has_no_tools_that_write(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        await ask(client, "create_branch", name="b", source="./shop.db")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == WRITERS | READERS
    async with served_over_stdio(tmp_path, "--read-only") as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools.keys() == READERS
        assert "write" not in tools["query"].input_schema["properties"]
        for tool in tools.values():
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint

        assert (await ask(client, "query", branch="b", sql="SELECT 1"))["rows"] == [[1]]
        refused = await ask(client, "query", branch="b", sql="DELETE FROM users")
        assert refused["code"] == "bad_input"


@in_a_loop
async def test_every_tool_says_what_it_does_and_what_it_takes(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        for tool in (await client.list_tools()).tools:
            assert tool.description, tool.name
            assert tool.annotations is not None
            assert tool.annotations.destructive_hint is not None or tool.annotations.read_only_hint
            assert tool.input_schema["type"] == "object"


@in_a_loop
async def test_errors_are_objects_with_a_hint(tmp_path: Path) -> None:
    async with served(tmp_path) as client:
        await ask(client, "create_branch", name="b", source="./shop.db")

        missing = await ask(client, "get_branch", branch="bb")
        assert missing == {
            "status": "error", "code": "not_found", "retryable": False,
            "message": "there is no branch `bb` in this worktree", "hint": "did you mean `b`?",
        }  # fmt: skip
        refused = await ask(client, "create_branch", source="postgresql://u:pw@localhost/x")
        assert refused["code"] == "bad_input"
        assert "pw" not in json.dumps(refused)
