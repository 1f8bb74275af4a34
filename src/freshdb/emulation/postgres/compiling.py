"""From the text of a statement to what SQLite is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from freshdb.emulation.postgres import (  # noqa: F401  # calls, expressions, queries declare
    altering,
    calls,
    changes,
    constants,
    expressions,
    queries,
)
from freshdb.emulation.postgres.catalog import Catalog
from freshdb.emulation.postgres.changes.within import changes_within
from freshdb.emulation.postgres.definitions import Step
from freshdb.emulation.postgres.dropping import drop
from freshdb.emulation.postgres.indexes import create_index
from freshdb.emulation.postgres.parsing import parsed
from freshdb.emulation.postgres.problems import PostgresError
from freshdb.emulation.postgres.scope import name_of, refused
from freshdb.emulation.postgres.sequences import create_sequence
from freshdb.emulation.postgres.tables import create
from freshdb.emulation.postgres.views import create_table_as, create_view
from freshdb.emulation.postgres.writer import Outputs, Writer, settled_outputs


@dataclass(frozen=True)
class Compiled:
    """One statement, compiled.

    Attributes:
        sql: what SQLite is given, one after another; all of it or nothing.
        outputs: the columns of its result, with their types.
        verb: `select`, `change`, `truncate`, `schema`, or `alter`, which counts no rows.
        upserts: its rows end with their number, and no number may come twice.
        before: changes in its WITH, which are run before it.
    """

    sql: Sequence[Step]
    outputs: Outputs
    verb: str
    upserts: bool = False
    before: tuple[Compiled, ...] = ()


Referring = dict[str, set[str]]


def compile_statement(
    text: str, kinds: tuple[Any, ...], catalog: Catalog, referring: Referring
) -> Compiled:
    """Return what SQLite is given for a statement.

    Args:
        text: the statement, with `$1` for each parameter.
        kinds: the types of what is bound.
        catalog: the tables that there are.
        referring: of each table the others with a foreign key to it.

    Raises:
        PostgresError: the server would refuse it.
        EmulationError: it uses what is not supported.
    """
    node = parsed(text)
    with refusing_forms(f"the form of this {type(node).__name__.upper()}"):
        returned: dict[str, Outputs] = {}
        before = []
        for name, change in changes_within(node, referring, catalog.keys):
            before.append(_written(change, text, kinds, catalog, referring, returned))
            returned[name] = before[-1].outputs
        found = _written(node, text, kinds, catalog, referring, returned)
        return replace(found, before=tuple(before)) if before else found


@contextmanager
def refusing_forms(what: str) -> Iterator[None]:
    """Refuse what nobody has foreseen in sqlglot's tree: better no answer than a wrong one."""
    try:
        yield
    except RecursionError:
        raise refused("so deep a statement", "nest it less deep") from None
    except (AttributeError, ValueError, KeyError, IndexError, TypeError) as error:
        raise refused(f"{what} ({error})") from error


def _written(
    node: Any,
    text: str,
    kinds: tuple[Any, ...],
    catalog: Catalog,
    referring: Referring,
    returned: dict[str, Outputs],
) -> Compiled:
    writer = Writer(catalog.columns, kinds)
    writer.returned = returned
    writer.primary_keys, writer.views = catalog.keys, catalog.views
    writer.required = {name: one.required for name, one in catalog.tables.items()}
    if isinstance(node, (exp.Query, exp.Values)):
        if isinstance(node, exp.Select) and node.args.get("into"):
            raise refused("SELECT … INTO", "write CREATE TABLE … AS")
        sql, outputs = writer.query(node)
        return Compiled([sql], settled_outputs(outputs), "select")
    if isinstance(node, exp.Insert):
        return _insert(writer, node, catalog, text)
    if isinstance(node, exp.Update):
        sql, outputs = changes.update(writer, node, catalog)
        return Compiled([sql], outputs, "change")
    if isinstance(node, exp.Delete):
        sql, outputs = changes.delete(writer, node, catalog)
        return Compiled([sql], outputs, "change")
    if isinstance(node, exp.TruncateTable):
        statements = altering.truncate(node, catalog.columns, referring)
        return Compiled(statements, [], "truncate")
    is_uncounted = isinstance(node, exp.Alter) or node.args.get("kind") == "SEQUENCE"
    verb = "alter" if is_uncounted else "schema"
    return Compiled(_schema_change(writer, node, catalog, referring), [], verb)


def _insert(writer: Writer, node: Any, catalog: Catalog, text: str) -> Compiled:
    sql, outputs = changes.insert(writer, node, catalog, overrides=constants.overrides(text))
    found = node.args.get("conflict")
    several = not isinstance(node.expression, exp.Values) or len(node.expression.expressions) > 1
    if found is None or str(found.args.get("action")).upper() == "DO NOTHING" or not several:
        return Compiled([sql], outputs, "change")
    more = ", rowid" if outputs else " RETURNING rowid"
    return Compiled([sql + more], outputs, "change", upserts=True)


def _schema_change(
    writer: Writer, node: Any, catalog: Catalog, referring: Referring
) -> Sequence[Step]:
    if isinstance(node, exp.Create):
        return _create(writer, node, catalog)
    if isinstance(node, exp.Alter):
        return altering.alter(node, catalog)
    if isinstance(node, exp.Drop):
        return drop(node, catalog, referring)
    if isinstance(node, exp.Command):
        name = str(node.this).upper()
        raise refused(f"the statement {name}")
    raise refused(f"the statement {type(node).__name__.upper()}")


def _create(writer: Writer, node: Any, catalog: Catalog) -> list[str]:
    kind = str(node.args["kind"]).upper()
    properties = node.args.get("properties")
    if properties is not None and properties.find(exp.MaterializedProperty):
        raise refused("CREATE MATERIALIZED VIEW", "write CREATE VIEW")
    if kind == "INDEX":
        return [create_index(node, catalog.columns)]
    if kind == "SEQUENCE":
        return create_sequence(node)
    if kind == "VIEW":
        return create_view(writer, node, catalog)
    if kind == "SCHEMA" and node.args.get("exists") and node.this.args["db"].name == "public":
        return []
    if kind == "TABLE" and node.args.get("expression") is not None:
        return create_table_as(writer, node)
    if kind == "TABLE" and isinstance(node.this, exp.Schema):
        name = name_of(node.this.this.this)
        if name in catalog.columns and not node.args.get("exists"):
            raise PostgresError("42P07", f'relation "{name}" already exists')
    if kind != "TABLE":
        raise refused(f"CREATE {kind}", _INSTEAD.get(kind, ""))
    return [create(node)]


_INSTEAD = {
    "TYPE": "declare TEXT with a CHECK (column IN (…))",
    "SCHEMA": "use the schema public",
    "TRIGGER": "write what it does in Python, or test it on a real Postgres",
}
