"""Change YAML with ruamel.yaml, and keep every line that says the same as before."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from freshdb.datafiles.document import Tagged
from freshdb.datafiles.lines import lines_of
from freshdb.datafiles.writing import Change, apply
from freshdb.datafiles.yaml_library import ruamel

# YAML takes these for ends of lines, and folds them, unless they are escaped.
_BREAKS = re.compile("[\x85\u2028\u2029\r]")
NATIVE = (type(None), float, dt.date, dt.datetime)


def changed(text: str, changes: Sequence[Change]) -> str:
    """Return the text of a YAML file with changes in it.

    ruamel keeps comments, order and most of the style; what it does not keep (how null is spelled,
    spaces) is taken from the old text, line by line, wherever no change is.
    """
    _, indent, offset = ruamel().util.load_yaml_guess_indent(text)
    yaml = _yaml(indent, offset)
    root = yaml.load(text)
    before = _dumped(yaml, root)
    apply(root, changes, _made)
    after = _dumped(yaml, root)
    ending = "\r\n" if "\r\n" in text else "\n"
    return _on_old_lines(lines_of(text), lines_of(before), lines_of(after), ending)


def dumped(value: Any) -> str:
    """Return a value as a YAML text of its own."""
    return _dumped(_yaml(4, 2), _made(value))


def _on_old_lines(old: list[str], before: list[str], after: list[str], ending: str) -> str:
    lines = after
    if len(old) == len(before):
        lines = []
        matcher = SequenceMatcher(None, before, after, autojunk=False)
        for kind, start, end, new_start, new_end in matcher.get_opcodes():
            lines += old[start:end] if kind == "equal" else after[new_start:new_end]
    return ending.join(lines) + ending


def _yaml(indent: int | None, offset: int | None) -> Any:
    yaml = ruamel().YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.allow_unicode = True
    step = indent or 2
    yaml.indent(mapping=2 if offset else step, sequence=step, offset=offset or 0)
    yaml.representer.add_representer(type(None), _null)
    return yaml


def _null(representer: Any, value: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")


def _dumped(yaml: Any, value: Any) -> str:
    stream = io.StringIO()
    yaml.dump(value, stream)
    return stream.getvalue()


def _made(value: Any) -> Any:
    comments = ruamel().comments
    if isinstance(value, Tagged):
        if isinstance(value.argument, (str, int, float)):
            text = str(value.argument)
            style = '"' if _BREAKS.search(text) else None
            return comments.TaggedScalar(text, style=style, tag=f"!{value.name}")
        made = comments.CommentedMap({f"${value.name}": _made(value.argument)})
        made.fa.set_flow_style()
        return made
    if isinstance(value, str) and _BREAKS.search(value):
        return ruamel().scalarstring.DoubleQuotedScalarString(value)
    if isinstance(value, dict):
        made = comments.CommentedMap({key: _made(part) for key, part in value.items()})
        if not value:
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        items = comments.CommentedSeq([_made(part) for part in value])
        if all(not isinstance(part, (dict, list)) for part in value):
            items.fa.set_flow_style()
        return items
    return value
