"""From the text of a statement to its plan."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError

from freshdb.emulation import statements as s
from freshdb.emulation.catalog import Catalog
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.functions import REFUSED
from freshdb.emulation.functions.context import Context
from freshdb.emulation.grammar import parse
from freshdb.emulation.grammar.plain import read_plain
from freshdb.emulation.plan import Answer, Plan, converter
from freshdb.emulation.rewrite import (  # noqa: F401  # each declares what it writes when imported
    answers,
    calls,
    changes,
    literals,
    operators,
    subqueries,
    tables,
)
from freshdb.emulation.rewrite.altering import altered
from freshdb.emulation.rewrite.queries import Query, exact_query, offset_of, write_query
from freshdb.emulation.rewrite.writer import Writer
from freshdb.errors import EmulationError

LONGEST_STATEMENT = 4_000_000
_CODE = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`"""
    r"""|/\*(?P<version>M?!)(?P<number>\d{5,6})?(?P<body>.*?)\*/|/\*.*?\*/|\#[^\n]*|--(?=[\s]|$)[^\n]*""",
    re.DOTALL,
)
_PLACES = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|/\*.*?\*/|\#[^\n]*|--(?=[\s]|$)[^\n]*"""
    r"""|%%|%s|%\((?P<format>\w+)\)s|\?|(?<![:\w]):(?P<name>[A-Za-z_]\w*)""",
    re.DOTALL,
)


_EXPONENT = re.compile(r"\d[eE][+-]?\d+[+-]")
_QUOTED_OR_EXPONENT = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|(?P<number>(?<![\w$])[\d.]+[eE][+-]?\d+)(?=[+-])""",
    re.DOTALL,
)


def _spaced(text: str) -> str:
    return _QUOTED_OR_EXPONENT.sub(
        lambda match: match.group() + (" " if match["number"] else ""), text
    )


_PIECES = re.compile(
    r"""'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|/\*.*?\*/|\#[^\n]*|--(?=[\s]|$)[^\n]*|(?P<end>;)""",
    re.DOTALL,
)


def split_script(text: str) -> list[str]:
    """Return the statements of a script, without those that are empty."""
    found, at = [], 0
    for match in _PIECES.finditer(text):
        if match["end"]:
            found.append(text[at : match.start()])
            at = match.end()
    found.append(text[at:])
    return [one for one in found if one.strip()]


def unwrapped(text: str, context: Context) -> str:
    """Return the text with `/*! … */` opened, where the server is new enough to run it."""
    if "/*!" not in text and "/*M!" not in text:
        return text
    version = 80036 if context.is_mysql8 else 101119

    def open_(match: re.Match[str]) -> str:
        if match["version"] is None:
            return match.group()
        if match["version"] == "M!" and context.is_mysql8:
            return " "
        number = int(match["number"] or 0)
        # MariaDB leaves what is meant for MySQL 5.7 and later alone.
        if number > version or (not context.is_mysql8 and 50700 <= number <= 99999):
            return " "
        return f" {match['body']} "

    return _CODE.sub(open_, text)


@lru_cache(maxsize=2048)
def placed(text: str) -> tuple[str, tuple[str, ...] | None, int]:
    """Return the text with `?` for every parameter, their names, and how many there are.

    PyMySQL's `%s` and `%(name)s`, and SQLite's `?` and `:name`, are all understood. As with
    PyMySQL, `%%` is one `%` where its own places are used.
    """
    found = list(_PLACES.finditer(text))
    is_format = any(one.group() == "%s" or one["format"] for one in found)
    names: list[str] = []
    count = 0

    def replace(match: re.Match[str]) -> str:
        nonlocal count
        word = match.group()
        if word[0] in "'\"`/#-":
            return word.replace("%%", "%") if is_format else word
        if word == "%%":
            return "%" if is_format else word
        if word == "%s" or word == "?":
            count += 1
            return "?"
        names.append(match["format"] or match["name"])
        count += 1
        return "?"

    made = _PLACES.sub(replace, text)
    return made, tuple(names) if names else None, count


_LINE_ENDS = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


def syntax_error(text: str, error: SqlglotError, context: Context) -> MySQLError:
    """Return 1064 with the place where the text stops making sense."""
    facts = getattr(error, "errors", None) or [{}]
    line, column = facts[0].get("line"), facts[0].get("col")
    near, number = "", 1
    if line:
        # The parser counts lines as editors do, the server by their `\n`.
        lines = _LINE_ENDS.split(text)
        before, rest = "".join(lines[: int(line) - 1]), "".join(lines[int(line) - 1 :])
        highlight = facts[0].get("highlight") or ""
        near = rest[max(int(column or 1) - max(len(highlight), 1), 0) :][:80]
        number = 1 + before.count("\n")
    return _syntax(near, number, context)


def _syntax(near: str, line: int, context: Context) -> MySQLError:
    product = "MySQL" if context.is_mysql8 else "MariaDB"
    return MySQLError(
        1064,
        "42000",
        "You have an error in your SQL syntax; check the manual that corresponds to your "
        f"{product} server version for the right syntax to use near '{near}' at line {line}",
    )


_CALLED = re.compile(r"'(?:[^'\\]|\\.)*'|\"[^\"]*\"|`[^`]*`|\b([A-Za-z_]\w{2,})\s*\(")


def _refuse_calls(text: str) -> None:
    """Refuse a text that does not parse where it calls what has a grammar of its own there."""
    for match in _CALLED.finditer(text):
        name = (match[1] or "").upper()
        if name in REFUSED:
            raise EmulationError(f"the function {name} is not supported", hint=REFUSED[name])


