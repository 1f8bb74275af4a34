"""A reset brings back everything, however it was written, or says that it cannot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freshdb.backends.postgres.backend import Postgres
from freshdb.backends.postgres.merge import schema_of
from freshdb.backends.postgres.reset import ResettableDatabase
from freshdb.backends.postgres.reset.plan import SMALL_BYTES, read_plan
from freshdb.backends.postgres.server import ServerDatabase
from freshdb.backends.postgres.statements import is_harmless
from freshdb.errors import ServerError
from freshdb.model import Image
from tests.postgres import PROGRAMS, Products, client_of, image_of

SCHEMA = """
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TABLE users (id serial PRIMARY KEY, name text UNIQUE, mood mood);
CREATE TABLE posts (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  author int REFERENCES users ON DELETE CASCADE,
  words int, twice int GENERATED ALWAYS AS (words * 2) STORED);
CREATE TABLE hens (id int PRIMARY KEY, egg int);
CREATE TABLE eggs (id int PRIMARY KEY, hen int REFERENCES hens DEFERRABLE INITIALLY DEFERRED);
ALTER TABLE hens ADD FOREIGN KEY (egg) REFERENCES eggs DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE audit (at timestamptz DEFAULT now(), what text);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO audit (what) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER notes AFTER INSERT OR UPDATE OR DELETE ON users
  FOR EACH ROW EXECUTE FUNCTION note();
