"""INSERT, REPLACE, UPDATE, DELETE, TRUNCATE: what SQLite does, and what the driver reports."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from sqlglot import exp

from freshdb.emulation import statements as s
from freshdb.emulation import values
from freshdb.emulation.catalog import Column, Table, quote_name
from freshdb.emulation.counting import Numbering
from freshdb.emulation.errors import MySQLError
from freshdb.emulation.plan import Answer, Plan
from freshdb.emulation.rewrite import sources
from freshdb.emulation.rewrite.queries import _order_key, unique_names, write_limit, write_query
from freshdb.emulation.rewrite.storing import default_of, implicit_default, stored
from freshdb.emulation.rewrite.writer import NOTHING, Output, Scope, Source, Writer, Written
from freshdb.errors import EmulationError


def is_default(node: Any) -> bool:
    """Tell whether a value is the word DEFAULT."""
    return isinstance(node, exp.Var) and node.name.upper() == "DEFAULT"


# INSERT and REPLACE


def plan_insert(writer: Writer, this: s.Insert) -> Plan:
    """Compile INSERT or REPLACE."""
    table = writer.table(this.table.name, this.table.database)
    if table.is_view:
        raise EmulationError("INSERT into a view is not supported", hint="insert into its table")
    lenient = this.ignore
    columns = _target_columns(table, this)
    counter = table.auto_increment
    is_simple = this.rows is not None and len(this.rows) == 1 and not (this.ignore or this.updates)
    explicit = is_simple and _explicit_ids(columns, this, counter)
    body = (
        _rows(writer, table, columns, this, lenient=lenient, explicit=explicit)
        if this.rows is not None
        else None
    )
    names = [one.name for one in columns]
    if body is None:
        body = _from_query(writer, table, columns, this, lenient)
    missing = _missing(writer, table, names, lenient)
    if counter is not None and counter not in columns and names:
        missing.append((counter.name, _numbered("NULL")))
    word = (
        "INSERT OR REPLACE"
        if this.replace
        else "INSERT OR IGNORE"
        if this.ignore and not this.updates
        else "INSERT"
    )
    listed, rows = _completed(names, body, missing)
    if this.ignore and table.foreign:
        rows = _with_parents(table, listed, [*names, *(name for name, _ in missing)], rows)
    sql = f"{word} INTO {quote_name(table.name)} ({listed}) {rows}"
    if this.updates:
        sql += _upsert(writer, table, this)
    returning = None
    if this.returning is not None:
        returning = _returning(writer, table, this.returning)
        sql += f" RETURNING {returning[0]}"
    numbering = None
    if counter is not None and not explicit and names:
        numbering = _numbering(table, this)
    return _insert_plan(sql, table, this, numbering, returning)


def _target_columns(table: Table, this: s.Insert) -> list[Column]:
    if not this.columns:
        columns = [one for one in table.columns if one.generated is None]
        if this.rows and not this.rows[0]:
            return columns if not columns else []
        if this.rows and this.rows[0] and len(this.rows[0]) == len(table.columns):
            return list(table.columns)
        return (
            columns
            if this.rows is None or len(columns) == len(this.rows[0])
            else list(table.columns)
        )
    found = []
    for name in this.columns:
        column = table.column(name)
        if column is None:
            raise MySQLError(1054, "42S22", f"Unknown column '{name}' in 'field list'")
        if column in found:
            raise MySQLError(1110, "42000", f"Column '{name}' specified twice")
        found.append(column)
    return found


def _rows(
    writer: Writer,
    table: Table,
    columns: list[Column],
    this: s.Insert,
    *,
    lenient: bool,
    explicit: bool,
) -> list[str]:
    """Return the rows, each as SQL without parentheses."""
    found = []
    assert this.rows is not None
    for number, row in enumerate(this.rows, 1):
        if len(row) != len(columns) and (row or this.columns):
            raise MySQLError(
                1136, "21S01", f"Column count doesn't match value count at row {number}"
            )
        found.append(_row(writer, table, columns, row, number, lenient=lenient, explicit=explicit))
    return found


def _row(
    writer: Writer,
    table: Table,
    columns: list[Column],
    row: list[Any],
    number: int,
    *,
    lenient: bool,
    explicit: bool,
) -> str:
    # A value may name columns that stand before it in the same row, as MySQL allows.
    scope = Scope(outer=None)
    parts = []
    with writer.in_scope(scope):
        for column, node in zip(columns, row, strict=True):
            if column.generated is not None:
                if not is_default(node):
                    raise MySQLError(
                        1906,
                        "HY000",
                        f"The value specified for generated column '{column.name}' in table "
                        f"'{table.name}' has been ignored",
                    )
                parts.append("")
                continue
            if is_default(node):
                value = default_of(writer, column, lenient=lenient)
                sql = value.sql
            else:
                value = writer.write(node)
                sql = stored(writer, table, column, value, lenient=lenient, row=number)
                if lenient and not column.is_nullable and not column.auto_increment:
                    sql = _or_implicit(sql, value, column)
            if column.is_rowid and not column.auto_increment:
                sql = _never_null(sql, column)
            if column.auto_increment and not explicit:
                sql = _numbered(_counted(writer, sql, value))
            parts.append(sql)
            scope.aliases[column.name.lower()] = _as_stored(value, sql, column)
    return ", ".join(one for one in parts if one)


def _or_implicit(sql: str, value: Written, column: Column) -> str:
    """Return what IGNORE stores: where NULL must not be, the type's own default."""
    if sql == "NULL":
        return implicit_default(column)
    return sql if value.literal is not NOTHING else f"COALESCE({sql}, {implicit_default(column)})"


