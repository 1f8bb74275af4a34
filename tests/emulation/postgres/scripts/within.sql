-- Changes in WITH.

CREATE TABLE jobs (id serial PRIMARY KEY, kind text NOT NULL, state text NOT NULL DEFAULT 'new', cost numeric(8,2), due timestamptz, info jsonb);
→ 0 rows
CREATE TABLE log (id serial PRIMARY KEY, job_id int REFERENCES jobs(id) ON DELETE CASCADE, what text, cost numeric(8,2), at timestamptz);
→ 0 rows
CREATE TABLE old_jobs (id int PRIMARY KEY, kind text, state text, cost numeric(8,2), due timestamptz, info jsonb);
→ 0 rows
INSERT INTO jobs (kind, cost, due, info) VALUES ('a', 1.5, '2024-01-01', '{"x": [1, 2]}'), ('b', 2, '2024-01-02', NULL), ('c', NULL, NULL, '{}'), ('a', 4.25, '2024-01-03', '"text"');
→ 4 rows
WITH next AS (SELECT id FROM jobs WHERE state = 'new' ORDER BY due NULLS LAST, id LIMIT 1 FOR UPDATE) UPDATE jobs SET state = 'running' FROM next WHERE jobs.id = next.id RETURNING jobs.id, kind;
→ [(1, 'a')]
WITH started AS (UPDATE jobs SET state = 'running' WHERE id = 2 RETURNING id, kind, cost, due, info) SELECT s.*, s.cost * 2 AS twice FROM started s;
→ [(2, 'b', Decimal('2.00'), datetime.datetime(2024, 1, 2, 0, 0, tzinfo=datetime.timezone.utc), None, Decimal('4.00'))]
WITH started AS (UPDATE jobs SET state = 'done' WHERE state = 'running' RETURNING *) INSERT INTO log (job_id, what, cost, at) SELECT id, state, cost, due FROM started RETURNING job_id, what, cost, at;
→ [(1, 'done', Decimal('1.50'), datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)), (2, 'done', Decimal('2.00'), datetime.datetime(2024, 1, 2, 0, 0, tzinfo=datetime.timezone.utc))]
WITH made AS (INSERT INTO jobs (kind, cost) VALUES ('n', 7) RETURNING id) INSERT INTO log (job_id, what) SELECT id, 'made' FROM made;
→ 1 rows
SELECT job_id, what FROM log ORDER BY id;
→ [(1, 'done'), (2, 'done'), (5, 'made')]
WITH gone AS (DELETE FROM jobs WHERE id = 3 RETURNING *) INSERT INTO old_jobs SELECT * FROM gone;
→ 1 rows
SELECT * FROM old_jobs;
→ [(3, 'c', 'new', None, None, {})]
WITH up AS (UPDATE old_jobs SET state = 'x' WHERE id = 99 RETURNING *) INSERT INTO old_jobs (id, state) SELECT 99, 'fresh' WHERE NOT EXISTS (SELECT 1 FROM up);
→ 1 rows
SELECT id, state FROM old_jobs ORDER BY id;
→ [(3, 'new'), (99, 'fresh')]
WITH src AS (SELECT id, kind FROM jobs WHERE kind = 'a'), upd AS (UPDATE jobs j SET kind = upper(src.kind) FROM src WHERE j.id = src.id RETURNING j.id, j.kind) SELECT count(*), max(kind) FROM upd;
→ [(2, 'A')]
WITH a AS (UPDATE jobs SET cost = 9 WHERE id = 1 RETURNING id), b AS (DELETE FROM log WHERE job_id IN (SELECT id FROM a) RETURNING id) SELECT (SELECT count(*) FROM a), (SELECT count(*) FROM b);
→ [(1, 1)]
WITH up AS (INSERT INTO old_jobs (id, kind) VALUES (99, 'k'), (100, 'l') ON CONFLICT (id) DO UPDATE SET kind = EXCLUDED.kind RETURNING id, kind, state) SELECT * FROM up ORDER BY id;
→ [(99, 'k', 'fresh'), (100, 'l', None)]
WITH x AS (DELETE FROM old_jobs) SELECT 1;
→ [(1,)]
SELECT count(*) FROM old_jobs;
→ [(0,)]
WITH x AS (UPDATE jobs SET cost = 'abc' WHERE id = 1 RETURNING *) SELECT * FROM x;
→ error 22P02
WITH d AS (DELETE FROM jobs WHERE id = 4 RETURNING cost), s AS (SELECT sum(cost) AS c FROM d) SELECT c FROM s;
→ [(Decimal('4.25'),)]
WITH a AS (INSERT INTO jobs (kind) VALUES ('q'), ('r') RETURNING id, kind), b AS (INSERT INTO log (job_id, what) SELECT id, kind FROM a RETURNING job_id, what) SELECT a.kind, b.what FROM a JOIN b ON b.job_id = a.id ORDER BY 1;
→ [('q', 'q'), ('r', 'r')]
