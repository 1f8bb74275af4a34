"""Run an SQL file in a branch, with what the client program would make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from freshdb.backends.mariadb.admin import Admin
from freshdb.errors import ServerError, TemplateError

_DELIMITER = re.compile(r"\s*DELIMITER\s+(\S+)\s*", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"^\s*(USE\s+\S+|(CREATE|DROP|ALTER)\s+(DATABASE|SCHEMA)\b[^;]*)",
    re.IGNORECASE | re.MULTILINE,
)


def run_script(admin: Admin, database: str, script: str) -> None:
    """Run the statements of an SQL file in a database.

    Raises:
        TemplateError: one of them fails, or would lead to another database.
    """
    elsewhere = _ELSEWHERE.search(script)
    if elsewhere is not None:
        raise TemplateError(
            f"the SQL file leads to a database of its own: `{elsewhere[1].strip()}`",
            hint="leave that statement out; `mysqldump` does so without `--databases`",
        )
    with admin.lock:
        admin.use(database)
        try:
            for text in statements_of(script):
                admin.all_rows(text)
        except ServerError:
            raise
        except Exception as error:
            raise TemplateError(
                f"the SQL file could not be run: {error.args[-1]}",
                hint="it must be SQL; of the client program's own commands only `DELIMITER` is "
                "known here",
            ) from None
        finally:
            admin.restore_session()


def statements_of(script: str) -> Iterator[str]:
    """Yield texts that the server understands: `DELIMITER` is the client program's own word."""
    delimiter, lines = ";", []
    # Not `splitlines`, which takes some letters of a text for the end of a line.
    for line in script.split("\n"):
        changed = _DELIMITER.fullmatch(line)
        if changed is None:
            lines.append(line)
        else:
            yield from _split(lines, delimiter)
            delimiter, lines = changed[1], []
    yield from _split(lines, delimiter)


def _split(lines: list[str], delimiter: str) -> Iterator[str]:
    """Yield the parts of a text; with the server's own delimiter it is one, which it splits."""
    text = "\n".join(lines)
    for part in [text] if delimiter == ";" else text.split(delimiter):
        if _BLANK.sub("", part).strip(" \n\t;"):
            yield part


_BLANK = re.compile(r"--(?=\s|$)[^\n]*|/\*(?!M?!).*?\*/", re.DOTALL | re.MULTILINE)