def _as_stored(value: Written, sql: str, column: Column) -> Written:
    if value.literal is not NOTHING:
        return value
    return Written(f"({sql})", column.type, is_raw=column.type.is_tagged, column=column)


def _never_null(sql: str, column: Column) -> str:
    """Return the value of an integer key: SQLite takes NULL as a wish for a number."""
    if sql == "NULL":
        raise MySQLError(1048, "23000", f"Column '{column.name}' cannot be null")
    if sql.lstrip("-").isdigit():
        return sql
    return f"fd_not_null({sql}, {values.quote(column.name)})"


def _counted(writer: Writer, sql: str, value: Written) -> str:
    """Return a value for an AUTO_INCREMENT column: 0 asks for the next number, as NULL does."""
    if sql == "NULL" or "NO_AUTO_VALUE_ON_ZERO" in writer.context.sql_mode:
        return sql
    if isinstance(value.literal, int):
        return sql if value.literal else "NULL"
    return f"NULLIF({sql}, 0)"


def _numbered(sql: str) -> str:
    """Return what numbers a row; the row before it was inserted if SQLite has seen its number."""
    return f"fd_number({sql}, last_insert_rowid())"


def _from_query(
    writer: Writer, table: Table, columns: list[Column], this: s.Insert, lenient: bool
) -> list[str]:
    query = write_query(writer, this.query)
    if len(query.outputs) != len(columns):
        raise MySQLError(1136, "21S01", "Column count doesn't match value count at row 1")
    name = writer.new_name()
    parts = []
    for column, output, label in zip(columns, query.outputs, query.names, strict=True):
        value = copy(output.written)
        value.sql, value.literal = f"{name}.{quote_name(label)}", NOTHING
        sql = stored(writer, table, column, value, lenient=lenient)
        if lenient and not column.is_nullable and not column.auto_increment:
            sql = f"COALESCE({sql}, {implicit_default(column)})"
        if column.is_rowid and not column.auto_increment:
            sql = _never_null(sql, column)
        if column.auto_increment:
            sql = _numbered(_counted(writer, sql, value))
        parts.append(sql)
    return [f"SELECT {', '.join(parts)}", f" FROM ({query.sql}) AS {name} WHERE true"]


def _missing(
    writer: Writer, table: Table, names: list[str], lenient: bool
) -> list[tuple[str, str]]:
    """Return columns that the statement leaves out and SQLite cannot fill, with their values."""
    given = {one.lower() for one in names}
    found = []
    for column in table.columns:
        if column.name.lower() in given or column.auto_increment or column.generated is not None:
            continue
        if not table.is_ours and column.is_rowid:
            continue
        value = default_of(writer, column, lenient=lenient)
        if not table.is_ours:
            continue
        if value.sql != "NULL":
            found.append((column.name, value.sql))
    return found


