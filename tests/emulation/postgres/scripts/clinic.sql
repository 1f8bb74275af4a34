-- Patients and their visits.

CREATE TABLE patients (id bigserial PRIMARY KEY, name text NOT NULL, born date, contact jsonb DEFAULT '{}'::jsonb, weight numeric(5,2), created timestamptz NOT NULL DEFAULT now(), archived_at timestamptz);
→ 0 rows
CREATE TABLE visits (id bigserial PRIMARY KEY, patient_id bigint NOT NULL REFERENCES patients(id) ON DELETE CASCADE, at timestamp NOT NULL, minutes int NOT NULL DEFAULT 15, fee numeric(8,2), codes text[] DEFAULT '{}', note text, UNIQUE (patient_id, at));
→ 0 rows
CREATE UNIQUE INDEX patients_email ON patients ((lower(contact->>'email'))) WHERE archived_at IS NULL;
→ 0 rows
INSERT INTO patients (name, born, contact, weight) VALUES ('Ann Lee', '1990-05-17', '{"email": "Ann@x.org", "phones": ["1", "2"]}', 61.5), ('Bo Ek', '2010-02-28', '{"email": "bo@x.org"}', 40), ('Cy', NULL, '{}', NULL);
→ 3 rows
INSERT INTO patients (name, contact) VALUES ('Dup', '{"email": "ANN@X.ORG"}');
→ error 23505
INSERT INTO visits (patient_id, at, minutes, fee, codes) SELECT p.id, ts, 10 * p.id, 20.5 * p.id, ARRAY['c' || p.id, 'x'] FROM patients p, generate_series(timestamp '2024-01-10 09:00', timestamp '2024-03-10 09:00', interval '1 month') AS ts WHERE p.id < 3 ORDER BY p.id, ts;
→ 6 rows
SELECT p.name, count(v.*) AS visits, max(v.at)::date AS last FROM patients p LEFT JOIN visits v ON v.patient_id = p.id GROUP BY p.id ORDER BY 2 DESC, 1;
→ [('Ann Lee', 3, datetime.date(2024, 3, 10)), ('Bo Ek', 3, datetime.date(2024, 3, 10)), ('Cy', 0, None)]
SELECT name, extract(year FROM age(date '2024-06-01', born))::int AS years FROM patients WHERE born IS NOT NULL ORDER BY years;
→ [('Bo Ek', 14), ('Ann Lee', 34)]
SELECT to_char(at, 'YYYY"-Q"Q') AS quarter, sum(fee), count(DISTINCT patient_id) FROM visits GROUP BY 1;
→ [('2024-Q1', Decimal('184.50'), 2)]
SELECT p.name, v.at, v.fee, round(100.0 * v.fee / sum(v.fee) OVER (), 2) AS pct, sum(v.fee) OVER (PARTITION BY p.id ORDER BY v.at ROWS UNBOUNDED PRECEDING) AS running FROM visits v JOIN patients p ON p.id = v.patient_id ORDER BY v.at, p.name;
→ [('Ann Lee', datetime.datetime(2024, 1, 10, 9, 0), Decimal('20.50'), Decimal('11.11'), Decimal('20.50')), ('Bo Ek', datetime.datetime(2024, 1, 10, 9, 0), Decimal('41.00'), Decimal('22.22'), Decimal('41.00')), ('Ann Lee', datetime.datetime(2024, 2, 10, 9, 0), Decimal('20.50'), Decimal('11.11'), Decimal('41.00')), ('Bo Ek', datetime.datetime(2024, 2, 10, 9, 0), Decimal('41.00'), Decimal('22.22'), Decimal('82.00')), ('Ann Lee', datetime.datetime(2024, 3, 10, 9, 0), Decimal('20.50'), Decimal('11.11'), Decimal('61.50')), ('Bo Ek', datetime.datetime(2024, 3, 10, 9, 0), Decimal('41.00'), Decimal('22.22'), Decimal('123.00'))]
SELECT name, contact->'phones'->>0 AS phone, jsonb_array_length(contact->'phones') AS n FROM patients WHERE contact ? 'phones';
→ [('Ann Lee', '1', 2)]
SELECT name, coalesce(contact->>'email', 'none') FROM patients ORDER BY name COLLATE "C" DESC;
→ [('Cy', 'none'), ('Bo Ek', 'bo@x.org'), ('Ann Lee', 'Ann@x.org')]
UPDATE patients SET contact = contact || jsonb_build_object('phones', coalesce(contact->'phones', '[]'::jsonb) || '["9"]'::jsonb) WHERE id <= 2 RETURNING id, contact->'phones';
→ [(1, ['1', '2', '9']), (2, ['9'])]
UPDATE patients SET contact = contact #- '{phones,0}' WHERE contact @> '{"phones": ["1"]}' RETURNING contact;
→ [({'email': 'Ann@x.org', 'phones': ['2', '9']},)]
SELECT code, count(*) FROM visits, unnest(codes) AS code GROUP BY code ORDER BY count(*) DESC, code;
→ [('x', 6), ('c1', 3), ('c2', 3)]
SELECT DISTINCT ON (patient_id) patient_id, at, fee FROM visits ORDER BY patient_id, at DESC;
→ [(1, datetime.datetime(2024, 3, 10, 9, 0), Decimal('20.50')), (2, datetime.datetime(2024, 3, 10, 9, 0), Decimal('41.00'))]
SELECT patient_id, array_agg(at::date ORDER BY at) AS days, string_agg(minutes::text, '+' ORDER BY at) FROM visits GROUP BY patient_id ORDER BY patient_id;
→ [(1, [datetime.date(2024, 1, 10), datetime.date(2024, 2, 10), datetime.date(2024, 3, 10)], '10+10+10'), (2, [datetime.date(2024, 1, 10), datetime.date(2024, 2, 10), datetime.date(2024, 3, 10)], '20+20+20')]
SELECT patient_id, at, at - lag(at) OVER w AS since, row_number() OVER w FROM visits WINDOW w AS (PARTITION BY patient_id ORDER BY at) ORDER BY patient_id, at;
→ [(1, datetime.datetime(2024, 1, 10, 9, 0), None, 1), (1, datetime.datetime(2024, 2, 10, 9, 0), datetime.timedelta(days=31), 2), (1, datetime.datetime(2024, 3, 10, 9, 0), datetime.timedelta(days=29), 3), (2, datetime.datetime(2024, 1, 10, 9, 0), None, 1), (2, datetime.datetime(2024, 2, 10, 9, 0), datetime.timedelta(days=31), 2), (2, datetime.datetime(2024, 3, 10, 9, 0), datetime.timedelta(days=29), 3)]
SELECT date_trunc('week', at) AS week, count(*) FROM visits GROUP BY week HAVING count(*) > 1 ORDER BY week;
→ [(datetime.datetime(2024, 1, 8, 0, 0), 2), (datetime.datetime(2024, 2, 5, 0, 0), 2), (datetime.datetime(2024, 3, 4, 0, 0), 2)]
SELECT name FROM patients WHERE (contact->>'email') ILIKE '%@X.org' AND NOT EXISTS (SELECT 1 FROM visits WHERE patient_id = patients.id AND at > '2024-05-01') ORDER BY name;
→ [('Ann Lee',), ('Bo Ek',)]
SELECT CASE WHEN weight IS NULL THEN 'unknown' WHEN weight < 50 THEN 'light' ELSE 'heavy' END AS class, count(*), avg(weight)::numeric(6,2) FROM patients GROUP BY class ORDER BY class;
→ [('heavy', 1, Decimal('61.50')), ('light', 1, Decimal('40.00')), ('unknown', 1, None)]
INSERT INTO visits (patient_id, at, fee) VALUES (1, '2024-01-10 09:00', 1), (3, '2024-04-01 08:00', 7) ON CONFLICT (patient_id, at) DO UPDATE SET fee = visits.fee + EXCLUDED.fee, note = 'merged' RETURNING id, patient_id, fee, note;
→ [(1, 1, Decimal('21.50'), 'merged'), (8, 3, Decimal('7.00'), None)]
INSERT INTO visits (patient_id, at) VALUES (99, '2024-01-01');
→ error 23503
INSERT INTO visits (patient_id, at, fee) VALUES (1, '2024-02-30', 1);
→ error 22008
INSERT INTO visits (patient_id, at, fee) VALUES (1, '2024-02-28', 12345678.9);
→ error 22003
WITH RECURSIVE days(d) AS (SELECT date '2024-03-08' UNION ALL SELECT d + 1 FROM days WHERE d < date '2024-03-12') SELECT d, (SELECT count(*) FROM visits v WHERE v.at::date = d) FROM days ORDER BY d;
→ [(datetime.date(2024, 3, 8), 0), (datetime.date(2024, 3, 9), 0), (datetime.date(2024, 3, 10), 2), (datetime.date(2024, 3, 11), 0), (datetime.date(2024, 3, 12), 0)]
WITH closed AS (UPDATE patients SET archived_at = '2024-06-01' WHERE id = 3 RETURNING id) DELETE FROM visits USING closed WHERE visits.patient_id = closed.id RETURNING visits.at;
→ [(datetime.datetime(2024, 4, 1, 8, 0),)]
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes), percentile_disc(0.25) WITHIN GROUP (ORDER BY fee), mode() WITHIN GROUP (ORDER BY minutes) FROM visits;
→ [(15.0, Decimal('20.50'), 10)]
SELECT json_build_object('name', name, 'visits', (SELECT coalesce(json_agg(json_build_object('at', at, 'fee', fee) ORDER BY at), '[]'::json) FROM visits WHERE patient_id = p.id)) FROM patients p WHERE id IN (2, 3) ORDER BY id;
→ [({'name': 'Bo Ek', 'visits': [{'at': '2024-01-10T09:00:00', 'fee': 41.0}, {'at': '2024-02-10T09:00:00', 'fee': 41.0}, {'at': '2024-03-10T09:00:00', 'fee': 41.0}]},), ({'name': 'Cy', 'visits': []},)]
SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM (SELECT id, name, born FROM patients) t;
→ [([{'id': 1, 'born': '1990-05-17', 'name': 'Ann Lee'}, {'id': 2, 'born': '2010-02-28', 'name': 'Bo Ek'}, {'id': 3, 'born': None, 'name': 'Cy'}],)]
SELECT name, split_part(name, ' ', 1) AS first, initcap(reverse(name)), char_length(name), position(' ' IN name), overlay(name PLACING '**' FROM 1 FOR 2) FROM patients ORDER BY id;
→ [('Ann Lee', 'Ann', 'Eel Nna', 7, 4, '**n Lee'), ('Bo Ek', 'Bo', 'Ke Ob', 5, 3, '** Ek'), ('Cy', 'Cy', 'Yc', 2, 0, '**')]
SELECT regexp_replace(contact->>'email', '^(.).*@', '\1***@') FROM patients WHERE contact ? 'email' ORDER BY id;
→ [('A***@x.org',), ('b***@x.org',)]
SELECT extract(epoch FROM (max(at) - min(at))) / 86400 AS days, justify_days(max(at) - min(at)), sum(minutes) * interval '1 minute' AS total FROM visits;
→ [(Decimal('60.0000000000000000'), datetime.timedelta(days=60), datetime.timedelta(seconds=5400))]
SELECT patient_id, sum(minutes) FILTER (WHERE fee > 30) AS dear, sum(minutes) FILTER (WHERE fee <= 30) AS cheap FROM visits GROUP BY patient_id ORDER BY patient_id;
→ [(1, None, 30), (2, 60, None)]
SELECT * FROM (VALUES (1, 'low'), (2, 'mid')) AS l(id, label) JOIN patients p USING (id) ORDER BY id LIMIT 0;
→ []
SELECT p.id, l.label FROM patients p JOIN (VALUES (1, 'low'), (2, 'mid')) AS l(id, label) ON l.id = p.id ORDER BY p.id;
→ [(1, 'low'), (2, 'mid')]
SELECT bool_or(fee > 40), every(minutes > 5), bit_or(minutes) FROM visits;
→ [(True, True, 30)]
SELECT make_date(2024, 2, 29) + interval '1 year', date '2024-03-31' - interval '1 month', date_part('week', date '2024-12-30'), to_timestamp(0);
→ [(datetime.datetime(2025, 2, 28, 0, 0), datetime.datetime(2024, 2, 29, 0, 0), 1.0, datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))]
SELECT (SELECT name FROM patients ORDER BY id LIMIT 1) || '!' AS x, ARRAY(SELECT id FROM patients ORDER BY id) AS ids;
→ [('Ann Lee!', [1, 2, 3])]
SELECT count(*) AS n, patient_id FROM visits GROUP BY patient_id ORDER BY n DESC, patient_id FETCH FIRST 1 ROW ONLY;
→ [(3, 1)]
SELECT id, name FROM patients WHERE id = ANY(ARRAY[1,3]) UNION ALL SELECT 0, 'none' ORDER BY 1;
→ [(0, 'none'), (1, 'Ann Lee'), (3, 'Cy')]
SELECT name FROM patients WHERE id NOT IN (SELECT patient_id FROM visits) ORDER BY 1;
→ [('Cy',)]
SELECT setval('patients_id_seq', 100), nextval('patients_id_seq');
→ [(100, 101)]
DELETE FROM patients WHERE id = 1;
→ 1 rows
SELECT count(*) FROM visits;
→ [(3,)]
TRUNCATE visits;
→ 0 rows
ALTER TABLE patients ADD COLUMN risk smallint NOT NULL DEFAULT 0 CHECK (risk BETWEEN 0 AND 5);
→ 0 rows
UPDATE patients SET risk = 9;
→ error 23514
SELECT name, risk FROM patients ORDER BY id;
→ [('Bo Ek', 0), ('Cy', 0)]
