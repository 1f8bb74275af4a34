-- A shop in Postgres's SQL; `make oracle` asks a real one again.

CREATE TABLE shops (id SERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE, opened DATE, open BOOLEAN DEFAULT TRUE);
→ 0 rows

CREATE TABLE sales (id SERIAL PRIMARY KEY, shop INTEGER NOT NULL, price NUMERIC(10,2), made TIMESTAMP, facts JSONB, tag UUID);
→ 0 rows

INSERT INTO shops (name, opened) VALUES ('Ada', '2024-01-31'), ('Bob', NULL), ('ada', '2023-12-31');
→ 3 rows

INSERT INTO shops (name) VALUES ('Ada');
→ error 23505

INSERT INTO shops (opened) VALUES ('2024-01-01');
→ error 23502

INSERT INTO shops (name) VALUES ('Ada') ON CONFLICT (name) DO NOTHING;
→ 0 rows

INSERT INTO shops (id, name, open) VALUES (1, 'x', FALSE) ON CONFLICT (id) DO UPDATE SET open = EXCLUDED.open, name = shops.name || '!' WHERE shops.open RETURNING id, name, open;
→ [(1, 'Ada!', False)]

INSERT INTO sales (shop, price, made, facts, tag) VALUES (1, 1.5, '2024-01-31 10:20:30', '{"a": 1, "t": ["x", "y"]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), (1, 2.255, '2024-02-29', '{"a": "b"}', NULL), (2, 10, NULL, NULL, NULL) RETURNING id, price;
→ [(1, Decimal('1.50')), (2, Decimal('2.26')), (3, Decimal('10.00'))]

SELECT * FROM shops ORDER BY id;
→ [(1, 'Ada!', datetime.date(2024, 1, 31), False), (2, 'Bob', None, True), (3, 'ada', datetime.date(2023, 12, 31), True)]

SELECT name FROM shops WHERE name = 'ADA';
→ []

SELECT name FROM shops WHERE name ILIKE 'ADA%' ORDER BY id;
→ [('Ada!',), ('ada',)]

SELECT name, opened FROM shops ORDER BY opened, id;
→ [('ada', datetime.date(2023, 12, 31)), ('Ada!', datetime.date(2024, 1, 31)), ('Bob', None)]

SELECT name, opened FROM shops ORDER BY opened DESC, id;
→ [('Bob', None), ('Ada!', datetime.date(2024, 1, 31)), ('ada', datetime.date(2023, 12, 31))]

SELECT opened FROM shops ORDER BY opened NULLS FIRST, id;
→ [(None,), (datetime.date(2023, 12, 31),), (datetime.date(2024, 1, 31),)]

SELECT s.name, COUNT(*), SUM(x.price), AVG(x.price), MAX(x.made) FROM shops s JOIN sales x ON x.shop = s.id GROUP BY s.name ORDER BY s.name;
→ [('Ada!', 2, Decimal('3.76'), Decimal('1.8800000000000000'), datetime.datetime(2024, 2, 29, 0, 0)), ('Bob', 1, Decimal('10.00'), Decimal('10.0000000000000000'), None)]

SELECT s.name, COUNT(x.id) AS n FROM shops s LEFT JOIN sales x ON x.shop = s.id GROUP BY s.name HAVING COUNT(x.id) < 2 ORDER BY n DESC, 1;
→ [('Bob', 1), ('ada', 0)]

SELECT name, COUNT(*) FROM shops;
→ error 42803

SELECT date_trunc('month', made) AS month, COUNT(*) FROM sales GROUP BY month ORDER BY month;
→ [(datetime.datetime(2024, 1, 1, 0, 0), 1), (datetime.datetime(2024, 2, 1, 0, 0), 1), (None, 1)]

SELECT made + INTERVAL '1 month' FROM sales ORDER BY id;
→ [(datetime.datetime(2024, 2, 29, 10, 20, 30),), (datetime.datetime(2024, 3, 29, 0, 0),), (None,)]

SELECT made::date, to_char(made, 'YYYY-MM') FROM sales ORDER BY id;
→ [(datetime.date(2024, 1, 31), '2024-01'), (datetime.date(2024, 2, 29), '2024-02'), (None, None)]

SELECT id FROM sales WHERE made >= '2024-01-31' AND made < DATE '2024-02-01';
→ [(1,)]

SELECT id FROM sales WHERE made > now();
→ []

SELECT facts ->> 'a', facts -> 't' -> 1, facts @> '{"a": 1}' FROM sales ORDER BY id;
→ [('1', 'y', True), ('b', None, False), (None, None, None)]

SELECT id FROM sales WHERE facts ? 't';
→ [(1,)]

SELECT id, tag FROM sales WHERE tag = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11';
→ [(1, UUID('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'))]

SELECT id FROM sales WHERE price > 2 ORDER BY price DESC;
→ [(3,), (2,)]

SELECT price * 2, price / 3, price::int FROM sales ORDER BY id;
→ [(Decimal('3.00'), Decimal('0.50000000000000000000'), 2), (Decimal('4.52'), Decimal('0.75333333333333333333'), 2), (Decimal('20.00'), Decimal('3.3333333333333333'), 10)]

SELECT id / 2, id % 2, id::float8 / 2 FROM sales ORDER BY id;
→ [(0, 1, 0.5), (1, 0, 1.0), (1, 1, 1.5)]

SELECT DISTINCT ON (shop) shop, price FROM sales ORDER BY shop, price DESC;
→ [(1, Decimal('2.26')), (2, Decimal('10.00'))]

SELECT id, ROW_NUMBER() OVER (PARTITION BY shop ORDER BY price DESC), LAG(id) OVER (ORDER BY id) FROM sales ORDER BY id;
→ [(1, 2, None), (2, 1, 1), (3, 1, 2)]

SELECT COUNT(*) FILTER (WHERE price > 2) FROM sales;
→ [(2,)]

SELECT string_agg(name, ', ' ORDER BY id) FROM shops;
→ [('Ada!, Bob, ada',)]

WITH big AS (SELECT * FROM sales WHERE price > 2) SELECT COUNT(*) FROM big;
→ [(2,)]

SELECT name FROM shops WHERE id IN (SELECT shop FROM sales WHERE price > 5);
→ [('Bob',)]

SELECT name, (SELECT COUNT(*) FROM sales x WHERE x.shop = s.id) FROM shops s ORDER BY id;
→ [('Ada!', 2), ('Bob', 1), ('ada', 0)]

SELECT name FROM shops s WHERE EXISTS (SELECT 1 FROM sales x WHERE x.shop = s.id) ORDER BY name;
→ [('Ada!',), ('Bob',)]

SELECT id FROM sales UNION SELECT id FROM shops ORDER BY id;
→ [(1,), (2,), (3,)]

SELECT nothing FROM shops;
→ error 42703

SELECT * FROM nowhere;
→ error 42P01

SELECT id FROM shops s JOIN sales x ON TRUE;
→ error 42702

SELECT 1 FROM shops WHERE name;
→ error 42804

SELECT SUM(name) FROM shops;
→ error 42883

SELECT id FROM shops ORDER BY id LIMIT 1 OFFSET 1;
→ [(2,)]

UPDATE sales SET price = price + 1, made = made + INTERVAL '1 day' WHERE id = 1 RETURNING id, price, made;
→ [(1, Decimal('2.50'), datetime.datetime(2024, 2, 1, 10, 20, 30))]

UPDATE shops SET open = 'no' WHERE id > 1;
→ 2 rows

UPDATE sales SET price = 'x';
→ error 22P02

UPDATE sales SET shop = 1.6 WHERE id = 3 RETURNING shop;
→ [(2,)]

DELETE FROM sales WHERE price IS NULL;
→ 0 rows

DELETE FROM sales WHERE id = 2 RETURNING *;
→ [(2, 1, Decimal('2.26'), datetime.datetime(2024, 2, 29, 0, 0), {'a': 'b'}, None)]

SELECT COUNT(*) FROM sales FOR UPDATE;
→ error 0A000

SELECT FROM shops;
→ [(), (), ()] ≠ refused: an empty list of columns is not supported

SELECT id name FROM shops ORDER BY id LIMIT 1;
→ [(1,)]

DROP TABLE sales;
→ 0 rows

SELECT 1 FROM sales;
→ error 42P01

CREATE TABLE staff (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, code INT, name VARCHAR(5) NOT NULL, shop INTEGER REFERENCES shops (id) ON DELETE CASCADE, since TIMESTAMPTZ, left_at TIMESTAMP);
→ 0 rows

CREATE UNIQUE INDEX ix_staff_code ON staff (code);
→ 0 rows

CREATE INDEX IF NOT EXISTS ix_staff_shop ON staff USING btree (shop, name DESC);
→ 0 rows

INSERT INTO staff (code, name, shop, since, left_at) VALUES (1, 'Eve', 2, '2024-01-31 10:00:00+02', '2024-03-01 08:00:00'), (2, 'Zoë x', 3, NULL, NULL) RETURNING id;
→ [(1,), (2,)]

INSERT INTO staff (code, name) VALUES (1, 'Cy');
→ error 23505

INSERT INTO staff (code, name) VALUES (7, 'sixsix');
→ error 22001

INSERT INTO staff (code, name, shop) VALUES (8, 'Dee', 999);
→ error 23503

UPDATE staff SET name = shops.name, code = staff.code + shops.id FROM shops WHERE shops.id = staff.shop;
→ 2 rows

UPDATE staff s SET code = x.id * 100 FROM shops AS x WHERE x.id = s.shop AND x.name = 'Bob' RETURNING s.id, s.code;
→ [(1, 200)]

SELECT id, name, code FROM staff ORDER BY id;
→ [(1, 'Bob', 200), (2, 'ada', 5)]

SELECT since AT TIME ZONE 'UTC', left_at AT TIME ZONE 'UTC' FROM staff ORDER BY id;
→ [(datetime.datetime(2024, 1, 31, 8, 0), datetime.datetime(2024, 3, 1, 8, 0, tzinfo=datetime.timezone.utc)), (None, None)]

SELECT id FROM staff WHERE since AT TIME ZONE 'UTC' < left_at;
→ [(1,)]

SELECT id FROM staff WHERE code = ANY(ARRAY[200, 3]) ORDER BY id;
→ [(1,)]

CREATE TABLE keyed (a INT PRIMARY KEY, b TEXT);
→ 0 rows

INSERT INTO keyed (b) VALUES ('x');
→ error 23502

CREATE TABLE paired (a INT, b TEXT, PRIMARY KEY (a, b));
→ 0 rows

INSERT INTO paired (a) VALUES (1);
→ error 23502

CREATE TABLE old (id int PRIMARY KEY, shop int, note text);
→ 0 rows
CREATE TABLE gone (shop int, why text);
→ 0 rows
INSERT INTO old VALUES (1, 10, 'a'), (2, 20, 'b'), (3, 10, 'c'), (4, 30, 'd');
→ 4 rows
INSERT INTO gone VALUES (10, 'x'), (10, 'y'), (20, 'y');
→ 3 rows
DELETE FROM old USING gone WHERE old.shop = gone.shop AND gone.why = 'x';
→ 2 rows
DELETE FROM old AS o USING gone g WHERE o.shop = g.shop AND why = 'z';
→ 0 rows
SELECT id, note FROM old ORDER BY id;
→ [(2, 'b'), (4, 'd')]

DROP INDEX ix_staff_shop;
→ 0 rows

DROP TABLE staff;
→ 0 rows

CREATE TABLE people (id serial PRIMARY KEY, name varchar(20), age int CHECK (age >= 0), CONSTRAINT named CHECK (name <> ''));
→ 0 rows
CREATE TABLE pets (id serial PRIMARY KEY, owner int REFERENCES people (id), weight numeric(6,2));
→ 0 rows
INSERT INTO people (name, age) VALUES ('Ada', 30), ('Bob', NULL), (NULL, 5);
→ 3 rows
INSERT INTO people (name, age) VALUES ('Cy', -1);
→ error 23514
INSERT INTO people (name) VALUES ('');
→ error 23514
SELECT id, age IS NOT NULL, (age > 10) IS NOT TRUE, name IS NULL FROM people ORDER BY id;
→ [(1, True, False, False), (2, False, True, False), (3, True, True, True)]
SELECT id FROM people WHERE name IS NOT NULL ORDER BY id FETCH FIRST 1 ROWS ONLY;
→ [(1,)]
SELECT id FROM people WHERE id = 1 FOR UPDATE NOWAIT;
→ [(1,)]
SELECT id, rank() OVER w, lag(age) OVER w FROM people WINDOW w AS (ORDER BY id) ORDER BY id;
→ [(1, 1, None), (2, 2, 30), (3, 3, None)]
INSERT INTO pets (owner, weight) VALUES (1, 3.5), (1, 4), (2, 9.255);
→ 3 rows
UPDATE people p SET age = s.n FROM (SELECT owner, count(*)::int AS n FROM pets GROUP BY owner) s WHERE s.owner = p.id;
→ 2 rows
ALTER TABLE people ADD COLUMN nick text NOT NULL DEFAULT 'none';
→ 0 rows
ALTER TABLE people ADD COLUMN nick text;
→ error 42701
ALTER TABLE people RENAME COLUMN nick TO alias;
→ 0 rows
SELECT * FROM people ORDER BY id;
→ [(1, 'Ada', 2, 'none'), (2, 'Bob', 1, 'none'), (3, None, 5, 'none')]
ALTER TABLE people DROP COLUMN alias;
→ 0 rows
ALTER TABLE people DROP COLUMN alias;
→ error 42703
ALTER TABLE pets RENAME TO animals;
→ 0 rows
TRUNCATE people;
→ error 0A000
TRUNCATE animals;
→ 0 rows
INSERT INTO animals (owner) VALUES (1) RETURNING id;
→ [(4,)]
TRUNCATE people, animals RESTART IDENTITY;
→ 0 rows
INSERT INTO people (name) VALUES ('Dan') RETURNING id;
→ [(1,)]
INSERT INTO animals (owner) VALUES (1) RETURNING id;
→ [(1,)]
TRUNCATE people CASCADE;
→ 0 rows
SELECT count(*) FROM animals;
→ [(0,)]
SELECT 'abc'::varchar(2);
→ [('ab',)]
DROP TABLE animals;
→ 0 rows
DROP TABLE people;
→ 0 rows