def _completed(
    names: list[str], body: list[str], missing: list[tuple[str, str]]
) -> tuple[str, str]:
    more = "".join(f", {sql}" for _, sql in missing)
    listed = ", ".join(quote_name(one) for one in [*names, *(name for name, _ in missing)])
    if body and body[0].startswith("SELECT "):
        return listed, f"{body[0]}{more}{body[1]}"
    if not listed:
        return '"_rowid_"', "VALUES " + ", ".join("(NULL)" for _ in body)
    rows = [f"({(row + more).lstrip(', ')})" for row in body]
    return listed, f"VALUES {', '.join(rows)}"


def _explicit_ids(columns: list[Column], this: s.Insert, counter: Column | None) -> bool:
    """Tell whether the statement itself gives the AUTO_INCREMENT column its values."""
    if counter is None or counter not in columns or this.rows is None:
        return False
    index = columns.index(counter)
    return all(_is_explicit(row[index]) for row in this.rows)


def _is_explicit(node: Any) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.this.strip("0.") != ""


def _upsert(writer: Writer, table: Table, this: s.Insert) -> str:
    scope = Scope()
    source = writer.source_of(table, table.name)
    scope.sources = [source]
    new = {
        one.name.lower(): writer.stored(f"excluded.{quote_name(one.name)}", one, table)
        for one in table.columns
    }
    if this.row_alias is not None:
        aliases = this.column_aliases or [one.name for one in _target_columns(table, this)]
        outputs = [
            Output(alias, new[column.name.lower()])
            for alias, column in zip(aliases, _target_columns(table, this), strict=False)
        ]
        scope.sources.append(Source(this.row_alias, outputs))
    writer.new_values = new
    with writer.in_scope(scope):
        pairs = [(exp.column(name), value) for name, value in this.updates]
        try:
            assignments = _assignments(writer, table, source, pairs, lenient=this.ignore)
        except MySQLError as error:
            if error.code == 1054 and this.query is not None:
                raise EmulationError(
                    f"ON DUPLICATE KEY UPDATE names a column of the query: {error.message}",
                    hint="name what would have been inserted: VALUES(column)",
                ) from None
            raise
    writer.new_values = {}
    sets = ", ".join(f"{quote_name(column.name)} = {sql}" for column, sql in assignments)
    changed = _is_changed(table.name, assignments)
    counter = table.auto_increment
    row = f"{quote_name(table.name)}.{quote_name(counter.name)}" if counter is not None else "NULL"
    row = next((sql for column, sql in assignments if column is counter), row)
    action = f"DO UPDATE SET {sets} WHERE fd_upsert({changed}, {row})"
    # MySQL takes the first key that is violated, in the order of the keys; so does SQLite of
    # clauses.
    unique = [key for key in table.keys if key.is_unique and table.is_ours]
    if len(unique) < 2:
        return f" ON CONFLICT {action}"
    targets = [", ".join(quote_name(one) for one in key.columns) for key in unique]
    return "".join(f" ON CONFLICT ({target}) {action}" for target in targets)


def _with_parents(table: Table, listed: str, names: list[str], rows: str) -> str:
    """Return the rows that break no foreign key: IGNORE passes over the others."""
    given = {one.lower() for one in names}
    tests = []
    for key in table.foreign:
        if not {one.lower() for one in key.columns} <= given:
            continue
        pairs = list(zip(key.columns, key.referred, strict=True))
        empty = [f"_fd_new.{quote_name(own)} IS NULL" for own, _ in pairs]
        same = [f"_fd_up.{quote_name(up)} = _fd_new.{quote_name(own)}" for own, up in pairs]
        parent = f"SELECT 1 FROM {quote_name(key.table)} AS _fd_up WHERE {' AND '.join(same)}"
        tests.append(f"({' OR '.join(empty)} OR EXISTS ({parent}))")
    if not tests:
        return rows
    unchecked = "NOT (SELECT foreign_keys FROM pragma_foreign_keys)"
    condition = f"{unchecked} OR ({' AND '.join(tests)})"
    return f"WITH _fd_new ({listed}) AS ({rows}) SELECT * FROM _fd_new WHERE {condition}"


