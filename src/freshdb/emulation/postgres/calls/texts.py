"""Calls of functions of texts."""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import types
from freshdb.emulation.postgres.calls.declaring import call, fitting, no_function, plain
from freshdb.emulation.postgres.scope import Written, emits, only, refused
from freshdb.emulation.postgres.writer import Writer

for _name, _kind in (
    *((one, "text") for one in ("upper", "lower", "reverse", "md5", "initcap")),
    *((one, "int4") for one in ("length", "octet_length", "bit_length", "ascii")),
):
    plain(_name, "text", _kind, f"pg_text('{_name}'")
for _name in ("char_length", "character_length"):
    plain(_name, "text", "int4", "pg_text('length'")
plain("length", "bytea", "int4", "pg_bytes('length'")
plain("octet_length", "bytea", "int4", "pg_bytes('length'")
plain("md5", "bytea", "text", "pg_bytes('md5'")
for _name in ("sha224", "sha256", "sha384", "sha512"):
    plain(_name, "bytea", "bytea", f"pg_bytes('{_name}'")
plain("encode", "bytea text", "text")
plain("decode", "text text", "bytea")
plain("replace", "text text text", "text")
plain("translate", "text text text", "text")
plain("left", "text int4", "text")
plain("right", "text int4", "text")
plain("repeat", "text int4", "text")
plain("lpad", "text int4 text?", "text", "pg_pad('l'")
plain("rpad", "text int4 text?", "text", "pg_pad('r'")
plain("substr", "text int4 int4?", "text", "pg_substring(")
plain("substring", "text int4 int4?", "text")
plain("substring", "text text", "text", "pg_regexp_substring(")
plain("btrim", "text text?", "text", "pg_trim('BOTH'")
plain("ltrim", "text text?", "text", "pg_trim('LEADING'")
plain("rtrim", "text text?", "text", "pg_trim('TRAILING'")
plain("strpos", "text text", "int4")
plain("starts_with", "text text", "bool")
plain("split_part", "text text int4", "text")
plain("chr", "int4", "text")
plain("quote_literal", "text", "text", "pg_quoted('literal'")
plain("quote_ident", "text", "text", "pg_quoted('ident'")
plain("quote_nullable", "text", "text", "pg_quote_nullable(")
plain("regexp_replace", "text text text text?", "text")
plain("regexp_match", "text text text?", "text[]")
plain("regexp_split_to_array", "text text text?", "text[]", "pg_regexp_split(")
plain("regexp_count", "text text", "int4")
plain("regexp_like", "text text text?", "bool")
plain("regexp_substr", "text text", "text", "pg_regexp_substr(")
plain("string_to_array", "text text text?", "text[]")


@emits(exp.Substring)
def _substring(writer: Writer, node: Any) -> Written:
    only(node, "this", "start", "length")
    given = [writer.write(node.this)]
    start, length = node.args.get("start"), node.args.get("length")
    given.append(writer.write(start) if start is not None else Written("1", "int4"))
    if length is not None:
        given.append(writer.write(length))
    if len(given) == 2 and given[1].kind in ("text", "unknown"):
        found = fitting(["text", "text"], given)
        name = "pg_regexp_substring"
    else:
        found, name = fitting(["text", "int4", "int4?"], given), "pg_substring"
    if found is None:
        raise no_function("substring", given)
    return Written(f"{name}({', '.join(one.sql for one in found)})", "text")


@emits(exp.Trim)
def _trim(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "position")
    where = node.args.get("position") or "BOTH"
    parts = [writer.text(node.this)]
    if node.args.get("expression"):
        parts.append(writer.text(node.args["expression"]))
    return Written(f"pg_trim('{where}', {', '.join(parts)})", "text")


@emits(exp.StrPosition)
def _position(writer: Writer, node: Any) -> Written:
    only(node, "this", "substr")
    parts = writer.text(node.this), writer.text(node.args["substr"])
    return Written(f"pg_strpos({', '.join(parts)})", "int4")


@emits(exp.StartsWith)
def _begins(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression")
    parts = writer.text(node.this), writer.text(node.expression)
    return Written(f"pg_starts_with({', '.join(parts)})", "bool")


@emits(exp.Overlay)
def _overlay(writer: Writer, node: Any) -> Written:
    only(node, "this", "expression", "from_", "for_")
    parts = [
        writer.text(node.this),
        writer.text(node.expression),
        writer.integer(node.args["from_"]),
    ]
    if node.args.get("for_") is not None:
        parts.append(writer.integer(node.args["for_"]))
    return Written(f"pg_overlay({', '.join(parts)})", "text")


def _listed(writer: Writer, arguments: list[Any], name: str) -> list[str]:
    """Return values as they are shown in a result: a boolean is one letter."""
    found = []
    for one in arguments:
        if isinstance(one, exp.Variadic):
            raise refused(f"VARIADIC of {name}", "use array_to_string")
        part = writer.write(one)
        if "any" in part.kind:
            raise refused("a column of a type that is not known")
        if part.kind == "bool":
            found.append(f"pg_output({part.sql}, 'bool')")
        else:
            found.append(types.as_kind(part, "text").sql)
    return found


def _joining(name: str) -> None:
    @call(name)
    def make(writer: Writer, arguments: list[Any]) -> Written:
        if not arguments:
            raise ValueError
        return Written(f"pg_{name}({', '.join(_listed(writer, arguments, name))})", "text")


for _name in ("concat", "concat_ws", "format"):
    _joining(_name)


@call("array_to_string")
def _array_to_string(writer: Writer, arguments: list[Any]) -> Written:
    given = [writer.write(one) for one in arguments]
    found = fitting(["any[]", "text", "text?"], given)
    if found is None:
        raise no_function("array_to_string", given)
    kind = found[0].kind[:-2]
    listed = ", ".join(one.sql for one in found)
    return Written(f"pg_array_to_string('{kind}', {listed})", "text")
