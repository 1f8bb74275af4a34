"""`freshdb branch`: its verbs, what they print, how they end."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from freshdb.branches.products.sqlite import raw
from freshdb.cli import main
from freshdb.cli.branch import VERBS
from tests.branches.conftest import SHOP, rows, run_sql

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "branch.md"


@dataclass
class Shell:
    """A directory in which the command is run, in this process or in one of its own."""

    place: Path
    capture: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str, str]:
        code = main(["branch", *words])
        shown = self.capture.readouterr()
        return code, shown.out, shown.err

    def ok(self, *words: str) -> str:
        code, out, err = self.run(*words)
        assert code == 0, (out, err)
        return out.rstrip("\n")

    def json(self, *words: str, code: int = 0) -> dict[str, Any]:
        ended, out, _ = self.run(words[0], "--json", *words[1:])
        assert ended == code, out
        assert out.count("\n") == 1
        answer: dict[str, Any] = json.loads(out)
        return answer

    def apart(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "freshdb", "branch", *words],
            cwd=self.place, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.freshdb]\nbranch_directory = "branches"\nbranch_from = "./shop.db"\n'
    )
    run_sql(tmp_path / "shop.db", SHOP)
    monkeypatch.chdir(tmp_path)
    yield Shell(tmp_path, capsys)
    raw.close_all()


def test_a_branch_from_its_making_to_its_end(shell: Shell) -> None:
    made = shell.ok("create", "b")
    assert re.search(r"life +expires in 2 h", made)
    assert re.search(r"copied +[\d.]+ kB in [\d.]+ ms \(\w+( copy)?\)", made)

    assert shell.ok("sql", "b", "SELECT name FROM users WHERE id = 1") == "name\nada"
    shell.ok("sql", "b", "ALTER TABLE users ADD COLUMN age INTEGER", "--write")
    shell.ok("sql", "b", "UPDATE users SET age = 36 WHERE id = 1", "--write")
    shown = shell.ok("diff", "b")
    assert "+    age INTEGER" in shown
    assert "users: 0 added, 1 changed, 0 removed\n  ~ id=1  age: NULL → 36" in shown

    assert "kept as it is now: b@old" in shell.ok("snapshot", "b", "old")
    assert "is what" in shell.ok("reset", "b")
    assert shell.ok("diff", "b").startswith("no difference between")
    assert "b@old" in shell.ok("restore", "b", "old")
    assert shell.ok("extend", "b", "--ttl", "3h") == "b expires in 3 h"
    assert shell.ok("protect", "b") == "b is protected"
    assert "b  " in shell.ok("list")
    assert "snapshots  old" in shell.ok("show", "b")
    shell.ok("protect", "b", "--off")
    assert shell.ok("delete", "b") == "b is deleted"
    assert shell.ok("gc") == "nothing to remove"
    assert shell.ok("doctor").startswith("all is well")
    assert rows("shop.db", "SELECT count(*) FROM users") == [(3,)]


def test_a_patch_is_sql_that_can_be_piped(shell: Shell) -> None:
    shell.ok("create", "b")
    shell.ok("create", "c")
    shell.ok("sql", "b", "DELETE FROM orders; UPDATE users SET name = 'x' WHERE id = 2", "--write")

    patch = shell.ok("diff", "b", "--format", "patch")
    assert shell.json("diff", "b", "--format", "patch")["patch"].rstrip("\n") == patch
    shell.ok("sql", "c", patch, "--write")

    assert shell.json("diff", "b", "c")["empty"]


def test_urls(shell: Shell) -> None:
    shell.ok("create", "b")
    url = shell.ok("url", "b")

    assert url.startswith("sqlite:////")
    assert shell.ok("url", "b", "--driver", "aiosqlite") == url.replace(
        "sqlite", "sqlite+aiosqlite", 1
    )
    assert shell.ok("env", "b", "--env", "A", "--env", "B") == f'A="{url}"\nB="{url}"'
    assert shell.ok("env", "b", "--format", "shell") == f"export DATABASE_URL={url}"
    assert shell.json("env", "b")["env"] == {"DATABASE_URL": url}


def test_every_answer_is_one_object_that_names_its_branch(shell: Shell) -> None:
    assert shell.json("create", "b", "--ttl", "30m")["expires_in_s"] == pytest.approx(1800, abs=60)
    for words in (
        ("show", "b"), ("url", "b"), ("env", "b"), ("sql", "b", "SELECT 1"), ("diff", "b"),
        ("snapshot", "b", "s"), ("reset", "b"), ("restore", "b", "s"), ("extend", "b"),
        ("protect", "b"), ("protect", "b", "--off"),
    ):  # fmt: skip
        answer = shell.json(*words)
        assert (answer["status"], answer["branch"]) == ("ok", "b"), words
    assert [one["branch"] for one in shell.json("list")["branches"]] == ["b"]
    assert shell.json("delete", "b")["deleted"] == ["b"]
    assert shell.json("gc")["removed"] == []
    assert shell.json("doctor")["findings"] == []
    plan = shell.json("create", "x", "--dry-run", "--no-expiry")
    assert (plan["dry_run"], plan["branch"], plan["ttl_s"]) == (True, "x", None)
    assert plan["bytes"] > 0
    assert shell.json("list")["branches"] == []


@pytest.mark.parametrize(
    ("words", "code", "name"),
    [
        (["show", "nothing"], 3, "not_found"),
        (["create", "b"], 4, "exists"),
        (["create", "x", "--from", "postgresql://db.example.com/x"], 5, "refused"),
        (["create", "x", "--ttl", "soon"], 2, "bad_input"),
        (["create", "--ttl", "1h", "--no-expiry"], 2, "bad_input"),
        (["frobnicate"], 2, "bad_input"),
        (["sql", "b", "SELECT nothing"], 2, "branch_failed"),
        (["diff", "b", "--format", "patch", "--limit", "1"], 2, "bad_input"),
        (["run", "--from", "nothing"], 125, "bad_input"),
        (["exec", "b", "--", "no-such-program"], 127, "bad_input"),
    ],
)
def test_errors_as_json_and_as_text(shell: Shell, words: list[str], code: int, name: str) -> None:
    shell.ok("create", "b")

    at = words.index("--") if "--" in words else len(words)
    ended, out, err = shell.run(*words[:at], "--json", *words[at:])
    error = json.loads(out)
    assert (ended, error["status"], error["code"]) == (code, "error", name)
    assert error.keys() == {"status", "code", "message", "hint", "retryable"}
    assert err == ""


def test_an_error_as_text_goes_to_stderr(shell: Shell) -> None:
    code, out, err = shell.run("show", "nothing")

    assert (code, out) == (3, "")
    assert err.startswith("freshdb: there is no branch `nothing`")


def test_a_diff_can_be_an_exit_code(shell: Shell) -> None:
    shell.ok("create", "b")
    assert shell.run("diff", "b", "--exit-code")[0] == 0
    shell.ok("sql", "b", "DELETE FROM orders", "--write")
    assert shell.run("diff", "b", "--exit-code")[0] == 1
    assert shell.run("diff", "b")[0] == 0


def test_run_passes_output_and_exit_code_through(shell: Shell) -> None:
    script = "import os, sys; print(os.environ['DATABASE_URL'][:10]); sys.exit(42)"

    done = shell.apart("run", "--", sys.executable, "-c", script)

    assert (done.returncode, done.stdout) == (42, "sqlite:///\n")
    assert "discarded" in done.stderr
    assert shell.json("list")["branches"] == []


def test_run_as_json_leaves_stdout_to_the_answer(shell: Shell) -> None:
    done = shell.apart("run", "--json", "--", "echo", "hi")

    answer = json.loads(done.stdout)
    assert (answer["exit_code"], answer["kept"]) == (0, False)
    assert done.stderr.startswith("hi\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_run_discards_its_branch_when_a_signal_ends_it(shell: Shell, number: int) -> None:
    script = "import time; print('up', flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-m", "freshdb", "branch", "run", "--", sys.executable, "-c", script],
        cwd=shell.place, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
        # These tests may be run by `nohup`, or in a shell's background, where signals are ignored.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    ) as run:  # fmt: skip
        assert run.stdout is not None
        assert run.stdout.readline() == b"up\n"
        os.kill(run.pid, number)
        code = run.wait(30)

    assert code in (128 + number, 1)  # Python ends with 1 after a KeyboardInterrupt
    assert shell.json("list")["branches"] == []
    assert list((shell.place / "branches").glob("*/*")) == []


def test_run_keeps_the_branch_of_a_failed_command_if_asked(shell: Shell) -> None:
    done = shell.apart("run", "--keep-on-failure", "--name", "kept", "--", "false")

    assert done.returncode == 1
    assert "kept as `kept`: sqlite:///" in done.stderr
    assert [one["branch"] for one in shell.json("list")["branches"]] == ["kept"]


def test_exec_runs_on_a_branch(shell: Shell) -> None:
    shell.ok("create", "b")
    script = "import os; print(os.environ['DB'])"

    done = shell.apart("exec", "b", "--env", "DB", "--", sys.executable, "-c", script)

    assert done.stdout == shell.ok("url", "b") + "\n"


def test_without_a_verb_the_verbs_are_listed(shell: Shell) -> None:
    code, out, _ = shell.run()

    assert code == 2
    for verb in VERBS:
        assert f"\n  {verb} " in out


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help_and_is_documented(shell: Shell, verb: str) -> None:
    assert main(["branch", verb, "--help"]) == 0
    shown = shell.capture.readouterr().out
    assert shown.startswith(f"usage: freshdb branch {verb}")

    page = REFERENCE.read_text(encoding="utf-8")
    assert f"## {verb}\n" in page
    section = page.partition(f"## {verb}\n")[2].partition("\n## ")[0]
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", shown)) - {
        "--help", "--json", "--directory",
    }:  # fmt: skip
        assert f"`{option}" in section, option
