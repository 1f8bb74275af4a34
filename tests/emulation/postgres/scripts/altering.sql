-- ALTER TABLE: columns, defaults, types and constraints.

CREATE TABLE depots (id serial PRIMARY KEY, name text NOT NULL);
→ 0 rows
CREATE TABLE parts (id serial PRIMARY KEY, sku varchar(8) NOT NULL UNIQUE, qty int DEFAULT 1, price numeric(8,2), note text, made timestamp DEFAULT now(), depot_id int, CONSTRAINT qty_ok CHECK (qty >= 0));
→ 0 rows
INSERT INTO depots (name) VALUES ('north'), ('south');
→ 2 rows
INSERT INTO parts (sku, qty, price, note, made, depot_id) VALUES ('a', 5, 1.255, '12', '2024-01-01 10:00', 1), ('b', NULL, 2, '7', '2024-01-02', 9);
→ 2 rows
ALTER TABLE parts ALTER COLUMN qty SET NOT NULL;
→ error 23502
UPDATE parts SET qty = 3 WHERE qty IS NULL;
→ 1 rows
ALTER TABLE parts ALTER COLUMN qty SET NOT NULL;
→ 0 rows
INSERT INTO parts (sku, qty) VALUES ('c', NULL);
→ error 23502
ALTER TABLE parts ALTER COLUMN qty DROP NOT NULL;
→ 0 rows
INSERT INTO parts (sku, qty) VALUES ('c', NULL);
→ 1 rows
ALTER TABLE parts ALTER COLUMN qty SET DEFAULT 7;
→ 0 rows
INSERT INTO parts (sku) VALUES ('d') RETURNING qty;
→ [(7,)]
ALTER TABLE parts ALTER COLUMN qty DROP DEFAULT;
→ 0 rows
INSERT INTO parts (sku) VALUES ('e') RETURNING qty;
→ [(None,)]
ALTER TABLE parts ALTER COLUMN price TYPE numeric(10,3);
→ 0 rows
SELECT sku, price FROM parts ORDER BY sku;
→ [('a', Decimal('1.260')), ('b', Decimal('2.000')), ('c', None), ('d', None), ('e', None)]
ALTER TABLE parts ALTER COLUMN price TYPE numeric(10,1);
→ 0 rows
SELECT sku, price FROM parts ORDER BY sku;
→ [('a', Decimal('1.3')), ('b', Decimal('2.0')), ('c', None), ('d', None), ('e', None)]
ALTER TABLE parts ALTER COLUMN note TYPE int;
→ error 42804
ALTER TABLE parts ALTER COLUMN note TYPE int USING note::int + 1;
→ 0 rows
SELECT sku, note FROM parts ORDER BY sku;
→ [('a', 13), ('b', 8), ('c', None), ('d', None), ('e', None)]
ALTER TABLE parts ALTER COLUMN note TYPE bigint;
→ 0 rows
ALTER TABLE parts ALTER COLUMN note TYPE text;
→ 0 rows
SELECT sku, note || '!' FROM parts ORDER BY sku;
→ [('a', '13!'), ('b', '8!'), ('c', None), ('d', None), ('e', None)]
ALTER TABLE parts ALTER COLUMN note TYPE varchar(1);
→ error 22001
ALTER TABLE parts ALTER COLUMN note SET DATA TYPE varchar(3);
→ 0 rows
INSERT INTO parts (sku, note) VALUES ('f', 'long one');
→ error 22001
ALTER TABLE parts ADD CONSTRAINT fk_depot FOREIGN KEY (depot_id) REFERENCES depots (id);
→ error 23503
UPDATE parts SET depot_id = 2 WHERE depot_id = 9;
→ 1 rows
ALTER TABLE parts ADD CONSTRAINT fk_depot FOREIGN KEY (depot_id) REFERENCES depots (id) ON DELETE SET NULL;
→ 0 rows
INSERT INTO parts (sku, depot_id) VALUES ('g', 77);
→ error 23503
DELETE FROM depots WHERE id = 2;
→ 1 rows
SELECT sku, depot_id FROM parts ORDER BY sku;
→ [('a', 1), ('b', None), ('c', None), ('d', None), ('e', None)]
ALTER TABLE parts DROP CONSTRAINT fk_depot;
→ 0 rows
INSERT INTO parts (sku, depot_id) VALUES ('g', 77);
→ 1 rows
ALTER TABLE parts ADD CONSTRAINT price_ok CHECK (price > 1.5);
→ error 23514
ALTER TABLE parts ADD CONSTRAINT price_ok CHECK (price > 0);
→ 0 rows
INSERT INTO parts (sku, price) VALUES ('h', -1);
→ error 23514
ALTER TABLE parts DROP CONSTRAINT price_ok;
→ 0 rows
INSERT INTO parts (sku, price) VALUES ('h', -1);
→ 1 rows
ALTER TABLE parts DROP CONSTRAINT qty_ok;
→ 0 rows
INSERT INTO parts (sku, qty) VALUES ('i', -1);
→ 1 rows
ALTER TABLE parts DROP CONSTRAINT nothing;
→ error 42704
ALTER TABLE parts DROP CONSTRAINT IF EXISTS nothing;
→ 0 rows
ALTER TABLE parts ADD CONSTRAINT one_note UNIQUE (note, sku);
→ 0 rows
ALTER TABLE parts DROP CONSTRAINT one_note;
→ 0 rows
ALTER TABLE parts ALTER COLUMN nothing SET NOT NULL;
→ error 42703
ALTER TABLE parts ALTER COLUMN id DROP NOT NULL;
→ error 42P16
ALTER TABLE parts ADD COLUMN floor smallint NOT NULL DEFAULT 1;
→ 0 rows
ALTER TABLE parts ADD COLUMN big bigint DEFAULT 5, ADD COLUMN n numeric(6,2) DEFAULT 1.5;
→ 0 rows
ALTER TABLE parts ADD COLUMN d date DEFAULT '2024-01-31', ADD COLUMN j jsonb NOT NULL DEFAULT '{}', ADD COLUMN ok boolean NOT NULL DEFAULT false, ADD COLUMN tags text[] DEFAULT '{}', ADD COLUMN at timestamptz DEFAULT '2024-01-01';
→ 0 rows
SELECT floor, big, n, d, j, ok, tags, at FROM parts WHERE sku = 'a';
→ [(1, 5, Decimal('1.50'), datetime.date(2024, 1, 31), {}, False, [], datetime.datetime(2024, 1, 1, 0, 0, tzinfo=datetime.timezone.utc))]
ALTER TABLE parts ADD COLUMN stamp timestamptz NOT NULL DEFAULT now();
→ 0 rows
SELECT count(*) FROM parts WHERE stamp > '2020-01-01';
→ [(8,)]
BEGIN;
→ 0 rows
ALTER TABLE parts ALTER COLUMN floor SET DEFAULT 9;
→ 0 rows
INSERT INTO parts (sku) VALUES ('z1') RETURNING floor;
→ [(9,)]
ROLLBACK;
→ 0 rows
INSERT INTO parts (sku) VALUES ('z2') RETURNING floor;
→ [(1,)]
