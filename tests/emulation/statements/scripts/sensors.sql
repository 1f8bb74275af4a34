-- Samples of sensors, messages in threads, things in stock.

CREATE TABLE sensors (id CHAR(36) PRIMARY KEY, name VARCHAR(50) NOT NULL, kind ENUM('temp','contact') NOT NULL, config JSON, active TINYINT(1) NOT NULL DEFAULT 1, bits BIT(8) NOT NULL DEFAULT b'0');
→ 0 rows
CREATE TABLE samples (sensor_id CHAR(36) NOT NULL, at DATETIME(3) NOT NULL, value DOUBLE, flags INT UNSIGNED NOT NULL DEFAULT 0, PRIMARY KEY (sensor_id, at), FOREIGN KEY (sensor_id) REFERENCES sensors (id) ON DELETE CASCADE ON UPDATE CASCADE);
→ 0 rows
INSERT INTO sensors (id, name, kind, config, bits) VALUES ('s1', 'boiler', 'temp', '{"unit": "C", "limits": [10, 80]}', b'101'), ('s2', 'door', 'contact', NULL, 3);
→ 2 rows
INSERT INTO samples (sensor_id, at, value) WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT 's1', DATE_ADD('2024-01-01 00:00:00', INTERVAL i * 17 MINUTE), 20 + i * 0.5 FROM n;
→ 10 rows
INSERT INTO samples VALUES ('s2', '2024-01-01 01:00:00.123456', NULL, 5);
→ 1 rows
SELECT DATE_FORMAT(at, '%Y-%m-%d %H:00') AS bucket, AVG(value), MIN(value), MAX(value), COUNT(*) FROM samples GROUP BY bucket ORDER BY bucket;
→ [('2024-01-01 00:00', 20.75, 20.0, 21.5, 4), ('2024-01-01 01:00', 22.75, 22.0, 23.5, 5), ('2024-01-01 02:00', 24.25, 24.0, 24.5, 2)]
SELECT FROM_UNIXTIME(FLOOR(UNIX_TIMESTAMP(at) / 900) * 900) AS bucket, COUNT(*) FROM samples GROUP BY bucket ORDER BY bucket LIMIT 3;
→ [(datetime.datetime(2024, 1, 1, 0, 0), 1), (datetime.datetime(2024, 1, 1, 0, 15), 1), (datetime.datetime(2024, 1, 1, 0, 30), 1)]
SELECT at, value, AVG(value) OVER (ORDER BY at ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS smooth FROM samples WHERE value IS NOT NULL ORDER BY at;
→ [(datetime.datetime(2024, 1, 1, 0, 0), 20.0, 20.0), (datetime.datetime(2024, 1, 1, 0, 17), 20.5, 20.25), (datetime.datetime(2024, 1, 1, 0, 34), 21.0, 20.5), (datetime.datetime(2024, 1, 1, 0, 51), 21.5, 21.0), (datetime.datetime(2024, 1, 1, 1, 8), 22.0, 21.5), (datetime.datetime(2024, 1, 1, 1, 25), 22.5, 22.0), (datetime.datetime(2024, 1, 1, 1, 42), 23.0, 22.5), (datetime.datetime(2024, 1, 1, 1, 59), 23.5, 23.0), (datetime.datetime(2024, 1, 1, 2, 16), 24.0, 23.5), (datetime.datetime(2024, 1, 1, 2, 33), 24.5, 24.0)]
SELECT at, value - LAG(value) OVER w AS delta, TIMESTAMPDIFF(SECOND, LAG(at) OVER w, at) AS secs FROM samples WINDOW w AS (PARTITION BY sensor_id ORDER BY at) ORDER BY sensor_id, at LIMIT 4;
→ [(datetime.datetime(2024, 1, 1, 0, 0), None, None), (datetime.datetime(2024, 1, 1, 0, 17), 0.5, 1020), (datetime.datetime(2024, 1, 1, 0, 34), 0.5, 1020), (datetime.datetime(2024, 1, 1, 0, 51), 0.5, 1020)]
SELECT s.name, (SELECT value FROM samples m WHERE m.sensor_id = s.id ORDER BY at DESC LIMIT 1) AS latest FROM sensors s ORDER BY s.name;
→ [('boiler', 24.5), ('door', None)]
SELECT s.name, m.at, m.value FROM sensors s JOIN samples m ON m.sensor_id = s.id JOIN (SELECT sensor_id, MAX(at) AS at FROM samples GROUP BY sensor_id) x ON x.sensor_id = m.sensor_id AND x.at = m.at ORDER BY s.name;
→ [('boiler', datetime.datetime(2024, 1, 1, 2, 33), 24.5), ('door', datetime.datetime(2024, 1, 1, 1, 0, 0, 123000), None)]
SELECT name, JSON_UNQUOTE(JSON_EXTRACT(config, '$.unit')), JSON_EXTRACT(config, '$.limits[0]'), JSON_LENGTH(config, '$.limits') FROM sensors ORDER BY name;
→ [('boiler', 'C', '10', 2), ('door', None, None, None)]
SELECT name FROM sensors WHERE JSON_CONTAINS(config, '10', '$.limits');
→ [('boiler',)]
UPDATE sensors SET config = JSON_REMOVE(JSON_SET(config, '$.limits[1]', 90), '$.unit') WHERE name = 'boiler';
→ 1 rows
SELECT config FROM sensors WHERE name = 'boiler';
→ [('{"limits": [10, 90]}',)]
SELECT bits, bits + 0, BIN(bits), HEX(bits) FROM sensors ORDER BY id;
→ [(b'\x05', 5, '101', '5'), (b'\x03', 3, '11', '3')]
SELECT flags & 4, flags | 8, flags ^ 1, ~flags, flags << 2, flags >> 1 FROM samples WHERE flags > 0;
→ [(4, 13, 4, 18446744073709551610, 20, 2)]
SELECT active, NOT active, active AND flags, IF(active, 'on', 'off') FROM sensors JOIN samples ON samples.sensor_id = sensors.id WHERE flags = 5;
→ [(1, 0, 1, 'on')]
SELECT COUNT(*) FROM samples WHERE at >= '2024-01-01 01:00' AND at < '2024-01-01 01:00' + INTERVAL 1 HOUR;
→ [(5,)]
SELECT DATE(at), TIME(at), HOUR(at), MICROSECOND(at), EXTRACT(HOUR_MINUTE FROM at) FROM samples WHERE sensor_id = 's2';
→ [(datetime.date(2024, 1, 1), datetime.timedelta(seconds=3600, microseconds=123000), 1, 123000, 100)]
SELECT CONVERT_TZ('2024-01-01 12:00:00', '+00:00', '+02:00'), TIMEDIFF('10:00', '08:30'), ADDTIME('10:00:00', '01:30:00'), TIME_FORMAT('25:10:00', '%H %i');
→ [(datetime.datetime(2024, 1, 1, 14, 0), datetime.timedelta(seconds=5400), '11:30:00', '25 10')]
INSERT INTO samples (sensor_id, at, value) VALUES ('s1', '2024-01-01', 99) ON DUPLICATE KEY UPDATE value = VALUES(value), flags = flags + 1;
→ 2 rows
SELECT value, flags FROM samples WHERE sensor_id = 's1' ORDER BY at LIMIT 1;
→ [(99.0, 1)]
UPDATE sensors SET id = 's9' WHERE id = 's2';
→ 1 rows
SELECT sensor_id, COUNT(*) FROM samples GROUP BY sensor_id ORDER BY sensor_id;
→ [('s1', 10), ('s9', 1)]
DELETE FROM samples WHERE at < '2024-01-01 00:30' AND sensor_id = 's1';
→ 2 rows
CREATE TABLE messages (id INT AUTO_INCREMENT PRIMARY KEY, thread_id INT NOT NULL, parent_id INT NULL, author VARCHAR(20) NOT NULL, body TEXT NOT NULL, sent DATETIME NOT NULL DEFAULT NOW(), deleted BOOL NOT NULL DEFAULT FALSE, INDEX (thread_id), FOREIGN KEY (parent_id) REFERENCES messages (id) ON DELETE SET NULL);
→ 0 rows
INSERT INTO messages (thread_id, parent_id, author, body, sent) VALUES (1, NULL, 'ann', 'Hello World', '2024-02-01 10:00'), (1, 1, 'bob', 'Hi ann!', '2024-02-01 10:05'), (1, 2, 'ann', 'How are you? #hey #you', '2024-02-01 10:06:30'), (2, NULL, 'cy', 'Ünïcode ✓', '2024-02-02'), (1, 1, 'cy', 'me too', '2024-02-03');
→ 5 rows, id 1
WITH RECURSIVE tree AS (SELECT id, parent_id, author, 0 AS depth, CAST(id AS CHAR(50)) AS path FROM messages WHERE parent_id IS NULL UNION ALL SELECT m.id, m.parent_id, m.author, t.depth + 1, CONCAT(t.path, '/', m.id) FROM messages m JOIN tree t ON m.parent_id = t.id) SELECT CONCAT(REPEAT('  ', depth), author) AS line, path FROM tree ORDER BY path;
→ [('ann', '1'), ('  bob', '1/2'), ('    ann', '1/2/3'), ('  cy', '1/5'), ('cy', '4')]
SELECT author, COUNT(*), MAX(sent) AS last, TIMEDIFF(MAX(sent), MIN(sent)) AS span FROM messages WHERE NOT deleted GROUP BY author ORDER BY last DESC;
→ [('cy', 2, datetime.datetime(2024, 2, 3, 0, 0), datetime.timedelta(days=1)), ('ann', 2, datetime.datetime(2024, 2, 1, 10, 6, 30), datetime.timedelta(seconds=390)), ('bob', 1, datetime.datetime(2024, 2, 1, 10, 5), datetime.timedelta(0))]
SELECT LENGTH(body), CHAR_LENGTH(body), UPPER(body), LOWER(body), SOUNDEX(author), QUOTE(body) FROM messages ORDER BY id;
→ [(11, 11, 'HELLO WORLD', 'hello world', 'A500', "'Hello World'"), (7, 7, 'HI ANN!', 'hi ann!', 'B000', "'Hi ann!'"), (22, 22, 'HOW ARE YOU? #HEY #YOU', 'how are you? #hey #you', 'A500', "'How are you? #hey #you'"), (13, 9, 'ÜNÏCODE ✓', 'ünïcode ✓', 'C000', "'Ünïcode ✓'"), (6, 6, 'ME TOO', 'me too', 'C000', "'me too'")]
SELECT thread_id, SUM(author = 'ann') / COUNT(*) AS share, AVG(CHAR_LENGTH(body)) FROM messages GROUP BY thread_id ORDER BY thread_id;
→ [(1, Decimal('0.5000'), Decimal('11.5000')), (2, Decimal('0.0000'), Decimal('9.0000'))]
SELECT m.id, COALESCE(p.author, '-') AS reply_to FROM messages m LEFT JOIN messages p ON p.id = m.parent_id ORDER BY m.id;
→ [(1, '-'), (2, 'ann'), (3, 'bob'), (4, '-'), (5, 'ann')]
SELECT id FROM messages WHERE (thread_id, id) > (1, 2) ORDER BY thread_id, id;
→ [(3,), (5,), (4,)]
SELECT id FROM messages WHERE (thread_id, author) IN ((1, 'ANN'), (2, 'cy')) ORDER BY id;
→ [(1,), (3,), (4,)]
DELETE FROM messages WHERE id = 1;
→ 1 rows
SELECT id, parent_id FROM messages ORDER BY id;
→ [(2, None), (3, 2), (4, None), (5, None)]
SELECT * FROM messages WHERE body LIKE '%50\%%' OR body LIKE '%ï%' ORDER BY id;
→ [(2, 1, None, 'bob', 'Hi ann!', datetime.datetime(2024, 2, 1, 10, 5), 0), (4, 2, None, 'cy', 'Ünïcode ✓', datetime.datetime(2024, 2, 2, 0, 0), 0)]
CREATE TABLE stock (sku VARCHAR(10), depot VARCHAR(10), qty INT NOT NULL, PRIMARY KEY (sku, depot)) COMMENT='where things lie';
→ 0 rows
INSERT INTO stock VALUES ('a', 'x', 5), ('a', 'y', 0), ('b', 'x', 2);
→ 3 rows
INSERT INTO stock VALUES ('a', 'x', 3) ON DUPLICATE KEY UPDATE qty = qty + VALUES(qty);
→ 2 rows
INSERT INTO stock (sku, depot, qty) VALUES ('a', 'x', 1), ('c', 'z', 1) ON DUPLICATE KEY UPDATE qty = IF(qty > 5, qty - 1, qty);
→ 3 rows
SELECT sku, SUM(qty) AS total, MAX(CASE WHEN depot = 'x' THEN qty END) AS x, MAX(IF(depot = 'y', qty, NULL)) AS y FROM stock GROUP BY sku ORDER BY sku;
→ [('a', Decimal('7'), 7, 0), ('b', Decimal('2'), 2, None), ('c', Decimal('1'), None, None)]
UPDATE stock SET qty = CASE sku WHEN 'a' THEN qty * 2 WHEN 'b' THEN qty * 3 ELSE qty END WHERE qty > 0 ORDER BY sku LIMIT 2;
→ 2 rows
SELECT * FROM stock ORDER BY sku, depot;
→ [('a', 'x', 14), ('a', 'y', 0), ('b', 'x', 6), ('c', 'z', 1)]
UPDATE stock SET sku = 'b' WHERE sku = 'a' AND depot = 'x';
→ error 1062
INSERT INTO stock (sku, depot) VALUES ('d', 'x');
→ error 1364
UPDATE stock s JOIN stock t ON t.sku = s.sku AND t.depot <> s.depot SET s.qty = s.qty + t.qty WHERE s.depot = 'y';
→ 1 rows
SELECT qty FROM stock WHERE depot = 'y';
→ [(14,)]
SELECT sku, qty, SUM(qty) OVER () AS grand, ROUND(100 * qty / SUM(qty) OVER (), 1) AS pct FROM stock ORDER BY qty DESC, sku;
→ [('a', 14, Decimal('35'), Decimal('40.0')), ('a', 14, Decimal('35'), Decimal('40.0')), ('b', 6, Decimal('35'), Decimal('17.1')), ('c', 1, Decimal('35'), Decimal('2.9'))]
SELECT UUID() <> UUID(), CHAR_LENGTH(UUID()), RAND(3) = RAND(3), SLEEP(0);
→ [(1, 36, 1, 0)]
INSERT INTO stock (sku, depot, qty) VALUES ('z', 'z', 'abc');
→ error 1366
INSERT INTO stock SET sku = 'e', depot = 'q', qty = 7;
→ 1 rows
SELECT * FROM stock WHERE qty = (SELECT MIN(qty) FROM stock WHERE qty > ALL (SELECT qty FROM stock WHERE sku = 'c')) ORDER BY sku;
→ [('b', 'x', 6)]
SELECT IF(1 < 2, 'y', 'n'), CASE 3 WHEN 1 THEN 'a' ELSE 'b' END, COALESCE(NULL, 'x'), ISNULL(NULL), 1 BETWEEN 0 AND 2, NOT 0, !1, 5 XOR 0;
→ [('y', 'b', 'x', 1, 1, 1, 0, 1)]
TRUNCATE TABLE stock;
→ 0 rows
SELECT COUNT(*) FROM stock;
→ [(0,)]
CREATE TEMPORARY TABLE tmp (a INT, b INT AS (a * 2) STORED, c VARCHAR(10) DEFAULT (CONCAT('x', 1)));
→ 0 rows
INSERT INTO tmp (a) VALUES (1), (2);
→ 2 rows
SELECT * FROM tmp ORDER BY a;
→ [(1, 2, 'x1'), (2, 4, 'x1')]
