"""The next AUTO_INCREMENT of tables: where InnoDB is with it, and what tests do to it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from freshdb.backends.mariadb.admin import Admin, Row, literal, quoted
from freshdb.backends.mariadb.schema import Table

# Other names of tables are written in another way as names of files.
PLAIN = re.compile(r"[A-Za-z0-9_]+")
# Above this, one query for the ids of all tables costs less than one for each.
_FEW_TABLES = 3
# A test of a suite mostly writes to the tables that the one before it has written to.
_LIKELY_FOR_TESTS = 10


def ids_query(admin: Admin, name: str) -> str:
    """Return the query for where InnoDB is with the ids of a database's tables.

    It looks at what InnoDB has in memory, and opens no table.
    """
    view = "innodb_sys_tablestats" if admin.is_mariadb else "innodb_tablestats"
    pattern = literal(name.replace("_", r"\_") + "/%")
    return f"SELECT name, autoinc FROM information_schema.{view} WHERE name LIKE {pattern}"


def ids_from(rows: Sequence[Row]) -> dict[str, int]:
    """Return the result of `ids_query` by table; those with unusual names are left out."""
    found = ((name.partition("/")[2], int(next_id)) for name, next_id in rows)
    return {table: next_id for table, next_id in found if PLAIN.fullmatch(table)}


class NextIds:
    """Where the ids of a branch's tables are, beside where the template's are.

    Args:
        admin: freshdb's connection.
        tables: the template's, by name.
        name: the branch's database.

    Attributes:
        baseline: InnoDB's next id of each table while the branch is as its template.
    """

    def __init__(self, admin: Admin, tables: Mapping[str, Table], name: str) -> None:
        self._admin = admin
        self._tables = tables
        self._name = name
        self.baseline: dict[str, int] = {}
        # Tables whose ids a test that was rolled back has used, and for how many more tests it is
        # taken for likely that they do, too.
        self._likely: dict[str, int] = {}

    @property
    def are_of_all_tables(self) -> bool:
        """Whether InnoDB tells the ids of every table."""
        return self._tables.keys() <= self.baseline.keys()

    def tables_moved(self, ids: Mapping[str, int]) -> set[str]:
        """Return the tables whose ids are not where the template's are, by InnoDB's alone."""
        return {name for name in self._tables if ids.get(name) != self.baseline[name]}

    def moved(self, tables: Sequence[Table], ids: Mapping[str, int]) -> Iterator[tuple[Table, int]]:
        """Yield tables with by how much their next id is another than the template's."""
        # One that is empty in the template has most likely got rows, and so given out ids.
        asked = self._ask(
            [
                table.name
                for table in tables
                if table.next_id is not None and table.has_rows and table.name not in self.baseline
            ]
        )
        for table in tables:
            if table.next_id is None:
                yield table, 0
            elif table.name in self.baseline and table.name in ids:
                yield table, abs(ids[table.name] - self.baseline[table.name])
            else:
                yield table, int(asked.get(table.name) != table.next_id)

    def take_likely(self) -> tuple[str, ...]:
        """Return the tables whose ids are set back unseen, and take each for less likely."""
        self._likely = {name: left - 1 for name, left in self._likely.items() if left}
        return tuple(self._likely)

    def note_moved(self, names: Sequence[str]) -> None:
        """Take it for likely that the next tests move the ids of these tables, if they are few."""
        if 0 < len(names) <= _FEW_TABLES:
            likely = dict.fromkeys(names, _LIKELY_FOR_TESTS)
            both = self._likely | likely
            self._likely = both if len(both) <= _FEW_TABLES else likely

    def restart_at_once(self, name: str) -> str:
        """Return the SQL that sets a table's ids back, unless somebody is using the table."""
        table = f"{quoted(self._name)}.{quoted(name)}"
        next_id = self._tables[name].next_id or 1
        return (
            f"SET STATEMENT lock_wait_timeout=0 FOR ALTER TABLE {table} AUTO_INCREMENT = {next_id}"
        )

    def _ask(self, tables: Sequence[str]) -> dict[str, int]:
        """Return the next AUTO_INCREMENT of tables, as the server tells it of any engine."""
        if not tables:
            return {}
        query = (
            "SELECT table_name, auto_increment FROM information_schema.tables "
            f"WHERE table_schema = {literal(self._name)}"
        )
        if len(tables) > _FEW_TABLES:
            queries = [f"{query} AND auto_increment IS NOT NULL"]
        else:
            # Only where the name is given does MariaDB open one table instead of all.
            queries = [f"{query} AND table_name = {literal(table)}" for table in tables]
        return {
            table: int(next_id)
            for rows in self._admin.all_rows(*queries)
            for table, next_id in rows
            if next_id is not None and table in tables
        }
