"""An agent is asked to add a column: it branches, migrates, tests, looks at the diff, discards.

Runs all of it in a temporary directory and prints the transcript; `--write` puts it into
`docs/tutorial/branches-for-agents.md`, between the two marks.
"""

from __future__ import annotations

import os
import re
import shlex
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "tutorial" / "branches-for-agents.md"
BEGIN, END = "<!-- transcript: examples/walkthrough.py --write -->", "<!-- end of transcript -->"
SHELL = "# "

FILES = {
    "app.py": """\
import os

from sqlalchemy import create_engine, text

engine = create_engine(os.environ["DATABASE_URL"])


def urgent():
    with engine.connect() as connection:
        found = connection.execute(text("SELECT title FROM tickets WHERE priority > 5 ORDER BY id"))
        return [title for (title,) in found]
""",
    "test_app.py": """\
import app


def test_urgent_tickets_are_found():
    assert app.urgent() == ["printer on fire"]
""",
    "alembic.ini": """\
[alembic]
script_location = migrations
""",
    "migrations/env.py": """\
import os

from alembic import context
from sqlalchemy import create_engine

with create_engine(os.environ["DATABASE_URL"]).begin() as connection:
    context.configure(connection=connection)
    context.run_migrations()
""",
    "migrations/versions/0001_tables.py": """\
revision, down_revision = "0001", None
""",
    "migrations/versions/0002_priority.py": """\
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


def upgrade():
    op.add_column(
        "tickets", sa.Column("priority", sa.Integer, nullable=False, server_default="5")
    )
    op.execute("UPDATE tickets SET priority = 9 WHERE title LIKE '%fire%'")


def downgrade():
    op.drop_column("tickets", "priority")
""",
}
TABLES = """
CREATE TABLE tickets (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
INSERT INTO tickets (title) VALUES ('more coffee'), ('printer on fire'), ('new chair');
CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO people (name) VALUES ('ada'), ('bob');
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
"""
STEPS = (
    "# The agent makes a private copy. The database itself is only read.",
    "freshdb branch create add-priority --from ./tickets.db --ttl 1h",
    "# It has written a migration, and runs it on the branch.",
    "cat migrations/versions/0002_priority.py",
    "freshdb branch exec add-priority -- alembic upgrade head",
    "# Do the tests pass on the migrated branch?",
    "freshdb branch exec add-priority -- python -m pytest -q --no-header",
    "# What has changed, in schema and rows?",
    "freshdb branch diff add-priority",
    "# The same as SQL, for whoever is to review it.",
    "freshdb branch diff add-priority --format patch",
    "# Does it do the same to a fresh copy? The copy goes by itself.",
    "freshdb branch run --from ./tickets.db --json -- alembic upgrade head",
    "# Does its way back lead back?",
    "freshdb branch exec add-priority -- alembic downgrade 0001",
    "freshdb branch diff add-priority",
    "# Done. Nothing is left.",
    "freshdb branch delete add-priority",
    "freshdb branch list",
)


def main() -> int:
    """Print the transcript, or write it into its page."""
    transcript = record()
    if "--write" not in sys.argv[1:]:
        print(transcript, end="")
        return 0
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{BEGIN}\n\n```console\n{transcript}```\n\n{END}{after}"
    PAGE.write_text(text, encoding="utf-8")
    return 0


def record() -> str:
    """Run all steps in a temporary directory, and return what a terminal would show."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder).resolve() / "helpdesk"
        place.mkdir()
        for name, text in FILES.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="utf-8")
        (place / "pyproject.toml").write_text("", encoding="utf-8")
        with closing(sqlite3.connect(place / "tickets.db")) as connection:
            connection.executescript(TABLES)
        shown = "".join(_step(step, place) for step in STEPS)
    return _without_places(shown, folder)


def _step(step: str, place: Path) -> str:
    if step.startswith("#"):
        return f"\n{step}\n"
    words = shlex.split(step)
    programs = {"freshdb": [sys.executable, "-m", "freshdb"], "cat": ["cat"]}
    programs |= {"python": [sys.executable], "alembic": [sys.executable, "-m", "alembic"]}
    done = subprocess.run(
        [part for word in words for part in programs.get(word, [word])],
        cwd=place,
        env={
            **os.environ,
            "XDG_STATE_HOME": str(place.parent / "state"),
            "COLUMNS": "100",
            # The agent's project needs none, and loading what is installed here takes seconds.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )
    return f"$ {step}\n{done.stdout}"


def _without_places(shown: str, folder: str) -> str:
    """Put names in the place of the temporary directory and of what is made up."""
    shown = shown.replace(str(Path(folder).resolve()), "~").replace("sqlite:///~", "sqlite:////~")
    shown = re.sub(r"\d{4}-\d\d-(\d\dT\d\d:\d\d:\d\dZ)", r"2026-01-\1", shown)
    return re.sub(r"helpdesk-[0-9a-f]{8}", "helpdesk-1a2b3c4d", shown).lstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
