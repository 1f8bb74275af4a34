-- Seeds of RAND, JSON in SHOW, REPLACE of one key twice, ANALYZE TABLE.

CREATE TABLE s (k VARCHAR(5) PRIMARY KEY, at DATETIME NOT NULL, v DOUBLE);
→ 0 rows
INSERT INTO s (k, at, v) WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT CONCAT('k', i), DATE_ADD('2024-01-01 00:00:00', INTERVAL i * 17 MINUTE), 20 + i * 0.5 FROM n;
→ 4 rows
SELECT * FROM s ORDER BY k;
→ [('k0', datetime.datetime(2024, 1, 1, 0, 0), 20.0), ('k1', datetime.datetime(2024, 1, 1, 0, 17), 20.5), ('k2', datetime.datetime(2024, 1, 1, 0, 34), 21.0), ('k3', datetime.datetime(2024, 1, 1, 0, 51), 21.5)]
SELECT RAND(3) = RAND(3), RAND(3) - RAND(3);
→ [(1, 0.0)]
SELECT k, RAND(3) = RAND(3), RAND(3) FROM s ORDER BY k;
→ [('k0', 1, 0.9057697559760601), ('k1', 1, 0.37307905813034536), ('k2', 1, 0.14808605345719125), ('k3', 1, 0.6211931236285653)]
CREATE TABLE j (a INT PRIMARY KEY, d JSON, e JSON NOT NULL);
→ 0 rows
DESCRIBE j;
→ [('a', 'int(11)', 'NO', 'PRI', None, ''), ('d', 'longtext', 'YES', '', None, ''), ('e', 'longtext', 'NO', '', None, '')]
SHOW COLUMNS FROM j;
→ [('a', 'int(11)', 'NO', 'PRI', None, ''), ('d', 'longtext', 'YES', '', None, ''), ('e', 'longtext', 'NO', '', None, '')]
SHOW CREATE TABLE j;
→ [('j', 'CREATE TABLE `j` (\n  `a` int(11) NOT NULL,\n  `d` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`d`)),\n  `e` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL CHECK (json_valid(`e`)),\n  PRIMARY KEY (`a`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci')]
SELECT COLUMN_NAME, DATA_TYPE, COLUMN_TYPE FROM information_schema.COLUMNS WHERE TABLE_NAME = 'j' AND TABLE_SCHEMA = DATABASE() ORDER BY ORDINAL_POSITION;
→ [('a', 'int', 'int(11)'), ('d', 'longtext', 'longtext'), ('e', 'longtext', 'longtext')]
SELECT CUME_DIST() OVER (ORDER BY k), PERCENT_RANK() OVER (ORDER BY v DESC) FROM s ORDER BY k;
→ [(0.25, 1.0), (0.5, 0.6666666667), (0.75, 0.3333333333), (1.0, 0.0)]
INSERT INTO s VALUES ('k9', '2024-01-01', 1);
→ 1 rows
SELECT CUME_DIST() OVER (ORDER BY k) + 0, CUME_DIST() OVER (ORDER BY k) * 3, CONCAT(CUME_DIST() OVER (ORDER BY v)) FROM s ORDER BY k;
→ [(0.2, 0.6, '0.4000000000'), (0.4, 1.2, '0.6000000000'), (0.6, 1.8, '0.8000000000'), (0.8, 2.4, '1.0000000000'), (1.0, 3.0, '0.2000000000')]
SELECT ROUND(CUME_DIST() OVER (ORDER BY k), 3) FROM s LIMIT 1;
→ [(0.2,)]
UPDATE s SET k = 'k1' WHERE k = 'k2';
→ error 1062
CREATE TABLE r (id INT PRIMARY KEY AUTO_INCREMENT, v INT, u INT UNIQUE);
→ 0 rows
REPLACE INTO r (id, v) VALUES (5, 1), (5, 2);
→ 3 rows, id 5
SELECT * FROM r;
→ [(5, 2, None)]
REPLACE INTO r (id, v, u) VALUES (1, 1, 1), (2, 2, 2), (3, 3, 1);
→ 4 rows, id 3
SELECT * FROM r ORDER BY id;
→ [(2, 2, 2), (3, 3, 1), (5, 2, None)]
REPLACE INTO r (v, u) VALUES (9, 1), (8, 1), (7, 2);
→ 6 rows, id 6
SELECT * FROM r ORDER BY id;
→ [(5, 2, None), (7, 8, 1), (8, 7, 2)]
SELECT LAST_INSERT_ID(), ROW_COUNT();
→ [(6, -1)]
REPLACE INTO r SELECT id, v + 1, u FROM r;
→ 6 rows, id 8
SELECT * FROM r ORDER BY id;
→ [(5, 3, None), (7, 9, 1), (8, 8, 2)]
INSERT INTO r (v) SELECT v FROM r WHERE v = '7x';
→ error 1292
DELETE FROM r WHERE v = '8y';
→ 1 rows
UPDATE r SET v = 1 WHERE v = '8y';
→ error 1292
CREATE TABLE yz (y YEAR(4), z YEAR);
→ 0 rows
INSERT INTO yz VALUES (24, '70'), (0, '0'), ('00', 1999);
→ 3 rows
SELECT y, z, y + 1 FROM yz;
→ [(2024, 1970, 2025), (0, 2000, 1), (2000, 1999, 2001)]
ANALYZE TABLE r;
→ [('oracle.r', 'analyze', 'status', 'OK')]
OPTIMIZE TABLE r;
→ [('oracle.r', 'optimize', 'note', 'Table does not support optimize, doing recreate + analyze instead'), ('oracle.r', 'optimize', 'status', 'OK')]
CHECK TABLE r;
→ [('oracle.r', 'check', 'status', 'OK')]
REPAIR TABLE r;
→ [('oracle.r', 'repair', 'note', "The storage engine for the table doesn't support repair")]
ANALYZE TABLE nope;
→ [('oracle.nope', 'analyze', 'Error', "Table 'oracle.nope' doesn't exist"), ('oracle.nope', 'analyze', 'status', 'Operation failed')]
