"""What the bodies of a server's messages say."""

from __future__ import annotations

from freshdb.errors import ServerError

Row = tuple[str | None, ...]
"""A row of an answer, each value as text; None for NULL."""


def row(body: bytes) -> Row:
    """Return the values of a row, as texts."""
    values: list[str | None] = []
    at = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        length = int.from_bytes(body[at : at + 4], "big", signed=True)
        at += 4
        if length < 0:
            values.append(None)
        else:
            values.append(body[at : at + length].decode())
            at += length
    return tuple(values)


def column_names(body: bytes) -> list[str]:
    """Return the columns' names of a description of rows."""
    names = []
    at = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        end = body.index(b"\0", at)
        names.append(body[at:end].decode())
        at = end + 19
    return names


def refusal(body: bytes) -> ServerError:
    """Return what the server says it cannot do, and why."""
    fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
    text = fields.get(b"M", "the server gave no reason")
    detail = f" ({fields[b'D']})" if b"D" in fields else ""
    return ServerError(f"Postgres: {text}{detail}", code=fields.get(b"C", ""))