def _numbering(table: Table, this: s.Insert) -> Numbering:
    gathered = this.returning is not None or _reads(this, table)
    may_refuse = (this.ignore or bool(this.updates)) and not gathered
    keeps_refused = this.replace or this.rows is None
    return Numbering(table, len(this.rows or ()), may_refuse, keeps_refused, gathered)


def _reads(this: s.Insert, table: Table) -> bool:
    """Tell whether an INSERT has a query on its own table."""
    nodes = [this.query] if this.rows is None else [one for row in this.rows for one in row]
    names = (one.name.lower() for node in nodes for one in node.find_all(exp.Table))
    return table.name.lower() in names


def _insert_plan(
    sql: str, table: Table, this: s.Insert, numbering: Numbering | None, returning: Any
) -> Plan:
    count = f"SELECT COUNT(*) FROM {quote_name(table.name)}"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        session.matched = session.changed = 0
        before = session.native(count).fetchone()[0] if this.replace else 0
        with session.numbers.counting(numbering), session.statement(table):
            cursor = session.native(sql, bound)
            rows = cursor.fetchall() if returning is not None else []
        affected = max(cursor.rowcount, 0) if returning is None else len(rows)
        inserted = affected
        if this.replace:
            after = session.native(count).fetchone()[0]
            affected += before + affected - after
        elif this.updates:
            inserted = affected - session.changed
            unchanged = session.matched - session.changed
            affected = inserted + 2 * session.changed + (unchanged if session.counts_matched else 0)
        last = _last_id(session, cursor, table, inserted, numbering is not None)
        if returning is not None:
            names, converts = returning[1], returning[2]
            return Answer(names, session.converted(rows, converts), affected, last)
        return Answer(None, [], affected, last)

    return Plan(run, [sql], writes=True)


def _last_id(session: Any, cursor: Any, table: Table, inserted: int, is_numbered: bool) -> int:
    """Return the driver's `lastrowid`: of several generated ids the first, as MySQL reports it."""
    if is_numbered and session.numbers.first:
        return int(session.numbers.first)
    if session.context.has_set_last_id:
        return int(session.context.last_insert_id)
    if table.auto_increment is None:
        return 0
    if not (inserted or session.changed):
        return 0
    if session.matched and not (is_numbered and session.numbers.has_inserted_last):
        return int(session.changed_id or 0) % 2**64
    return int(session.numbers.last if is_numbered else cursor.lastrowid) % 2**64


def _returning(writer: Writer, table: Table, nodes: list[Any]) -> Any:
    from freshdb.emulation.plan import converter
    from freshdb.emulation.rewrite.queries import _item

    scope = Scope(sources=[writer.source_of(table, table.name)])
    with writer.in_scope(scope):
        items = []
        for node in nodes:
            if isinstance(node, exp.Star):
                items += list(sources.star(scope, None))
            else:
                items.append(_item(writer, node))
    sql = ", ".join(
        f"{one.written.sql} AS {quote_name(name)}"
        for one, name in zip(items, unique_names([one.name for one in items]), strict=True)
    )
    converts = [
        converter(
            one.written.type, is_raw=one.written.is_raw, is_column=one.written.column is not None
        )
        for one in items
    ]
    return sql.replace(f"{quote_name(table.name)}.", ""), [one.name for one in items], converts


# UPDATE


def _assignments(
    writer: Writer,
    table: Table,
    source: Source,
    pairs: list[tuple[Any, Any]],
    *,
    lenient: bool = False,
) -> list[tuple[Column, str]]:
    """Write SET from left to right: what is assigned is what later expressions see."""
    found: list[tuple[Column, str]] = []
    for target, node in pairs:
        column = table.column(target.name)
        if column is None:
            raise MySQLError(1054, "42S22", f"Unknown column '{target.name}' in 'field list'")
        if is_default(node):
            value = default_of(writer, column, lenient=lenient)
            sql = value.sql
        else:
            value = writer.write(node)
            sql = stored(writer, table, column, value, lenient=lenient)
            if column.on_update and value.column is column:
                raise EmulationError(
                    f"assigning `{column.name}` to itself, so that ON UPDATE leaves it alone, "
                    "is not supported",
                    hint="read its value first, and assign that",
                )
        if sql == "NULL" and not column.is_nullable:
            # An error, but only where there is a row to write.
            missing = f"fd_not_null(NULL, {values.quote(column.name)})"
            sql = implicit_default(column) if lenient else missing
        found = [one for one in found if one[0] is not column]
        found.append((column, sql))
        for output in source.columns:
            if output.name.lower() == column.name.lower():
                output.written = Written(
                    f"({sql})",
                    column.type,
                    is_raw=column.type.is_tagged and column.type.kind not in ("enum", "set"),
                    column=column,
                )
    return found