def parsed(text: str, context: Context) -> Any:
    """Return the one statement of a text; None where there is none.

    Raises:
        MySQLError: 1064, where it does not parse or holds several.
        EmulationError: it uses what is not supported.
    """
    if len(text) > LONGEST_STATEMENT:
        raise EmulationError(
            f"the statement is {len(text)} characters long",
            hint=f"keep it below {LONGEST_STATEMENT}",
        )
    plain = read_plain(text)
    if plain is not None:
        return plain
    if _EXPONENT.search(text):
        # sqlglot reads the sign behind an exponent as part of the number.
        text = _spaced(text)
    try:
        found = parse(text, context.flavor)
    except SqlglotError as error:
        _refuse_calls(text)
        raise syntax_error(text, error, context) from None
    except RecursionError:
        raise EmulationError(
            "the statement is nested too deeply", hint="nest it less deep"
        ) from None
    except (AttributeError, TypeError, ValueError, IndexError, KeyError, AssertionError):
        # sqlglot met a form that it does not expect; the server would not take it either.
        raise _syntax(text[:80], 1, context) from None
    if len(found) > 1:
        second = text.split(";", 1)[1].strip() if ";" in text else ""
        raise _syntax(second[:80], 1, context)
    if not found:
        return None
    return found[0]


def compile_statement(text: str, kinds: Sequence[str], catalog: Catalog, context: Context) -> Plan:
    """Return the plan of a statement.

    Args:
        text: one statement.
        catalog: the tables there are.
        context: the session's facts.
        kinds: for each parameter what kind of value is bound to it.

    Raises:
        MySQLError: the server would have refused it.
        EmulationError: it uses what is not supported.
    """
    opened = unwrapped(text, context)
    statement = parsed(opened, context)
    if statement is None:
        if opened != text or not text.strip().strip(";"):
            return Plan(lambda session, values: Answer(), [])
        if not text.strip():
            raise MySQLError(1065, "42000", "Query was empty")
        return Plan(lambda session, values: Answer(), [])
    writer = Writer(catalog, context, kinds)
    writer.is_strict_change = isinstance(statement, (s.Insert, s.Update)) and not statement.ignore
    if type(statement) not in _PLANS:
        raise _syntax(opened.strip()[:80], 1, context)
    try:
        return _PLANS[type(statement)](writer, statement)  # type: ignore[no-any-return]
    except MySQLError as error:
        if error.code == 1064 and "check the manual" not in error.message:
            near = error.message.partition("near ")[2].strip("'")
            at = opened.upper().find(near.upper()) if near else -1
            raise _syntax(opened[at:][:80] if at >= 0 else near, 1, context) from None
        raise
    except RecursionError:
        raise EmulationError(
            "the statement is nested too deeply", hint="nest it less deep"
        ) from None


def _plan_query(writer: Writer, this: s.Query) -> Plan:
    node = this.query
    inside = node.args.get("into")
    into = this.into or node.meta.get("into") or (inside.meta["names"] if inside else [])
    query = write_query(writer, node, top=True)
    if into:
        query = exact_query(query)  # variables keep all digits
    names = [one.name for one in query.outputs]
    converts = [
        converter(
            one.written.type, is_raw=one.written.is_raw, is_column=one.written.column is not None
        )
        for one in query.outputs
    ]
    types = [one.written.type for one in query.outputs]
    plain = all(one is None for one in converts)
    count_rows = _row_counter(query, node)
    sql = query.sql

    def run(session: Any, values: Any) -> Answer:
        rows = session.native(sql, values).fetchall()
        if into:
            return session.select_into(into, rows)  # type: ignore[no-any-return]
        session.context.found_rows = count_rows(session, values, len(rows))
        if not plain:
            rows = session.converted(rows, converts)
        return Answer(names, rows, len(rows), types=types)

    return Plan(run, [sql])


def _row_counter(query: Query, node: Any) -> Callable[[Any, Any, int], int]:
    """Return what tells FOUND_ROWS(): rows that OFFSET has skipped were found, too."""
    counted = f"SELECT COUNT(*) FROM ({query.unlimited})" if query.unlimited else ""
    modifiers = node.args.get("operation_modifiers") or ()
    asked = any(one.name.upper() == "SQL_CALC_FOUND_ROWS" for one in modifiers)
    offset = offset_of(node)
    if not counted or not (asked or offset is not None or isinstance(node, exp.SetOperation)):
        return lambda session, values, shown: shown

    def count(session: Any, values: Any, shown: int) -> int:
        if shown and not asked and isinstance(node, exp.Select):
            skipped = values[f"p{offset.name}"] if is_place(offset) else int(offset.name)
            return int(skipped) + shown
        return int(session.native(counted, values).fetchone()[0])

    return count


def is_place(node: Any) -> bool:
    """Tell whether a value is bound when the statement is run."""
    return isinstance(node, exp.Placeholder)


_PLANS: dict[type, Any] = {
    s.Query: _plan_query,
    s.Insert: changes.plan_insert,
    s.Update: changes.plan_update,
    s.Delete: changes.plan_delete,
    s.Truncate: changes.plan_truncate,
    s.CreateTable: tables.plan_create,
    s.Alter: altered,
    s.CreateIndex: tables.plan_index,
    s.Drop: tables.plan_drop,
    s.DropIndex: tables.plan_drop_index,
    s.Rename: tables.plan_rename,
    s.CreateView: tables.plan_view,
    s.SetVariables: answers.plan_set,
    s.Show: answers.plan_show,
    s.Transaction: answers.plan_transaction,
    s.Do: answers.plan_do,
    s.Nothing: answers.plan_nothing,
    s.Maintain: answers.plan_maintain,
    s.Explain: answers.plan_explain,
}
