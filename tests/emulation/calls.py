"""Ask a real MariaDB and the emulation for every function, with odd arguments, in every place.

    python -m tests.emulation.calls --count 5000 --seed 1 [--only JSON_SET] [--show wrong]

`differential` gives a function what it is made for; this gives it a column of any type, a constant,
a bound value or another call, and puts the call where types matter: behind a derived table, a CTE,
a UNION, a window, a group, a comparison, a column that it is stored in.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from freshdb.emulation.functions import NAMES
from tests.emulation.by_chance import Question, arguments_of, compare, print_table
from tests.emulation.differential import prepare

COLUMNS = (
    *("i", "u", "ti", "bi", "bu", "yr", "bt", "de", "dl", "db", "fl", "vc", "vb", "ch", "tx"),
    *("vn", "en", "st", "da", "dt", "d6", "ts", "tm", "t3", "js", "bn", "bl"),
)
CONSTANTS = (
    *("0", "1", "-1", "2", "3", "10", "255", "-7", "1000000", "9223372036854775807", "0.5"),
    *("-1.25", "10.10", "1.005", "12345678901234567890.12", "1e0", "-2.5e3", "1e20", "NULL"),
    *("''", "'a'", "'A'", "'abc'", "'été'", "'日本'", "'😀'", "' x '", "'12'", "'12abc'", "'-3.7'"),
    *("'a,b,c'", "'2024-02-29'", "'2024-01-31 10:20:30'", "'10:20:30'", "'2024-13-01'", "'$.a'"),
    *("'{\"a\": 1}'", "'[1, 2]'", "'%Y-%m'", "'%a%'", "DATE'2024-12-31'", "TIME'-01:30:00'"),
    *("TIMESTAMP'2024-02-29 23:59:59.5'", "X'6162'", "TRUE", "1 = 1", "1/3", "2/3", "- 5"),
)
BOUND: tuple[Any, ...] = (
    *(0, 1, -3, 7, 2**40, 1.5, -0.25, Decimal("1.50"), Decimal("-0.005"), "", "a", "Zoë", "12x"),
    *(None, True, b"ab", dt.date(2024, 2, 29), dt.datetime(2024, 1, 31, 10, 20, 30)),
    *(dt.timedelta(hours=-1, minutes=2), '{"a": [1]}', "$.a", "%d.%m.%y", "2024-05-06"),
)
PLACES = (
    *("SELECT {x} FROM every ORDER BY id",) * 4,
    "SELECT {c}",
    "SELECT {c}",
    "SELECT x FROM (SELECT {x} AS x, id FROM every) d ORDER BY id",
    "WITH c AS (SELECT {x} AS x, id FROM every) SELECT x FROM c ORDER BY id",
    "SELECT x FROM (SELECT id, {x} AS x FROM every UNION ALL SELECT 99, NULL) d ORDER BY id",
    "SELECT id FROM every WHERE {x} ORDER BY id",
    "SELECT id FROM every WHERE {x} = {y} ORDER BY id",
    "SELECT id, {x} > {y} FROM every ORDER BY id",
    "SELECT MAX({x}), MIN({x}), COUNT({x}) FROM every",
    "SELECT g, MAX({x}), COUNT(DISTINCT {x}) FROM every GROUP BY g ORDER BY g",
    "SELECT SUM({x}), AVG({x}) FROM every",
    "SELECT MAX({x}) OVER (PARTITION BY g) FROM every ORDER BY id",
    "SELECT LAG({x}) OVER (ORDER BY id) FROM every ORDER BY id",
    "SELECT GROUP_CONCAT({x} ORDER BY id) FROM every",
    "SELECT CONCAT({x}, '|') FROM every ORDER BY id",
    "SELECT ({x}) + 0 FROM every ORDER BY id",
    "SELECT IF(id > 1, {x}, {y}) FROM every ORDER BY id",
    "SELECT COALESCE({x}, {y}) FROM every ORDER BY id",
    "SELECT CASE WHEN id > 2 THEN {x} END FROM every ORDER BY id",
    "SELECT JSON_ARRAY({x}) FROM every ORDER BY id",
    "SELECT id FROM every ORDER BY {x}, id",
    "SELECT COUNT(*) FROM every GROUP BY {x} ORDER BY 1",
    "SELECT ({x}) IS NULL, ({x}) IN ({y}, 1) FROM every ORDER BY id",
    "SELECT (SELECT {x} FROM every e WHERE e.id = every.id) FROM every ORDER BY id",
    "SELECT CAST({x} AS CHAR), CAST({x} AS SIGNED) FROM every ORDER BY id",
)
UNKNOWABLE = frozenset(
    [
        *("RAND", "UUID", "UUID_SHORT", "SYS_GUID", "SYSDATE", "SLEEP", "BENCHMARK"),
        *("CONNECTION_ID", "VERSION", "GET_LOCK", "RELEASE_LOCK", "IS_FREE_LOCK"),
        *("IS_USED_LOCK", "RELEASE_ALL_LOCKS", "LOAD_FILE", "USER", "CURRENT_USER"),
        *("SESSION_USER", "SYSTEM_USER", "ENCRYPT", "DATABASE", "SCHEMA", "COMPRESS"),
        *("UNCOMPRESS", "RANDOM_BYTES", "MASTER_POS_WAIT", "ROW_COUNT", "FOUND_ROWS"),
        *("LAST_INSERT_ID", "COLLATION", "CHARSET", "COERCIBILITY", "AES_ENCRYPT"),
        *("AES_DECRYPT", "PASSWORD", "OLD_PASSWORD"),
    ]
)


class Maker:
    """Makes statements about one function at a time."""

    def __init__(self, chance: random.Random, only: str | None) -> None:
        self.chance = chance
        self.every = sorted(
            spec.name
            for spec in NAMES.values()
            if not spec.aggregate and "mariadb" in spec.flavors and spec.name not in UNKNOWABLE
        )
        self.names = [only] if only else self.every

    def statement(self) -> tuple[str, str]:
        """Return a function's name and a statement about it."""
        name, text = self.chance.choice(self.names), self.chance.choice(PLACES)
        parts = {"{x}": self.call(name, 0), "{y}": self.value(1)}
        parts["{c}"] = self.call(name, 0, has_columns=False)
        for mark, part in parts.items():
            text = text.replace(mark, part)
        return name, text

    def call(self, name: str, depth: int, *, has_columns: bool = True) -> str:
        spec = NAMES[name]
        most = spec.most if spec.most is not None else spec.least + 2
        count = self.chance.randint(spec.least, most)
        listed = (self.value(depth + 1, has_columns=has_columns) for _ in range(count))
        return f"{name}({', '.join(listed)})"

    def value(self, depth: int, *, has_columns: bool = True) -> str:
        draw = self.chance.random()
        if depth < 2 and draw < 0.2:
            return self.call(self.chance.choice(self.every), depth, has_columns=has_columns)
        if has_columns and draw < 0.65:
            return self.chance.choice(COLUMNS)
        if draw < 0.75:
            return f"\0{self.chance.randrange(len(BOUND))}\0"
        return self.chance.choice(CONSTANTS)


def placed(text: str) -> tuple[str, tuple[Any, ...]]:
    """Return a statement with `%s` where a bound value is meant, and the values."""
    parts = text.replace("%", "%%").split("\0")
    values = tuple(BOUND[int(one)] for one in parts[1::2])
    made = "".join("%s" if at % 2 else part for at, part in enumerate(parts))
    return (made if values else made.replace("%%", "%")), values


def questions(arguments: argparse.Namespace) -> Iterator[Question]:
    """Yield functions with statements about them."""
    maker = Maker(random.Random(arguments.seed), arguments.only)
    for _ in range(arguments.count):
        name, text = maker.statement()
        yield name, *placed(text)


def main() -> None:
    """Print the table."""
    words = {"type": str.upper, "help": "ask about one function"}
    arguments = arguments_of(__doc__, "--only", **words)
    print_table(compare(questions(arguments), prepare, arguments), most=25)


if __name__ == "__main__":
    main()
