"""Ask a real MariaDB and the emulation the same chance statements, in sequence.

    python -m tests.emulation.histories --count 200 --seed 1 [--show wrong]

A history is three tables and some dozens of statements about them; both sides tell of each the
rows, the columns' names, the affected rows, the last id, or the error's code. A history ends with
the first statement that writes and is answered differently: what follows would differ anyway.
"""

from __future__ import annotations

import argparse
import collections
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.emulation.__main__ import same_rows, shown

import freshdb.emulation
from freshdb.errors import EmulationError
from tests.emulation.functions.cases import NOW
from tests.emulation.oracle import connect_to, server_at

NAMES = ["Ada", "ada", "Bob", "bob ", "Zoë", "Zoe", "", "Cy", "x%y", "O''Neil", "straße", "Ünal"]
MAILS = ["a@x.org", "A@x.org", "b@x.org", "c@x.org", "d@x.org", "e@y.net", "F@y.net", "g@y.net"]
DAYS = ["2024-01-31", "2024-02-29", "2023-12-31", "2024-03-01", "1999-07-04", "2024-12-30"]
MOMENTS = [f"{day} {clock}" for day in DAYS for clock in ("00:00:00", "10:20:30", "23:59:59")]
STATES = ["new", "active", "gone"]
DOCUMENTS = ['{"a": 1}', '{"a": "x", "b": [1, 2]}', "[1, 2, 3]", '{"a": null}', "{}", '"t"', "7"]
LIKES = ["a%", "%o%", "_d_", "%\\%%", "Z%"]
CODES = ["aa", "AA", "ab", "b1", "zz", ""]
TABLES = ("users", "orders", "tags")


