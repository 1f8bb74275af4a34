"""What freshdb notes on a server about its databases: which templates are finished, what is kept.

Neither product lets a database have a comment that both know, so this is a table of its own.
"""

from __future__ import annotations

from freshdb.backends.mariadb.admin import Admin

# The prefix of all that freshdb makes on a server.
PREFIX = "freshdb_"
REGISTRY = f"{PREFIX}registry"


class Notes:
    """The table of notes of a server, made if it is missing."""

    def __init__(self, admin: Admin) -> None:
        self._admin = admin
        admin.run(
            f"CREATE DATABASE IF NOT EXISTS {REGISTRY} CHARACTER SET utf8mb4",
            f"CREATE TABLE IF NOT EXISTS {REGISTRY}.notes (name VARCHAR(64) PRIMARY KEY, "
            "fingerprint VARCHAR(64), project VARCHAR(64), test TEXT, "
            "used TIMESTAMP DEFAULT CURRENT_TIMESTAMP)",
        )

    def note(
        self, name: str, *, project: str, fingerprint: str | None = None, test: str | None = None
    ) -> None:
        """Note a finished template, by its fingerprint, or a kept database, by its test."""
        self._admin.rows(
            f"REPLACE INTO {REGISTRY}.notes (name, fingerprint, project, test) "
            "VALUES (%s, %s, %s, %s)", [name, fingerprint, project, test],
        )  # fmt: skip

    def template(self, fingerprint: str) -> str | None:
        """Return the finished template with a fingerprint, if it is there."""
        rows = self._admin.rows(
            f"SELECT n.name FROM {REGISTRY}.notes n JOIN information_schema.schemata s "
            "ON s.schema_name = n.name WHERE n.fingerprint = %s", [fingerprint],
        )  # fmt: skip
        return rows[0][0] if rows else None

    def knows(self, name: str) -> bool:
        """Tell whether anything is noted of a database."""
        query = f"SELECT 1 FROM {REGISTRY}.notes WHERE name = %s"
        return bool(self._admin.rows(query, [name]))

    def touch(self, name: str) -> None:
        """Note that a template is in use now."""
        self._admin.rows(f"UPDATE {REGISTRY}.notes SET used = NOW() WHERE name = %s", [name])

    def forget_fingerprint(self, name: str) -> None:
        """Let a template that has been replaced be found no more; it goes when it is stale."""
        self._admin.rows(f"UPDATE {REGISTRY}.notes SET fingerprint = '' WHERE name = %s", [name])

    def unused_templates(self, project: str, seconds: int) -> list[str]:
        """Return a project's templates that nothing has used for so long."""
        rows = self._admin.rows(
            f"SELECT name FROM {REGISTRY}.notes WHERE fingerprint IS NOT NULL AND project = %s "
            f"AND used < NOW() - INTERVAL {seconds} SECOND", [project],
        )  # fmt: skip
        return [name for (name,) in rows]

    def kept(self, project: str | None = None) -> list[str]:
        """Return the databases that failed tests have left, of a project or of all."""
        query, parameters = f"SELECT name FROM {REGISTRY}.notes WHERE test IS NOT NULL", []
        if project is not None:
            query, parameters = f"{query} AND project = %s", [project]
        return [name for (name,) in self._admin.rows(query, parameters)]

    def forget(self, name: str) -> None:
        """Forget a database that is gone."""
        self._admin.rows(f"DELETE FROM {REGISTRY}.notes WHERE name = %s", [name])
