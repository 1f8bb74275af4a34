-- Samples of sensors, messages in threads, things in stock.

CREATE TABLE sensors (id uuid PRIMARY KEY, name text NOT NULL, kind text NOT NULL, config jsonb);
→ 0 rows
CREATE TABLE samples (sensor_id uuid NOT NULL REFERENCES sensors(id), at timestamptz NOT NULL, value double precision, flags int NOT NULL DEFAULT 0, PRIMARY KEY (sensor_id, at));
→ 0 rows
INSERT INTO sensors VALUES ('11111111-1111-1111-1111-111111111111', 'boiler', 'temp', '{"unit": "C", "limits": [10, 80]}'), ('22222222-2222-2222-2222-222222222222', 'door', 'contact', NULL);
→ 2 rows
INSERT INTO samples (sensor_id, at, value) SELECT '11111111-1111-1111-1111-111111111111', '2024-01-01 00:00+00'::timestamptz + n * interval '17 minutes', 20 + n * 0.5 FROM generate_series(0, 9) AS n;
→ 10 rows
INSERT INTO samples VALUES ('22222222-2222-2222-2222-222222222222', '2024-01-01 01:00:00+00', NULL, 5);
→ 1 rows
SELECT date_trunc('hour', at) AS bucket, avg(value), min(value), max(value), count(*) FROM samples GROUP BY bucket ORDER BY bucket;
→ [(datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 20.75, 20.0, 21.5, 4), (datetime.datetime(2024, 1, 1, 1, 0, tzinfo=datetime.timezone.utc), 22.75, 22.0, 23.5, 5), (datetime.datetime(2024, 1, 1, 2, 0, tzinfo=datetime.timezone.utc), 24.25, 24.0, 24.5, 2)]
SELECT date_bin('30 minutes', at, '2024-01-01') AS b, round(avg(value)::numeric, 3) FROM samples GROUP BY b ORDER BY b;
→ [(datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), Decimal('20.250')), (datetime.datetime(2024, 1, 1, 0, 30, tzinfo=datetime.timezone.utc), Decimal('21.250')), (datetime.datetime(2024, 1, 1, 1, 0, tzinfo=datetime.timezone.utc), Decimal('22.250')), (datetime.datetime(2024, 1, 1, 1, 30, tzinfo=datetime.timezone.utc), Decimal('23.250')), (datetime.datetime(2024, 1, 1, 2, 0, tzinfo=datetime.timezone.utc), Decimal('24.000')), (datetime.datetime(2024, 1, 1, 2, 30, tzinfo=datetime.timezone.utc), Decimal('24.500'))]
SELECT to_timestamp(floor(extract(epoch FROM at) / 900) * 900) AS bucket, count(*) FROM samples GROUP BY 1 ORDER BY 1 LIMIT 3;
→ [(datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 1), (datetime.datetime(2024, 1, 1, 0, 15, tzinfo=datetime.timezone.utc), 1), (datetime.datetime(2024, 1, 1, 0, 30, tzinfo=datetime.timezone.utc), 1)]
SELECT at, value, avg(value) OVER (ORDER BY at ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS smooth FROM samples WHERE value IS NOT NULL ORDER BY at;
→ [(datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 20.0, 20.0), (datetime.datetime(2024, 1, 1, 0, 17, tzinfo=datetime.timezone.utc), 20.5, 20.25), (datetime.datetime(2024, 1, 1, 0, 34, tzinfo=datetime.timezone.utc), 21.0, 20.5), (datetime.datetime(2024, 1, 1, 0, 51, tzinfo=datetime.timezone.utc), 21.5, 21.0), (datetime.datetime(2024, 1, 1, 1, 8, tzinfo=datetime.timezone.utc), 22.0, 21.5), (datetime.datetime(2024, 1, 1, 1, 25, tzinfo=datetime.timezone.utc), 22.5, 22.0), (datetime.datetime(2024, 1, 1, 1, 42, tzinfo=datetime.timezone.utc), 23.0, 22.5), (datetime.datetime(2024, 1, 1, 1, 59, tzinfo=datetime.timezone.utc), 23.5, 23.0), (datetime.datetime(2024, 1, 1, 2, 16, tzinfo=datetime.timezone.utc), 24.0, 23.5), (datetime.datetime(2024, 1, 1, 2, 33, tzinfo=datetime.timezone.utc), 24.5, 24.0)]
SELECT at, value - lag(value) OVER w AS delta, extract(epoch FROM at - lag(at) OVER w) AS secs FROM samples WINDOW w AS (PARTITION BY sensor_id ORDER BY at) ORDER BY sensor_id, at LIMIT 4;
→ [(datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), None, None), (datetime.datetime(2024, 1, 1, 0, 17, tzinfo=datetime.timezone.utc), 0.5, Decimal('1020.000000')), (datetime.datetime(2024, 1, 1, 0, 34, tzinfo=datetime.timezone.utc), 0.5, Decimal('1020.000000')), (datetime.datetime(2024, 1, 1, 0, 51, tzinfo=datetime.timezone.utc), 0.5, Decimal('1020.000000'))]
SELECT s.name, x.at, x.value FROM sensors s LEFT JOIN LATERAL (SELECT at, value FROM samples m WHERE m.sensor_id = s.id ORDER BY at DESC LIMIT 2) x ON true ORDER BY s.name, x.at;
→ [('boiler', datetime.datetime(2024, 1, 1, 2, 16, tzinfo=datetime.timezone.utc), 24.0), ('boiler', datetime.datetime(2024, 1, 1, 2, 33, tzinfo=datetime.timezone.utc), 24.5), ('door', datetime.datetime(2024, 1, 1, 1, 0, tzinfo=datetime.timezone.utc), None)]
SELECT name, config->>'unit', config->'limits'->0, (config->'limits'->>1)::int FROM sensors ORDER BY name;
→ [('boiler', 'C', 10, 80), ('door', None, None, None)]
SELECT name, jsonb_array_elements_text(config->'limits') FROM sensors WHERE config IS NOT NULL;
→ [('boiler', '10'), ('boiler', '80')]
SELECT s.name, l.value, l.ordinality FROM sensors s, jsonb_array_elements(s.config->'limits') WITH ORDINALITY AS l ORDER BY 3;
→ [('boiler', 10, 1), ('boiler', 80, 2)]
SELECT key, value FROM sensors, jsonb_each(config) WHERE name = 'boiler' ORDER BY key;
→ [('limits', [10, 80]), ('unit', 'C')]
UPDATE sensors SET config = jsonb_set(coalesce(config, '{}'), '{limits,1}', '90') WHERE name = 'boiler' RETURNING config;
→ [({'unit': 'C', 'limits': [10, 90]},)]
UPDATE sensors SET config = config - 'unit' WHERE kind = 'temp' RETURNING config;
→ [({'limits': [10, 90]},)]
SELECT name FROM sensors WHERE config @> '{"limits": [10]}';
→ [('boiler',)]
SELECT flags & 4 AS bit, flags | 8, flags # 1, ~flags, flags << 2, flags >> 1 FROM samples WHERE flags > 0;
→ [(4, 13, 4, -6, 20, 2)]
SELECT sensor_id::text, id = sensor_id FROM samples JOIN sensors ON sensors.id = samples.sensor_id WHERE flags = 5;
→ [('22222222-2222-2222-2222-222222222222', True)]
SELECT width_bucket(value, 20, 25, 5) AS b, count(*) FROM samples WHERE value IS NOT NULL GROUP BY b ORDER BY b;
→ [(1, 2), (2, 2), (3, 2), (4, 2), (5, 2)]
SELECT percentile_disc(0.9) WITHIN GROUP (ORDER BY value) FROM samples;
→ [(24.0,)]
SELECT count(*) FROM samples WHERE at >= '2024-01-01 01:00+00' AND at < '2024-01-01 01:00+00'::timestamptz + '1 hour'::interval;
→ [(5,)]
SELECT at::date, at::time, at AT TIME ZONE 'UTC' FROM samples ORDER BY at LIMIT 1;
→ error 42702
SELECT at AT TIME ZONE 'Europe/Berlin' FROM samples ORDER BY at LIMIT 1;
→ [(datetime.datetime(2024, 1, 1, 1, 0),)]
SELECT extract(hour FROM at), extract(minute FROM at), extract(dow FROM at), extract(doy FROM at), extract(week FROM at) FROM samples ORDER BY at LIMIT 2;
→ [(Decimal('0'), Decimal('0'), Decimal('1'), Decimal('1'), Decimal('1')), (Decimal('0'), Decimal('17'), Decimal('1'), Decimal('1'), Decimal('1'))]
SELECT make_interval(hours => 2) + interval '30 minutes', interval '1 day 02:03:04' * 2, justify_hours(interval '50 hours'), extract(epoch FROM interval '1 hour 5 minutes');
→ [(datetime.timedelta(seconds=9000), datetime.timedelta(days=2, seconds=14768), datetime.timedelta(days=2, seconds=7200), Decimal('3900.000000'))]
SELECT justify_interval(interval '1 month -1 hour'), age(timestamp '2024-03-01', timestamp '2024-01-31'), date '2024-01-31' + interval '1 month';
→ [(datetime.timedelta(days=29, seconds=82800), datetime.timedelta(days=31), datetime.datetime(2024, 2, 29, 0, 0))]
INSERT INTO samples (sensor_id, at, value) VALUES ('11111111-1111-1111-1111-111111111111', '2024-01-01 00:00+00', 99) ON CONFLICT (sensor_id, at) DO UPDATE SET value = EXCLUDED.value, flags = samples.flags + 1 WHERE samples.value IS DISTINCT FROM EXCLUDED.value RETURNING value, flags;
→ [(99.0, 1)]
CREATE TABLE messages (id serial PRIMARY KEY, thread_id int NOT NULL, parent_id int REFERENCES messages(id), author text NOT NULL, body text NOT NULL, sent timestamp NOT NULL DEFAULT now(), read_by text[] DEFAULT ARRAY[]::text[], deleted boolean NOT NULL DEFAULT false);
→ 0 rows
INSERT INTO messages (thread_id, parent_id, author, body, sent) VALUES (1, NULL, 'ann', 'Hello World', '2024-02-01 10:00'), (1, 1, 'bob', 'Hi ann!', '2024-02-01 10:05'), (1, 2, 'ann', 'How are you? #hey #you', '2024-02-01 10:06:30.5'), (2, NULL, 'cy', 'Ünïcode ✓', '2024-02-02 00:00'), (1, 1, 'cy', 'me too', '2024-02-03 00:00');
→ 5 rows
WITH RECURSIVE tree AS (SELECT id, parent_id, author, 0 AS depth, ARRAY[id] AS path FROM messages WHERE parent_id IS NULL UNION ALL SELECT m.id, m.parent_id, m.author, t.depth + 1, t.path || m.id FROM messages m JOIN tree t ON m.parent_id = t.id) SELECT repeat('  ', depth) || author AS line, path FROM tree ORDER BY path;
→ [('ann', [1]), ('  bob', [1, 2]), ('    ann', [1, 2, 3]), ('  cy', [1, 5]), ('cy', [4])]
SELECT author, count(*), max(sent) AS last, max(sent) - min(sent) AS span FROM messages WHERE NOT deleted GROUP BY author ORDER BY last DESC;
→ [('cy', 2, datetime.datetime(2024, 2, 3, 0, 0), datetime.timedelta(days=1)), ('ann', 2, datetime.datetime(2024, 2, 1, 10, 6, 30, 500000), datetime.timedelta(seconds=390, microseconds=500000)), ('bob', 1, datetime.datetime(2024, 2, 1, 10, 5), datetime.timedelta(0))]
UPDATE messages SET read_by = read_by || 'bob'::text WHERE NOT ('bob' = ANY(read_by)) RETURNING id, read_by;
→ [(1, ['bob']), (2, ['bob']), (3, ['bob']), (4, ['bob']), (5, ['bob'])]
SELECT id, regexp_matches(body, '#(\w+)', 'g') FROM messages ORDER BY id;
→ [(3, ['hey']), (3, ['you'])]
SELECT length(body), octet_length(body), upper(body), lower(body), md5(body) FROM messages ORDER BY id;
→ [(11, 11, 'HELLO WORLD', 'hello world', 'b10a8db164e0754105b7a99be72e3fe5'), (7, 7, 'HI ANN!', 'hi ann!', '9953877f2e3f8da8a616383bb6f7a42d'), (22, 22, 'HOW ARE YOU? #HEY #YOU', 'how are you? #hey #you', '3e15c5b5bc43da84874b35052d300875'), (9, 13, 'ÜNÏCODE ✓', 'ünïcode ✓', '769df59d614789c7d7f90278b10ffed4'), (6, 6, 'ME TOO', 'me too', 'ceee816017286e7d6114ac147ed439c7')]
SELECT thread_id, count(*) FILTER (WHERE author = 'ann')::float / count(*) AS share FROM messages GROUP BY thread_id ORDER BY thread_id;
→ [(1, 0.5), (2, 0.0)]
SELECT DISTINCT thread_id, first_value(body) OVER (PARTITION BY thread_id ORDER BY sent DESC) AS latest FROM messages ORDER BY thread_id;
→ [(1, 'me too'), (2, 'Ünïcode ✓')]
SELECT m.id, p.author AS reply_to FROM messages m LEFT JOIN messages p ON p.id = m.parent_id ORDER BY m.id;
→ [(1, None), (2, 'ann'), (3, 'bob'), (4, None), (5, 'ann')]
SELECT to_char(sent, 'HH12:MI AM, FMMonth FMDDth') FROM messages ORDER BY id;
→ [('10:00 AM, February 1st',), ('10:05 AM, February 1st',), ('10:06 AM, February 1st',), ('12:00 AM, February 2nd',), ('12:00 AM, February 3rd',)]
SELECT id FROM messages ORDER BY sent DESC OFFSET 1 FETCH FIRST 2 ROWS ONLY;
→ [(4,), (3,)]
SELECT row_to_json(m) FROM (SELECT id, author FROM messages ORDER BY id LIMIT 1) m;
→ [({'id': 1, 'author': 'ann'},)]
SELECT json_agg(m) FROM (SELECT id, author FROM messages ORDER BY id LIMIT 2) m;
→ [([{'id': 1, 'author': 'ann'}, {'id': 2, 'author': 'bob'}],)]
SELECT jsonb_pretty(jsonb_build_object('a', 1, 'b', jsonb_build_array(1, 'x', NULL)));
→ [('{\n    "a": 1,\n    "b": [\n        1,\n        "x",\n        null\n    ]\n}',)]
SELECT id FROM messages WHERE (thread_id, id) > (1, 2) ORDER BY thread_id, id;
→ [(3,), (5,), (4,)]
SELECT id, thread_id FROM messages WHERE thread_id IN (VALUES (2), (3));
→ [(4, 2)]
SELECT x.n, x.s FROM (VALUES (1, 'a'), (2, 'b')) AS x(n, s) WHERE x.n > 1;
→ [(2, 'b')]
SELECT sum(n) FROM unnest(ARRAY[1,2,3]) AS n;
→ [(6,)]
SELECT array_agg(DISTINCT author ORDER BY author), (array_agg(body ORDER BY sent))[1] FROM messages;
→ [(['ann', 'bob', 'cy'], 'Hello World')]
CREATE TABLE stock (sku text, depot text, qty int NOT NULL, PRIMARY KEY (sku, depot));
→ 0 rows
INSERT INTO stock VALUES ('a', 'x', 5), ('a', 'y', 0), ('b', 'x', 2);
→ 3 rows
WITH taken AS (UPDATE stock SET qty = qty - 3 WHERE sku = 'a' AND qty >= 3 RETURNING sku, depot, qty) INSERT INTO stock SELECT sku, depot || '-out', 3 FROM taken RETURNING *;
→ [('a', 'x-out', 3)]
SELECT sku, sum(qty) AS qty, jsonb_object_agg(depot, qty) AS per FROM stock GROUP BY sku ORDER BY sku;
→ [('a', 5, {'x': 2, 'y': 0, 'x-out': 3}), ('b', 2, {'x': 2})]
SELECT sku, max(qty) FILTER (WHERE depot = 'x') AS x, max(qty) FILTER (WHERE depot = 'y') AS y FROM stock GROUP BY sku ORDER BY sku;
→ [('a', 2, 0), ('b', 2, None)]
UPDATE stock SET qty = v.qty FROM (VALUES ('a', 'x', 50), ('b', 'x', 60)) AS v(sku, depot, qty) WHERE stock.sku = v.sku AND stock.depot = v.depot;
→ 2 rows
SELECT * FROM stock ORDER BY sku, depot;
→ [('a', 'x', 50), ('a', 'x-out', 3), ('a', 'y', 0), ('b', 'x', 60)]
INSERT INTO stock (sku, depot, qty) VALUES ('a', 'x', 1) ON CONFLICT DO NOTHING;
→ 0 rows
INSERT INTO stock (sku, depot) VALUES ('c', 'x');
→ error 23502
UPDATE stock SET sku = 'b' WHERE sku = 'a' AND depot = 'x';
→ error 23505
SELECT sku, depot, rank() OVER (ORDER BY qty DESC), percent_rank() OVER (ORDER BY qty), cume_dist() OVER (ORDER BY qty) FROM stock ORDER BY qty DESC, sku, depot;
→ [('b', 'x', 1, 1.0, 1.0), ('a', 'x', 2, 0.6666666666666666, 0.75), ('a', 'x-out', 3, 0.3333333333333333, 0.5), ('a', 'y', 4, 0.0, 0.25)]
