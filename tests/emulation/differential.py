"""Ask a real MariaDB and the emulation the same chance questions, and tell how often we are wrong.

    python -m tests.emulation.differential --count 5000 --seed 1 [--family dates] [--show wrong]

A question is an expression over constants, or over the columns of a table with a column of every
type. `wrong` is an answer that differs and was given without an error: the number that counts.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tests.emulation.by_chance import Question, arguments_of, compare, print_table

CONSTANTS: dict[str, list[str]] = {
    "int": [
        "0",
        "1",
        "2",
        "3",
        "-1",
        "-7",
        "5",
        "10",
        "12",
        "100",
        "255",
        "1000",
        "65536",
        "2147483647",
        "-2147483648",
        "4294967296",
        "9223372036854775807",
        "-9223372036854775808",
        "18446744073709551615",
    ],
    "small": ["0", "1", "2", "3", "4", "5", "7", "-1", "-2", "10", "20"],
    "decimal": [
        "0.0",
        "1.5",
        "-1.5",
        "2.50",
        "0.05",
        "-0.5",
        "10.10",
        "99.999",
        "123.456",
        "1000000.000001",
        "-3.75",
        "12345678901234567890.12345",
        "0.1",
        "0.2",
        "0.30",
        "1.00",
    ],
    "double": [
        "0e0",
        "1e0",
        "1.5e0",
        "-2.5e0",
        "1e10",
        "1e-5",
        "1.25e3",
        "1e20",
        "-1e300",
        "0.1e0",
        "3.7e0",
    ],
    "text": [
        f"'{one}'"
        for one in (
            *["", "a", "A", "abc", "ABC", "abc ", " x ", "hello world", "Hello", "ab,cd,ef"],
            *["été", "ß", "äöü", "😀b", "a%b_c", "O''Brien", "www.mysql.com", "aaa", "b", "\\\\"],
            *["a,b,c", "x", "Abcdef", "zebra", "foo bar baz", "tab\\tx", "100%", "a-b"],
        )
    ],
    "number": [
        f"'{one}'"
        for one in (
            *["0", "1", "12", "-5", "+5", "3.7", " 7 ", "12abc", "1e3", "1e", ".5", "5.", "-0"],
            *["0x1F", "007", "99999999999999999999", "1.5e-3", "- 1", "1 2", "1,000"],
        )
    ],
    "date": [
        *["DATE'2024-01-31'", "DATE'2024-02-29'", "DATE'1999-12-31'", "DATE'2000-01-01'"],
        *["'2024-01-31'", "'2023-12-31'", "'2024-02-30'", "'0000-00-00'", "'2024-00-10'"],
        *["'24-1-2'", "'20240704'", "'2024/07/04'", "20240704", "240704", "'2019-1-5'"],
        *["'2024-12-30'", "'2025-01-01'", "'9999-12-31'", "'0001-01-01'", "'1969-12-31'"],
    ],
    "datetime": [
        *["TIMESTAMP'2024-01-31 10:20:30'", "TIMESTAMP'2024-02-29 23:59:59.999999'"],
        *["'2024-01-31 10:20:30'", "'2023-12-31 23:59:59'", "'2024-07-04T08:09:10'"],
        *["'2024-01-31 10:20:30.5'", "'2024-01-31 10:20'", "'2024-01-31 25:00:00'"],
        *["20240131102030", "'20240131102030'", "'2010-10-10 00:00:00'", "'1969-12-31 23:59:59'"],
        *["20240131102030.25", "'2024-01-31 10:20:30.123456'", "'2024-02-30 10:00:00'"],
    ],
    "time": [
        *["TIME'10:20:30'", "TIME'-01:02:03'", "TIME'12:34:56.789'", "'10:20:30'", "'10:11'"],
        *["'838:59:59'", "'-12:00:00.5'", "'1 10:20:30'", "'25:00:00'", "'101112'", "101112"],
        *["TIME'100:00:00'", "'00:00:00'", "'900:00:00'", "'12'", "3600", "'10:70:00'"],
    ],
    "json": [
        f"'{one}'"
        for one in (
            *["{}", "[]", "1", "null", "true", '"a"', "[1, 2, 3]", '{"a": 1}', '{"a": {"b": 2}}'],
            *['{"a": [1, {"b": "x"}]}', '[1, "a", null, true, 1.5]', '{"b": 1, "a": 2}', "[[1]]"],
            *['{"a": "1", "b": null}', "[1", "abc", "1.0", "1e2", '{"a": 1, "a": 2}', '"é"'],
        )
    ],
    "path": [
        f"'{one}'"
        for one in (
            *["$", "$.a", "$.b", "$[0]", "$[1]", "$.a.b", "$.*", "$[*]", "$**.b", "$.a[0]"],
            *["$.a[1].b", "$[9]", '$."a"', "$[-1]", "$[last]", "a", "$.", "$.a.*", "$.c"],
        )
    ],
    "bytes": ["0x41", "X'616263'", "0x00FF", "b'101'", "BINARY 'aB'", "X''", "0x31"],
    "format": [
        f"'{one}'"
        for one in (
            *["%Y-%m-%d", "%H:%i:%s", "%d.%m.%y", "%M %e, %Y", "%W %a %b", "%j %U %u %V %v %X %x"],
            *["%h:%i %p", "%T.%f", "%r", "%D", "%k %l", "%%x", "%c/%e", "%I", "%w", "%Y%m%d", "%s"],
        )
    ],
    "pattern": [
        f"'{one}'"
        for one in (*["a%", "%b%", "a_c", "", "%", "A%", "\\\\%", "h_llo%", "%é%", "_", "a%b_c"],)
    ],
    "regexp": [
        f"'{one}'"
        for one in (
            *["^a", "b$", "[a-c]+", "a|x", ".", "(a)(b)?", "[[:digit:]]", "\\\\d+", "A", "o+", ""],
        )
    ],
    "charset": ["utf8mb4", "latin1", "binary", "ascii"],
    "null": ["NULL"],
    "bool": ["TRUE", "FALSE", "1=1", "'a'='b'", "1 IS NULL", "NOT 2"],
}
UNITS = [
    "MICROSECOND",
    "SECOND",
    "MINUTE",
    "HOUR",
    "DAY",
    "WEEK",
    "MONTH",
    "QUARTER",
    "YEAR",
    "SECOND_MICROSECOND",
    "MINUTE_SECOND",
    "HOUR_MINUTE",
    "DAY_HOUR",
    "DAY_SECOND",
    "YEAR_MONTH",
    "DAY_MICROSECOND",
]
COLUMNS: dict[str, list[str]] = {
    "int": ["i", "u", "ti", "bi", "bu", "yr", "bt"],
    "small": ["ti", "i"],
    "decimal": ["de", "dl"],
    "double": ["db", "fl"],
    "text": ["vc", "vb", "ch", "tx", "en", "st"],
    "number": ["vn"],
    "date": ["da"],
    "datetime": ["dt", "d6", "ts"],
    "time": ["tm", "t3"],
    "json": ["js"],
    "bytes": ["bn", "bl"],
}
TABLE = """
CREATE TABLE every (
  id INT PRIMARY KEY AUTO_INCREMENT, g INT NOT NULL,
  i INT, u INT UNSIGNED, ti TINYINT, bi BIGINT, bu BIGINT UNSIGNED, yr YEAR, bt BIT(8),
  de DECIMAL(10,2), dl DECIMAL(30,10), db DOUBLE, fl FLOAT,
  vc VARCHAR(40), vb VARCHAR(40) COLLATE utf8mb4_bin, ch CHAR(10), tx TEXT, vn VARCHAR(20),
  en ENUM('b','a','x'), st SET('a','b','c'),
  da DATE, dt DATETIME, d6 DATETIME(6), ts TIMESTAMP NULL, tm TIME, t3 TIME(3),
  js JSON, bn VARBINARY(10), bl BLOB
)
"""
_VALUES: list[tuple[str, ...]] = [
    (
        *("1", "1", "1", "1", "1", "1", "2001", "1", "1.50", "1.5", "1.5", "1.5"),
        *("'abc'", "'abc'", "'abc'", "'abc'", "'1'", "'a'", "'a'"),
        *("'2024-01-31'", "'2024-01-31 10:20:30'", "'2024-01-31 10:20:30.5'"),
        *("'2024-01-31 10:20:30'", "'10:20:30'", "'10:20:30.25'", "'[1, 2]'", "'abc'", "'abc'"),
    ),
    (
        *("1", "-7", "7", "-7", "-9223372036854775808", "18446744073709551615", "1999", "255"),
        *("-99.99", "-12345678901234567890.0123456789", "-2.5e10", "0.1"),
        *("'ABC'", "'ABC'", "'ABC '", "'Été'", "'12abc'", "'b'", "'a,b'"),
        *("'2024-02-29'", "'2023-12-31 23:59:59'", "'2023-12-31 23:59:59.999999'"),
        *("'1999-12-31 23:59:59'", "'-01:02:03'", "'838:59:59'", """'{"a": 1}'""", "0x00FF", "'A'"),
    ),
    ("2", *["NULL"] * 28),
    (
        *("2", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0", "0"),
        *("''", "''", "''", "''", "'0'", "'x'", "''"),
        *("'0001-01-01'", "'2010-10-10'", "'2010-10-10'"),
        *("'2010-10-10'", "'0:0:0'", "'0:0:0'", "'null'", "''", "''"),
    ),
    (
        *("3", "12", "4294967295", "127", "9223372036854775807", "12", "2155", "65"),
        *("12.00", "0.0000000001", "0.1", "123456.789"),
        *("'a%b_c'", "'abc '", "'12'", "'hello world'", "'3.7'", "'b'", "'c'"),
        *("'9999-12-31'", "'9999-12-31 23:59:59'", "'1969-12-31 23:59:59.000001'"),
        *("'2038-01-01'", "'00:00:01'", "'12:34:56.789'", "'\"a\"'", "'12'", "'äö'"),
    ),
]
ROWS = [values[: 1 + 28] for values in _VALUES]

SIGNATURES: dict[str, dict[str, str]] = {
    "dates": {
        "YEAR": "D", "MONTH": "D", "DAY": "D", "QUARTER": "D", "MONTHNAME": "D", "DAYNAME": "D",
        "WEEKDAY": "D", "DAYOFWEEK": "D", "DAYOFYEAR": "D", "DATE": "D", "LAST_DAY": "D",
        "WEEK": "D,small?", "WEEKOFYEAR": "D", "YEARWEEK": "D,small?", "TO_DAYS": "D",
        "FROM_DAYS": "int", "TO_SECONDS": "D", "MAKEDATE": "int,int", "PERIOD_ADD": "int,small",
        "PERIOD_DIFF": "int,int", "UNIX_TIMESTAMP": "D", "FROM_UNIXTIME": "N,format?",
        "CONVERT_TZ": "D,zone,zone", "TIMESTAMP": "D,time?", "DATEDIFF": "D,D",
        "DATE_FORMAT": "D,format", "STR_TO_DATE": "D,format", "ADDDATE": "D,small",
        "SUBDATE": "D,small",
    },
    "times": {
        "HOUR": "T", "MINUTE": "T", "SECOND": "T", "MICROSECOND": "T", "TIME": "T",
        "TIME_TO_SEC": "T", "SEC_TO_TIME": "N", "MAKETIME": "small,small,N", "ADDTIME": "T,T",
        "SUBTIME": "T,T", "TIMEDIFF": "T,T", "TIME_FORMAT": "T,format",
    },
    "numbers": {
        "ABS": "N", "SIGN": "N", "CEILING": "N", "FLOOR": "N", "ROUND": "N,small?",
        "TRUNCATE": "N,small", "SIN": "N", "COS": "N", "ASIN": "N", "DEGREES": "N", "EXP": "N",
        "SQRT": "N", "COT": "N", "ATAN": "N,N?", "LN": "N", "LOG10": "N", "LOG2": "N",
        "LOG": "N,N?", "POW": "N,N", "CONV": "A,small,small", "BIN": "N", "OCT": "N",
        "FORMAT": "N,small", "MOD": "N,N", "BIT_COUNT": "N", "CRC32": "A", "HEX": "A",
    },
    "strings": {
        "CONCAT": "A,A?,A?", "CONCAT_WS": "S,A,A?", "LENGTH": "A", "CHAR_LENGTH": "A",
        "BIT_LENGTH": "A", "LOWER": "A", "UPPER": "A", "LEFT": "A,small", "RIGHT": "A,small",
        "SUBSTRING": "A,small,small?", "SUBSTRING_INDEX": "S,S,small", "TRIM": "A", "LTRIM": "A",
        "RTRIM": "A", "LPAD": "A,small,S", "RPAD": "A,small,S", "REPEAT": "A,small",
        "SPACE": "small", "REVERSE": "A", "REPLACE": "S,S,S", "INSERT": "S,small,small,S",
        "LOCATE": "S,S,small?", "INSTR": "S,S", "FIND_IN_SET": "S,S", "FIELD": "A,A,A?",
        "ELT": "small,A,A", "ASCII": "A", "ORD": "A", "CHAR": "int,int?", "QUOTE": "A",
        "SOUNDEX": "S", "UNHEX": "A", "TO_BASE64": "A", "FROM_BASE64": "A", "MD5": "A",
        "SHA2": "A,small", "STRCMP": "A,A",
    },
    "control": {
        "IF": "A,A,A", "IFNULL": "A,A", "COALESCE": "A,A,A?", "NULLIF": "A,A",
        "GREATEST": "A,A,A?", "LEAST": "A,A,A?", "ISNULL": "A", "INTERVAL": "N,N,N?",
    },
    "json": {
        "JSON_ARRAY": "A,A?", "JSON_OBJECT": "S,A", "JSON_EXTRACT": "json,path,path?",
        "JSON_SET": "json,path,A", "JSON_INSERT": "json,path,A", "JSON_REPLACE": "json,path,A",
        "JSON_ARRAY_APPEND": "json,path,A", "JSON_ARRAY_INSERT": "json,path,A",
        "JSON_REMOVE": "json,path", "JSON_MERGE_PRESERVE": "json,json",
        "JSON_MERGE_PATCH": "json,json", "JSON_VALID": "J", "JSON_UNQUOTE": "J",
        "JSON_QUOTE": "A", "JSON_VALUE": "json,path", "JSON_QUERY": "json,path",
        "JSON_EXISTS": "json,path", "JSON_TYPE": "J", "JSON_LENGTH": "json,path?",
        "JSON_DEPTH": "J", "JSON_KEYS": "json,path?", "JSON_CONTAINS": "json,json,path?",
        "JSON_EQUALS": "json,json", "JSON_OVERLAPS": "json,json",
        "JSON_CONTAINS_PATH": "json,one,path", "JSON_SEARCH": "json,one,pattern",
        "JSON_COMPACT": "J", "JSON_LOOSE": "J", "JSON_DETAILED": "J", "JSON_NORMALIZE": "J",
    },
    "regexp": {
        "REGEXP_INSTR": "S,regexp", "REGEXP_SUBSTR": "S,regexp", "REGEXP_REPLACE": "S,regexp,S",
    },
}  # fmt: skip
GROUPS = {
    "D": ("date", "datetime"),
    "T": ("time", "datetime", "time"),
    "N": ("int", "small", "decimal", "double", "number"),
    "S": ("text",),
    "J": ("json", "json", "text"),
}
ANYTHING = tuple(
    one for one in CONSTANTS if one not in ("path", "format", "charset", "pattern", "regexp")
)
ZONES = ["'+00:00'", "'+02:00'", "'-05:30'", "'+14:00'"]
CAST_TYPES = [
    "SIGNED",
    "UNSIGNED",
    "CHAR",
    "CHAR(3)",
    "BINARY",
    "BINARY(4)",
    "DECIMAL",
    "DECIMAL(10,2)",
    "DECIMAL(5,1)",
    "DOUBLE",
    "DATE",
    "DATETIME",
    "DATETIME(3)",
    "DATETIME(6)",
    "TIME",
    "TIME(2)",
]
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=", "<=>")
ARITHMETIC = ("+", "-", "*", "/", "%", "DIV")


@dataclass
class Generator:
    """Makes expressions; with columns where `has_columns`."""

    chance: random.Random
    has_columns: bool = False

    def value(self, kind: str, depth: int = 0) -> str:
        """Return an expression of about this kind."""
        pick = self.chance
        if kind == "zone":
            return pick.choice(ZONES)
        if kind == "one":
            return pick.choice(["'one'", "'all'", "'one'", "'all'", "'ONE'", "'x'"])
        if pick.random() < 0.08 and kind not in ("path", "format", "regexp"):
            kind = "A"
        if kind in GROUPS:
            kind = pick.choice(GROUPS[kind])
        elif kind == "A":
            kind = pick.choice(ANYTHING)
        if depth < 2 and pick.random() < 0.18 and kind not in ("path", "format", "regexp"):
            return self.nested(kind, depth + 1)
        if self.has_columns and kind in COLUMNS and pick.random() < 0.7:
            return pick.choice(COLUMNS[kind])
        return pick.choice(CONSTANTS[kind])

    def nested(self, kind: str, depth: int) -> str:
        """Return a call or operation where a value of this kind is wanted."""
        family = {
            "int": "numbers", "small": "numbers", "decimal": "arithmetic", "double": "numbers",
            "text": "strings", "number": "strings", "date": "dates", "datetime": "shifts",
            "time": "times", "json": "json", "bytes": "casts", "bool": "comparison",
            "null": "control",
        }.get(kind, "control")  # fmt: skip
        return self.expression(family, depth)

    def expression(self, family: str, depth: int = 0) -> str:
        """Return an expression of a family."""
        made = _MAKERS.get(family)
        if made is not None:
            return made(self, depth)
        name = self.chance.choice(list(SIGNATURES[family]))
        arguments = []
        for one in SIGNATURES[family][name].split(","):
            if one.endswith("?") and self.chance.random() < 0.5:
                break
            arguments.append(self.value(one.removesuffix("?"), depth))
        return f"{name}({', '.join(arguments)})"

    def arithmetic(self, depth: int) -> str:
        kind = self.chance.choice(("N", "N", "N", "N", "A"))
        operator = self.chance.choice(ARITHMETIC)
        return f"({self.value(kind, depth)} {operator} {self.value(kind, depth)})"

    def bits(self, depth: int) -> str:
        if self.chance.random() < 0.15:
            return f"(~ {self.value('N', depth)})"
        operator = self.chance.choice(("&", "|", "^", "<<", ">>"))
        return f"({self.value('N', depth)} {operator} {self.value('N', depth)})"

    def comparison(self, depth: int) -> str:
        same = self.chance.random() < 0.6
        kind = self.chance.choice(("text", "N", "D", "T", "number", "bytes")) if same else "A"
        one, other = self.value(kind, depth), self.value(kind, depth)
        form = self.chance.random()
        if form < 0.6:
            return f"({one} {self.chance.choice(COMPARISONS)} {other})"
        if form < 0.7:
            return f"({one} BETWEEN {other} AND {self.value(kind, depth)})"
        if form < 0.85:
            return f"({one} IN ({other}, {self.value(kind, depth)}))"
        if form < 0.9:
            return f"({one} NOT IN ({other}, {self.value('A', depth)}))"
        return f"(({one}, {self.value('N', depth)}) = ({other}, {self.value('N', depth)}))"

    def logic(self, depth: int) -> str:
        operator = self.chance.choice(("AND", "OR", "XOR", "&&", "||"))
        if self.chance.random() < 0.3:
            truth = self.chance.choice(("IS TRUE", "IS NOT TRUE", "IS NULL", "IS UNKNOWN"))
            return f"({self.value('A', depth)} {truth})"
        if self.chance.random() < 0.3:
            return f"(NOT {self.value('A', depth)})"
        return f"({self.value('A', depth)} {operator} {self.value('A', depth)})"

    def casts(self, depth: int) -> str:
        kind = self.chance.choice(CAST_TYPES)
        return f"CAST({self.value('A', depth)} AS {kind})"

    def shifts(self, depth: int) -> str:
        unit = self.chance.choice(UNITS)
        amount = self.value(self.chance.choice(("small", "int", "decimal", "number")), depth + 1)
        if "_" in unit and self.chance.random() < 0.7:
            amount = self.chance.choice(("'1:1'", "'1 2'", "'1-1'", "'-1 1:1:1'", "'1.5'", "'10'"))
        which = self.chance.random()
        day = self.value(self.chance.choice("DDDT"), depth)
        if which < 0.5:
            name = self.chance.choice(("DATE_ADD", "DATE_SUB"))
            return f"{name}({day}, INTERVAL {amount} {unit})"
        if which < 0.6:
            return f"({day} {self.chance.choice('+-')} INTERVAL {amount} {unit})"
        if which < 0.75:
            return f"EXTRACT({unit} FROM {self.value(self.chance.choice('DDT'), depth)})"
        simple = self.chance.choice(UNITS[:9])
        if which < 0.88:
            return f"TIMESTAMPDIFF({simple}, {day}, {self.value('D', depth)})"
        return f"TIMESTAMPADD({simple}, {amount}, {day})"

    def patterns(self, depth: int) -> str:
        word = self.chance.choice(("LIKE", "NOT LIKE", "REGEXP", "NOT REGEXP"))
        kind = "pattern" if "LIKE" in word else "regexp"
        return f"({self.value(self.chance.choice('SSSA'), depth)} {word} {self.value(kind)})"

    def cases(self, depth: int) -> str:
        kind = self.chance.choice(("A", "N", "D", "S"))
        end = f" ELSE {self.value(kind, depth)}" if self.chance.random() < 0.7 else ""
        first, second = self.value(kind, depth), self.value(kind, depth)
        if self.chance.random() < 0.5:
            return (
                f"CASE WHEN {self.value('A', depth)} THEN {first} WHEN TRUE THEN {second}{end} END"
            )
        base, when = self.value("A", depth), self.value("A", depth)
        return f"CASE {base} WHEN {when} THEN {first}{end} END"

    def aggregates(self, depth: int) -> str:
        name = self.chance.choice(
            ("SUM", "AVG", "MIN", "MAX", "COUNT", "STD", "VAR_SAMP", "BIT_OR", "BIT_AND", "BIT_XOR")
        )
        distinct = "DISTINCT " if name in ("SUM", "AVG", "COUNT") and depth == 1 else ""
        return f"{name}({distinct}{self.value('A', 2)})"

    def collations(self, depth: int) -> str:
        names = ("utf8mb4_bin", "utf8mb4_general_ci", "utf8mb4_unicode_ci")
        one, other = self.value("text", 2), self.value("text", 2)
        collation = f"COLLATE {self.chance.choice(names)}"
        return f"({one} {collation} {self.chance.choice(COMPARISONS)} {other})"


_MAKERS: dict[str, Callable[[Generator, int], str]] = {
    name: getattr(Generator, name)
    for name in (
        *("arithmetic", "bits", "comparison", "logic", "casts", "shifts", "patterns", "cases"),
        *("aggregates", "collations"),
    )
}
FAMILIES = (*SIGNATURES, *(one for one in _MAKERS if one != "aggregates"))


def questions(chance: random.Random, family: str | None) -> Iterator[tuple[str, str]]:
    """Yield statements for ever, each with its family."""
    constants, columns = Generator(chance), Generator(chance, has_columns=True)
    while True:
        name = family or chance.choice((*FAMILIES, "where", "groups", "order"))
        if name == "where":
            kind = chance.choice(("comparison", "logic", "patterns", "comparison", "collations"))
            yield name, f"SELECT id FROM every WHERE {columns.expression(kind)} ORDER BY id"
        elif name == "groups":
            key = chance.choice(("g", columns.value("A", 1)))
            total = columns.aggregates(chance.choice((0, 0, 1)))
            yield name, f"SELECT {total} FROM every GROUP BY {key} ORDER BY 1"
        elif name == "order":
            key = columns.value("A", 1)
            yield name, f"SELECT {key} FROM every ORDER BY {key}, id"
        elif chance.random() < 0.5:
            yield name, f"SELECT {constants.expression(name)}"
        else:
            yield name, f"SELECT {columns.expression(name)} FROM every ORDER BY id"


def prepare(connection: Any) -> None:
    """Make the table with a column of every type."""
    listed = "g, i, u, ti, bi, bu, yr, bt, de, dl, db, fl, vc, vb, ch, tx, vn, en, st, "
    listed += "da, dt, d6, ts, tm, t3, js, bn, bl"
    with closing(connection.cursor()) as cursor:
        cursor.execute(TABLE)
        for values in ROWS:
            row = values[: listed.count(",") + 1]
            cursor.execute(f"INSERT INTO every ({listed}) VALUES ({', '.join(row)})")


def asked(arguments: argparse.Namespace) -> Iterator[Question]:
    """Yield as many questions as are asked for."""
    stream = questions(random.Random(arguments.seed), arguments.family)
    for family, text in itertools.islice(stream, arguments.count):
        yield family, text, ()


def main() -> None:
    """Print the table."""
    arguments = arguments_of(__doc__, "--family")
    print_table(compare(asked(arguments), prepare, arguments), most=len(FAMILIES) + 4)


if __name__ == "__main__":
    main()
