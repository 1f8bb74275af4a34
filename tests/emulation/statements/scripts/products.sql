CREATE TABLE p (id INT UNSIGNED NOT NULL AUTO_INCREMENT, sku CHAR(8) NOT NULL, title VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci DEFAULT NULL, price DECIMAL(9,2) UNSIGNED NOT NULL DEFAULT 0.00, attrs JSON DEFAULT NULL, tags SET('x','y','z') NOT NULL DEFAULT '', made TIMESTAMP NOT NULL DEFAULT '2024-01-01 00:00:00', opened TIME DEFAULT NULL, yr YEAR DEFAULT NULL, ratio FLOAT DEFAULT NULL, big BIGINT DEFAULT NULL, bin VARBINARY(16) DEFAULT NULL, total DECIMAL(12,2) GENERATED ALWAYS AS (price * 1.19) VIRTUAL, PRIMARY KEY (id), UNIQUE KEY sku (sku), KEY ix (title(10), price), FULLTEXT KEY ft (title));
→ 0 rows
INSERT INTO p (sku, title, price, attrs, tags, opened, yr, ratio, big, bin) VALUES ('A1', 'Red Chair', 19.99, '{"color": "red", "dims": [1, 2, 3], "n": {"a": true}}', 'x,z', '08:30:00', 2020, 0.5, 9007199254740993, UNHEX('00FF')), ('B2', 'blue table', 120, '{"color": "blue"}', 'y', '17:00', 99, 1e-3, -5, 'ab'), ('C3', 'Grün Öl', 5.5, NULL, '', NULL, NULL, NULL, NULL, NULL);
→ 3 rows, id 1
SELECT * FROM p ORDER BY id;
→ [(1, 'A1', 'Red Chair', Decimal('19.99'), '{"color": "red", "dims": [1, 2, 3], "n": {"a": true}}', 'x,z', datetime.datetime(2024, 1, 1, 0, 0), datetime.timedelta(seconds=30600), 2020, 0.5, 9007199254740993, b'\x00\xff', Decimal('23.79')), (2, 'B2', 'blue table', Decimal('120.00'), '{"color": "blue"}', 'y', datetime.datetime(2024, 1, 1, 0, 0), datetime.timedelta(seconds=61200), 1999, 0.001, -5, b'ab', Decimal('142.80')), (3, 'C3', 'Grün Öl', Decimal('5.50'), None, '', datetime.datetime(2024, 1, 1, 0, 0), None, None, None, None, None, Decimal('6.55'))]
SELECT sku, attrs->'$.color' FROM p;
→ error 1064
SELECT sku, JSON_VALUE(attrs, '$.color') AS color, JSON_EXTRACT(attrs, '$.dims[0]') + 1 AS d, JSON_LENGTH(attrs, '$.dims') AS n FROM p WHERE JSON_UNQUOTE(JSON_EXTRACT(attrs, '$.color')) = 'red';
→ [('A1', 'red', 2.0, 3)]
SELECT sku FROM p WHERE JSON_CONTAINS(attrs, '2', '$.dims');
→ [('A1',)]
UPDATE p SET attrs = JSON_SET(attrs, '$.color', 'green', '$.new', 1) WHERE sku = 'a1';
→ 1 rows
SELECT attrs FROM p WHERE id = 1;
→ [('{"color": "green", "dims": [1, 2, 3], "n": {"a": true}, "new": 1}',)]
SELECT JSON_EXTRACT(attrs, '$.color') = 'green', attrs IS NULL, JSON_TYPE(JSON_EXTRACT(attrs, '$.n')) FROM p ORDER BY id;
→ [(1, 0, 'OBJECT'), (0, 0, None), (None, 1, None)]
SELECT title, title = 'grun ol', title LIKE '%ÖL', UPPER(title), CHAR_LENGTH(title), LENGTH(title), REVERSE(title), SUBSTRING(title, 2, 3), LPAD(title, 12, '*'), INSTR(title, 'R') FROM p ORDER BY title;
→ [('blue table', 0, 0, 'BLUE TABLE', 10, 10, 'elbat eulb', 'lue', '**blue table', 0), ('Grün Öl', 1, 1, 'GRÜN ÖL', 7, 9, 'lÖ nürG', 'rün', '*****Grün Öl', 2), ('Red Chair', 0, 0, 'RED CHAIR', 9, 9, 'riahC deR', 'ed ', '***Red Chair', 1)]
SELECT price, total, price * 2, price + 1, price / 3, ROUND(price / 3, 1), price DIV 7, price % 7, -price, price > '19.98', price = 19.99, price IN (5.50, 120) FROM p ORDER BY price;
→ [(Decimal('5.50'), Decimal('6.55'), Decimal('11.00'), Decimal('6.50'), Decimal('1.833333'), Decimal('1.8'), 0, Decimal('5.50'), Decimal('-5.50'), 0, 0, 1), (Decimal('19.99'), Decimal('23.79'), Decimal('39.98'), Decimal('20.99'), Decimal('6.663333'), Decimal('6.7'), 2, Decimal('5.99'), Decimal('-19.99'), 1, 1, 0), (Decimal('120.00'), Decimal('142.80'), Decimal('240.00'), Decimal('121.00'), Decimal('40.000000'), Decimal('40.0'), 17, Decimal('1.00'), Decimal('-120.00'), 1, 0, 1)]
SELECT tags, tags + 0, FIND_IN_SET('z', tags), tags = 'x,z', tags LIKE '%y%', LENGTH(tags) FROM p ORDER BY id;
→ [('x,z', 5, 3, 1, 0, 3), ('y', 2, 0, 0, 1, 1), ('', 0, 0, 0, 0, 0)]
SELECT opened, opened + INTERVAL 45 MINUTE, ADDTIME(opened, '10:00:00'), HOUR(opened), TIME_TO_SEC(opened), opened > '09:00', opened + 0, TIMEDIFF('20:00:00', opened), TIME_FORMAT(opened, '%h:%i %p') FROM p ORDER BY id;
→ [(datetime.timedelta(seconds=30600), datetime.timedelta(seconds=33300), datetime.timedelta(seconds=66600), 8, 30600, 0, 83000, datetime.timedelta(seconds=41400), '08:30 AM'), (datetime.timedelta(seconds=61200), datetime.timedelta(seconds=63900), datetime.timedelta(days=1, seconds=10800), 17, 61200, 1, 170000, datetime.timedelta(seconds=10800), '05:00 PM'), (None, None, None, None, None, None, None, None, None)]
SELECT yr, yr + 1, yr = '2020', yr > 2000, made, DATE(made), made + INTERVAL 1 QUARTER, YEAR(made), made = '2024-01-01', made BETWEEN '2023-12-31' AND '2024-01-01', made > 20231231 FROM p ORDER BY id;
→ [(2020, 2021, 1, 1, datetime.datetime(2024, 1, 1, 0, 0), datetime.date(2024, 1, 1), datetime.datetime(2024, 4, 1, 0, 0), 2024, 1, 1, 1), (1999, 2000, 0, 0, datetime.datetime(2024, 1, 1, 0, 0), datetime.date(2024, 1, 1), datetime.datetime(2024, 4, 1, 0, 0), 2024, 1, 1, 1), (None, None, None, None, datetime.datetime(2024, 1, 1, 0, 0), datetime.date(2024, 1, 1), datetime.datetime(2024, 4, 1, 0, 0), 2024, 1, 1, 1)]
SELECT ratio, big, big + 1, big / 2, HEX(bin), LENGTH(bin), bin = 'ab', CONCAT(bin, 'c') FROM p ORDER BY id;
→ [(0.5, 9007199254740993, 9007199254740994, Decimal('4503599627370496.5000'), '00FF', 2, 0, b'\x00\xffc'), (0.001, -5, -4, Decimal('-2.5000'), '6162', 2, 1, b'abc'), (None, None, None, None, None, None, None, None)]
SELECT SUM(price), AVG(price), SUM(big), AVG(big), SUM(ratio), MIN(opened), MAX(yr), MIN(title), MAX(tags), COUNT(attrs), STDDEV(price), VARIANCE(price), BIT_AND(id), GROUP_CONCAT(price), GROUP_CONCAT(opened SEPARATOR '/') FROM p;
→ [(Decimal('145.49'), Decimal('48.496667'), Decimal('9007199254740988'), Decimal('4503599627370494.0000'), 0.5010000000474975, datetime.timedelta(seconds=30600), 2020, 'blue table', 'y', 2, 50.90537, 2591.356689, 0, '19.99,120.00,5.50', '08:30:00/17:00:00')]
SELECT IF(price > 10, price, 0), IFNULL(title, sku), COALESCE(yr, price), COALESCE(opened, made), CASE WHEN id = 1 THEN price ELSE 'none' END, CASE WHEN id = 1 THEN 1 ELSE 2.5 END, NULLIF(price, 5.5), GREATEST(price, 10), LEAST(yr, 2000), IF(id = 1, made, opened) FROM p ORDER BY id;
→ [(Decimal('19.99'), 'Red Chair', Decimal('2020.00'), datetime.datetime(2024, 6, 1, 8, 30), '19.99', Decimal('1.0'), Decimal('19.99'), Decimal('19.99'), Decimal('2000'), datetime.datetime(2024, 1, 1, 0, 0)), (Decimal('120.00'), 'blue table', Decimal('1999.00'), datetime.datetime(2024, 6, 1, 17, 0), 'none', Decimal('2.5'), Decimal('120.00'), Decimal('120.00'), Decimal('1999'), datetime.datetime(2024, 6, 1, 17, 0)), (Decimal('0.00'), 'Grün Öl', Decimal('5.50'), datetime.datetime(2024, 1, 1, 0, 0), 'none', Decimal('2.5'), None, Decimal('10.00'), None, None)]
SELECT id, price FROM p UNION SELECT yr, title FROM p ORDER BY 1, 2;
→ [(None, 'Grün Öl'), (1, '19.99'), (2, '120.00'), (3, '5.50'), (1999, 'blue table'), (2020, 'Red Chair')]
SELECT price FROM p UNION ALL SELECT id FROM p ORDER BY price;
→ [(Decimal('1.00'),), (Decimal('2.00'),), (Decimal('3.00'),), (Decimal('5.50'),), (Decimal('19.99'),), (Decimal('120.00'),)]
SELECT made FROM p WHERE id = 1 UNION SELECT '2020-01-01' ORDER BY 1;
→ [('2020-01-01',), ('2024-01-01 00:00:00',)]
SELECT CONCAT(price), CONCAT(ratio), CONCAT(made), CONCAT(opened), CONCAT(big / 3), CONCAT(1e10), CONCAT(1/3), CONCAT(0.10), CONCAT(TRUE), CONCAT(1e100), CONCAT(-0.0) FROM p WHERE id = 1;
→ [('19.99', '0.5', '2024-01-01 00:00:00', '08:30:00', '3002399751580331.0000', '10000000000', '0.3333', '0.10', '1', '1e100', '0.0')]
SELECT * FROM p WHERE MATCH (title) AGAINST ('chair' IN BOOLEAN MODE);
→ [(1, 'A1', 'Red Chair', Decimal('19.99'), '{"color": "green", "dims": [1, 2, 3], "n": {"a": true}, "new": 1}', 'x,z', datetime.datetime(2024, 1, 1, 0, 0), datetime.timedelta(seconds=30600), 2020, 0.5, 9007199254740993, b'\x00\xff', Decimal('23.79'))]
SELECT id FROM p WHERE MATCH (title) AGAINST ('+blue -chair' IN BOOLEAN MODE);
→ [(2,)]
SELECT sku, (SELECT COUNT(*) FROM p q WHERE q.price > p.price) AS above FROM p ORDER BY above;
→ [('B2', 0), ('A1', 1), ('C3', 2)]
SELECT sku FROM p WHERE price = (SELECT MAX(price) FROM p WHERE yr IS NOT NULL);
→ [('B2',)]
SELECT p.sku, q.sku FROM p LEFT JOIN p q ON q.price > p.price AND q.yr IS NOT NULL ORDER BY p.sku, q.sku;
→ [('A1', 'B2'), ('B2', None), ('C3', 'A1'), ('C3', 'B2')]
SELECT t.y, COUNT(*) FROM (SELECT COALESCE(yr, 0) AS y FROM p) t GROUP BY t.y ORDER BY t.y DESC;
→ [(Decimal('2020'), 1), (Decimal('1999'), 1), (Decimal('0'), 1)]
CREATE VIEW pv AS SELECT p.sku, p.price, q.title AS other FROM p JOIN p q ON p.id = q.id + 1;
→ 0 rows
SELECT * FROM pv WHERE price < 100;
→ [('C3', Decimal('5.50'), 'blue table')]
INSERT INTO p (sku, price) SELECT CONCAT('N', id), price * 2 FROM p ON DUPLICATE KEY UPDATE price = VALUES(price);
→ 3 rows, id 4
INSERT INTO p (sku, price) VALUES ('a1', 1) ON DUPLICATE KEY UPDATE price = IF(VALUES(price) > price, VALUES(price), price), title = CONCAT(title, '+');
→ 2 rows, id 1
SELECT sku, title, price FROM p ORDER BY sku;
→ [('A1', 'Red Chair+', Decimal('19.99')), ('B2', 'blue table', Decimal('120.00')), ('C3', 'Grün Öl', Decimal('5.50')), ('N1', None, Decimal('39.98')), ('N2', None, Decimal('240.00')), ('N3', None, Decimal('11.00'))]
INSERT INTO p (sku, price) VALUES ('TOOLONGSKU', 1);
→ error 1406
INSERT INTO p (sku, price) VALUES ('D4', -1);
→ error 1264
INSERT INTO p (sku, tags) VALUES ('D4', 'q');
→ error 1265
INSERT INTO p (sku, total) VALUES ('D4', 5);
→ error 1906
INSERT INTO p (sku, made) VALUES ('D4', NULL);
→ 1 rows, id 8
INSERT INTO p VALUES ('short');
→ error 1136
UPDATE p SET title = CONCAT(title, ' sale'), price = price * 0.9 WHERE sku LIKE 'N%' OR price BETWEEN 100 AND 200;
→ 4 rows
SELECT sku, title, price FROM p WHERE title IS NULL OR title LIKE '%sale' ORDER BY sku;
→ [('B2', 'blue table sale', Decimal('108.00')), ('D4', None, Decimal('0.00')), ('N1', None, Decimal('35.98')), ('N2', None, Decimal('216.00')), ('N3', None, Decimal('9.90'))]
DELETE p, q FROM p JOIN p q ON p.id = q.id WHERE p.sku = 'N1';
→ 1 rows
DELETE FROM p WHERE sku IN (SELECT sku FROM (SELECT sku FROM p WHERE sku LIKE 'N%') z);
→ 2 rows
SELECT COUNT(*), MAX(id) FROM p;
→ [(4, 8)]
CREATE TABLE log (id BIGINT PRIMARY KEY AUTO_INCREMENT, p_id INT UNSIGNED, msg TEXT, at DATETIME(6) DEFAULT CURRENT_TIMESTAMP(6), lvl ENUM('low','high') DEFAULT 'low', KEY (p_id, lvl), CONSTRAINT log_p FOREIGN KEY (p_id) REFERENCES p (id) ON DELETE CASCADE) AUTO_INCREMENT = 100;
→ 0 rows
INSERT INTO log (p_id, msg) VALUES (1, 'a'), (1, 'b'), (2, NULL);
→ 3 rows, id 100
SELECT id, p_id, msg, lvl, at > '2020-01-01' FROM log ORDER BY id;
→ [(100, 1, 'a', 'low', 1), (101, 1, 'b', 'low', 1), (102, 2, None, 'low', 1)]
SELECT p.sku, COUNT(l.id) AS n, MAX(l.lvl), GROUP_CONCAT(l.msg ORDER BY l.id) FROM p LEFT JOIN log l ON l.p_id = p.id GROUP BY p.id HAVING n > 0 ORDER BY n DESC, p.sku;
→ [('A1', 2, 'low', 'a,b'), ('B2', 1, 'low', None)]
SELECT lvl, COUNT(*) FROM log GROUP BY lvl WITH ROLLUP;
→ [('low', 3), (None, 3)]
UPDATE log l JOIN p ON p.id = l.p_id SET l.msg = p.sku, l.lvl = 'high' WHERE l.msg IS NULL;
→ 1 rows
SELECT msg, COUNT(*) AS c FROM log GROUP BY msg ORDER BY c DESC, msg LIMIT 1, 2;
→ [('b', 1), ('B2', 1)]
DELETE FROM p WHERE id = 1;
→ 1 rows
SELECT COUNT(*) FROM log;
→ [(1,)]
ALTER TABLE log MODIFY lvl ENUM('low','mid','high') NOT NULL DEFAULT 'mid', ADD COLUMN n INT DEFAULT 7 FIRST, ADD KEY (n), ALTER msg SET DEFAULT 'm';
→ 1 rows
INSERT INTO log (p_id) VALUES (2);
→ 1 rows, id 103
SELECT n, msg, lvl FROM log ORDER BY id DESC LIMIT 1;
→ [(7, 'm', 'mid')]
SHOW COLUMNS FROM p LIKE 't%';
→ [('title', 'varchar(100)', 'YES', 'MUL', None, ''), ('tags', "set('x','y','z')", 'NO', '', '', ''), ('total', 'decimal(12,2)', 'YES', '', None, 'VIRTUAL GENERATED')]
SELECT COLUMN_NAME, COLUMN_TYPE, COLUMN_DEFAULT, EXTRA FROM information_schema.COLUMNS WHERE TABLE_NAME = 'log' AND TABLE_SCHEMA = DATABASE() ORDER BY ORDINAL_POSITION;
→ [('n', 'int(11)', '7', ''), ('id', 'bigint(20)', None, 'auto_increment'), ('p_id', 'int(10) unsigned', 'NULL', ''), ('msg', 'text', "'m'", ''), ('at', 'datetime(6)', 'current_timestamp(6)', ''), ('lvl', "enum('low','mid','high')", "'mid'", '')]
SELECT TABLE_NAME, TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME;
→ [('log', 'BASE TABLE', 'InnoDB'), ('p', 'BASE TABLE', 'InnoDB'), ('pv', 'VIEW', None)]
SELECT CONSTRAINT_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'log' AND REFERENCED_TABLE_NAME IS NOT NULL;
→ [('log_p', 'p', 'id')]
SELECT id AS `select`, p_id AS 'x y', msg `m` FROM log ORDER BY `select` DESC LIMIT 1;
→ [(103, 2, 'm')]
SELECT COUNT(*) AS `count`, MAX(id) AS max FROM log HAVING `count` > 1;
→ [(2, 103)]
SELECT DISTINCT p_id, lvl FROM log ORDER BY p_id, lvl;
→ [(2, 'mid'), (2, 'high')]
SELECT a.id FROM log a WHERE a.id = (SELECT MIN(b.id) FROM log b WHERE b.p_id = a.p_id);
→ [(102,)]
SELECT p_id, MAX(id) - MIN(id) AS span FROM log GROUP BY p_id ORDER BY span DESC;
→ [(2, 1)]
SELECT ROUND(SUM(id) / COUNT(*), 2), SUM(id) / COUNT(DISTINCT p_id) FROM log;
→ [(Decimal('102.50'), Decimal('205.0000'))]
SELECT id, LAG(id, 1, 0) OVER (ORDER BY id) AS before_, id - LAG(id) OVER (ORDER BY id) AS gap, COUNT(*) OVER (PARTITION BY lvl) AS c FROM log ORDER BY id;
→ error 1064
SELECT CAST(CONCAT('2024-', LPAD(MONTH('2024-05-01'), 2, '0'), '-01') AS DATE) + INTERVAL 1 MONTH - INTERVAL 1 DAY;
→ [(datetime.date(2024, 5, 31),)]
SELECT DATE_FORMAT(FROM_UNIXTIME(1700000000), '%Y-%m-%dT%TZ'), UNIX_TIMESTAMP('2023-11-14 22:13:20'), FROM_UNIXTIME(1700000000.5), YEARWEEK('2024-01-01', 1), WEEK('2024-01-01', 1), DATE_FORMAT('2024-01-01', '%v %V %u %U %D %c %k');
→ [('2023-11-14T22:13:20Z', 1700000000, datetime.datetime(2023, 11, 14, 22, 13, 20, 500000), 202401, 1, '01 53 01 00 1st 1 0')]
SELECT SUBSTRING_INDEX(SUBSTRING_INDEX('a,b,c,d', ',', 3), ',', -1), TRIM(TRAILING ',' FROM 'a,,'), CONCAT(REPEAT('*', 3), RIGHT('12345', 2)), REPLACE(REPLACE('a b c', ' ', ''), 'c', NULL), LOWER(CONCAT('A', 'É')), ASCII(SUBSTRING('xyz', 2)), CONV(10, 10, 2), HEX(12.7), MD5(CONCAT('a', 1)), LEFT(UUID(), 0), FORMAT(-1234.5, 1), FORMAT(12345.678, 0), TRUNCATE(1.999, 2), ROUND(1e20), 1e15 + 0.5, 3.0 = 3, '3.0' = 3, '3.0' = '3';
→ [('c', 'a', '***45', None, 'aé', 121, '1010', 'D', '8a8bb7cd343aa2ad99b7d762030857a2', '', '-1,234.5', '12,346', Decimal('1.99'), 1e+20, 1000000000000000.5, 1, 1, 0)]