CREATE TABLE measures (day date, value int) PARTITION BY RANGE (day);
CREATE TABLE measures_1 PARTITION OF measures FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE measures_2 PARTITION OF measures FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE parents (x int); CREATE TABLE children (y int) INHERITS (parents);
CREATE TABLE codes (code text PRIMARY KEY, meaning jsonb);
CREATE TABLE no_key (x int, y text[]);
CREATE TABLE large (id int PRIMARY KEY, filler text, nth int UNIQUE);
CREATE TABLE aliases (name text); CREATE VIEW names AS SELECT name FROM aliases;
CREATE RULE rewritten AS ON INSERT TO names DO INSTEAD INSERT INTO aliases VALUES (NEW.name);
CREATE UNLOGGED TABLE jobs (x int);
CREATE SEQUENCE tickets START 100; CREATE SEQUENCE hoarded CACHE 10;
CREATE FUNCTION write_one() RETURNS void LANGUAGE sql AS $$ INSERT INTO jobs VALUES (1) $$;
INSERT INTO users (name) VALUES ('ada'), ('bob'); INSERT INTO posts (author, words) VALUES (1, 5);
INSERT INTO codes VALUES ('a', '{"x": 1}'), ('b', NULL);
INSERT INTO measures VALUES ('2020-05-05', 1); INSERT INTO children VALUES (1, 2);
INSERT INTO no_key VALUES (1, '{a,b}'), (1, '{a,b}');
INSERT INTO large SELECT n, repeat('x', 100), -n FROM generate_series(1, 2000) n;
SELECT setval('tickets', 107, false);
"""

# What a test may write, and all of it can be undone in place.
UNDONE = {
    "nothing": "SELECT 1",
    "rows": "INSERT INTO users (name) VALUES ('eve')",
    "baseline rows": "UPDATE users SET name = upper(name), mood = 'sad'",
    "a key": "UPDATE users SET id = id + 100 WHERE name = 'bob'",
    "cascades": "DELETE FROM users",
    "truncate": "TRUNCATE users, posts, codes RESTART IDENTITY CASCADE",
    "generated and identity columns": "UPDATE posts SET words = 9",
    "a given identity": "INSERT INTO posts (id, author) OVERRIDING SYSTEM VALUE VALUES (99, 1)",
    "a cycle": "BEGIN; INSERT INTO hens VALUES (1, 1); INSERT INTO eggs VALUES (1, 1); COMMIT",
    "partitions, through the parent": "UPDATE measures SET value = 2, day = '2021-07-07'",
    "partitions, directly": "DELETE FROM measures_1; INSERT INTO measures_2 VALUES ('2021-02-02')",
    "partitions, emptied": "TRUNCATE measures",
    "inheritance": "UPDATE parents SET x = 7",
    "rules": "INSERT INTO names VALUES ('eve')",
    "functions": "SELECT write_one()",
    "without triggers": (
        "SET session_replication_role = replica; DELETE FROM codes; INSERT INTO jobs VALUES (1)"
    ),
    "rows without a key": "UPDATE no_key SET x = 2",
    "merge": (
        "MERGE INTO codes USING (VALUES ('a'), ('z')) AS v (c) ON code = c "
        "WHEN MATCHED THEN UPDATE SET meaning = NULL WHEN NOT MATCHED THEN INSERT VALUES (c)"
    ),
    "upsert": "INSERT INTO codes VALUES ('a') ON CONFLICT (code) DO UPDATE SET meaning = '1'",
    "a large table": "UPDATE large SET filler = 'y' WHERE id < 4; DELETE FROM large WHERE id = 2",
    "a large table's keys": "UPDATE large SET id = id + 5000 WHERE id > 1990",
    "a large table, back and forth": (
        "DELETE FROM large WHERE id = 3; INSERT INTO large VALUES (3, 'z', -3);"
        "UPDATE large SET id = 9999 WHERE id = 3; INSERT INTO large VALUES (3, 'q', 0)"
    ),
    "a sequence without a row": "SELECT nextval('tickets')",
    "setval": "SELECT setval('tickets', 5), setval('users_id_seq', 1, false)",
    "a cached sequence": "SELECT nextval('hoarded')",
    "an id of a rolled back row": "BEGIN; INSERT INTO users (name) VALUES ('x'); ROLLBACK",
    "large objects": "SELECT lo_from_bytea(0, 'abc')",
    "temporary tables": "CREATE TEMP TABLE t AS SELECT * FROM users",
    "advisory locks": "SELECT pg_advisory_lock(7)",
    "a prepared transaction": (
        "BEGIN; INSERT INTO codes VALUES ('p'); PREPARE TRANSACTION 'freshdb test'"
    ),
    "settings of the database": "ALTER DATABASE {database} SET work_mem = '5MB'",
    "settings of a role here": "ALTER ROLE {role} IN DATABASE {database} SET work_mem = '5MB'",
    "many rows": "INSERT INTO jobs SELECT generate_series(1, 100000)",
}
# What is refused, and why.
REFUSED = {
    "CREATE TABLE new (x int)": "the schema was changed",
    "ALTER TABLE users ADD age int": "the schema was changed",
    "DROP TABLE codes": "the schema was changed",
    "CREATE INDEX ON users (mood)": "the schema was changed",
    "CREATE OR REPLACE FUNCTION write_one() RETURNS void LANGUAGE sql AS 'SELECT'": (
        "the schema was changed"
    ),
    "ALTER TYPE mood ADD VALUE 'calm'": "the schema was changed",
    "GRANT SELECT ON users TO PUBLIC": "the schema was changed",
    "COMMENT ON TABLE users IS 'people'": "the schema was changed",
    "ALTER TABLE codes DISABLE TRIGGER ALL": "the schema was changed",
    "CREATE EXTENSION {extension}": "the schema was changed",
    "DO $$ BEGIN EXECUTE 'CREATE SCHEMA s'; END $$": "the schema was changed",
    "ALTER SEQUENCE tickets INCREMENT 2": "the schema was changed",
    "DROP EVENT TRIGGER freshdb_ddl": "an event trigger of freshdb was changed",
    "TRUNCATE large": "table public.large was emptied",
}


# What else a test could see; in SQL, one question a line.
LOOKS = """
SELECT oid FROM pg_largeobject_metadata
SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = {own}
SELECT gid FROM pg_prepared_xacts WHERE database = current_database()
SELECT oid FROM pg_class WHERE relpersistence = 't'
SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND database = {own}
""".strip().replace("{own}", "(SELECT oid FROM pg_database WHERE datname = current_database())")


@dataclass
class Ground:
    """A branch that is as its baseline, and what can reset it."""

    backend: Postgres
    branch: ServerDatabase
    resettable: ResettableDatabase

    def state(self) -> dict[str, object]:
        """Return everything in the database that a test could see."""
        with self.backend.connected(self.branch) as connection:
            tables = connection.query(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname "
                "NOT IN ('information_schema', '_freshdb') AND schemaname !~ '^pg_' ORDER BY 1"
            )
            found: dict[str, object] = {
                f"{name}": connection.query(f"SELECT t::text FROM ONLY {name} t ORDER BY 1")
                for (name,) in tables
            }
            sequences = connection.query(
                "SELECT seqrelid::regclass::text FROM pg_sequence "
                "WHERE seqrelid::regclass::text NOT LIKE '%freshdb.%' ORDER BY 1"
            )
            for (name,) in sequences:
                found[f"{name}"] = connection.query(f"SELECT last_value, is_called FROM {name}")
            for sql in LOOKS.splitlines():
                found[sql] = connection.query(sql)
            found["schema"] = schema_of(connection)
        return found


@dataclass
class Start:
    """An image to make branches of."""

    backend: Postgres
    image: Image

    @contextmanager
    def branch(self) -> Iterator[Ground]:
        branch = self.backend.make_branch(self.image, "test")
        resettable = self.backend.resettable(branch, self.image)
        assert resettable is not None
        yield Ground(self.backend, branch, resettable)
        self.backend.drop_branch(branch)


@pytest.fixture(scope="module", params=sorted(PROGRAMS))
def image(request: pytest.FixtureRequest, postgres_products: Products) -> Iterator[Start]:
    backend = postgres_products.of_version(request.param)
    start = Start(backend, image_of(backend, SCHEMA))
    yield start
    backend.discard(start.image)


@pytest.fixture(scope="module")
def shared(image: Start) -> Iterator[Ground]:
    """One branch for all the tests of a module: each leaves it as it was, or fails."""
    with image.branch() as ground:
        yield ground


@pytest.mark.parametrize("what", UNDONE)
def test_a_reset_undoes_every_way_of_writing(shared: Ground, what: str) -> None:
    if what == "merge" and shared.branch.server.version < 150000:
        what = "upsert"
    before = shared.state()

    with client_of(shared.backend, shared.branch) as client:
        info = client.info
        client.execute(UNDONE[what].format(database=info.dbname, role=info.user))
        has_changed = shared.state() != before
        is_reset = shared.resettable.reset()

    assert has_changed == (what != "nothing")
    assert is_reset, shared.resettable.why_not
    assert shared.state() == before
    assert not shared.resettable.has_changed()


def test_what_other_connections_hold_is_ended(shared: Ground) -> None:
    """One is in a transaction, one waits for its lock, one sleeps; none of them gets in the way."""
    before = shared.state()
    with (
        client_of(shared.backend, shared.branch) as holder,
        client_of(shared.backend, shared.branch) as waiter,
        client_of(shared.backend, shared.branch) as sleeper,
        client_of(shared.backend, shared.branch) as idle,
    ):
        must_end = {holder.info.backend_pid, sleeper.info.backend_pid}
        holder.execute("BEGIN; UPDATE users SET name = 'held' WHERE id = 1")
        threads = [
            # Ended too, or done at the moment when the lock was let go of: undone in both cases.
            threading.Thread(target=_may_be_ended, args=(waiter, "DELETE FROM users")),
            threading.Thread(target=_may_be_ended, args=(sleeper, "SELECT pg_sleep(60)")),
        ]
        for thread in threads:
            thread.start()
        _wait_until(
            shared,
            "SELECT count(*) = 2 FROM pg_stat_activity WHERE state = 'active' "
            "AND datname = current_database() AND pid <> pg_backend_pid()",
        )

        assert shared.resettable.reset(), shared.resettable.why_not

        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert must_end <= shared.resettable.ended
        # One that does nothing is left in peace.
        assert idle.execute("SELECT 1").fetchone() == (1,)
    assert shared.state() == before


LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
    "(SELECT oid FROM pg_database WHERE datname = current_database())"
)
TAKE = "CREATE FUNCTION take() RETURNS void LANGUAGE sql AS $$ SELECT pg_advisory_lock(1) $$"


@pytest.mark.parametrize(
    ("schema", "takes", "is_vouched"),
    [
        (TAKE, "SELECT take()", True),
        ("CREATE TABLE t (x int)", "SELECT pg_advisory_lock(1)", False),
    ],
    ids=["a function of the baseline's", "a session that nobody saw"],
)
def test_advisory_locks_are_released(
    postgres: Postgres, schema: str, takes: str, *, is_vouched: bool
) -> None:
    start = Start(postgres, image_of(postgres, schema))
    with start.branch() as ground, client_of(postgres, ground.branch) as client:
        client.execute(takes)
        keep = [client.info.backend_pid] if is_vouched else []

        assert ground.resettable.reset(keep), ground.resettable.why_not
        with postgres.connected(ground.branch) as other:
            assert other.value(LOCKS) == "0"


def test_dead_rows_are_vacuumed_before_they_slow_tests_down(shared: Ground) -> None:
    with client_of(shared.backend, shared.branch) as client:
        client.execute(UNDONE["many rows"])
    assert shared.resettable.reset()

    with shared.backend.connected(shared.branch) as connection:
        assert int(connection.value("SELECT pg_table_size('jobs')") or 0) < SMALL_BYTES


def test_a_baseline_of_gigabytes_is_reset_like_a_small_one(postgres: Postgres) -> None:
    """Its size is only told: what a reset does depends on what was written."""
    with Start(postgres, image_of(postgres, SCHEMA)).branch() as ground:
        plan = read_plan(ground.resettable._connection)
        tables = tuple(replace(table, baseline_bytes=2**40) for table in plan.tables)
        resettable = ResettableDatabase(
            ground.branch.server,
            ground.backend.connected(ground.branch),
            replace(plan, tables=tables),
        )
        with client_of(postgres, ground.branch) as client:
            client.execute("UPDATE large SET filler = 'y' WHERE id = 7; DELETE FROM users")

        assert resettable.reset(), resettable.why_not
        resettable.close()


@pytest.mark.parametrize("sql", REFUSED)
def test_a_reset_refuses_what_it_cannot_undo(image: Start, sql: str) -> None:
    with image.branch() as ground:
        with client_of(ground.backend, ground.branch) as client:
            client.execute(sql.replace("{extension}", _extension(client)))

        assert not ground.resettable.reset()
        assert ground.resettable.why_not.startswith(REFUSED[sql])


def _extension(client: psycopg.Connection) -> str:
    """Return one that is there to be installed; the wheel has others than Debian."""
    sql = "SELECT name FROM pg_available_extensions WHERE name IN ('citext', 'vector') LIMIT 1"
    (name,) = client.execute(sql).fetchone() or ("",)
    return str(name)


def _may_be_ended(connection: psycopg.Connection, sql: str) -> None:
    with suppress(psycopg.OperationalError):
        connection.execute(sql)


def _wait_until(ground: Ground, sql: str) -> None:
    with ground.backend.connected(ground.branch) as connection:
        while connection.value(sql) != "t":
            pass


STEPS = [
    "INSERT INTO large VALUES ({n} + 3000, 'new', {n} + 3000)",
    "DELETE FROM large WHERE id = {n}",
    "UPDATE large SET filler = filler || 'z' WHERE id = {n}",
    "UPDATE large SET id = id + 7000 WHERE id = {n}",
    "INSERT INTO large VALUES ({n}, 'back', NULL) ON CONFLICT DO NOTHING",
    "INSERT INTO users (name) VALUES ('u{n}') ON CONFLICT DO NOTHING",
    "DELETE FROM users WHERE id = {n}",
    "UPDATE codes SET meaning = '{n}'",
    "INSERT INTO measures VALUES (date '2020-01-01' + {n} * 60, {n})",
]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 11), st.booleans()), max_size=8)
)
def test_any_mixture_of_writes_is_undone(
    newest: tuple[Ground, dict[str, object]], steps: list[tuple[str, int, bool]]
) -> None:
    """Each step is a transaction, and some are rolled back."""
    ground, baseline = newest
    with ground.backend.connected(ground.branch) as connection:
        for step, n, is_kept in steps:
            with suppress(ServerError):  # such as a key that is there already
                connection.query("BEGIN; " + step.format(n=n))
            connection.query("COMMIT" if is_kept else "ROLLBACK")

    assert ground.resettable.reset(), ground.resettable.why_not
    assert ground.state() == baseline


@pytest.fixture(scope="module")
def newest(postgres: Postgres) -> Iterator[tuple[Ground, dict[str, object]]]:
    """A branch, and what is in it before anybody has written."""
    start = Start(postgres, image_of(postgres, SCHEMA))
    with start.branch() as ground:
        yield ground, ground.state()
    postgres.discard(start.image)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1",
        "  select 1;",
        "-- a comment\nINSERT INTO t VALUES (1)",
        "/* why */ UPDATE t SET x = 1",
        "SET LOCAL work_mem = '5MB'",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "CREATE TABLE t (x int)",
        "(SELECT 1) UNION (SELECT 2)",
        "WITH x AS (SELECT 1) SELECT * FROM x",
    ],
)
def test_statements_that_leave_nothing_in_their_session(statement: str) -> None:
    assert is_harmless(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET search_path = x",
        "SELECT 1; SET search_path = x",
        "SELECT set_config('a.b', 'c', false)",
        "LISTEN channel",
        "PREPARE p AS SELECT 1",
        "SELECT pg_advisory_lock(1)",
        "CREATE TEMP TABLE t (x int)",
        "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
        "DO $$ BEGIN PERFORM set_config('a.b', 'c', false); END $$",
        "RESET ALL",
        "ALTER ROLE me SET work_mem = '5MB'",
    ],
)
def test_statements_that_may_leave_something_in_their_session(statement: str) -> None:
    assert not is_harmless(statement)
