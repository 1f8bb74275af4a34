-- In strict mode, what only warns in a SELECT is an error in a statement that writes.
CREATE TABLE z (id INT PRIMARY KEY, a INT, d DECIMAL(10,4));
→ 0 rows
INSERT INTO z VALUES (1, 1/0, NULL);
→ error 1365
INSERT INTO z VALUES (1, 1, 2), (2, 0, 3);
→ 2 rows
INSERT INTO z SELECT 3, id/a, 1 FROM z;
→ error 1365
UPDATE z SET d = d/a;
→ error 1365
UPDATE z SET d = d MOD a;
→ error 1365
UPDATE z SET d = d DIV a;
→ error 1365
UPDATE z SET d = 1 WHERE d/a > 0;
→ error 1365
DELETE FROM z WHERE d/a > 100;
→ 0 rows
DELETE FROM z WHERE MOD(id, a) > 100;
→ 0 rows
INSERT IGNORE INTO z VALUES (5, 1/0, 1);
→ 1 rows
UPDATE IGNORE z SET d = d/a;
→ 2 rows
REPLACE INTO z VALUES (6, 5 % 0, 1);
→ error 1365
INSERT INTO z VALUES (1,1,1) ON DUPLICATE KEY UPDATE d = 1/0;
→ error 1365
SELECT 1/0, 5 % 0, 5 DIV 0;
→ [(None, None, None)]
CREATE TABLE y AS SELECT 1/0 q;
→ error 1365
SELECT * FROM z;
→ [(1, 1, Decimal('2.0000')), (2, 0, None), (5, None, None)]
UPDATE z SET d = LN(0);
→ error 1365
UPDATE z SET d = LOG(0, 5);
→ error 1365
UPDATE z SET d = CAST('abc' AS SIGNED);
→ error 1292
UPDATE z SET d = 'abc' + 1;
→ error 1292
UPDATE z SET d = DATE('2024-02-30') + 0;
→ error 1292
UPDATE z SET d = YEAR('garbage');
→ error 1292
UPDATE z SET d = 1 WHERE a = 'abc';
→ error 1292
UPDATE z SET d = 1 WHERE a = '1x';
→ error 1292
DELETE FROM z WHERE a = '7x';
→ 0 rows
INSERT INTO z SELECT 9, CAST('12x' AS SIGNED), 1;
→ error 1292
INSERT INTO z VALUES (10, '5' + '3x', 1);
→ error 1292
INSERT INTO z VALUES (11, CONCAT(1,'x'), 1);
→ error 1265
INSERT INTO z VALUES (12, CAST('x' AS DECIMAL(5,2)), 1);
→ error 1292
INSERT INTO z VALUES (13, STR_TO_DATE('x','%Y'), 1);
→ error 1411
INSERT INTO z VALUES (14, UNIX_TIMESTAMP('x'), 1);
→ error 1292
INSERT INTO z VALUES (15, CAST(300 AS DECIMAL(2,0)), 1);
→ error 1264
INSERT INTO z VALUES (16, JSON_EXTRACT('{bad', '$.a'), 1);
→ error 4038
INSERT INTO z VALUES (17, SUBSTRING('12abc', 1, 5) + 0, 1);
→ error 1292
INSERT INTO z VALUES (18, FROM_UNIXTIME(-1), 1);
→ 1 rows
INSERT INTO z VALUES (19, INET_ATON('x'), 1);
→ 1 rows
INSERT INTO z VALUES (20, CONVERT('ab', UNSIGNED), 1);
→ error 1292
INSERT INTO z VALUES (21, DATEDIFF('x','2024-01-01'), 1);
→ error 1292
INSERT INTO z VALUES (22, TIME_TO_SEC('10:99:00'), 1);
→ error 1292
INSERT INTO z VALUES (23, '2024-02-30' + INTERVAL 1 DAY, 1);
→ error 1292
INSERT INTO z VALUES (24, IF('abc', 1, 2), 1);
→ error 1292
INSERT INTO z VALUES (25, ROUND('12.5kg'), 1);
→ error 1292
INSERT INTO z VALUES (26, GREATEST('a', 1), 1);
→ error 1292
INSERT INTO z VALUES (27, LENGTH(CAST('abcdef' AS CHAR(2))), 1);
→ 1 rows
INSERT INTO z VALUES (28, -CAST(1 AS UNSIGNED), 1);
→ 1 rows
SELECT * FROM z ORDER BY id;
→ [(1, 1, Decimal('2.0000')), (2, 0, None), (5, None, None), (18, None, Decimal('1.0000')), (19, None, Decimal('1.0000')), (27, 2, Decimal('1.0000')), (28, -1, Decimal('1.0000'))]
-- What is stored of a quotient has all the digits that the server calculates with.
CREATE TABLE d (a INT, b INT, c DECIMAL(10,2), r DECIMAL(20,10), f DOUBLE, t VARCHAR(30));
→ 0 rows
INSERT INTO d (a,b,c) VALUES (1,3,2.5),(2,7,10),(5,0,1),(NULL,2,3);
→ 4 rows
UPDATE d SET r=a/b, f=a/b, t=a/b WHERE b<>0;
→ 2 rows
SELECT * FROM d ORDER BY c;
→ [(5, 0, Decimal('1.00'), None, None, None), (1, 3, Decimal('2.50'), Decimal('0.3333333330'), 0.333333333, '0.333333333'), (None, 2, Decimal('3.00'), None, None, None), (2, 7, Decimal('10.00'), Decimal('0.2857142850'), 0.285714285, '0.285714285')]
UPDATE d SET r=c/b, f=c/b*100, t=CONCAT(c/b) WHERE b<>0;
→ 3 rows
SELECT * FROM d ORDER BY c;
→ [(5, 0, Decimal('1.00'), None, None, None), (1, 3, Decimal('2.50'), Decimal('0.8333333330'), 83.3333333, '0.833333'), (None, 2, Decimal('3.00'), Decimal('1.5000000000'), 150.0, '1.500000'), (2, 7, Decimal('10.00'), Decimal('1.4285714280'), 142.8571428, '1.428571')]
SELECT AVG(a)*1000, CONCAT(AVG(b)), SUM(c)/3 FROM d;
→ [(Decimal('2666.6667'), '3.0000', Decimal('5.500000'))]
SELECT x.q, x.q*1000, ROUND(x.q,8), CONCAT(x.q) FROM (SELECT a/b q FROM d WHERE b<>0) x ORDER BY 1;
→ [(None, None, None, None), (Decimal('0.2857'), Decimal('285.7143'), Decimal('0.28571429'), '0.2857'), (Decimal('0.3333'), Decimal('333.3333'), Decimal('0.33333333'), '0.3333')]
INSERT INTO d (a,b,r,f) SELECT 9, b, a/b, AVG(b) FROM d WHERE b<>0 GROUP BY a,b;
→ 3 rows
INSERT INTO d (a,b,r,f) SELECT 8, b, a/b, a/b FROM d WHERE b=7 AND a<>9;
→ 1 rows
CREATE TABLE d2 AS SELECT a, b FROM d WHERE b=7;
→ 3 rows
INSERT INTO d (a,b,r,f) SELECT 7, b, a/b, a/b FROM d2;
→ 3 rows
SELECT a, b, r, f FROM d ORDER BY a, b, r;
→ [(None, 2, Decimal('1.5000000000'), 150.0), (1, 3, Decimal('0.8333333330'), 83.3333333), (2, 7, Decimal('1.4285714280'), 142.8571428), (5, 0, None, None), (7, 7, Decimal('0.2857142850'), 0.285714285), (7, 7, Decimal('1.1428571420'), 1.142857142), (7, 7, Decimal('1.2857142850'), 1.285714285), (8, 7, Decimal('0.2857000000'), 0.2857), (9, 2, None, 2.0), (9, 3, Decimal('0.3333000000'), 3.0), (9, 7, Decimal('0.2857000000'), 7.0)]
SELECT SQRT(1/3), ABS(2/3), POW(1/3, 1);
→ [(0.5773502689009506, Decimal('0.6667'), 0.333333333)]
CREATE TABLE w (id INT PRIMARY KEY, z INT(5) ZEROFILL, y YEAR, f FLOAT(7,3), b BIT(8), ts TIMESTAMP NULL, t TIME, i INT, n FLOAT, j JSON, s SET('a','b','c'), e ENUM('a','b'));
→ 0 rows
INSERT INTO w (id, z, f) VALUES (1, 42, 1.5);
→ 1 rows
SELECT z, CONCAT(z), CAST(z AS CHAR), LENGTH(z), GROUP_CONCAT(z), CONCAT(f), f FROM w;
→ [(42, '00042', '00042', 5, '00042', '1.500', 1.5)]
INSERT INTO w (id, y) VALUES (2, NOW());
→ error 1292
INSERT INTO w (id, y) VALUES (2, 'abc');
→ error 1366
INSERT IGNORE INTO w (id, y) VALUES (2, 'abc'), (3, '12x'), (4, '0'), (5, 1.5);
→ 4 rows
INSERT INTO w (id, b) VALUES (6, 1.5), (7, -1.5);
→ error 1264
INSERT INTO w (id, b) VALUES (6, 1.5), (7, b'101');
→ 2 rows
INSERT INTO w (id, ts) VALUES (8, '2038-01-19 03:14:08');
→ error 1292
INSERT INTO w (id, ts) VALUES (8, '1970-01-01 00:00:00');
→ error 1292
INSERT INTO w (id, ts) VALUES (8, '2024-00-10');
→ error 1292
INSERT INTO w (id, ts) VALUES (8, '2024-02-29T10:00:00Z');
→ error 1292
INSERT IGNORE INTO w (id, ts) VALUES (8, '2024-02-29T10:00:00Z');
→ 1 rows
INSERT INTO w (id, t) VALUES (9, '12abc');
→ error 1292
INSERT INTO w (id, t) VALUES (9, '2024-02-29');
→ error 1292
INSERT INTO w (id, t) VALUES (9, 9223372036854775807);
→ error 1292
INSERT INTO w (id, t) VALUES (9, '20240102');
→ error 1292
INSERT IGNORE INTO w (id, t) VALUES (9, '12abc');
→ 1 rows
INSERT INTO w (id, i) VALUES (10, TIME'11:12:13.5'), (11, '١');
→ error 1366
INSERT INTO w (id, i) VALUES (10, TIME'11:12:13.5');
→ 1 rows
INSERT INTO w (id, i) VALUES (11, '99999999999x');
→ error 1264
INSERT INTO w (id, n) VALUES (12, 1e40);
→ error 1264
INSERT INTO w (id, n) VALUES (12, '1e400');
→ error 1264
INSERT IGNORE INTO w (id, n) VALUES (12, -1e40);
→ 1 rows
INSERT IGNORE INTO w (id, j) VALUES (13, 'abc');
→ error 4025
INSERT INTO w (id, j) VALUES (13, 'NaN');
→ error 4025
INSERT INTO w (id, s) VALUES (14, '5'), (15, '+1');
→ 2 rows
INSERT IGNORE INTO w (id, s) VALUES (16, '99');
→ 1 rows
INSERT INTO w (id, e) VALUES (17, ' 1 ');
→ 1 rows
SELECT id, y, b, ts, t, i, n, j, s, e FROM w ORDER BY id;
→ [(1, None, None, None, None, None, None, None, None, None), (2, 0, None, None, None, None, None, None, None, None), (3, 2012, None, None, None, None, None, None, None, None), (4, 2000, None, None, None, None, None, None, None, None), (5, 2002, None, None, None, None, None, None, None, None), (6, None, b'\x02', None, None, None, None, None, None, None), (7, None, b'\x05', None, None, None, None, None, None, None), (8, None, None, datetime.datetime(2024, 2, 29, 10, 0), None, None, None, None, None, None), (9, None, None, None, datetime.timedelta(seconds=12), None, None, None, None, None), (10, None, None, None, None, 111213, None, None, None, None), (12, None, None, None, None, None, -3.40282e+38, None, None, None), (14, None, None, None, None, None, None, None, 'a,c', None), (15, None, None, None, None, None, None, None, 'a', None), (16, None, None, None, None, None, None, None, 'a,b', None), (17, None, None, None, None, None, None, None, None, 'a')]
-- What SHOW tells of tables.
SHOW TABLES LIKE 'd_';
→ [('d2',)]
SHOW CREATE TABLE z;
→ [('z', 'CREATE TABLE `z` (\n  `id` int(11) NOT NULL,\n  `a` int(11) DEFAULT NULL,\n  `d` decimal(10,4) DEFAULT NULL,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci')]
CREATE TABLE k (id INT AUTO_INCREMENT PRIMARY KEY, t TIMESTAMP NULL, x VARCHAR(5) COLLATE utf8mb4_unicode_ci, FULLTEXT KEY f (x));
→ 0 rows
INSERT INTO k (x) VALUES ('a'), ('b');
→ 2 rows, id 1
SHOW CREATE TABLE k;
→ [('k', 'CREATE TABLE `k` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `t` timestamp NULL DEFAULT NULL,\n  `x` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci DEFAULT NULL,\n  PRIMARY KEY (`id`),\n  FULLTEXT KEY `f` (`x`)\n) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci')]
SHOW TABLE STATUS LIKE 'nothing';
→ []