def _exactly(column: Column) -> str:
    """Return what makes SQLite see a change of case: the server writes that too."""
    return "COLLATE BINARY " if column.type.kind in ("text", "enum", "set") else ""


def _is_changed(alias: str, assignments: list[tuple[Column, str]]) -> str:
    quoted = quote_name(alias)
    tests = [
        f"{quoted}.{quote_name(column.name)} {_exactly(column)}IS NOT {sql}"
        for column, sql in assignments
    ]
    return " OR ".join(tests) or "0"


_VOLATILE = ("my_setvar(", "my_rand(", "my_uuid(", "my_last_insert_id(", "my_sleep(")


def plan_update(writer: Writer, this: s.Update) -> Plan:
    """Compile UPDATE of one table or several."""
    node = this.source
    scope = Scope()
    with writer.in_scope(scope):
        from_sql = sources.write_from(writer, node, scope)
        if len(scope.sources) == 1 and scope.sources[0].table is not None:
            return _update_one(writer, this, scope)
        return _update_many(writer, this, scope, from_sql)


def _update_one(writer: Writer, this: s.Update, scope: Scope) -> Plan:
    source = scope.sources[0]
    table = source.table
    assert table is not None
    where = writer.condition(this.where.this, "where clause") if this.where is not None else ""
    where = _limited(writer, this, source, where)
    pairs = _own(this.assignments, source)
    assignments = _assignments(writer, table, source, pairs, lenient=this.ignore)
    sets = ", ".join(f"{quote_name(column.name)} = {sql}" for column, sql in assignments)
    word = "UPDATE OR IGNORE" if this.ignore else "UPDATE"
    alias = f" AS {quote_name(source.name)}" if source.name != table.name else ""
    volatile = any(word in sql for _, sql in assignments for word in _VOLATILE)
    matched = f"{word} {quote_name(table.name)}{alias} SET {sets}" + (
        f" WHERE {where}" if where else ""
    )
    changed_test = _is_changed(source.name, assignments)
    both = f"({where}) AND ({changed_test})" if where else changed_test
    changed = f"{word} {quote_name(table.name)}{alias} SET {sets} WHERE {both}"
    count = f"SELECT COUNT(*) FROM {quote_name(table.name)}{alias}" + (
        f" WHERE {where}" if where else ""
    )

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        with session.statement(table):
            if volatile:
                return Answer(None, [], max(session.native(matched, bound).rowcount, 0))
            seen = (
                session.native(count, bound, exact=False).fetchone()[0]
                if session.counts_matched
                else 0
            )
            affected = session.native(changed, bound).rowcount
        return Answer(None, [], seen if session.counts_matched else max(affected, 0))

    return Plan(run, [changed], writes=True)


def _own(assignments: list[tuple[Any, Any]], source: Source) -> list[tuple[Any, Any]]:
    for column, _ in assignments:
        table = column.args.get("table")
        if table is not None and table.name.lower() != source.name.lower():
            raise MySQLError(
                1054, "42S22", f"Unknown column '{table.name}.{column.name}' in 'field list'"
            )
    return assignments


def _limited(writer: Writer, this: Any, source: Source, where: str) -> str:
    """Return the condition with ORDER BY and LIMIT, which SQLite's own build may not have."""
    if this.limit is None and this.order is None:
        return where
    holder = exp.Select()
    holder.set("limit", this.limit)
    limit = write_limit(writer, holder)
    if not limit:
        return where
    keys = []
    if this.order is not None:
        with writer.in_clause("order clause"):
            keys = [
                _order_key(writer, one.this, []) + (" DESC" if one.args.get("desc") else "")
                for one in this.order.expressions
            ]
    assert source.table is not None
    name = quote_name(source.name)
    inner = f"SELECT {name}._rowid_ FROM {quote_name(source.table.name)} AS {name}"
    inner += f" WHERE {where}" if where else ""
    if not keys:
        # The server goes by the primary key.
        keys = [f"{quote_name(source.name)}.{quote_name(one)}" for one in source.table.primary]
    inner += f" ORDER BY {', '.join(keys)}" if keys else ""
    return f"{quote_name(source.name)}._rowid_ IN ({inner}{limit})"


