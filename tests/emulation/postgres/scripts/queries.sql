-- Queries and changes in Postgres's SQL; `make oracle` asks a real one again.

CREATE TABLE a (id serial PRIMARY KEY, n int, t text, d date, ts timestamp, p numeric(10,2), j jsonb, tags text[], b bool);
→ 0 rows
INSERT INTO a (n, t, d, ts, p, j, tags, b) VALUES (1, 'x', '2024-01-31', '2024-01-31 10:00', 1.50, '{"k": [1, 2], "s": "v"}', '{a,b}', true), (2, 'y', '2024-02-29', '2024-02-29 23:59:59.5', 2.25, '{"k": []}', '{}', false), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (4, 'Zoë', '1999-12-31', '2000-01-01', -3.10, '[1, "two", null]', '{c}', NULL);
→ 4 rows
SELECT count(*), count(n), count(DISTINCT b), sum(p), avg(n), min(t), max(ts) FROM a;
→ [(4, 3, 2, Decimal('0.65'), Decimal('2.3333333333333333'), 'Zoë', datetime.datetime(2024, 2, 29, 23, 59, 59, 500000))]
SELECT b, array_agg(n ORDER BY n DESC), jsonb_agg(t) FROM a GROUP BY b ORDER BY b NULLS FIRST;
→ [(None, [None, 4], [None, 'Zoë']), (False, [2], ['y']), (True, [1], ['x'])]
SELECT id, row_number() OVER (ORDER BY p DESC NULLS LAST), sum(p) OVER (ORDER BY id), lag(t) OVER (ORDER BY id), first_value(t) OVER (PARTITION BY b ORDER BY id) FROM a ORDER BY id;
→ [(1, 2, Decimal('1.50'), None, 'x'), (2, 1, Decimal('3.75'), 'x', 'y'), (3, 4, Decimal('3.75'), 'y', None), (4, 3, Decimal('0.65'), None, None)]
SELECT id, sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM a ORDER BY id;
→ [(1, 3), (2, 3), (3, 6), (4, 4)]
SELECT * FROM a WHERE n IN (SELECT n FROM a WHERE n > 1) ORDER BY id;
→ [(2, 2, 'y', datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 23, 59, 59, 500000), Decimal('2.25'), {'k': []}, [], False), (4, 4, 'Zoë', datetime.date(1999, 12, 31), datetime.datetime(2000, 1, 1, 0, 0), Decimal('-3.10'), [1, 'two', None], ['c'], None)]
SELECT * FROM a WHERE n NOT IN (SELECT n FROM a WHERE n > 1);
→ [(1, 1, 'x', datetime.date(2024, 1, 31), datetime.datetime(2024, 1, 31, 10, 0), Decimal('1.50'), {'k': [1, 2], 's': 'v'}, ['a', 'b'], True)]
SELECT id FROM a WHERE p IN (SELECT 1.5 UNION SELECT 2.250) ORDER BY id;
→ [(1,), (2,)]
SELECT id, CASE WHEN n > 1 THEN 'big' WHEN n IS NULL THEN 'none' ELSE 'small' END AS size FROM a ORDER BY size, id;
→ [(2, 'big'), (4, 'big'), (3, 'none'), (1, 'small')]
SELECT id, j -> 'k' -> 0, j #>> '{k,1}', j ->> 's', jsonb_typeof(j) FROM a ORDER BY id;
→ [(1, 1, '2', 'v', 'object'), (2, None, None, None, 'object'), (3, None, None, None, None), (4, None, None, None, 'array')]
SELECT id, e FROM a, jsonb_array_elements(j -> 'k') e ORDER BY id, e;
→ [(1, 1), (1, 2)]
SELECT id, e.value, e.ordinality FROM a, jsonb_array_elements(j -> 'k') WITH ORDINALITY e ORDER BY id, 3;
→ [(1, 1, 1), (1, 2, 2)]
SELECT id, e.elem, e.n FROM a, unnest(tags) WITH ORDINALITY AS e(elem, n) ORDER BY 1, 3;
→ [(1, 'a', 1), (1, 'b', 2), (4, 'c', 1)]
SELECT key, count(*) FROM a, jsonb_object_keys(CASE WHEN jsonb_typeof(j) = 'object' THEN j END) AS key GROUP BY key ORDER BY key;
→ [('k', 2), ('s', 1)]
SELECT k.key, k.value FROM a CROSS JOIN LATERAL jsonb_each_text(j) k WHERE id = 1 ORDER BY 1;
→ [('k', '[1, 2]'), ('s', 'v')]
SELECT id, unnest(tags) FROM a ORDER BY 1, 2;
→ [(1, 'a'), (1, 'b'), (4, 'c')]
SELECT generate_series(1, 3) AS g;
→ [(1,), (2,), (3,)]
SELECT to_char(ts, 'Dy, DD Mon YYYY HH12:MI AM'), to_char(p, 'FM999,990.00'), to_char(n, '000') FROM a ORDER BY id;
→ [('Wed, 31 Jan 2024 10:00 AM', '1.50', ' 001'), ('Thu, 29 Feb 2024 11:59 PM', '2.25', ' 002'), (None, None, None), ('Sat, 01 Jan 2000 12:00 AM', '-3.10', ' 004')]
SELECT extract(dow FROM d), date_part('month', d), d + 1, d - 1, d + INTERVAL '1 month', ts - INTERVAL '1 hour', age(d, '2023-12-25') FROM a ORDER BY id;
→ [(Decimal('3'), 1.0, datetime.date(2024, 2, 1), datetime.date(2024, 1, 30), datetime.datetime(2024, 2, 29, 0, 0), datetime.datetime(2024, 1, 31, 9, 0), datetime.timedelta(days=36)), (Decimal('4'), 2.0, datetime.date(2024, 3, 1), datetime.date(2024, 2, 28), datetime.datetime(2024, 3, 29, 0, 0), datetime.datetime(2024, 2, 29, 22, 59, 59, 500000), datetime.timedelta(days=64)), (None, None, None, None, None, None, None), (Decimal('5'), 12.0, datetime.date(2000, 1, 1), datetime.date(1999, 12, 30), datetime.datetime(2000, 1, 31, 0, 0), datetime.datetime(1999, 12, 31, 23, 0), datetime.timedelta(days=-8750))]
SELECT d - lag(d) OVER (ORDER BY d) FROM a ORDER BY d;
→ [(None,), (8797,), (29,), (None,)]
SELECT date_trunc('week', ts), ts::date, ts::time, ts::text FROM a ORDER BY id;
→ [(datetime.datetime(2024, 1, 29, 0, 0), datetime.date(2024, 1, 31), datetime.time(10, 0), '2024-01-31 10:00:00'), (datetime.datetime(2024, 2, 26, 0, 0), datetime.date(2024, 2, 29), datetime.time(23, 59, 59, 500000), '2024-02-29 23:59:59.5'), (None, None, None, None), (datetime.datetime(1999, 12, 27, 0, 0), datetime.date(2000, 1, 1), datetime.time(0, 0), '2000-01-01 00:00:00')]
SELECT coalesce(t, 'none') || '-' || coalesce(n::text, '?') FROM a ORDER BY id;
→ [('x-1',), ('y-2',), ('none-?',), ('Zoë-4',)]
SELECT upper(t), lower(t), length(t), substring(t from 1 for 1), t ILIKE 'z%' FROM a ORDER BY id;
→ [('X', 'x', 1, 'x', False), ('Y', 'y', 1, 'y', False), (None, None, None, None, None), ('ZOË', 'zoë', 3, 'Z', True)]
SELECT regexp_replace(t, '[aeiou]', '*', 'g'), t ~ '^[xy]$', split_part('a-b-c', '-', n) FROM a WHERE n > 0 ORDER BY id;
→ [('x', True, 'a'), ('y', True, 'b'), ('Z*ë', False, '')]
SELECT string_agg(t, ', ' ORDER BY t DESC), string_agg(DISTINCT b::text, '/') FROM a;
→ [('y, x, Zoë', 'false/true')]
SELECT (SELECT max(n) FROM a x WHERE x.id < a.id) FROM a ORDER BY id;
→ [(None,), (1,), (2,), (2,)]
SELECT * FROM (SELECT id, n FROM a) s(i, m) WHERE m > 1 ORDER BY i;
→ [(2, 2), (4, 4)]
SELECT s.id FROM a s, a u WHERE s.id = u.n ORDER BY 1;
→ [(1,), (2,), (4,)]
SELECT a.* FROM a WHERE a.id = 1;
→ [(1, 1, 'x', datetime.date(2024, 1, 31), datetime.datetime(2024, 1, 31, 10, 0), Decimal('1.50'), {'k': [1, 2], 's': 'v'}, ['a', 'b'], True)]
SELECT max(id) + 1 AS next FROM a;
→ [(5,)]
SELECT id % 2 AS odd, sum(p) FROM a GROUP BY id % 2 ORDER BY odd;
→ [(0, Decimal('-0.85')), (1, Decimal('1.50'))]
SELECT extract(year FROM d) AS y, count(*) FROM a GROUP BY extract(year FROM d) ORDER BY y;
→ [(Decimal('1999'), 1), (Decimal('2024'), 2), (None, 1)]
SELECT n + 1 AS m FROM a GROUP BY n + 1 ORDER BY m;
→ [(2,), (3,), (5,), (None,)]
SELECT t, n + 1 FROM a GROUP BY t ORDER BY t;
→ error 42803
SELECT round(p), round(p, 1), trunc(p), ceil(p), abs(p), p::int, p::text, p * 2, p / 3 FROM a ORDER BY id;
→ [(Decimal('2'), Decimal('1.5'), Decimal('1'), Decimal('2'), Decimal('1.50'), 2, '1.50', Decimal('3.00'), Decimal('0.50000000000000000000')), (Decimal('2'), Decimal('2.3'), Decimal('2'), Decimal('3'), Decimal('2.25'), 2, '2.25', Decimal('4.50'), Decimal('0.75000000000000000000')), (None, None, None, None, None, None, None, None, None), (Decimal('-3'), Decimal('-3.1'), Decimal('-3'), Decimal('-3'), Decimal('3.10'), -3, '-3.10', Decimal('-6.20'), Decimal('-1.03333333333333333333'))]
SELECT n / 2, n % 2, n::float / 3, n ^ 2, sqrt(n), power(n, 2), mod(n, 3) FROM a ORDER BY id;
→ [(0, 1, 0.3333333333333333, 1.0, 1.0, 1.0, 1), (1, 0, 0.6666666666666666, 4.0, 1.4142135623730951, 4.0, 2), (None, None, None, None, None, None, None), (2, 0, 1.3333333333333333, 16.0, 2.0, 16.0, 1)]
SELECT sum(n) / count(*), sum(n)::numeric / count(*), 100.0 * count(n) / count(*) FROM a;
→ [(1, Decimal('1.7500000000000000'), Decimal('75.0000000000000000'))]
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY p), percentile_disc(0.5) WITHIN GROUP (ORDER BY p), stddev(p), variance(n) FROM a;
→ [(1.5, Decimal('1.50'), Decimal('2.8966935173285650'), Decimal('2.3333333333333333'))]
SELECT bool_and(b), bool_or(b), every(n > 0) FROM a;
→ [(False, True, True)]
SELECT id FROM a WHERE j @> '{"s": "v"}' OR j ? 'k' ORDER BY id;
→ [(1,), (2,)]
SELECT id FROM a WHERE tags = '{}' OR tags @> '{a}' ORDER BY id;
→ [(1,), (2,)]
SELECT id, array_length(tags, 1), cardinality(tags), tags[1], array_to_string(tags, '|'), 'a' = ANY(tags) FROM a ORDER BY id;
→ [(1, 2, 2, 'a', 'a|b', True), (2, None, 0, None, '', False), (3, None, None, None, None, None), (4, 1, 1, 'c', 'c', False)]
SELECT id FROM a WHERE n = ANY('{1,2}') ORDER BY id;
→ [(1,), (2,)]
SELECT id FROM a WHERE (n, t) IN ((1, 'x'), (4, 'Zoë')) ORDER BY id;
→ [(1,), (4,)]
SELECT id FROM a WHERE n BETWEEN 1 AND 2 AND d < '2024-02-01' ORDER BY id;
→ [(1,)]
SELECT id FROM a WHERE ts >= '2024-01-31' AND ts < '2024-02-01'::date + 1;
→ [(1,)]
SELECT id FROM a WHERE ts::date = '2024-02-29';
→ [(2,)]
SELECT id FROM a WHERE b;
→ [(1,)]
SELECT id FROM a WHERE NOT b;
→ [(2,)]
SELECT id FROM a WHERE b IS NOT TRUE ORDER BY id;
→ [(2,), (3,), (4,)]
SELECT id FROM a ORDER BY b DESC, id;
→ [(3,), (4,), (1,), (2,)]
SELECT id FROM a ORDER BY t COLLATE "C" NULLS FIRST;
→ [(3,), (4,), (1,), (2,)]
SELECT id FROM a ORDER BY CASE WHEN n = 2 THEN 0 ELSE 1 END, id;
→ [(2,), (1,), (3,), (4,)]
SELECT id FROM a ORDER BY p * -1 NULLS LAST;
→ [(2,), (1,), (4,), (3,)]
SELECT DISTINCT b FROM a ORDER BY b;
→ [(False,), (True,), (None,)]
SELECT DISTINCT ON (b) b, id FROM a ORDER BY b, id DESC;
→ [(False, 2), (True, 1), (None, 4)]
SELECT json_agg(x) FROM (SELECT id, t FROM a ORDER BY id) x;
→ [([{'id': 1, 't': 'x'}, {'id': 2, 't': 'y'}, {'id': 3, 't': None}, {'id': 4, 't': 'Zoë'}],)]
SELECT row_to_json(x) FROM (SELECT id, t, p, d FROM a ORDER BY id) x;
→ [({'id': 1, 't': 'x', 'p': 1.5, 'd': '2024-01-31'},), ({'id': 2, 't': 'y', 'p': 2.25, 'd': '2024-02-29'},), ({'id': 3, 't': None, 'p': None, 'd': None},), ({'id': 4, 't': 'Zoë', 'p': -3.1, 'd': '1999-12-31'},)]
SELECT jsonb_build_object('id', id, 'tags', tags, 'd', d, 'ts', ts, 'p', p) FROM a ORDER BY id;
→ [({'d': '2024-01-31', 'p': 1.5, 'id': 1, 'ts': '2024-01-31T10:00:00', 'tags': ['a', 'b']},), ({'d': '2024-02-29', 'p': 2.25, 'id': 2, 'ts': '2024-02-29T23:59:59.5', 'tags': []},), ({'d': None, 'p': None, 'id': 3, 'ts': None, 'tags': None},), ({'d': '1999-12-31', 'p': -3.1, 'id': 4, 'ts': '2000-01-01T00:00:00', 'tags': ['c']},)]
SELECT to_jsonb(a) - 'j' FROM a WHERE id = 1;
→ [({'b': True, 'd': '2024-01-31', 'n': 1, 'p': 1.5, 't': 'x', 'id': 1, 'ts': '2024-01-31T10:00:00', 'tags': ['a', 'b']},)]
SELECT jsonb_object_agg(coalesce(t, '-'), n) FROM a;
→ [({'-': None, 'x': 1, 'y': 2, 'Zoë': 4},)]
SELECT * FROM generate_series(DATE '2024-01-30', DATE '2024-02-02', INTERVAL '1 day') AS g(day);
→ [(datetime.datetime(2024, 1, 30, 0, 0, tzinfo=datetime.timezone.utc),), (datetime.datetime(2024, 1, 31, 0, 0, tzinfo=datetime.timezone.utc),), (datetime.datetime(2024, 2, 1, 0, 0, tzinfo=datetime.timezone.utc),), (datetime.datetime(2024, 2, 2, 0, 0, tzinfo=datetime.timezone.utc),)]
SELECT x, y FROM generate_series(1, 2) x, generate_series(x, 3) y ORDER BY 1, 2;
→ [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3)]
SELECT * FROM a JOIN (VALUES (1, 'one'), (2, 'two')) AS v(id, word) USING (id) ORDER BY id;
→ [(1, 1, 'x', datetime.date(2024, 1, 31), datetime.datetime(2024, 1, 31, 10, 0), Decimal('1.50'), {'k': [1, 2], 's': 'v'}, ['a', 'b'], True, 'one'), (2, 2, 'y', datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 23, 59, 59, 500000), Decimal('2.25'), {'k': []}, [], False, 'two')]
SELECT a.id, v.w FROM a LEFT JOIN (VALUES (1, 'one')) AS v(i, w) ON v.i = a.id ORDER BY 1;
→ [(1, 'one'), (2, None), (3, None), (4, None)]
UPDATE a SET p = v.p FROM (VALUES (1, 9.99), (2, 8.88)) AS v(id, p) WHERE a.id = v.id RETURNING a.id, a.p;
→ [(1, Decimal('9.99')), (2, Decimal('8.88'))]
UPDATE a SET n = n + 1, t = t || '!' WHERE id = 1 RETURNING *;
→ [(1, 2, 'x!', datetime.date(2024, 1, 31), datetime.datetime(2024, 1, 31, 10, 0), Decimal('9.99'), {'k': [1, 2], 's': 'v'}, ['a', 'b'], True)]
UPDATE a SET j = jsonb_set(coalesce(j, '{}'), '{new}', to_jsonb(n)) WHERE id = 2 RETURNING j;
→ [({'k': [], 'new': 2},)]
UPDATE a SET tags = tags || 'z' WHERE id = 1 RETURNING tags;
→ error 22P02
UPDATE a SET tags = tags || '{z,w}'::text[] WHERE id = 2 RETURNING tags;
→ [(['z', 'w'],)]
UPDATE a SET n = (SELECT count(*) FROM a) WHERE id = 3 RETURNING n;
→ [(4,)]
UPDATE a SET ts = now() WHERE id = 99;
→ 0 rows
DELETE FROM a WHERE id IN (SELECT id FROM a ORDER BY id DESC LIMIT 1);
→ 1 rows
SELECT a.id FROM a WHERE EXISTS (SELECT FROM a b WHERE b.id = a.id + 1) ORDER BY 1;
→ [(1,), (2,)]
SELECT 'x' AS "Quoted Name", 1 AS Mixed, 2 AS "Mixed";
→ [('x', 1, 2)]
SELECT INTERVAL '1 day' * n FROM a ORDER BY id;
→ [(datetime.timedelta(days=2),), (datetime.timedelta(days=2),), (datetime.timedelta(days=4),)]
SELECT now() > '2020-01-01', current_date > '2020-01-01', localtimestamp IS NOT NULL;
→ [(True, True, True)]
SELECT count(*) FROM a WHERE ts > now() - INTERVAL '100 years';
→ [(2,)]
SELECT gen_random_uuid() IS NOT NULL, md5('a'), encode('abc', 'base64'), decode('616263', 'hex');
→ [(True, '0cc175b9c0f1b6a831c399e269772661', 'YWJj', b'abc')]
SELECT 1 AS a UNION ALL SELECT 2 UNION ALL SELECT NULL ORDER BY a NULLS FIRST;
→ [(None,), (1,), (2,)]
SELECT id FROM a UNION SELECT n FROM a ORDER BY 1;
→ [(1,), (2,), (3,), (4,)]
SELECT greatest(1, 2.5), least('a', 'b'), greatest(d, '2024-02-01') FROM a WHERE id = 1;
→ [(Decimal('2.5'), 'a', datetime.date(2024, 2, 1))]
SELECT (1 = 1)::int, 't'::bool, 5::text || 'a', '5' + 3, '2024-01-01'::date - 1;
→ [(1, True, '5a', 8, datetime.date(2023, 12, 31))]
SELECT ROW(1, 'a') = ROW(1, 'a');
→ [(True,)]
SELECT count(*) OVER () AS total, id FROM a ORDER BY id LIMIT 1;
→ [(3, 1)]
SELECT id, ntile(2) OVER (ORDER BY id), percent_rank() OVER (ORDER BY id), cume_dist() OVER (ORDER BY id) FROM a ORDER BY id;
→ [(1, 1, 0.0, 0.3333333333333333), (2, 1, 0.5, 0.6666666666666666), (3, 2, 1.0, 1.0)]
SELECT a.id FROM a, LATERAL (SELECT a.n AS m) l WHERE l.m > 1 ORDER BY 1;
→ [(1,), (2,), (3,)]
SELECT x.id, y.id FROM a x LEFT JOIN a y ON y.id = x.id + 1 AND y.n > 1 ORDER BY 1;
→ [(1, 2), (2, 3), (3, None)]
SELECT sum(x.n) FILTER (WHERE x.b), avg(p) FILTER (WHERE n > 100) FROM a x;
→ [(2, None)]
SELECT date_trunc('month', d) + INTERVAL '1 month' - INTERVAL '1 day' FROM a ORDER BY id;
→ [(datetime.datetime(2024, 1, 31, 0, 0, tzinfo=datetime.timezone.utc),), (datetime.datetime(2024, 2, 29, 0, 0, tzinfo=datetime.timezone.utc),), (None,)]
SELECT to_date('2024-03-05', 'YYYY-MM-DD'), to_timestamp('2024-03-05 10:11:12', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp(0);
→ [(datetime.date(2024, 3, 5), datetime.datetime(2024, 3, 5, 10, 11, 12, tzinfo=datetime.timezone.utc), datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))]
SELECT make_date(2024, 1, 31), make_interval(days => 3), justify_days(INTERVAL '40 days');
→ [(datetime.date(2024, 1, 31), datetime.timedelta(days=3), datetime.timedelta(days=40))]
SELECT TIMESTAMP '2024-07-01 12:00' AT TIME ZONE 'Europe/Berlin', TIMESTAMPTZ '2024-07-01 12:00Z' AT TIME ZONE 'America/New_York';
→ [(datetime.datetime(2024, 7, 1, 10, 0, tzinfo=datetime.timezone.utc), datetime.datetime(2024, 7, 1, 8, 0))]
SELECT concat('a', 1, NULL, true), concat_ws('-', 'a', NULL, 2), format('%s is %s', 'x', 5), repeat('ab', 2), reverse('abc'), initcap('hello world');
→ [('a1t', 'a-2', 'x is 5', 'abab', 'cba', 'Hello World')]
SELECT position('b' IN 'abc'), overlay('abcdef' placing 'XX' from 2 for 3), translate('abc', 'ab', 'xy'), lpad('7', 3, '0'), ascii('a'), chr(97);
→ [(2, 'aXXef', 'xyc', '007', 97, 'a')]
