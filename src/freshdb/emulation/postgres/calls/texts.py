"""Calls of functions of texts."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call
from freshdb.emulation.postgres.scope import Written, emits, only, refused
from freshdb.emulation.postgres.writer import Writer


def _texts(name: str, count: int, kind: str = "text") -> None:
    """Declare a function whose arguments are texts."""

    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        if len(arguments) != count:
            raise ValueError
        return Written(f"pg_{name}({', '.join(map(writer.text, arguments))})", kind)


_texts("replace", 3)


def _one_text(name: str, real: str, kind: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        (one,) = arguments
        return Written(f"pg_text('{real}', {writer.text(one)})", kind)


for _name in ("upper", "lower", "reverse", "md5"):
    _one_text(_name, _name, "text")
for _name in ("length", "octet_length", "ascii"):
    _one_text(_name, _name, "int4")
_one_text("char_length", "length", "int4")


def _with_count(name: str, registered: str, least: int, most: int, *more: str) -> None:
    """Declare a function of a text, an integer, and perhaps more texts."""

    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        if not least <= len(arguments) <= most:
            raise ValueError
        first, count, *rest = arguments
        listed = [*more, writer.text(first), writer.integer(count), *map(writer.text, rest)]
        return Written(f"{registered}({', '.join(listed)})", "text")


_with_count("left", "pg_left", 2, 2)
_with_count("right", "pg_right", 2, 2)
_with_count("repeat", "pg_repeat", 2, 2)
_with_count("lpad", "pg_pad", 2, 3, "'l'")
_with_count("rpad", "pg_pad", 2, 3, "'r'")


@call("substr", "substring")
def _substr(writer: Writer, arguments: list[Any]) -> Written:
    text, *numbers = arguments
    listed = [writer.text(text), *map(writer.integer, numbers)]
    return Written(f"pg_substring({', '.join(listed)})", "text")


@emits(exp.Substring)
def _substring(writer: Writer, node: Any) -> Written:
    only(node, "this", "start", "length")
    start = writer.integer(node.args["start"]) if node.args.get("start") else "1"
    parts = [writer.text(node.this), start]
    if node.args.get("length"):
        parts.append(writer.integer(node.args["length"]))
    return Written(f"pg_substring({', '.join(parts)})", "text")


@emits(exp.Trim)
def _trim(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "position")
    where = node.args.get("position") or "BOTH"
    parts = [writer.text(node.this)]
    if node.args.get("expression"):
        parts.append(writer.text(node.args["expression"]))
    return Written(f"pg_trim('{where}', {', '.join(parts)})", "text")


def _trimming(name: str, where: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        return Written(f"pg_trim('{where}', {', '.join(map(writer.text, arguments))})", "text")


_trimming("btrim", "BOTH")
_trimming("ltrim", "LEADING")
_trimming("rtrim", "TRAILING")


@emits(exp.StrPosition)
def _position(writer: Writer, node: Any) -> Written:
    only(node, "this", "substr")
    return Written(
        f"pg_position({writer.text(node.args['substr'])}, {writer.text(node.this)})", "int4"
    )


@call("strpos")
def _strpos(writer: Writer, arguments: list[Any]) -> Written:
    text, part = arguments
    return Written(f"pg_position({writer.text(part)}, {writer.text(text)})", "int4")


@call("split_part")
def _split_part(writer: Writer, arguments: list[Any]) -> Written:
    text, delimiter, number = arguments
    listed = [writer.text(text), writer.text(delimiter), writer.integer(number)]
    return Written(f"pg_split_part({', '.join(listed)})", "text")


@emits(exp.Initcap)
def _initcap(writer: Writer, node: Any) -> Written:
    return Written(f"pg_text('initcap', {writer.text(node.this)})", "text")


def _joining(name: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        parts = [writer.write(one) for one in arguments]
        if any(one.kind == "bool" for one in parts):
            raise refused(f"{name} of a boolean", "cast it to text")
        listed = ", ".join(types.as_kind(one, "text").sql for one in parts)
        return Written(f"pg_{name}({listed})", "text")


_joining("concat")
_joining("concat_ws")
