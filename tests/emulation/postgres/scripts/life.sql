-- A life in Postgres's SQL; `make oracle` asks a real one again.

CREATE TABLE users (id serial PRIMARY KEY, email varchar(40) NOT NULL UNIQUE, name text, tags text[] NOT NULL DEFAULT '{}', prefs jsonb NOT NULL DEFAULT '{}'::jsonb, created_at timestamptz NOT NULL DEFAULT '2024-01-01 00:00:00+00', active boolean DEFAULT true, balance numeric(10,2) DEFAULT 0, age int CHECK (age >= 0));
→ 0 rows
CREATE TABLE orders (id bigserial PRIMARY KEY, user_id integer NOT NULL REFERENCES users(id) ON DELETE CASCADE, total numeric(12,2) NOT NULL, status text NOT NULL DEFAULT 'new', placed_on date, shipped_at timestamp, CONSTRAINT positive CHECK (total >= 0), CONSTRAINT orders_status CHECK (status IN ('new','paid','shipped')));
→ 0 rows
CREATE TABLE items (order_id bigint REFERENCES orders, sku text, qty int NOT NULL DEFAULT 1, price numeric(8,2), PRIMARY KEY (order_id, sku));
→ 0 rows
CREATE UNIQUE INDEX users_lower_email ON users (lower(email));
→ 0 rows
CREATE INDEX orders_user ON orders (user_id) WHERE status = 'new';
→ 0 rows
CREATE UNIQUE INDEX one_new ON orders (user_id) WHERE status = 'new';
→ 0 rows
CREATE INDEX users_prefs ON users USING gin (prefs jsonb_path_ops);
→ 0 rows
INSERT INTO users (email, name, tags, prefs, age) VALUES ('a@x.com', 'Ada', '{admin,dev}', '{"theme": "dark", "n": 1}', 30), ('b@x.com', 'Bob', ARRAY['dev'], '{}', NULL) RETURNING id, tags, prefs, created_at, balance;
→ [(1, ['admin', 'dev'], {'n': 1, 'theme': 'dark'}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), Decimal('0.00')), (2, ['dev'], {}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), Decimal('0.00'))]
INSERT INTO users (id, email, name) VALUES (70, 'A@X.com', 'Dup');
→ error 23505
INSERT INTO users (id, email, name) VALUES (3, 'c@x.com', 'Cy') ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name RETURNING *;
→ [(3, 'c@x.com', 'Cy', [], {}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), True, Decimal('0.00'), None)]
INSERT INTO users (id, email, name) VALUES (60, 'c@x.com', 'Cyd') ON CONFLICT (email) DO UPDATE SET name = users.name || '/' || EXCLUDED.name, balance = users.balance + 1.5 RETURNING id, name, balance;
→ [(3, 'Cy/Cyd', Decimal('1.50'))]
INSERT INTO users (id, email, name) VALUES (40, 'd@x.com', 'D'), (41, 'd@x.com', 'E') ON CONFLICT (email) DO UPDATE SET name = EXCLUDED.name;
→ error 21000
INSERT INTO users (id, email, name) VALUES (4, 'd@x.com', 'D'), (5, 'e@x.com', 'E') ON CONFLICT (email) DO NOTHING;
→ 2 rows
INSERT INTO users (email, name) VALUES ('d@x.com', 'D2') ON CONFLICT ON CONSTRAINT users_email_key DO UPDATE SET name = EXCLUDED.name WHERE users.active RETURNING name;
→ [('D2',)]
INSERT INTO users (email) VALUES ('x@x.com') ON CONFLICT (name) DO NOTHING;
→ error 42P10
INSERT INTO users (id, email) VALUES (1, 'z@x.com');
→ error 23505
INSERT INTO users (email, age) VALUES ('f@x.com', -1);
→ error 23514
INSERT INTO users (email, age) VALUES ('f@x.com', 'abc');
→ error 22P02
INSERT INTO users (email, balance) VALUES ('f@x.com', 123456789.5);
→ error 22003
INSERT INTO users (email, balance) VALUES (repeat('x', 41), 1);
→ error 22001
INSERT INTO users (name) VALUES ('nobody');
→ error 23502
INSERT INTO users (email, nothing) VALUES ('f@x.com', 1);
→ error 42703
INSERT INTO users VALUES (100, 'h@x.com', 'Hal');
→ 1 rows
INSERT INTO users (id, email, name) VALUES (101, 'i@x.com', DEFAULT) RETURNING id, name;
→ [(101, None)]
SELECT id, email, name, tags, prefs, active, balance, age FROM users ORDER BY id;
→ [(1, 'a@x.com', 'Ada', ['admin', 'dev'], {'n': 1, 'theme': 'dark'}, True, Decimal('0.00'), 30), (2, 'b@x.com', 'Bob', ['dev'], {}, True, Decimal('0.00'), None), (3, 'c@x.com', 'Cy/Cyd', [], {}, True, Decimal('1.50'), None), (4, 'd@x.com', 'D2', [], {}, True, Decimal('0.00'), None), (5, 'e@x.com', 'E', [], {}, True, Decimal('0.00'), None), (100, 'h@x.com', 'Hal', [], {}, True, Decimal('0.00'), None), (101, 'i@x.com', None, [], {}, True, Decimal('0.00'), None)]
INSERT INTO orders (user_id, total, placed_on) VALUES (1, 10.5, '2024-01-31'), (2, 99.99, '2024-02-01') RETURNING id;
→ [(1,), (2,)]
INSERT INTO orders (user_id, total, status, placed_on, shipped_at) SELECT id, id * 3.333, 'paid', DATE '2024-03-01' + id::int, '2024-03-05 10:00' FROM users WHERE id < 4;
→ 3 rows
INSERT INTO orders (user_id, total) VALUES (1, 5);
→ error 23505
INSERT INTO orders (user_id, total) VALUES (999, 5);
→ error 23503
INSERT INTO orders (user_id, total, status) VALUES (1, -5, 'paid');
→ error 23514
INSERT INTO orders (user_id, total, status) VALUES (1, 5, 'bad');
→ error 23514
INSERT INTO items VALUES (1, 'a', 2, 1.25), (1, 'b', DEFAULT, 3.5), (2, 'a', 1, 99.99);
→ 3 rows
INSERT INTO items VALUES (1, 'a', 2, 1.25);
→ error 23505
SELECT * FROM orders ORDER BY id;
→ [(1, 1, Decimal('10.50'), 'new', datetime.date(2024, 1, 31), None), (2, 2, Decimal('99.99'), 'new', datetime.date(2024, 2, 1), None), (3, 1, Decimal('3.33'), 'paid', datetime.date(2024, 3, 2), datetime.datetime(2024, 3, 5, 10, 0)), (4, 2, Decimal('6.67'), 'paid', datetime.date(2024, 3, 3), datetime.datetime(2024, 3, 5, 10, 0)), (5, 3, Decimal('10.00'), 'paid', datetime.date(2024, 3, 4), datetime.datetime(2024, 3, 5, 10, 0))]
SELECT u.name, count(o.id) AS orders, coalesce(sum(o.total), 0) AS total, max(o.placed_on) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id ORDER BY total DESC, u.id;
→ [('Bob', 2, Decimal('106.66'), datetime.date(2024, 3, 3)), ('Ada', 2, Decimal('13.83'), datetime.date(2024, 3, 2)), ('Cy/Cyd', 1, Decimal('10.00'), datetime.date(2024, 3, 4)), ('D2', 0, Decimal('0'), None), ('E', 0, Decimal('0'), None), ('Hal', 0, Decimal('0'), None), (None, 0, Decimal('0'), None)]
SELECT u.id, u.name, u.email, array_agg(o.id ORDER BY o.id) FILTER (WHERE o.id IS NOT NULL) FROM users u LEFT JOIN orders o ON o.user_id = u.id GROUP BY u.id ORDER BY u.id;
→ [(1, 'Ada', 'a@x.com', [1, 3]), (2, 'Bob', 'b@x.com', [2, 4]), (3, 'Cy/Cyd', 'c@x.com', [5]), (4, 'D2', 'd@x.com', None), (5, 'E', 'e@x.com', None), (100, 'Hal', 'h@x.com', None), (101, None, 'i@x.com', None)]
SELECT date_trunc('month', placed_on)::date AS m, count(*), sum(total) FROM orders GROUP BY 1 ORDER BY 1;
→ [(datetime.date(2024, 1, 1), 1, Decimal('10.50')), (datetime.date(2024, 2, 1), 1, Decimal('99.99')), (datetime.date(2024, 3, 1), 3, Decimal('20.00'))]
SELECT to_char(placed_on, 'Mon YYYY') AS m, count(*) FROM orders GROUP BY m ORDER BY min(placed_on);
→ [('Jan 2024', 1), ('Feb 2024', 1), ('Mar 2024', 3)]
SELECT status, count(*) FILTER (WHERE total > 10), round(avg(total), 2), string_agg(DISTINCT user_id::text, ',') FROM orders GROUP BY status ORDER BY status;
→ [('new', 2, Decimal('55.25'), '1,2'), ('paid', 0, Decimal('6.67'), '1,2,3')]
SELECT json_build_object('id', u.id, 'orders', json_agg(json_build_object('t', o.total) ORDER BY o.id)) FROM users u JOIN orders o ON o.user_id = u.id GROUP BY u.id ORDER BY u.id;
→ [({'id': 1, 'orders': [{'t': 10.5}, {'t': 3.33}]},), ({'id': 2, 'orders': [{'t': 99.99}, {'t': 6.67}]},), ({'id': 3, 'orders': [{'t': 10.0}]},)]
SELECT jsonb_agg(to_jsonb(i) ORDER BY sku) FROM items i WHERE order_id = 1;
→ [([{'qty': 2, 'sku': 'a', 'price': 1.25, 'order_id': 1}, {'qty': 1, 'sku': 'b', 'price': 3.5, 'order_id': 1}],)]
SELECT row_to_json(i) FROM items i ORDER BY order_id, sku;
→ [({'order_id': 1, 'sku': 'a', 'qty': 2, 'price': 1.25},), ({'order_id': 1, 'sku': 'b', 'qty': 1, 'price': 3.5},), ({'order_id': 2, 'sku': 'a', 'qty': 1, 'price': 99.99},)]
SELECT id, tag FROM users, unnest(tags) AS tag ORDER BY id, tag;
→ [(1, 'admin'), (1, 'dev'), (2, 'dev')]
SELECT id FROM users WHERE 'dev' = ANY(tags) ORDER BY id;
→ [(1,), (2,)]
SELECT id FROM users WHERE tags @> ARRAY['admin'] ORDER BY id;
→ [(1,)]
SELECT id FROM users WHERE tags && ARRAY['admin','none']::text[] ORDER BY id;
→ [(1,)]
SELECT id, prefs->>'theme', prefs ? 'n', (prefs->>'n')::int + 1 FROM users ORDER BY id;
→ [(1, 'dark', True, 2), (2, None, False, None), (3, None, False, None), (4, None, False, None), (5, None, False, None), (100, None, False, None), (101, None, False, None)]
UPDATE users SET prefs = jsonb_set(prefs, '{theme}', '"light"') || '{"new": true}', tags = array_append(tags, 'x') WHERE id = 1 RETURNING prefs, tags;
→ [({'n': 1, 'new': True, 'theme': 'light'}, ['admin', 'dev', 'x'])]
UPDATE users SET prefs = prefs - 'new', tags = array_remove(tags, 'x') WHERE id = 1 RETURNING prefs, tags;
→ [({'n': 1, 'theme': 'light'}, ['admin', 'dev'])]
UPDATE orders o SET status = 'shipped', shipped_at = o.placed_on + INTERVAL '2 days' FROM users u WHERE u.id = o.user_id AND u.name = 'Bob' AND o.status = 'new' RETURNING o.id, o.status, o.shipped_at;
→ [(2, 'shipped', datetime.datetime(2024, 2, 3, 0, 0))]
UPDATE users SET (name, age) = ('Bobby', 41) WHERE id = 2;
→ 1 rows
UPDATE users SET balance = DEFAULT, age = NULL WHERE id = 2 RETURNING balance, age;
→ [(Decimal('0.00'), None)]
UPDATE users SET id = 1 WHERE id = 2;
→ error 23505
UPDATE users SET name = 1 WHERE id = 2 RETURNING name;
→ [('1',)]
UPDATE users SET age = '7' WHERE id = 2 RETURNING age;
→ [(7,)]
UPDATE users SET age = name WHERE id = 2;
→ error 42804
DELETE FROM orders USING users WHERE users.id = orders.user_id AND users.name = 'Nobody';
→ 0 rows
DELETE FROM orders o USING users u WHERE u.id = o.user_id AND u.email LIKE 'c@%' RETURNING o.id;
→ [(5,)]
DELETE FROM users WHERE id = 1;
→ error 23503
DELETE FROM orders WHERE id = 1;
→ error 23503
WITH recent AS (SELECT * FROM orders WHERE placed_on > '2024-01-31') SELECT r.id, u.name FROM recent r JOIN users u ON u.id = r.user_id ORDER BY r.id;
→ [(2, '1'), (3, 'Ada'), (4, '1')]
WITH ranked AS (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY total DESC) AS rn FROM orders) SELECT id, user_id, total FROM ranked WHERE rn = 1 ORDER BY id;
→ [(1, 1, Decimal('10.50')), (2, 2, Decimal('99.99'))]
SELECT u.name, l.total FROM users u CROSS JOIN LATERAL (SELECT total FROM orders o WHERE o.user_id = u.id ORDER BY total DESC LIMIT 1) l ORDER BY u.id;
→ [('Ada', Decimal('10.50')), ('1', Decimal('99.99'))]
SELECT u.name, l.n FROM users u LEFT JOIN LATERAL (SELECT count(*) AS n FROM orders o WHERE o.user_id = u.id) l ON true ORDER BY u.id;
→ [('Ada', 2), ('1', 2), ('Cy/Cyd', 0), ('D2', 0), ('E', 0), ('Hal', 0), (None, 0)]
SELECT d::date, count(o.id) FROM generate_series('2024-01-30'::date, '2024-02-02'::date, '1 day') AS d LEFT JOIN orders o ON o.placed_on = d::date GROUP BY d ORDER BY d;
→ [(datetime.date(2024, 1, 30), 0), (datetime.date(2024, 1, 31), 1), (datetime.date(2024, 2, 1), 1), (datetime.date(2024, 2, 2), 0)]
SELECT g, (SELECT count(*) FROM orders WHERE id <= g) FROM generate_series(1, 3) g;
→ [(1, 1), (2, 2), (3, 3)]
WITH RECURSIVE n(i, f) AS (SELECT 1, 1::bigint UNION ALL SELECT i + 1, f * (i + 1) FROM n WHERE i < 10) SELECT i, f FROM n ORDER BY i DESC LIMIT 3;
→ [(10, 3628800), (9, 362880), (8, 40320)]
CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree(id), name text);
→ 0 rows
INSERT INTO tree VALUES (1, NULL, 'root'), (2, 1, 'a'), (3, 1, 'b'), (4, 2, 'c');
→ 4 rows
WITH RECURSIVE t AS (SELECT id, name, ARRAY[id] AS path, 0 AS depth, name::text AS full FROM tree WHERE parent IS NULL UNION ALL SELECT c.id, c.name, t.path || c.id, t.depth + 1, t.full || '/' || c.name FROM tree c JOIN t ON c.parent = t.id) SELECT * FROM t ORDER BY path;
→ [(1, 'root', [1], 0, 'root'), (2, 'a', [1, 2], 1, 'root/a'), (4, 'c', [1, 2, 4], 2, 'root/a/c'), (3, 'b', [1, 3], 1, 'root/b')]
WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 0.5 FROM t WHERE n < 3) SELECT * FROM t;
→ error 42804
CREATE VIEW paid AS SELECT o.id, u.name, o.total * 1.2 AS gross, o.placed_on FROM orders o JOIN users u ON u.id = o.user_id WHERE o.status = 'paid';
→ 0 rows
SELECT * FROM paid ORDER BY id;
→ [(3, 'Ada', Decimal('3.996'), datetime.date(2024, 3, 2)), (4, '1', Decimal('8.004'), datetime.date(2024, 3, 3))]
SELECT sum(gross), max(placed_on) FROM paid;
→ [(Decimal('12.000'), datetime.date(2024, 3, 3))]
CREATE OR REPLACE VIEW paid AS SELECT 1 AS one;
→ error 42P16
DROP TABLE orders;
→ error 2BP01
DROP VIEW paid;
→ 0 rows
CREATE TABLE copied AS SELECT id, name, tags FROM users;
→ 7 rows
SELECT * FROM copied ORDER BY id;
→ [(1, 'Ada', ['admin', 'dev']), (2, '1', ['dev']), (3, 'Cy/Cyd', []), (4, 'D2', []), (5, 'E', []), (100, 'Hal', []), (101, None, [])]
CREATE TABLE gen (a int, b int GENERATED ALWAYS AS (a * 2) STORED, c text GENERATED ALWAYS AS ('x') STORED);
→ 0 rows
INSERT INTO gen (a) VALUES (3) RETURNING *;
→ [(3, 6, 'x')]
INSERT INTO gen (a, b) VALUES (3, 4);
→ error 428C9
CREATE TABLE ident (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
→ 0 rows
INSERT INTO ident (v) VALUES ('a') RETURNING id;
→ [(1,)]
INSERT INTO ident (id, v) VALUES (5, 'a');
→ error 428C9
INSERT INTO ident (id, v) OVERRIDING SYSTEM VALUE VALUES (5, 'a') RETURNING id;
→ [(5,)]
SELECT sum(id) FROM ident;
→ [(Decimal('6'),)]
SELECT setval('users_id_seq', 500);
→ [(500,)]
INSERT INTO users (email) VALUES ('seq@x.com') RETURNING id;
→ [(501,)]
SELECT setval('users_id_seq', (SELECT max(id) FROM users));
→ [(501,)]
SELECT setval('nothing_seq', 1);
→ error 42P01
ALTER TABLE tree ADD COLUMN a int, ADD COLUMN IF NOT EXISTS b text DEFAULT 'x';
→ 0 rows
ALTER TABLE tree ADD CONSTRAINT tree_name UNIQUE (name);
→ 0 rows
INSERT INTO tree (id, name) VALUES (9, 'root');
→ error 23505
ALTER TABLE tree DROP COLUMN IF EXISTS zz;
→ 0 rows
ALTER TABLE IF EXISTS nowhere ADD COLUMN a int;
→ 0 rows
SELECT * FROM tree ORDER BY id;
→ [(1, None, 'root', None, 'x'), (2, 1, 'a', None, 'x'), (3, 1, 'b', None, 'x'), (4, 2, 'c', None, 'x')]
SELECT * FROM tree JOIN users USING (id) ORDER BY id;
→ [(1, None, 'root', None, 'x', 'a@x.com', 'Ada', ['admin', 'dev'], {'n': 1, 'theme': 'light'}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), True, Decimal('0.00'), 30), (2, 1, 'a', None, 'x', 'b@x.com', '1', ['dev'], {}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), True, Decimal('0.00'), 7), (3, 1, 'b', None, 'x', 'c@x.com', 'Cy/Cyd', [], {}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), True, Decimal('1.50'), None), (4, 2, 'c', None, 'x', 'd@x.com', 'D2', [], {}, datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), True, Decimal('0.00'), None)]
SELECT t.id, p.name FROM tree t LEFT JOIN tree p ON t.parent = p.id ORDER BY t.id;
→ [(1, None), (2, 'root'), (3, 'root'), (4, 'a')]
SELECT t.id, u.id FROM tree t RIGHT JOIN users u ON u.id = t.id ORDER BY u.id;
→ [(1, 1), (2, 2), (3, 3), (4, 4), (None, 5), (None, 100), (None, 101), (None, 501)]
SELECT t.id, u.id FROM tree t FULL JOIN users u ON u.id = t.id ORDER BY t.id, u.id;
→ [(1, 1), (2, 2), (3, 3), (4, 4), (None, 5), (None, 100), (None, 101), (None, 501)]
SELECT name FROM tree UNION ALL SELECT name FROM users ORDER BY name LIMIT 3;
→ [('1',), ('Ada',), ('Cy/Cyd',)]
SELECT 1 UNION SELECT 2.5 ORDER BY 1;
→ [(Decimal('1'),), (Decimal('2.5'),)]
(SELECT id FROM tree ORDER BY id DESC LIMIT 1) UNION ALL (SELECT id FROM tree ORDER BY id LIMIT 1);
→ [(4,), (1,)]
SELECT count(*) FROM (SELECT DISTINCT user_id FROM orders) s;
→ [(2,)]
SELECT DISTINCT status FROM orders ORDER BY total;
→ error 42P10
SELECT id FROM orders WHERE sum(total) > 1;
→ error 42803
SELECT status FROM orders GROUP BY status HAVING count(*) > 5;
→ []
SELECT user_id, sum(total) FROM orders GROUP BY user_id HAVING sum(total) > 1 ORDER BY sum(total) DESC;
→ [(2, Decimal('106.66')), (1, Decimal('13.83'))]
SELECT user_id, total FROM orders GROUP BY user_id;
→ error 42803
SELECT id FROM tree WHERE (id, name) IN ((1, 'root'), (2, 'zz'));
→ [(1,)]
SELECT id FROM tree WHERE (id, parent) > (2, 0) ORDER BY id;
→ [(2,), (3,), (4,)]
SELECT name FROM tree WHERE name SIMILAR TO '(a|b)';
→ [('a',), ('b',)]
SELECT id FROM tree ORDER BY name COLLATE "C" DESC;
→ [(1,), (4,), (3,), (2,)]
SELECT id FROM tree LIMIT 2 OFFSET 1;
→ [(2,), (3,)]
SELECT id FROM tree ORDER BY id LIMIT ALL;
→ [(1,), (2,), (3,), (4,)]
SELECT id FROM tree LIMIT -1;
→ error 2201W
BEGIN;
→ 0 rows
INSERT INTO tree (id, name) VALUES (20, 't');
→ 1 rows
SAVEPOINT s1;
→ 0 rows
INSERT INTO tree (id, name) VALUES (20, 't2');
→ error 23505
ROLLBACK TO SAVEPOINT s1;
→ 0 rows
SELECT count(*) FROM tree;
→ [(5,)]
ROLLBACK;
→ 0 rows
START TRANSACTION ISOLATION LEVEL SERIALIZABLE;
→ 0 rows
COMMIT;
→ 0 rows
TRUNCATE items, copied RESTART IDENTITY;
→ 0 rows
TRUNCATE users;
→ error 0A000
TRUNCATE users RESTART IDENTITY CASCADE;
→ 0 rows
INSERT INTO users (email) VALUES ('q@x.com') RETURNING id, tags;
→ [(1, [])]
SHOW timezone;
→ [('UTC',)]
SHOW standard_conforming_strings;
→ [('on',)]
SET LOCAL statement_timeout = '5s';
→ 0 rows
SELECT current_setting('timezone'), current_user IS NOT NULL;
→ [('UTC', True)]
SELECT current_setting('nothing.there');
→ error 42704
COMMENT ON TABLE users IS 'x';
→ 0 rows
CREATE TABLE users (id int);
→ error 42P07
CREATE TABLE IF NOT EXISTS users (id int);
→ 0 rows
DROP TABLE nowhere;
→ error 42P01
DROP TABLE IF EXISTS nowhere;
→ 0 rows
DROP TABLE users;
→ error 2BP01
DROP TABLE users, orders, items CASCADE;
→ 0 rows
SELECT * FROM users;
→ error 42P01
SELECT 1 +;
→ error 42601
SELECT * FROM tree WHERE;
→ error 42601
SELECT 'a'::int;
→ error 22P02
SELECT 1/0;
→ error 22012
SELECT length(5);
→ error 42883
SELECT upper(1);
→ error 42883
SELECT id FROM tree WHERE id = 'x';
→ error 22P02
SELECT id FROM tree WHERE name = 5;
→ error 42883
SELECT tree.nothing FROM tree;
→ error 42703
SELECT x.id FROM tree;
→ error 42P01
SELECT name + 1 FROM tree;
→ error 42883
