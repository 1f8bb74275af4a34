"""A project's Alembic migration, tried on a branch on a server; the example has one of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from freshdb.branches.manager import Branches
from tests.branches.makers import maker_of

FILES = {
    "alembic.ini": "[alembic]\nscript_location = migrations\n",
    "migrations/env.py": """
import os
from alembic import context
from sqlalchemy import create_engine
# The suite that this is a part of runs under freshdb, which would lead it elsewhere.
engine = create_engine(os.environ["DATABASE_URL"], execution_options={"freshdb": False})
with engine.begin() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    context.run_migrations()
engine.dispose()
""",
    "migrations/versions/0001_priority.py": """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.add_column("tickets", sa.Column("priority", sa.Integer, nullable=False, server_default="5"))
    op.create_index("by_priority", "tickets", ["priority"])
    op.execute("UPDATE tickets SET priority = 9 WHERE title = 'fire'")
def downgrade():
    op.drop_index("by_priority", "tickets")
    op.drop_column("tickets", "priority")
""",
}
DRIVERS = {
    "postgres": ("postgresql:", "postgresql+psycopg:"),
    "mariadb": ("mysql:", "mysql+pymysql:"),
}


@pytest.mark.parametrize("product", sorted(DRIVERS))
def test_a_migration_is_tried_on_a_branch(
    product: str,
    request: pytest.FixtureRequest,
    branches: Branches,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As `freshdb branch exec b -- alembic upgrade head` does, without a process of its own."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    with maker_of(product, request.getfixturevalue) as maker:
        maker.make("one")
        with maker.connect("one") as session:
            session.run("CREATE TABLE tickets (id INTEGER PRIMARY KEY, title VARCHAR(9))")
            session.run("INSERT INTO tickets VALUES (1, 'coffee'), (2, 'fire')")
        branches.create("b", maker.url("one").replace(*DRIVERS[product]))
        for name, value in branches.environment("b").items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)

        command.upgrade(Config("alembic.ini"), "head")
        found = branches.diff("b", tables=["tickets"])
        assert "priority" in found.schema.text
        assert [change.changed() for change in found.tables[0].sample] in (
            [{"priority": (5, 9)}], [{"priority": ("5", "9")}], [{"priority": (b"5", b"9")}],
        )  # fmt: skip
        command.downgrade(Config("alembic.ini"), "base")
        assert branches.diff("b", tables=["tickets"]).is_empty
        branches.delete("b")
