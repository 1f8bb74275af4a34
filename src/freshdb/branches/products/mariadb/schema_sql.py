"""SQL that changes a MariaDB or MySQL schema, made from what `SHOW CREATE` says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from freshdb.backends.mariadb.admin import quoted
from freshdb.branches.diff.model import TablePair
from freshdb.branches.diff.patching import Altering
from freshdb.branches.products import SchemaObject

_KINDS = ("table", "view", "sequence", "trigger", "procedure", "function", "event")
_CODE = ("trigger", "procedure", "function", "event")
_NAMED = re.compile(r"(?P<what>[A-Z ]*?) ?(?P<name>`(?:[^`]|``)+`)(?P<rest>.*)", re.DOTALL)
_OPTION = re.compile(r"(?:^| )([A-Z_ ]+)=")


class MariaDBSchemaSQL:
    """How MariaDB changes a schema. Each statement about it commits: a patch is no transaction."""

    begin: Sequence[str] = (
        "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00'",
        "SET SESSION foreign_key_checks = 0",
        "START TRANSACTION",
    )
    end: Sequence[str] = (
        "COMMIT",
        "SET SESSION sql_mode = DEFAULT, time_zone = DEFAULT, foreign_key_checks = DEFAULT",
    )
    after_rows = frozenset({"trigger", "event", "view"})
    silenced = "trigger"
    used: frozenset[str] = frozenset()

    def drop(self, one: SchemaObject) -> str | None:
        if one.kind not in _KINDS:
            return None
        return f"DROP {one.kind.upper()} {quoted(one.name)}"

    def dependents(self, kinds: set[str]) -> set[str]:
        return set()

    def alter(self, pair: TablePair, old: str, new: str) -> Altering | None:
        before, after = _Parsed(old), _Parsed(new)
        key = "PRIMARY KEY"
        if before.others.get(key) != after.others.get(key) or not pair.is_keyed:
            return None
        if any("AUTO_INCREMENT" in line for line in _changed(before.columns, after.columns)):
            return None
        if any(before.columns.get(quoted(name)) != after.columns.get(quoted(name))
               for name in pair.key):  # fmt: skip
            return None
        table = f"ALTER TABLE {quoted(pair.name)} "
        drops = [
            f"DROP {_dropped(name)}"
            for name, line in before.others.items()
            if after.others.get(name) != line
        ]
        adds = [f"ADD {line}" for line in _changed(before.others, after.others)]
        options = _options(before.options, after.options)
        if options is None:
            return None
        # Foreign keys first: what they stand on cannot go before them.
        early = sorted(drops, key=lambda one: "FOREIGN" not in one)
        early += _column_steps(before.columns, after.columns)
        return Altering(
            [table + step for step in early], [table + step for step in (*adds, *options)]
        )


class _Parsed:
    """The parts of a `CREATE TABLE`: the server writes each on a line.

    Attributes:
        columns: the lines of columns, by name.
        others: those of keys and constraints, by what they are and their name.
        options: what comes after the last bracket.
    """

    def __init__(self, sql: str) -> None:
        _, *lines = sql.split("\n")
        self.columns: dict[str, str] = {}
        self.others: dict[str, str] = {}
        self.options = ""
        for line in lines:
            if self.options:
                self.options += f"\n{line}"  # partitions
                continue
            text = line.strip().rstrip(",")
            found = _NAMED.match(text)
            if line.startswith(")"):
                self.options = line[1:].strip()
            elif text.startswith("PRIMARY KEY") or found is None:
                self.others["PRIMARY KEY" if found else text] = text
            elif not found["what"]:
                self.columns[found["name"]] = text
            else:
                kind = " CHECK" if found["rest"].startswith(" CHECK") else ""
                self.others[f"{found['what']}{kind} {found['name']}"] = text


def _options(before: str, after: str) -> list[str] | None:
    """Return what makes a table's options the other's; None where one of them would stay."""
    if before == after:
        return []
    gone = set(_OPTION.findall(before)) - set(_OPTION.findall(after))
    if gone - {"COMMENT"} or "\n" in before + after:
        return None
    return [f"{after} COMMENT=''" if gone else after]


def _changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [line for name, line in after.items() if before.get(name) != line]


def _dropped(what: str) -> str:
    """Return how a key or constraint is called where it is dropped."""
    name = what[what.index("`") :] if "`" in what else ""
    if what.startswith("CONSTRAINT CHECK"):
        return f"CONSTRAINT {name}"
    return f"FOREIGN KEY {name}" if what.startswith("CONSTRAINT") else f"KEY {name}"


def _column_steps(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Return how columns come to be what, and where, they are in the other table."""
    steps = [f"DROP COLUMN {name}" for name in before if name not in after]
    order = [name for name in before if name in after]
    last = ""
    for at, (name, line) in enumerate(after.items()):
        where = f" AFTER {last}" if last else " FIRST"
        is_there = name in order
        if not is_there or order[at] != name:
            steps.append(f"{'MODIFY' if is_there else 'ADD'} COLUMN {line}{where}")
            order = [one for one in order if one != name]
            order.insert(at, name)
        elif before[name] != line:
            steps.append(f"MODIFY COLUMN {line}")
        last = name
    return steps