def _update_many(writer: Writer, this: s.Update, scope: Scope, from_sql: str) -> Plan:
    """Compile an UPDATE of a join: what is assigned is read first, then written row by row."""
    where = writer.condition(this.where.this, "where clause") if this.where is not None else ""
    by_source: dict[str, list[tuple[Any, Any]]] = {}
    for column, node in this.assignments:
        by_source.setdefault(_source_of(scope, column).name, []).append((column, node))
    parts: list[tuple[Table, list[Column]]] = []
    selected = []
    for source in scope.sources:
        pairs = by_source.get(source.name)
        if pairs is None:
            continue
        if source.table is None or source.table.is_view:
            raise MySQLError(
                1288, "HY000", f"The target table {source.name} of the UPDATE is not updatable"
            )
        assignments = _assignments(writer, source.table, source, pairs, lenient=this.ignore)
        selected.append(f"{quote_name(source.name)}._rowid_")
        selected += [sql for _, sql in assignments]
        parts.append((source.table, [column for column, _ in assignments]))
    columns = ", ".join(f"{sql} AS c{index}" for index, sql in enumerate(selected))
    query = (
        f"SELECT {columns}{from_sql}"
        + (f" WHERE {where}" if where else "")
        + _tail_of(writer, this)
    )
    return Plan(_write_rows(query, parts, ignore=this.ignore), [query], writes=True)


def _refuse_own_rows(tables: list[Table], condition: Any) -> None:
    """Raise 1093 where a subquery reads a table from which rows are deleted by a join.

    A derived table is a copy, which the server takes.
    """
    names = {one.name.lower(): one.name for one in tables}
    for table in condition.find_all(exp.Table) if condition is not None else ():
        if table.name.lower() in names and not _is_in_copy(table):
            text = f"Table '{names[table.name.lower()]}' is specified twice, both as a target for "
            text += "'DELETE' and as a separate source for data"
            raise MySQLError(1093, "HY000", text)


def _is_in_copy(node: Any) -> bool:
    while node is not None:
        if isinstance(node, exp.Subquery) and isinstance(node.parent, (exp.From, exp.Join)):
            return True
        node = node.parent
    return False


def _tail_of(writer: Writer, this: Any) -> str:
    """Return ORDER BY and LIMIT."""
    holder = exp.Select()
    holder.set("limit", this.limit)
    keys = []
    if this.order is not None:
        with writer.in_clause("order clause"):
            keys = [
                _order_key(writer, one.this, []) + (" DESC" if one.args.get("desc") else "")
                for one in this.order.expressions
            ]
    return (f" ORDER BY {', '.join(keys)}" if keys else "") + write_limit(writer, holder)


def _source_of(scope: Scope, column: Any) -> Source:
    table = column.args.get("table")
    for source in scope.sources:
        if table is not None and source.name.lower() != table.name.lower():
            continue
        if any(one.name.lower() == column.name.lower() for one in source.columns):
            return source
    shown = f"{table.name}.{column.name}" if table is not None else column.name
    raise MySQLError(1054, "42S22", f"Unknown column '{shown}' in 'field list'")


def _write_rows(query: str, parts: list[tuple[Table, list[Column]]], *, ignore: bool) -> Any:
    word = "UPDATE OR IGNORE" if ignore else "UPDATE"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        affected = 0
        with session.statement(*(table for table, _ in parts)):
            rows = session.native(query, bound).fetchall()
            at = 0
            for table, columns in parts:
                sets = ", ".join(f"{quote_name(one.name)} = ?" for one in columns)
                same = " AND ".join(
                    f"{quote_name(one.name)} COLLATE BINARY IS ?" for one in columns
                )
                sql = f"{word} {quote_name(table.name)} SET {sets} WHERE _rowid_ = ?"
                if not session.counts_matched:
                    sql += f" AND NOT ({same})"
                width = len(columns)
                done: set[int] = set()
                for row in rows:
                    if row[at] is None or row[at] in done:
                        continue
                    done.add(row[at])
                    news = row[at + 1 : at + 1 + width]
                    more = () if session.counts_matched else news
                    affected += max(session.native(sql, (*news, row[at], *more)).rowcount, 0)
                at += 1 + width
        return Answer(None, [], affected)

    return run