class History:
    """Makes the statements of one history."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def pick(self, *these: str) -> str:
        return self.chance.choice(these)

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    # Tables

    def tables(self) -> Iterator[str]:
        """Yield what makes the tables anew."""
        collation = self.pick("", "", "COLLATE utf8mb4_bin", "COLLATE utf8mb4_unicode_ci")
        action = self.pick("CASCADE", "SET NULL", "RESTRICT")
        start = self.pick("", "", " AUTO_INCREMENT=100")
        for name in ("orders", "users", "tags"):
            yield f"DROP TABLE IF EXISTS {name}"
        yield f"""CREATE TABLE users (
            id INT AUTO_INCREMENT PRIMARY KEY, email VARCHAR(40) NOT NULL, name VARCHAR(20)
            {collation}, age INT, score DECIMAL(8,2) NOT NULL DEFAULT 0, ratio FLOAT, big DOUBLE,
            status ENUM('new','active','gone') NOT NULL DEFAULT 'new', born DATE,
            created DATETIME NOT NULL DEFAULT '2024-01-01 00:00:00', data JSON,
            flag TINYINT(1) NOT NULL DEFAULT 0, UNIQUE KEY uq_email (email)) ENGINE=InnoDB{start}"""
        foreign = f", FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE {action}"
        yield f"""CREATE TABLE orders (
            id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, user_id INT, code CHAR(6),
            total DECIMAL(10,2), qty SMALLINT UNSIGNED, placed DATETIME, note TEXT, took TIME,
            PRIMARY KEY (id), UNIQUE KEY uq_code (user_id, code), KEY (placed)
            {self.pick("", foreign)})"""
        yield "CREATE TABLE tags (name VARCHAR(20) PRIMARY KEY, n INT NOT NULL, weight FLOAT)"

    # Values

    def text(self, these: list[str]) -> str:
        return f"'{self.chance.choice(these)}'"

    def number(self) -> str:
        return self.pick("0", "1", "2", "3", "5", "7", "10", "-1", "100")

    def amount(self) -> str:
        return self.pick("0", "1.5", "2.25", "10", "99.99", "-3.10", "0.005", "'7.5'", "1e1")

    def maybe(self, value: str, share: float = 0.15) -> str:
        return "NULL" if self.often(share) else value

    def user_values(self) -> dict[str, str]:
        """Return some columns of `users` with values, `email` among them."""
        every = {
            "name": self.maybe(self.text(NAMES)),
            "age": self.maybe(self.number()),
            "score": self.amount(),
            "ratio": self.pick("0.1", "0.3762", "1.5", "2", "NULL", "1e10", "0.6158"),
            "big": self.pick("0.1", "0.3762", "1.5", "2", "NULL", "1e100"),
            "status": self.pick("'new'", "'active'", "'gone'", "'Active'", "2", "'lost'"),
            "born": self.maybe(self.text(DAYS)),
            "created": self.text(MOMENTS),
            "data": self.maybe(self.text(DOCUMENTS)),
            "flag": self.pick("0", "1", "TRUE", "FALSE"),
        }
        chosen = {name: value for name, value in every.items() if self.often(0.4)}
        found = {"email": self.text(MAILS), **chosen}
        if self.often(0.25):
            found["id"] = self.pick("NULL", "0", "DEFAULT", "3", "5", "50", "120")
        return found

    def order_values(self) -> dict[str, str]:
        every = {
            "user_id": self.maybe(self.pick("1", "2", "3", "4", "100", "101"), 0.2),
            "code": self.maybe(self.text(CODES)),
            "total": self.maybe(self.amount()),
            "qty": self.maybe(self.pick("0", "1", "2", "70000", "-1", "9", "12", "'4'")),
            "placed": self.maybe(self.text(MOMENTS)),
            "note": self.maybe(self.text([*NAMES, "long " * 9])),
            "took": self.maybe(self.pick("'10:20:30'", "'-01:00:00'", "'100:00:00'", "120")),
        }
        return {name: value for name, value in every.items() if self.often(0.7)} or {"qty": "1"}

    def tag_values(self) -> dict[str, str]:
        return {
            "name": self.text(["red", "Red", "blue", "blue ", "été", "ete", "green"]),
            "n": self.pick("0", "1", "2", "NULL", "7"),
            "weight": self.pick("0.1", "0.3762", "1", "NULL"),
        }

    def values(self, table: str) -> dict[str, str]:
        makers = {"users": self.user_values, "orders": self.order_values, "tags": self.tag_values}
        return makers[table]()

    # Conditions and expressions

    def condition(self, table: str, alias: str = "") -> str:
        dot = f"{alias}." if alias else ""
        simple = {
            "users": [
                lambda: f"{dot}id {self.pick('=', '<', '>', '<>', '>=')} {self.number()}",
                lambda: f"{dot}id IN ({self.number()}, {self.number()}, 4)",
                lambda: f"{dot}name = {self.text(NAMES)}",
                lambda: f"{dot}name LIKE {self.text(LIKES)}",
                lambda: f"{dot}name {self.pick('<', '>=')} {self.text(NAMES)}",
                lambda: f"{dot}email {self.pick('=', '<>', '<')} {self.text(MAILS)}",
                lambda: (
                    f"{dot}status {self.pick('=', '<>', '>')} "
                    + self.pick("'new'", "'active'", "2")
                ),
                lambda: f"{dot}age IS {self.pick('', 'NOT ')}NULL",
                lambda: f"{dot}age BETWEEN {self.number()} AND {self.number()}",
                lambda: f"{dot}score {self.pick('>', '<=', '=')} {self.amount()}",
                lambda: (
                    f"{dot}ratio {self.pick('=', '<=', '>', '<>')} "
                    + self.pick("0.1", "0.3762", "1.5", "0.6158", "2")
                ),
                lambda: f"{dot}big {self.pick('=', '<=', '>')} {self.pick('0.1', '0.3762', '1.5')}",
                lambda: f"{dot}created {self.pick('>', '<=', '=')} {self.text([*MOMENTS, *DAYS])}",
                lambda: f"{dot}born {self.pick('>', '<=', '=')} {self.text(DAYS)}",
                lambda: f"YEAR({dot}created) = {self.pick('2024', '2023')}",
                lambda: f"{dot}created >= NOW() - INTERVAL {self.number()} MONTH",
                lambda: f"DATE({dot}created) = {self.text(DAYS)}",
                lambda: f"{dot}flag",
                lambda: f"NOT {dot}flag",
                lambda: f"JSON_EXTRACT({dot}data, '$.a') = " + self.pick("1", "'x'"),
                lambda: f"JSON_VALUE({dot}data, '$.a') IS NOT NULL",
                lambda: f"{dot}name REGEXP {self.text(['^a', 'o', '[[:space:]]$'])}",
                lambda: f"EXISTS (SELECT 1 FROM orders o WHERE o.user_id = {dot or 'users.'}id)",
                lambda: f"{dot}id NOT IN (SELECT user_id FROM orders WHERE user_id IS NOT NULL)",
                lambda: f"{dot}score > (SELECT AVG(score) FROM users)",
                lambda: f"({dot}name, {dot}age) = ({self.text(NAMES)}, {self.number()})",
                lambda: f"COALESCE({dot}age, 0) + 1 > {self.number()}",
                lambda: f"FIND_IN_SET({dot}status, 'new,gone')",
                lambda: f"{dot}name <=> {self.maybe(self.text(NAMES), 0.5)}",
            ],
            "orders": [
                lambda: f"{dot}id {self.pick('=', '<', '>', '<>')} {self.number()}",
                lambda: f"{dot}user_id = {self.pick('1', '2', '3', '100')}",
                lambda: f"{dot}user_id IS NULL",
                lambda: f"{dot}total {self.pick('>', '<', '=')} {self.amount()}",
                lambda: f"{dot}code = {self.text(CODES)}",
                lambda: f"{dot}qty > {self.number()}",
                lambda: f"{dot}qty * {dot}total > 10",
                lambda: f"{dot}placed BETWEEN '2024-01-01' AND '2024-06-30'",
                lambda: f"{dot}placed < {self.text(MOMENTS)}",
                lambda: f"LENGTH({dot}note) > 3",
                lambda: f"{dot}took > '02:00:00'",
                lambda: f"HOUR({dot}placed) = 10",
                lambda: f"{dot}user_id IN (SELECT id FROM users WHERE {self.simple_user()})",
            ],
            "tags": [
                lambda: f"{dot}name = {self.text(['red', 'RED', 'blue', 'ete'])}",
                lambda: f"{dot}n > {self.number()}",
                lambda: f"{dot}weight = {self.pick('0.1', '0.3762', '1')}",
            ],
        }[table]
        found = self.chance.choice(simple)()
        if self.often(0.35):
            found += f" {self.pick('AND', 'OR', 'AND')} {self.chance.choice(simple)()}"
        return f"NOT ({found})" if self.often(0.06) else found

    def simple_user(self) -> str:
        return self.pick("age > 2", "status = 'active'", "name LIKE 'a%'", "score >= 1.5", "flag")

    def user_item(self) -> str:
        return self.pick(
            "u.name",
            "u.age",
            "u.score",
            "u.status",
            "u.created",
            "u.born",
            "u.ratio",
            "u.big",
            "u.data",
            "UPPER(u.name)",
            "CONCAT(u.name, '-', u.age)",
            "u.score * 2",
            "u.age / 3",
            "IFNULL(u.name, 'none')",
            "IF(u.flag, 'yes', 'no')",
            "LEFT(u.email, 1)",
            "u.age + 1",
            "CHAR_LENGTH(u.name)",
            "DATE_FORMAT(u.created, '%Y-%m')",
            "u.status + 0",
            "u.flag",
            "u.created + INTERVAL 1 MONTH",
            "DATEDIFF(NOW(), u.born)",
            "u.score DIV 2",
            "-u.age",
            "TIMESTAMPDIFF(YEAR, u.born, NOW())",
            "JSON_EXTRACT(u.data, '$.a')",
            "u.age % 3",
            "JSON_UNQUOTE(JSON_EXTRACT(u.data, '$.a'))",
            "SUBSTRING_INDEX(u.email, '@', -1)",
            "CASE WHEN u.age > 3 THEN 'old' WHEN u.age IS NULL THEN NULL ELSE 'young' END",
            "CASE u.status WHEN 'new' THEN 1 ELSE 0 END",
            "ROUND(u.score / 3, 1)",
            "u.name = 'ADA'",
            "COALESCE(u.age, u.score)",
            "GREATEST(u.age, u.score)",
            "LPAD(u.id, 4, '0')",
            "TRIM(u.name)",
            "REPLACE(u.email, '@', ' at ')",
            "LAST_DAY(u.created)",
            "u.ratio * 2",
            "CAST(u.score AS SIGNED)",
            "CAST(u.age AS CHAR)",
            "NULLIF(u.age, 1)",
            "u.ratio + u.big",
            "(SELECT COUNT(*) FROM orders x WHERE x.user_id = u.id)",
            "MD5(u.email)",
            "u.id",
            "(SELECT MAX(total) FROM orders x WHERE x.user_id = u.id)",
            "UNIX_TIMESTAMP(u.created)",
            "SUBSTR(u.name, 2, 2)",
            "u.name IS NULL",
            "STRCMP(u.name, 'bob')",
            "ABS(u.age)",
            "LOWER(u.status)",
            "CONCAT_WS(',', u.name, u.age, u.born)",
            "MONTHNAME(u.born)",
        )

    def aggregate(self) -> str:
        return self.pick(
            "COUNT(*)",
            "COUNT(age)",
            "COUNT(DISTINCT name)",
            "SUM(score)",
            "AVG(score)",
            "MIN(age)",
            "MAX(created)",
            "SUM(age)",
            "AVG(age)",
            "MIN(name)",
            "MAX(status)",
            "SUM(flag)",
            "MIN(ratio)",
            "GROUP_CONCAT(id ORDER BY id)",
            "GROUP_CONCAT(DISTINCT status ORDER BY status)",
            "SUM(IF(flag, 1, 0))",
            "SUM(status = 'new')",
            "MAX(score) - MIN(score)",
            "SUM(big)",
            "COUNT(DISTINCT status, flag)",
            "ROUND(AVG(score), 1)",
            "BIT_OR(age)",
            "STD(age)",
            "SUM(CASE WHEN age > 2 THEN score ELSE 0 END)",
            "MAX(LENGTH(name))",
            "SUM(ratio)",
            "MAX(born)",
            "MIN(created)",
            "COUNT(*) / 2",
            "SUM(score) / COUNT(*)",
            "MAX(data)",
            "GROUP_CONCAT(UPPER(email) ORDER BY email DESC SEPARATOR '; ')",
            "COUNT(name) > 1",
        )

    # Statements

    def insert(self, table: str) -> str:
        form = self.chance.random()
        word = self.pick("INSERT", "INSERT", "INSERT", "INSERT IGNORE", "INSERT IGNORE", "REPLACE")
        first = self.values(table)
        names = list(first)
        into = f"{word} INTO {table}"
        if form < 0.12:
            return f"{into} SET {', '.join(f'{name} = {first[name]}' for name in names)}"
        rows = [first]
        while self.often(0.45) and len(rows) < 5:
            more = self.values(table)
            rows.append({name: more.get(name, first[name]) for name in names})
        listed = ", ".join(f"({', '.join(row[name] for name in names)})" for row in rows)
        text = f"{into} ({', '.join(names)}) VALUES {listed}"
        if word == "INSERT" and self.often(0.45):
            text += f" ON DUPLICATE KEY UPDATE {self.upsert(table, names)}"
        return text

    def upsert(self, table: str, names: list[str]) -> str:
        choices = {
            "users": [
                "score = score + VALUES(score)",
                "age = IFNULL(age, 0) + 1",
                "name = 'twice'",
                "name = VALUES(name)",
                "id = LAST_INSERT_ID(id)",
                "score = score",
                "flag = NOT flag",
                "created = NOW()",
                "name = CONCAT(name, '+')",
            ],
            "orders": [
                "qty = qty + 1",
                "total = VALUES(total)",
                "note = CONCAT(note, '!')",
                "id = LAST_INSERT_ID(id)",
                "total = total",
            ],
            "tags": [
                "n = n + 1",
                "n = n + VALUES(n)",
                "n = n",
                "weight = VALUES(weight)",
                "name = VALUES(name)",
            ],
        }[table]
        del names
        return ", ".join(self.chance.sample(choices, self.chance.choice((1, 1, 2))))

    def insert_select(self) -> str:
        return self.pick(
            "INSERT INTO tags (name, n) SELECT status, COUNT(*) FROM users GROUP BY status",
            "INSERT IGNORE INTO tags (name, n) SELECT name, age FROM users WHERE name IS NOT NULL",
            "REPLACE INTO tags (name, n, weight) SELECT status, COUNT(*), MAX(ratio) FROM users"
            " GROUP BY status",
            "INSERT INTO orders (user_id, code, total) SELECT id, LEFT(email, 2), score * 2 "
            "FROM users ORDER BY id",
            "INSERT INTO tags (name, n) SELECT status, 1 FROM users u ON DUPLICATE KEY UPDATE "
            "n = tags.n + 1",
            "INSERT INTO orders (user_id, qty, placed) SELECT user_id, qty + 1, placed + INTERVAL"
            " 1 DAY FROM orders WHERE qty < 100 ORDER BY id LIMIT 2",
        )

    def setting(self, table: str) -> str:
        choices = {
            "users": [
                "age = age + 1",
                "score = score * 1.1",
                "name = UPPER(name)",
                "name = NULL",
                "status = 'active'",
                "born = born + INTERVAL 1 MONTH",
                "flag = 1 - flag",
                "age = age, score = age",
                "score = score + 1, age = score",
                "email = 'a@x.org'",
                "ratio = ratio / 3",
                "created = DATE(created)",
                "data = JSON_SET(data, '$.a', 5)",
                "age = (SELECT COUNT(*) FROM orders WHERE user_id = users.id)",
                "email = NULL",
                "name = CONCAT(name, id)",
                "score = 12345678",
                "status = 'none'",
                "big = ratio",
                "name = TRIM(name)",
                "age = NULLIF(age, 3)",
                "id = id + 1",
                "id = 200 + id",
            ],
            "orders": [
                "qty = qty + 1",
                "total = qty * total",
                "placed = NULL",
                "note = code",
                "qty = qty - 5",
                "user_id = NULL",
                "user_id = 1",
                "total = ROUND(total / 3, 2)",
                "note = CONCAT_WS('/', code, qty, placed)",
                "took = ADDTIME(took, '01:00:00')",
                "placed = STR_TO_DATE('05.07.2024 08:09', '%d.%m.%Y %H:%i')",
                "code = 'aa'",
            ],
            "tags": ["n = n + 1", "weight = weight * 2", "name = CONCAT('x', name)", "n = NULL"],
        }[table]
        return self.chance.choice(choices)

    def update(self, table: str) -> str:
        form = self.chance.random()
        word = "UPDATE IGNORE" if self.often(0.12) else "UPDATE"
        if form < 0.2:
            return self.pick(
                "UPDATE users u JOIN orders o ON o.user_id = u.id SET u.score = u.score + o.total",
                "UPDATE users u JOIN orders o ON o.user_id = u.id SET u.age = 9, o.qty = 3 "
                f"WHERE {self.condition('orders', 'o')}",
                "UPDATE orders o, users u SET o.note = u.name WHERE o.user_id = u.id AND "
                f"{self.condition('users', 'u')}",
                "UPDATE users u LEFT JOIN orders o ON o.user_id = u.id SET u.flag = o.id IS NULL",
                "UPDATE users u JOIN (SELECT user_id, SUM(total) t FROM orders GROUP BY user_id) s "
                "ON s.user_id = u.id SET u.score = IFNULL(s.t, 0)",
            )
        text = f"{word} {table} SET {self.setting(table)}"
        if self.often(0.8):
            text += f" WHERE {self.condition(table)}"
        if self.often(0.2):
            text += (
                f" ORDER BY {'name' if table == 'tags' else 'id'} DESC LIMIT {self.pick('1', '2')}"
            )
        return text

    def delete(self, table: str) -> str:
        if self.often(0.25):
            return self.pick(
                "DELETE u FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE o.id IS NULL "
                "AND u.id > 3",
                "DELETE o FROM orders o JOIN users u ON u.id = o.user_id WHERE "
                f"{self.condition('users', 'u')}",
                "DELETE u, o FROM users u JOIN orders o ON o.user_id = u.id WHERE u.id = 2",
                "DELETE FROM orders USING orders JOIN users ON users.id = orders.user_id WHERE "
                "users.age > 4",
                "DELETE FROM tags WHERE name IN (SELECT status FROM users)",
            )
        text = f"DELETE FROM {table} WHERE {self.condition(table)}"
        if self.often(0.5):
            text += f" ORDER BY {'name' if table == 'tags' else 'id'} LIMIT 1"
        return text

    def select(self) -> str:
        makers = [self.plain, self.plain, self.grouped, self.grouped, self.joined, self.windowed]
        return self.chance.choice([*makers, self.combined])()

    def plain(self) -> str:
        items = ", ".join(self.user_item() for _ in range(self.chance.choice((1, 2, 3))))
        where = f" WHERE {self.condition('users', 'u')}" if self.often(0.6) else ""
        if self.often(0.1):
            return f"SELECT DISTINCT {items} FROM users u{where}"
        key = f"{self.user_item()}{self.pick('', ' DESC')}, " if self.often(0.3) else ""
        limit = self.pick("", "", " LIMIT 2", " LIMIT 1, 2", " LIMIT 2 OFFSET 1")
        if self.often(0.15):
            return f"SELECT * FROM {self.pick('users', 'orders')}{''} ORDER BY id{limit}"
        return f"SELECT {items} FROM users u{where} ORDER BY {key}u.id{limit}"

    def grouped(self) -> str:
        key = self.pick(
            "status",
            "flag",
            "YEAR(created)",
            "name",
            "age",
            "DATE(created)",
            "born",
            "LEFT(email, 1)",
            "age > 2",
            "LOWER(name)",
        )
        shown = f"{key} AS k, " if key not in ("name", "LOWER(name)") else ""
        items = ", ".join(self.aggregate() for _ in range(self.chance.choice((1, 2, 3))))
        where = f" WHERE {self.condition('users')}" if self.often(0.4) else ""
        if self.often(0.2):
            return f"SELECT {items} FROM users{where}"
        having = self.pick("", "", " HAVING COUNT(*) > 1", " HAVING SUM(score) >= 2")
        if self.often(0.15) and shown:
            return f"SELECT {shown}{items} FROM users{where} GROUP BY {key} WITH ROLLUP{having}"
        order = self.pick("", " ORDER BY 1", " ORDER BY COUNT(*) DESC") if shown else ""
        return f"SELECT {shown}{items} FROM users{where} GROUP BY {key}{having}{order}"

    def joined(self) -> str:
        kind = self.pick("JOIN", "LEFT JOIN", "INNER JOIN", "RIGHT JOIN")
        if self.often(0.35):
            return (
                f"SELECT u.id, u.name, COUNT(o.id) AS n, IFNULL(SUM(o.total), 0) AS total, "
                f"MAX(o.placed) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id, "
                f"u.name{self.pick('', ' HAVING n > 0', ' HAVING total > 2')} ORDER BY u.id"
            )
        items = self.pick("u.id, o.id, o.total", "u.name, o.note, o.took", "o.*", "u.status, o.qty")
        where = f" WHERE {self.condition('orders', 'o')}" if self.often(0.5) else ""
        return f"SELECT {items} FROM users u {kind} orders o ON o.user_id = u.id{where}"

    def windowed(self) -> str:
        call = self.pick(
            "ROW_NUMBER()",
            "RANK()",
            "DENSE_RANK()",
            "SUM(score)",
            "LAG(id)",
            "LEAD(name, 1)",
            "COUNT(*)",
            "AVG(score)",
            "MAX(age)",
            "FIRST_VALUE(id)",
            "NTILE(2)",
            "SUM(age)",
        )
        part = self.pick("", "PARTITION BY status ", "PARTITION BY flag ", "PARTITION BY name ")
        order = self.pick("ORDER BY id", "ORDER BY score, id", "ORDER BY created DESC, id")
        frame = self.pick("", "", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW")
        frame = frame if call[:3] in ("SUM", "COU", "AVG", "MAX") else ""
        text = f"SELECT id, {call} OVER ({part}{order}{frame}) AS w FROM users"
        if self.often(0.3):
            return f"SELECT * FROM ({text}) t WHERE w > 1 ORDER BY id"
        return f"{text} ORDER BY id"

    def combined(self) -> str:
        return self.pick(
            "SELECT name FROM users UNION SELECT name FROM tags",
            "SELECT id, score FROM users UNION ALL SELECT id, total FROM orders",
            "SELECT age FROM users UNION SELECT total FROM orders ORDER BY 1",
            "WITH t AS (SELECT user_id, SUM(total) s FROM orders GROUP BY user_id) "
            "SELECT u.name, t.s FROM users u JOIN t ON t.user_id = u.id ORDER BY u.id",
            "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5) "
            "SELECT n.i, COUNT(u.id) FROM n LEFT JOIN users u ON u.age = n.i GROUP BY n.i "
            "ORDER BY n.i",
            "SELECT COUNT(*), SUM(n), MAX(weight) FROM tags",
            "SELECT * FROM tags ORDER BY name",
            "SELECT t.name, u.id FROM tags t JOIN users u ON u.name = t.name",
            "SELECT LAST_INSERT_ID()",
            "SELECT ROW_COUNT()",
            "SELECT FOUND_ROWS()",
            "SELECT SQL_CALC_FOUND_ROWS id FROM users ORDER BY id LIMIT 1",
            "SELECT FOUND_ROWS()",
            "SELECT a.id, b.id FROM users a JOIN users b ON a.age < b.age ORDER BY a.id, b.id",
            "SELECT name, (SELECT note FROM orders o WHERE o.user_id = u.id ORDER BY o.id LIMIT 1) "
            "FROM users u ORDER BY u.id",
            "SELECT AVG(n), SUM(weight) FROM tags",
            "SELECT MIN(weight) FROM tags WHERE weight >= 0.1",
        )

    def altering(self) -> str:
        return self.pick(
            "TRUNCATE TABLE tags",
            "TRUNCATE TABLE orders",
            "ALTER TABLE tags ADD COLUMN x INT",
            "ALTER TABLE users MODIFY name VARCHAR(30)",
            "CREATE INDEX ix_age ON users (age)",
            "ALTER TABLE tags DROP COLUMN x",
            "ALTER TABLE users AUTO_INCREMENT = 70",
            "ALTER TABLE orders ADD COLUMN more VARCHAR(5) NOT NULL DEFAULT 'm' AFTER qty",
            "SET @a = (SELECT MAX(id) FROM users)",
            "SELECT @a",
            "SELECT id, @a := @a + 1 FROM tags",
            "START TRANSACTION",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT s1",
            "ROLLBACK TO SAVEPOINT s1",
        )

    def statement(self) -> str:
        """Return the next statement."""
        table = self.pick("users", "users", "users", "orders", "orders", "tags")
        form = self.chance.random()
        choices: list[tuple[float, Callable[[], str]]] = [
            (0.24, lambda: self.insert(table)),
            (0.03, self.insert_select),
            (0.13, lambda: self.update(table)),
            (0.05, lambda: self.delete(table)),
            (0.04, self.altering),
            (0.06, lambda: self.pick("SELECT LAST_INSERT_ID()", "SELECT ROW_COUNT()")),
        ]
        for share, make in choices:
            if form < share:
                return make()
            form -= share
        return self.select()


def told(connection: Any, text: str) -> tuple[str, Any]:
    """Return what a driver tells of a statement."""
    try:
        with closing(connection.cursor()) as cursor:
            cursor.execute(text)
            if cursor.description is None:
                return "done", (cursor.rowcount, cursor.lastrowid or 0)
            names = [one[0] for one in cursor.description]
            return "rows", (names, [[shown(one) for one in row] for row in cursor.fetchall()])
    except EmulationError as error:
        return "refused", error.fact
    except Exception as error:
        return "error", (error.args[0] if error.args else type(error).__name__)


def verdict(text: str, theirs: tuple[str, Any], ours: tuple[str, Any]) -> str:
    """Return `same`, `wrong` (silently), `refused` or `error`."""
    if ours[0] == "refused":
        return "refused"
    if "error" in (theirs[0], ours[0]):
        return "same" if theirs == ours else "wrong" if ours[0] != "error" else "error"
    if theirs[0] != ours[0]:
        return "wrong"
    if theirs[0] == "done":
        return "same" if theirs == ours else "wrong"
    if theirs[1][0] != ours[1][0]:
        return "wrong"
    key = text.rpartition(" ORDER BY ")[2] if " ORDER BY " in text else ""
    ordered = "id" in key and "OVER" not in key and ")" not in key
    return "same" if same_rows(ours[1][1], theirs[1][1], ordered=ordered) else "wrong"


def writes(text: str) -> bool:
    """Tell whether what follows depends on a statement."""
    return not text.startswith(("SELECT", "WITH"))


def run_history(
    theirs: Any, ours: Any, chance: random.Random, length: int, tell: Callable[..., None]
) -> None:
    """Run one history on both sides, telling of each statement."""
    history = History(chance)
    seen: list[str] = []
    for connection in (theirs, ours):
        told(connection, "ROLLBACK")
    for text in [*history.tables(), *(history.insert("users") for _ in range(4))]:
        seen.append(text)
        pair = told(theirs, text), told(ours, text)
        result = verdict(text, *pair)
        tell(result, text, pair, seen)
        if result != "same":
            return
    for _ in range(length):
        text = history.statement()
        seen.append(text)
        pair = told(theirs, text), told(ours, text)
        result = verdict(text, *pair)
        tell(result, text, pair, seen)
        if result != "same" and writes(text):
            return


def compare(socket: Path, arguments: argparse.Namespace) -> collections.Counter[str]:
    """Run histories on both and count; print what is to be shown."""
    theirs = connect_to(socket, "histories", anew=True)
    ours = freshdb.emulation.connect(now=NOW, database="histories", isolation_level=None)
    found: collections.Counter[str] = collections.Counter()

    def tell(result: str, text: str, pair: Any, seen: list[str]) -> None:
        found[result] += 1
        if result == arguments.show:
            if arguments.before:
                print("\n".join(one[:300] for one in seen[-1 - arguments.before : -1]))
            print(f"{text}\n  server {str(pair[0])[:400]}\n  ours   {str(pair[1])[:400]}")

    for number in range(arguments.count):
        chance = random.Random(arguments.seed * 100_000 + number)
        run_history(theirs, ours, chance, arguments.length, tell)
    theirs.close()
    ours.close()
    return found


def main() -> None:
    """Print how many answers were the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--length", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", default="")
    parser.add_argument("--before", type=int, default=0, help="show so many statements before")
    parser.add_argument("--socket", type=Path, help="of a server that is running already")
    arguments = parser.parse_args()
    with server_at(arguments.socket) as socket:
        found = compare(socket, arguments)
    total = sum(found.values())
    for result in ("same", "wrong", "refused", "error"):
        print(f"{result:8} {found[result]:6} {100 * found[result] / total:6.2f}%")


if __name__ == "__main__":
    main()
