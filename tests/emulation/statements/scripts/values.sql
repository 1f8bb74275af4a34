CREATE TABLE n (i TINYINT, u TINYINT UNSIGNED, s SMALLINT, m MEDIUMINT, b BIGINT UNSIGNED, f FLOAT, d DOUBLE, c DECIMAL(6,3), y YEAR, t TIME, ts TIMESTAMP NULL, dt DATETIME(3), x BIT(4), bl BLOB, j JSON, ch CHAR(4), bn BINARY(3));
→ 0 rows
INSERT INTO n (i, u, s, m, b, f, d, c, y, t, dt, x, bl, j, ch, bn) VALUES (-128, 255, 32767, -8388608, 18446744073709551615, 1.1, 1.1, 12.3456, 99, '25:10:05', '2024-05-06 07:08:09.1239', b'101', x'00ff', '{"a": [1, 2]}', 'ab  ', 'a');
→ 1 rows
SELECT * FROM n;
→ [(-128, 255, 32767, -8388608, 18446744073709551615, 1.1, 1.1, Decimal('12.346'), 1999, datetime.timedelta(days=1, seconds=4205), None, datetime.datetime(2024, 5, 6, 7, 8, 9, 123000), b'\x05', b'\x00\xff', '{"a": [1, 2]}', 'ab', b'a\x00\x00')]
SELECT i + 1, u + 1, b - 1, f * 3, d * 3, c * 3, y + 1, t + 0, dt + 0, x + 0, HEX(bl), JSON_EXTRACT(j, '$.a[1]'), LENGTH(ch), HEX(bn) FROM n;
→ [(-127, 256, 18446744073709551614, 3.3000000715255737, 3.3000000000000003, Decimal('37.038'), 2000, 251005, Decimal('20240506070809.123'), 5, '00FF', '2', 2, '610000')]
INSERT INTO n (i) VALUES (128);
→ error 1264
INSERT INTO n (u) VALUES (-1);
→ error 1264
INSERT INTO n (i) VALUES ('12abc');
→ error 1265
INSERT INTO n (i) VALUES ('abc');
→ error 1366
INSERT INTO n (c) VALUES (1000);
→ error 1264
INSERT INTO n (c) VALUES ('1.23456');
→ 1 rows
INSERT INTO n (y) VALUES (1800);
→ error 1264
INSERT INTO n (t) VALUES ('900:00:00');
→ error 1292
INSERT INTO n (dt) VALUES ('2024-13-01');
→ error 1292
INSERT INTO n (dt) VALUES (20240102030405);
→ 1 rows
INSERT INTO n (ch) VALUES ('abcde');
→ error 1406
INSERT INTO n (ch) VALUES ('abcd   ');
→ 1 rows
INSERT INTO n (j) VALUES ('{bad');
→ error 4025
INSERT INTO n (x) VALUES (16);
→ error 1406
INSERT IGNORE INTO n (i, u, c, ch, dt) VALUES (1000, -5, 99999, 'abcdefg', 'nonsense');
→ 1 rows
SELECT i, u, c, ch, dt FROM n ORDER BY i;
→ [(None, None, Decimal('1.235'), None, None), (None, None, None, None, datetime.datetime(2024, 1, 2, 3, 4, 5)), (None, None, None, 'abcd', None), (-128, 255, Decimal('12.346'), 'ab', datetime.datetime(2024, 5, 6, 7, 8, 9, 123000)), (127, 0, Decimal('999.999'), 'abcd', '0000-00-00 00:00:00.000')]
SHOW WARNINGS;
→ []
SELECT 1 = '1', 'abc' = 0, '1abc' = 1, 'a' = 'A', 'a' = 'a ', BINARY 'a' = 'A', NULL = NULL, NULL <=> NULL, 0.1 + 0.2 = 0.3, 1e0 = 1, 'é' = 'e', '10' < '9', 10 < '9';
→ [(1, 1, 1, 1, 1, 0, None, 1, 1, 1, 1, 1, 0)]
SELECT 5 / 2, 5 DIV 2, 5 % 2, -5 % 3, 5.5 % 2, 1 / 3, 2 / 3 * 3, 1 / 0, 7 DIV 0, 1.50 * 2.00, 1 + '2', '3' * '4', 2 - TRUE, -'5', 10 MOD 4;
→ [(Decimal('2.5000'), 2, 1, -2, Decimal('1.5'), Decimal('0.3333'), Decimal('2.0000'), None, None, Decimal('3.0000'), 3.0, 12.0, 1, -5.0, 2)]
SELECT 1 || 0, 1 && 0, NOT 0, ! 1, 1 XOR 1, NULL OR 1, NULL AND 0, 3 & 5, 3 | 5, 3 ^ 5, 1 << 3, ~0, 8 >> 1, -1 >> 1;
→ [(1, 0, 1, 0, 0, 1, 0, 1, 7, 6, 8, 18446744073709551615, 4, 9223372036854775807)]
SELECT IF(1 > 2, 'yes', 'no'), IFNULL(NULL, 1.5), NULLIF(1, 1), COALESCE(NULL, NULL, 3), CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END, CASE WHEN NULL THEN 1 ELSE 2.5 END, GREATEST(1, 2.5, 2), LEAST('b', 'a'), INTERVAL(5, 1, 4, 6), ELT(2, 'a', 'b'), FIELD('b', 'a', 'b');
→ [('no', Decimal('1.5'), None, 3, 'b', Decimal('2.5'), Decimal('2.5'), 'a', 2, 'b', 2)]
SELECT CAST('12abc' AS SIGNED), CAST(-1 AS UNSIGNED), CAST(1.5 AS SIGNED), CAST('1.567' AS DECIMAL(5,2)), CAST(123 AS CHAR(2)), CAST('2024-01-02 03:04:05' AS DATE), CAST('10:11' AS TIME), CONVERT('5', SIGNED), CAST(NULL AS CHAR), CAST('2024-01-02' AS DATETIME), CAST(20240102 AS DATE);
→ [(12, 18446744073709551615, 2, Decimal('1.57'), '12', datetime.date(2024, 1, 2), datetime.timedelta(seconds=36660), 5, None, datetime.datetime(2024, 1, 2, 0, 0), datetime.date(2024, 1, 2))]
SELECT CONCAT('a', 1, NULL), CONCAT_WS(',', 'a', NULL, 'b'), SUBSTRING('hello', 2, 3), SUBSTR('hello', -3), LEFT('abc', 2), RIGHT('abc', 2), LPAD('5', 3, '0'), REPLACE('aAa', 'a', 'x'), REVERSE('abc'), UPPER('éa'), TRIM(BOTH 'x' FROM 'xxaxx'), LOCATE('l', 'hello'), INSTR('hello', 'LL'), CHAR_LENGTH('é'), LENGTH('é'), SUBSTRING_INDEX('a.b.c', '.', 2), SUBSTRING_INDEX('a.b.c', '.', -1), FORMAT(1234567.891, 2), HEX(255), HEX('a'), UNHEX('4D'), ASCII('a'), SPACE(2), STRCMP('a', 'B'), INSERT('abc', 2, 1, 'X'), MD5('a'), QUOTE("it's"), SOUNDEX('Robert'), FIND_IN_SET('b', 'a,b'), REPEAT('ab', 2), LCASE('ABC'), ORD('a'), CHAR(65, 66 USING utf8mb4);
→ [(None, 'a,b', 'ell', 'llo', 'ab', 'bc', '005', 'xAx', 'cba', 'ÉA', 'a', 3, 3, 1, 2, 'a.b', 'c', '1,234,567.89', 'FF', '61', b'M', 97, '  ', -1, 'aXc', '0cc175b9c0f1b6a831c399e269772661', "'it\\'s'", 'R163', 2, 'abab', 'abc', 97, 'AB')]
SELECT 'abc' LIKE 'A_C', 'a%c' LIKE 'a\%c', 'abc' NOT LIKE 'b%', 'abc' REGEXP '^a.c$', 'ABC' RLIKE 'b', 'a\nb' REGEXP 'a.b', REGEXP_REPLACE('a1b2', '[0-9]', '-'), REGEXP_SUBSTR('abc123', '[0-9]+'), REGEXP_INSTR('abc', 'b'), 'a' IN ('A', 'b'), 3 NOT IN (1, 2), 2 BETWEEN 1 AND 3, 'x' LIKE 'x' ESCAPE '!';
→ [(1, 1, 1, 1, 1, 0, 'a-b-', '123', 2, 1, 1, 1, 1)]
SELECT DATE_ADD('2024-01-31', INTERVAL 1 MONTH), DATE_SUB('2024-03-31', INTERVAL 1 MONTH), '2024-02-28' + INTERVAL 2 DAY, DATE_ADD('2024-01-01 23:59:59', INTERVAL '1:1' MINUTE_SECOND), ADDDATE('2024-01-01', 5), LAST_DAY('2024-02-01'), DAYOFWEEK('2024-01-01'), WEEKDAY('2024-01-01'), DAYOFYEAR('2024-12-31'), WEEK('2024-12-31', 3), YEARWEEK('2024-01-01'), QUARTER('2024-05-01'), TO_DAYS('2024-01-01'), FROM_DAYS(739251), MAKEDATE(2024, 60), MAKETIME(1, 2, 3), SEC_TO_TIME(3661), TIME_TO_SEC('01:01:01'), PERIOD_ADD(202401, 2), TIMEDIFF('10:00:00', '08:30:00'), ADDTIME('10:00:00', '01:30:00'), TIMESTAMP('2024-01-01', '10:00:00'), EXTRACT(YEAR_MONTH FROM '2024-05-06'), STR_TO_DATE('05/06/2024', '%m/%d/%Y'), DATE_FORMAT('2024-05-06 07:08:09', '%W %M %e %Y %l:%i %p %j %U'), FROM_UNIXTIME(0), UNIX_TIMESTAMP('2024-01-01'), MICROSECOND('10:00:00.5'), CONVERT_TZ('2024-01-01 12:00:00', '+00:00', '+02:00'), DATE('2024-01-01 10:00'), TIME('2024-01-01 10:00'), '2024-01-01' < '2024-1-2', DATE('2024-01-01') = '2024-1-1';
→ [('2024-02-29', '2024-02-29', '2024-03-01', '2024-01-02 00:01:00', '2024-01-06', datetime.date(2024, 2, 29), 2, 0, 366, 1, 202353, 2, 739251, datetime.date(2024, 1, 1), datetime.date(2024, 2, 29), datetime.timedelta(seconds=3723), datetime.timedelta(seconds=3661), 3661, 202403, datetime.timedelta(seconds=5400), '11:30:00', datetime.datetime(2024, 1, 1, 10, 0), 202405, datetime.date(2024, 5, 6), 'Monday May 6 2024 7:08 AM 127 18', datetime.datetime(1970, 1, 1, 0, 0), 1704067200, 500000, datetime.datetime(2024, 1, 1, 14, 0), datetime.date(2024, 1, 1), datetime.timedelta(seconds=36000), 1, 1)]
SELECT ABS(-5), SIGN(-2), POW(2, 3), SQRT(16), EXP(0), LN(1), LOG(2, 8), LOG10(100), LOG2(8), PI(), ROUND(2.5), ROUND(-2.5), ROUND(1.255, 2), ROUND(25E-1), CEILING(1.2), MOD(10, 3), RADIANS(180), CONV('ff', 16, 10), BIN(5), OCT(8), CRC32('a'), TRUNCATE(-1.999, 1), DEGREES(PI()), COT(1), BIT_COUNT(7);
→ [(5, -1, 8.0, 4.0, 1.0, 0.0, 3.0, 2.0, 3.0, 3.141593, Decimal('3'), Decimal('-3'), Decimal('1.26'), 2.0, 2, 1, 3.141592653589793, '255', '101', '10', 3904355907, Decimal('-1.9'), 180.0, 0.6420926159343306, 3)]
SELECT JSON_EXTRACT('{"a": {"b": [1, "x", null]}}', '$.a.b[1]'), JSON_UNQUOTE('"x"'), JSON_OBJECT('a', 1, 'b', 'x'), JSON_ARRAY(1, 'a', NULL), JSON_VALID('{'), JSON_CONTAINS('[1,2]', '1'), JSON_LENGTH('[1,2]'), JSON_KEYS('{"a":1}'), JSON_SET('{"a":1}', '$.b', 2), JSON_REMOVE('{"a":1}', '$.a'), JSON_TYPE('[1]'), JSON_SEARCH('["a","b"]', 'one', 'b'), JSON_MERGE_PATCH('{"a":1}', '{"a":2}'), JSON_VALUE('{"a":"x"}', '$.a'), JSON_QUOTE('a"b'), JSON_DEPTH('[[1]]'), JSON_ARRAY_APPEND('[1]', '$', 2), JSON_REPLACE('{"a":1}', '$.a', 'y'), JSON_INSERT('{"a":1}', '$.c', TRUE), JSON_CONTAINS_PATH('{"a":1}', 'one', '$.a', '$.b');
→ [('"x"', 'x', '{"a": 1, "b": "x"}', '[1, "a", null]', 0, 1, 2, '["a"]', '{"a": 1, "b": 2}', '{}', 'ARRAY', '"$[1]"', '{"a": 2}', 'x', '"a\\"b"', 3, '[1, 2]', '{"a": "y"}', '{"a": 1, "c": true}', 1)]