# DELETE


def plan_delete(writer: Writer, this: s.Delete) -> Plan:
    """Compile DELETE from one table or, by a join, from several."""
    scope = Scope()
    with writer.in_scope(scope):
        from_sql = sources.write_from(writer, this.source, scope)
        if not this.targets and len(scope.sources) == 1:
            return _delete_one(writer, this, scope)
        where = writer.condition(this.where.this, "where clause") if this.where is not None else ""
        targets = [_target(scope, one) for one in this.targets]
    tables = [one.table for one in targets if one.table is not None]
    _refuse_own_rows(tables, this.where)
    rowids = ", ".join(f"{quote_name(one.name)}._rowid_" for one in targets)
    query = f"SELECT {rowids}{from_sql}" + (f" WHERE {where}" if where else "")

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        affected = 0
        with session.statement(*tables):
            rows = session.native(query, bound).fetchall()
            for index, table in enumerate(tables):
                sql = f"DELETE FROM {quote_name(table.name)} WHERE _rowid_ = ?"
                for rowid in dict.fromkeys(row[index] for row in rows if row[index] is not None):
                    affected += max(session.native(sql, (rowid,)).rowcount, 0)
        return Answer(None, [], affected)

    return Plan(run, [query], writes=True)


def _target(scope: Scope, name: s.TableName) -> Source:
    for source in scope.sources:
        if source.name.lower() == name.name.lower():
            if source.table is None or source.table.is_view:
                raise MySQLError(
                    1288, "HY000", f"The target table {name.name} of the DELETE is not updatable"
                )
            return source
    raise MySQLError(1109, "42S02", f"Unknown table '{name.name}' in MULTI DELETE")


def _delete_one(writer: Writer, this: s.Delete, scope: Scope) -> Plan:
    source = scope.sources[0]
    table = source.table
    if table is None or table.is_view:
        raise MySQLError(
            1288, "HY000", f"The target table {source.name} of the DELETE is not updatable"
        )
    where = writer.condition(this.where.this, "where clause") if this.where is not None else ""
    where = _limited(writer, this, source, where)
    alias = f" AS {quote_name(source.name)}" if source.name != table.name else ""
    # SQLite counts no rows where it drops all of them at once, so there is always a condition.
    sql = f"DELETE FROM {quote_name(table.name)}{alias} WHERE {where or '1'}"
    returning = _returning(writer, table, this.returning) if this.returning is not None else None
    if returning is not None:
        sql += f" RETURNING {returning[0]}"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        with session.statement(table):
            cursor = session.native(sql, bound)
            if returning is not None:
                rows = cursor.fetchall()
                return Answer(returning[1], session.converted(rows, returning[2]), len(rows))
        return Answer(None, [], max(cursor.rowcount, 0))

    return Plan(run, [sql], writes=True)


def plan_truncate(writer: Writer, this: s.Truncate) -> Plan:
    """Compile TRUNCATE: the rows go, and counting starts anew; open transactions are committed."""
    table = writer.table(this.table.name, this.table.database)
    sql = f"DELETE FROM {quote_name(table.name)}"

    def run(session: Any, bound: Sequence[Any]) -> Answer:
        session.commit()
        referring = session.referring(table)
        if referring is not None:
            raise MySQLError(
                1701,
                "42000",
                "Cannot truncate a table referenced in a foreign key constraint "
                f"(`{session.context.database}`.`{referring}`)",
            )
        session.native(sql)
        if table.auto_increment is not None and table.is_ours:
            session.native("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        session.commit()
        return Answer()

    return Plan(run, [sql], writes=True)


def duplicate_values(session: Any, table: Table | None, columns: Sequence[str]) -> str:
    """Return the entry that a unique key has refused, as `1-x`; `?` where it cannot be told."""
    return "?"
