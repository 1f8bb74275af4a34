CREATE TABLE a (id INT PRIMARY KEY AUTO_INCREMENT, k VARCHAR(10) NOT NULL, v DECIMAL(6,2) DEFAULT 1.5, d DATE, t DATETIME DEFAULT CURRENT_TIMESTAMP, f TINYINT(1) DEFAULT 0, UNIQUE KEY k (k), CHECK (v >= 0)) COMMENT='x';
→ 0 rows
INSERT INTO a (k, d) VALUES ('one', '2024-01-31'), ('two', '2024-02-29'), ('three', NULL);
→ 3 rows, id 1
INSERT INTO a (k, v) VALUES ('neg', -1);
→ error 4025
INSERT INTO a (k) VALUES ('one');
→ error 1062
INSERT INTO a (k) SELECT CONCAT(k, '2') FROM a WHERE d IS NOT NULL;
→ 2 rows, id 5
SELECT id, k, v, d, f FROM a ORDER BY id;
→ [(1, 'one', Decimal('1.50'), datetime.date(2024, 1, 31), 0), (2, 'two', Decimal('1.50'), datetime.date(2024, 2, 29), 0), (3, 'three', Decimal('1.50'), None, 0), (5, 'one2', Decimal('1.50'), None, 0), (6, 'two2', Decimal('1.50'), None, 0)]
SELECT k FROM a WHERE d = '2024-01-31' OR d > '2024-02-01' ORDER BY k;
→ [('one',), ('two',)]
SELECT k FROM a WHERE d BETWEEN '2024-01-01' AND '2024-01-31 23:59:59';
→ [('one',)]
SELECT k FROM a WHERE v = '1.50' AND f = FALSE AND NOT f ORDER BY id LIMIT 2;
→ [('one',), ('two',)]
SELECT k, LENGTH(k), UPPER(LEFT(k, 1)), CONCAT(UPPER(LEFT(k, 1)), SUBSTRING(k, 2)) AS cap FROM a ORDER BY CHAR_LENGTH(k) DESC, k;
→ [('three', 5, 'T', 'Three'), ('one2', 4, 'O', 'One2'), ('two2', 4, 'T', 'Two2'), ('one', 3, 'O', 'One'), ('two', 3, 'T', 'Two')]
SELECT COUNT(*), COUNT(d), COUNT(DISTINCT v), SUM(f), SUM(v), AVG(v), MAX(k), MIN(d) FROM a;
→ [(5, 2, 1, Decimal('0'), Decimal('7.50'), Decimal('1.500000'), 'two2', datetime.date(2024, 1, 31))]
SELECT SUM(d IS NULL), SUM(IF(k LIKE 't%', 1, 0)), COUNT(IF(k LIKE 't%', 1, NULL)), SUM(k = 'one') FROM a;
→ [(Decimal('3'), Decimal('3'), 3, Decimal('1'))]
SELECT k, CASE WHEN d IS NULL THEN 'none' WHEN MONTH(d) = 1 THEN 'jan' ELSE DATE_FORMAT(d, '%b') END AS m FROM a ORDER BY id;
→ [('one', 'jan'), ('two', 'Feb'), ('three', 'none'), ('one2', 'none'), ('two2', 'none')]
SELECT DATE_FORMAT(d, '%Y-%m') AS ym, COUNT(*) FROM a GROUP BY ym ORDER BY ym;
→ [(None, 3), ('2024-01', 1), ('2024-02', 1)]
SELECT IFNULL(DATE_FORMAT(d, '%Y-%m'), 'never') AS ym, GROUP_CONCAT(k ORDER BY k) FROM a GROUP BY ym HAVING COUNT(*) > 1 ORDER BY ym;
→ [('never', 'one2,three,two2')]
UPDATE a SET v = v * 2, k = CONCAT(k, '!') WHERE id IN (1, 2);
→ 2 rows
UPDATE a SET v = v WHERE id = 1;
→ 0 rows
UPDATE a SET k = 'three' WHERE id = 1;
→ error 1062
UPDATE a SET v = 99999 WHERE id = 1;
→ error 1264
UPDATE a SET v = -5 WHERE id = 1;
→ error 4025
UPDATE a SET d = NULL, f = 1 ORDER BY id DESC LIMIT 1;
→ 1 rows
SELECT id, k, v, f FROM a ORDER BY id;
→ [(1, 'one!', Decimal('3.00'), 0), (2, 'two!', Decimal('3.00'), 0), (3, 'three', Decimal('1.50'), 0), (5, 'one2', Decimal('1.50'), 0), (6, 'two2', Decimal('1.50'), 1)]
DELETE FROM a WHERE id = (SELECT MAX(id) FROM (SELECT id FROM a) x);
→ 1 rows
DELETE FROM a WHERE k LIKE '%2';
→ 1 rows
INSERT INTO a (k) VALUES ('next');
→ 1 rows, id 8
SELECT LAST_INSERT_ID(), ROW_COUNT();
→ [(8, 1)]
INSERT INTO a (k, v) VALUES ('next', 9) ON DUPLICATE KEY UPDATE v = VALUES(v), id = LAST_INSERT_ID(id);
→ 2 rows, id 8
SELECT LAST_INSERT_ID();
→ [(8,)]
SELECT id, k, v FROM a ORDER BY id;
→ [(1, 'one!', Decimal('3.00')), (2, 'two!', Decimal('3.00')), (3, 'three', Decimal('1.50')), (8, 'next', Decimal('9.00'))]
CREATE TABLE b (id INT, a_id INT, w INT, PRIMARY KEY (id), KEY (a_id), FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE SET NULL ON UPDATE CASCADE);
→ 0 rows
INSERT INTO b VALUES (1, 1, 10), (2, 1, 20), (3, NULL, 30);
→ 3 rows
INSERT INTO b VALUES (4, 77, 1);
→ error 1452
DELETE FROM a WHERE id = 1;
→ 1 rows
SELECT * FROM b ORDER BY id;
→ [(1, None, 10), (2, None, 20), (3, None, 30)]
DROP TABLE a;
→ error 1451
SELECT b.id, a.k FROM b LEFT JOIN a ON a.id = b.a_id ORDER BY b.id;
→ [(1, None), (2, None), (3, None)]
UPDATE b, a SET b.w = b.w + a.v WHERE a.id = 2;
→ 3 rows
SELECT w FROM b ORDER BY id;
→ [(13,), (23,), (33,)]
INSERT INTO b (id, w) VALUES (1, 5), (9, 6) ON DUPLICATE KEY UPDATE w = w + VALUES(w);
→ 3 rows
REPLACE INTO b (id, w) VALUES (1, 1), (10, 1);
→ 3 rows
SELECT id, w FROM b ORDER BY id DESC;
→ [(10, 1), (9, 6), (3, 33), (2, 23), (1, 1)]
SELECT w, COUNT(*) c FROM b GROUP BY w HAVING c > 1;
→ [(1, 2)]
SELECT DISTINCT w > 5 AS big FROM b ORDER BY big;
→ [(0,), (1,)]
SELECT * FROM (SELECT id, w, w * 1.5 AS more FROM b) s WHERE s.more > 10 ORDER BY more;
→ [(2, 23, Decimal('34.5')), (3, 33, Decimal('49.5'))]
SELECT id, w, w - AVG(w) OVER () AS diff, NTILE(2) OVER (ORDER BY id) AS half, FIRST_VALUE(w) OVER (ORDER BY id) AS f FROM b ORDER BY id;
→ [(1, 1, Decimal('-11.8000'), 1, 1), (2, 23, Decimal('10.2000'), 1, 1), (3, 33, Decimal('20.2000'), 1, 1), (9, 6, Decimal('-6.8000'), 2, 1), (10, 1, Decimal('-11.8000'), 2, 1)]
SELECT id, SUM(w) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s, PERCENT_RANK() OVER (ORDER BY w) AS p FROM b ORDER BY id;
→ [(1, Decimal('1'), 0.0), (2, Decimal('24'), 0.75), (3, Decimal('56'), 1.0), (9, Decimal('39'), 0.5), (10, Decimal('7'), 0.0)]
SELECT JSON_OBJECT('id', id, 'w', w, 'big', w > 5) FROM b ORDER BY id;
→ [('{"id": 1, "w": 1, "big": false}',), ('{"id": 2, "w": 23, "big": true}',), ('{"id": 3, "w": 33, "big": true}',), ('{"id": 9, "w": 6, "big": true}',), ('{"id": 10, "w": 1, "big": false}',)]
SELECT JSON_ARRAYAGG(w), JSON_OBJECTAGG(id, w) FROM b;
→ [('[1,23,33,6,1]', '{"1":1, "2":23, "3":33, "9":6, "10":1}')]
SELECT id FROM b WHERE w REGEXP '^[0-9]$' ORDER BY id;
→ [(1,), (9,), (10,)]
SELECT '2024-01-31' + INTERVAL 1 MONTH, NOW() > '2020-01-01', CURDATE() = DATE(NOW()), UNIX_TIMESTAMP() > 1e9, DATE_SUB(CURDATE(), INTERVAL 1 DAY) < NOW(), TIMESTAMPDIFF(YEAR, '2000-02-29', '2024-02-28'), TIMESTAMPDIFF(MONTH, '2024-01-31', '2024-02-29'), TIMESTAMPDIFF(SECOND, '2024-01-01', '2024-01-01 00:01:01'), DATEDIFF('2024-03-01', '2024-02-01'), TIME_FORMAT('25:00:00', '%H:%i'), SEC_TO_TIME(90061), TIMEDIFF('2024-01-02 00:00:00', '2024-01-01 12:00:00'), STR_TO_DATE('2024-05', '%Y-%m'), DATE('bad'), '2024-02-30' + INTERVAL 1 DAY, DATE_FORMAT('2024-01-01', '%x-%v'), WEEKOFYEAR('2024-12-30'), HOUR('10:11:12'), MINUTE('2024-01-01 10:11:12'), DAYOFMONTH('2024-01-31'), MONTHNAME('2024-05-01'), TO_SECONDS('2024-01-01'), UTC_DATE() = CURDATE();
→ [('2024-02-29', 1, 1, 1, 1, 23, 0, 61, 29, '25:00', datetime.timedelta(days=1, seconds=3661), datetime.timedelta(seconds=43200), '2024-05-00', None, None, '2024-01', 1, 10, 11, 31, 'May', 63871286400, 1)]
SELECT 0.1 + 0.2, 1.10 + 2.2, 3 * 1.50, 10 / 4, 7 / 2.0, 1e3 / 3, 5 % 3.5, ROUND(5.055, 2), ROUND(-0.5), ROUND(1234.567, -2), 2 ** 3;
→ error 1064
SELECT CAST(1 / 3 AS DECIMAL(5,3)), CAST('1e2' AS SIGNED), CAST('0x1F' AS UNSIGNED), CAST(2.5 AS SIGNED), CAST(-2.5 AS SIGNED), CAST('abc' AS DECIMAL(4,1)), CAST(1e20 AS SIGNED), CAST(TRUE AS CHAR), CAST(NOW() AS DATE) = CURDATE(), CAST('2024-01-01' AS DATETIME) + 0, BINARY 'a' = 'a', CAST('é' AS BINARY);
→ [(Decimal('0.333'), 1, 0, 3, -3, Decimal('0.0'), 9223372036854775807, '1', 1, 20240101000000, 1, b'\xc3\xa9')]
SELECT CONCAT('a', 1.50, 2e0, NULL IS NULL), CONCAT_WS('-', 2024, LPAD(5, 2, '0'), LPAD(7, 2, 0)), REPLACE('a-b', '-', ''), TRIM('  x '), LTRIM('  x'), RTRIM('x  '), TRIM(LEADING '0' FROM '007'), SUBSTRING('abcdef' FROM 2 FOR 3), MID('abc', 2), LOCATE('b', 'abcb', 3), POSITION('c' IN 'abc'), SUBSTRING_INDEX('a@b@c', '@', -2), FORMAT(0.5, 0), FORMAT(1e6, 2, 'de_DE'), RPAD('a', 3, 'xy'), ELT(3, 'a', 'b'), FIELD('x', 'a'), HEX('é'), CHAR(77, 121), BIT_LENGTH('a'), TO_BASE64('abc'), FROM_BASE64('YWJj'), SHA1('a'), SHA2('a', 256), UUID() LIKE '%-%-%-%-%', INET_ATON('1.2.3.4'), INET_NTOA(16909060);
→ [('a1.5021', '2024-05-07', 'ab', 'x', 'x', 'x', '7', 'bcd', 'bc', 4, 3, 'b@c', '1', '1.000.000,00', 'axy', None, 0, 'C3A9', b'My', 8, 'YWJj', b'abc', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8', 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb', 1, 16909060, '1.2.3.4')]
SELECT IF(NULL, 1, 2), IF('a', 1, 2), IF('1a', 1, 2), IF(0.4, 1, 2), IFNULL(1, 'x'), NULLIF('a', 'A'), COALESCE(NULL, '2024-01-01', NOW()), GREATEST('a', 'B'), LEAST(1, '0'), GREATEST(1, NULL), ISNULL(NULL), CASE 'A' WHEN 'a' THEN 1 END, CASE WHEN 1 THEN 1 ELSE 'x' END, 1 IN (NULL, 1), 2 IN (NULL, 1), NULL IN (1), 'b' BETWEEN 'A' AND 'C', 1 BETWEEN 2 AND NULL;
→ [(2, 2, 1, 1, '1', None, '2024-01-01', 'B', 0.0, None, 1, 1, '1', 1, None, None, 1, 0)]
SELECT 'a' < 'B', 'a' < 'B' COLLATE utf8mb4_bin, 'Z' > 'a', 'straße' = 'strasse', 'e' = 'é', 'ñ' = 'n', 'a' = 'ａ', 'aa' LIKE 'A%', '_' LIKE '\_', '100%' LIKE '100\%', 'ab' LIKE 'a_', 'a' LIKE 'a ', 'a ' = 'a', 'a' IN ('a ');
→ [(1, 0, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1)]
SHOW TABLES LIKE 'b%';
→ [('b',)]
SHOW FULL COLUMNS FROM b;
→ [('id', 'int(11)', None, 'NO', 'PRI', None, '', 'select,insert,update,references', ''), ('a_id', 'int(11)', None, 'YES', 'MUL', None, '', 'select,insert,update,references', ''), ('w', 'int(11)', None, 'YES', '', None, '', 'select,insert,update,references', '')]
SHOW DATABASES LIKE 'oracle';
→ [('oracle',)]
SET NAMES utf8mb4;
→ 0 rows
SET SESSION sql_mode = '';
→ 0 rows
SELECT @@sql_mode;
→ [('',)]
INSERT INTO b (id, w) VALUES (50, '12abc'), (51, 99999999999);
→ 2 rows
SELECT id, w FROM b WHERE id >= 50 ORDER BY id;
→ [(50, 12), (51, 2147483647)]
SET sql_mode = DEFAULT;
→ 0 rows
SET foreign_key_checks = 0;
→ 0 rows
INSERT INTO b VALUES (60, 12345, 1);
→ 1 rows
SET foreign_key_checks = 1;
→ 0 rows
SELECT COUNT(*) FROM b;
→ [(8,)]
START TRANSACTION;
→ 0 rows
INSERT INTO b (id) VALUES (70);
→ 1 rows
SAVEPOINT one;
→ 0 rows
INSERT INTO b (id) VALUES (71);
→ 1 rows
ROLLBACK TO SAVEPOINT one;
→ 0 rows
COMMIT;
→ 0 rows
SELECT COUNT(*) FROM b WHERE id >= 70;
→ [(1,)]
CREATE TEMPORARY TABLE tmp SELECT id FROM b WHERE id < 3;
→ 2 rows
SELECT COUNT(*) FROM tmp;
→ [(2,)]
CREATE INDEX ix ON b (w);
→ 0 rows
DROP INDEX ix ON b;
→ 0 rows
ALTER TABLE b ADD UNIQUE KEY uq (w);
→ error 1062
ALTER TABLE b DROP FOREIGN KEY b_ibfk_1;
→ 0 rows
ALTER TABLE b ADD COLUMN z INT NOT NULL;
→ 0 rows
INSERT INTO b (id, w) VALUES (80, 3);
→ error 1364
SELECT z FROM b WHERE id = 1;
→ [(0,)]
RENAME TABLE b TO bb;
→ 0 rows
SELECT COUNT(*) > 0 FROM bb;
→ [(1,)]
DROP TABLE bb, a;
→ 0 rows
CREATE TABLE q (a INT, b INT, c DECIMAL(10,2));
→ 0 rows
INSERT INTO q VALUES (1,7,10.00),(2,3,20.50);
→ 2 rows
SELECT a/b, a/b*100, ROUND(a/b*100,2), c/b, c/b*b, SUM(a/b), AVG(a/b), ROUND(AVG(a/b)*100,3), MAX(a/b)*3, SUM(a)/SUM(b)*100, ROUND(SUM(a)/SUM(b),8), AVG(a)*3, AVG(c)/3*3 FROM q GROUP BY b ORDER BY b;
→ [(Decimal('0.6667'), Decimal('66.6667'), Decimal('66.67'), Decimal('6.833333'), Decimal('20.500000'), Decimal('0.6667'), Decimal('0.66670000'), Decimal('66.670'), Decimal('2.0001'), Decimal('66.6667'), Decimal('0.66666667'), Decimal('6.0000'), Decimal('20.5000000000')), (Decimal('0.1429'), Decimal('14.2857'), Decimal('14.29'), Decimal('1.428571'), Decimal('10.000000'), Decimal('0.1429'), Decimal('0.14290000'), Decimal('14.290'), Decimal('0.4287'), Decimal('14.2857'), Decimal('0.14285714'), Decimal('3.0000'), Decimal('10.0000000000'))]
SELECT x*3, ROUND(x,7) FROM (SELECT 2/3 AS x) t;
→ [(Decimal('2.0001'), Decimal('0.6667000'))]
SELECT ROUND(AVG(a),7), AVG(a)*7, SUM(c)/7*7, AVG(b)/3*3 FROM q;
→ [(Decimal('1.5000000'), Decimal('10.5000'), Decimal('30.500000'), Decimal('5.00000000'))]
SELECT GROUP_CONCAT(x ORDER BY y) FROM (SELECT 1 x, 5 y UNION ALL SELECT 2, 5 UNION ALL SELECT 3, 5 UNION ALL SELECT 4, 1) t;
→ [('4,3,2,1',)]
SELECT GROUP_CONCAT(DISTINCT x ORDER BY y) FROM (SELECT 1 x, 5 y UNION ALL SELECT 2, 5 UNION ALL SELECT 3, 5 UNION ALL SELECT 4, 1) t;
→ [('4,3,2,1',)]
SELECT GROUP_CONCAT(DISTINCT x ORDER BY y DESC) FROM (SELECT 1 x, 5 y UNION ALL SELECT 2, 5 UNION ALL SELECT 3, 5 UNION ALL SELECT 4, 1 UNION ALL SELECT 1, 0) t;
→ [('3,2,1,4',)]
