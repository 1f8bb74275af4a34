-- Columns of every type: how they compare, convert, sort and add up.

CREATE TABLE every (
  id INT PRIMARY KEY AUTO_INCREMENT, g INT NOT NULL,
  i INT, u INT UNSIGNED, ti TINYINT, bi BIGINT, bu BIGINT UNSIGNED, yr YEAR, bt BIT(8),
  de DECIMAL(10,2), dl DECIMAL(30,10), db DOUBLE, fl FLOAT,
  vc VARCHAR(40), vb VARCHAR(40) COLLATE utf8mb4_bin, ch CHAR(10), tx TEXT, vn VARCHAR(20),
  en ENUM('b','a','x'), st SET('a','b','c'),
  da DATE, dt DATETIME, d6 DATETIME(6), ts TIMESTAMP NULL, tm TIME, t3 TIME(3),
  js JSON, bn VARBINARY(10), bl BLOB
);
→ 0 rows

INSERT INTO every (g, i, u, ti, bi, bu, yr, bt, de, dl, db, fl, vc, vb, ch, tx, vn, en, st, da, dt, d6, ts, tm, t3, js, bn, bl) VALUES (1, 1, 1, 1, 1, 1, 2001, 1, 1.50, 1.5, 1.5, 1.5, 'abc', 'abc', 'abc', 'abc', '1', 'a', 'a', '2024-01-31', '2024-01-31 10:20:30', '2024-01-31 10:20:30.5', '2024-01-31 10:20:30', '10:20:30', '10:20:30.25', '[1, 2]', 'abc', 'abc');
→ 1 rows, id 1

INSERT INTO every (g, i, u, ti, bi, bu, yr, bt, de, dl, db, fl, vc, vb, ch, tx, vn, en, st, da, dt, d6, ts, tm, t3, js, bn, bl) VALUES (1, -7, 7, -7, -9223372036854775808, 18446744073709551615, 1999, 255, -99.99, -12345678901234567890.0123456789, -2.5e10, 0.1, 'ABC', 'ABC', 'ABC ', 'Été', '12abc', 'b', 'a,b', '2024-02-29', '2023-12-31 23:59:59', '2023-12-31 23:59:59.999999', '1999-12-31 23:59:59', '-01:02:03', '838:59:59', '{"a": 1}', 0x00FF, 'A');
→ 1 rows, id 2

INSERT INTO every (g, i, u, ti, bi, bu, yr, bt, de, dl, db, fl, vc, vb, ch, tx, vn, en, st, da, dt, d6, ts, tm, t3, js, bn, bl) VALUES (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
→ error 1136

INSERT INTO every (g, i, u, ti, bi, bu, yr, bt, de, dl, db, fl, vc, vb, ch, tx, vn, en, st, da, dt, d6, ts, tm, t3, js, bn, bl) VALUES (2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', '', '', '', '0', 'x', '', '0001-01-01', '2010-10-10', '2010-10-10', '2010-10-10', '0:0:0', '0:0:0', 'null', '', '');
→ 1 rows, id 3

INSERT INTO every (g, i, u, ti, bi, bu, yr, bt, de, dl, db, fl, vc, vb, ch, tx, vn, en, st, da, dt, d6, ts, tm, t3, js, bn, bl) VALUES (3, 12, 4294967295, 127, 9223372036854775807, 12, 2155, 65, 12.00, 0.0000000001, 0.1, 123456.789, 'a%b_c', 'abc ', '12', 'hello world', '3.7', 'b', 'c', '9999-12-31', '9999-12-31 23:59:59', '1969-12-31 23:59:59.000001', '2038-01-01', '00:00:01', '12:34:56.789', '"a"', '12', 'äö');
→ 1 rows, id 4

SELECT vc, MAX(i) FROM every GROUP BY g;
→ [('abc', 1), ('', 0), ('a%b_c', 12)]

SELECT vc, MIN(i) FROM every GROUP BY g;
→ [('abc', -7), ('', 0), ('a%b_c', 12)]

SELECT id, MAX(i) FROM every;
→ [(1, 12)]

SELECT id, MAX(dl), MIN(d6), MAX(t3), MIN(ts), MAX(st), MAX(vb), MIN(vb) FROM every GROUP BY g;
→ [(1, Decimal('1.5000000000'), datetime.datetime(2023, 12, 31, 23, 59, 59, 999999), datetime.timedelta(days=34, seconds=82799), datetime.datetime(1999, 12, 31, 23, 59, 59), 'a,b', 'abc', 'ABC'), (3, Decimal('0E-10'), datetime.datetime(2010, 10, 10, 0, 0), datetime.timedelta(0), datetime.datetime(2010, 10, 10, 0, 0), '', '', ''), (4, Decimal('1E-10'), datetime.datetime(1969, 12, 31, 23, 59, 59, 1), datetime.timedelta(seconds=45296, microseconds=789000), datetime.datetime(2038, 1, 1, 0, 0), 'c', 'abc ', 'abc ')]

SELECT yr - 5000 FROM every;
→ error 1690

SELECT CAST(yr AS SIGNED) - 5000 FROM every;
→ [(-2999,), (-3001,), (-5000,), (-2845,)]

SELECT DATE(yr), YEAR(yr), MONTH(yr), CAST(yr AS DATE) FROM every WHERE id < 3;
→ [('2001-00-00', 2001, 0, '2001-00-00'), ('1999-00-00', 1999, 0, '1999-00-00')]

SELECT id FROM every WHERE js = '"a"';
→ [(4,)]

SELECT id FROM every WHERE js > '[';
→ [(1,), (2,), (3,)]

SELECT js FROM every ORDER BY js;
→ [('"a"',), ('[1, 2]',), ('null',), ('{"a": 1}',)]

SELECT id FROM every WHERE vc > LEFT(js, 10);
→ [(1,), (4,)]

SELECT id FROM every WHERE CONCAT(vc, vb) = 'ABCabc';
→ []

SELECT id FROM every WHERE st IN (ch, bt);
→ [(1,), (3,)]

SELECT id FROM every WHERE BINARY vc = 'ABC';
→ [(2,)]

SELECT id FROM every WHERE vc = 0xFF;
→ error 1300

SELECT BINARY vc, UPPER(BINARY vc) FROM every;
→ [(b'abc', b'abc'), (b'ABC', b'ABC'), (b'', b''), (b'a%b_c', b'a%b_c')]

SELECT id FROM every WHERE DATE(vc) < '2024-01-01';
→ [(1,), (2,), (3,), (4,)]

SELECT id FROM every WHERE CAST(vc AS DATE) NOT BETWEEN '2000-01-01' AND '2024-01-01';
→ [(1,), (2,), (3,), (4,)]

SELECT id FROM every WHERE tm BETWEEN DATE'2024-01-01' AND '2024-12-31';
→ [(1,), (2,), (3,), (4,)]

SELECT fl, IF(1, fl, 2), COALESCE(fl, 1), SQRT(fl), IF(1, fl, NULL) FROM every;
→ [(1.5, 1.5, 1.5, 1.224744871391589, 1.5), (0.1, 0.10000000149011612, 0.10000000149011612, 0.3162277683729184, 0.1), (0.0, 0.0, 0.0, 0.0, 0.0), (123457.0, 123456.7890625, 123456.7890625, 351.3641829533853, 123457.0)]

SELECT SIGN(bt), FORMAT(bt, 1), bt - 500 FROM every;
→ error 1690

SELECT DATE_ADD(da, INTERVAL bt DAY) FROM every WHERE id < 3;
→ [(datetime.date(2024, 2, 1),), (datetime.date(2024, 11, 10),)]

SELECT id FROM every WHERE NOT bu;
→ [(3,)]

SELECT id FROM every ORDER BY -2;
→ error 1054

SELECT MAX(i) FROM every GROUP BY FALSE;
→ error 1054

SELECT bn COLLATE utf8mb4_bin FROM every;
→ error 1253

SELECT REGEXP_INSTR(vb, '(a)(b)?'), REGEXP_SUBSTR(vb, '[a-c]+') FROM every;
→ [(1, 'abc'), (0, ''), (0, ''), (1, 'abc')]

SELECT COALESCE(bn, FLOOR(2.5)), IFNULL(i, 0x41) FROM every;
→ [(b'abc', b'1'), (b'\x00\xff', b'-7'), (b'', b'0'), (b'12', b'12')]

SELECT CASE d6 WHEN t3 THEN ts ELSE d6 END FROM every;
→ [(datetime.datetime(2024, 1, 31, 10, 20, 30, 500000),), (datetime.datetime(2023, 12, 31, 23, 59, 59, 999999),), (datetime.datetime(2010, 10, 10, 0, 0),), (datetime.datetime(1969, 12, 31, 23, 59, 59, 1),)]

SELECT STD(tm), VAR_SAMP(st), BIT_OR(d6), BIT_XOR(vn) FROM every;
→ [(45842.4659, 3.3333, 21917216014335, 14)]

SELECT CASE js WHEN de THEN YEAR(DATE_ADD(d6, INTERVAL '1.5' DAY_SECOND)) ELSE da END FROM every ORDER BY id;
→ [('2024-01-31',), ('2024-02-29',), ('2010',), ('9999-12-31',)]

SELECT AVG(i) FROM every GROUP BY TIMESTAMP'2024-02-29 23:59:59.999999' ORDER BY 1;
→ [(Decimal('1.5000'),)]

SELECT (ch COLLATE utf8mb4_bin < en) FROM every ORDER BY id;
→ [(0,), (1,), (1,), (1,)]

SELECT TIMESTAMPADD(HOUR, '1-1', da) FROM every ORDER BY id;
→ [(datetime.datetime(2024, 1, 31, 1, 0),), (datetime.datetime(2024, 2, 29, 1, 0),), (datetime.datetime(1, 1, 1, 1, 0),), (datetime.datetime(9999, 12, 31, 1, 0),)]

SELECT (t3 REGEXP '[a-c]+') FROM every ORDER BY id;
→ [(0,), (0,), (0,), (0,)]

SELECT id FROM every WHERE (NULL = 2) ORDER BY id;
→ []

SELECT CASE WHEN CRC32(vn) THEN 'O''Brien' WHEN TRUE THEN 'aaa' ELSE tx END FROM every ORDER BY id;
→ [("O'Brien",), ("O'Brien",), ("O'Brien",), ("O'Brien",)]

SELECT YEARWEEK(da) FROM every ORDER BY id;
→ [(202404,), (202408,), (53,), (999952,)]

SELECT id FROM every WHERE (NOT NULL) ORDER BY id;
→ []

SELECT (NOT dl) FROM every ORDER BY id;
→ [(0,), (0,), (1,), (0,)]

SELECT MONTH(DATE_ADD('2024-01-31 10:20', INTERVAL de QUARTER)) FROM every ORDER BY id;
→ [(7,), (1,), (1,), (1,)]

SELECT DATE_SUB(DATE_SUB(TIMESTAMPADD(MICROSECOND, '1:1', da), INTERVAL i MONTH), INTERVAL u MINUTE) FROM every ORDER BY id;
→ [(datetime.datetime(2023, 12, 30, 23, 59, 0, 1),), (datetime.datetime(2024, 9, 28, 23, 53, 0, 1),), (datetime.datetime(1, 1, 1, 0, 0, 0, 1),), (datetime.datetime(1832, 11, 14, 19, 45, 0, 1),)]

SELECT CASE WHEN FALSE THEN DAY('2010-10-10 00:00:00') WHEN TRUE THEN DATE_FORMAT(DATE'2024-01-31', '%D') END FROM every ORDER BY id;
→ [('31st',), ('31st',), ('31st',), ('31st',)]

SELECT dl FROM every ORDER BY dl, id;
→ [(Decimal('-12345678901234567890.0123456789'),), (Decimal('0E-10'),), (Decimal('1E-10'),), (Decimal('1.5000000000'),)]

SELECT VAR_SAMP(t3) FROM every GROUP BY g ORDER BY 1;
→ [(None,), (None,), (34311737767538.28,)]

SELECT '2024/07/04' FROM every ORDER BY '2024/07/04', id;
→ [('2024/07/04',), ('2024/07/04',), ('2024/07/04',), ('2024/07/04',)]

SELECT MAKEDATE(u, bt) FROM every ORDER BY id;
→ [(datetime.date(2001, 1, 1),), (datetime.date(2007, 9, 12),), (None,), (None,)]

SELECT CASE d6 WHEN IF(de, 1=1, 1) THEN 12345678901234567890.12345 END FROM every ORDER BY id;
→ [(None,), (None,), (None,), (None,)]

SELECT AVG('2024-00-10') FROM every GROUP BY bn ORDER BY 1;
→ [(2024.0,), (2024.0,), (2024.0,), (2024.0,)]

SELECT (3 / SIGN(1e10)) FROM every ORDER BY id;
→ [(Decimal('3.0000'),), (Decimal('3.0000'),), (Decimal('3.0000'),), (Decimal('3.0000'),)]

SELECT id FROM every WHERE (ts NOT IN (da, bt)) ORDER BY id;
→ [(1,), (2,), (3,), (4,)]

SELECT SHA2(TIME'10:20:30', ti) FROM every ORDER BY id;
→ [(None,), (None,), ('feb64de9c87bca5d409438a5d2d14b346aca4be1fec2e07e891ba1bd5afd88f4',), (None,)]

SELECT CAST(bu AS DATE) FROM every ORDER BY id;
→ [(None,), (None,), ('0000-00-00',), (None,)]

SELECT MICROSECOND(d6) FROM every ORDER BY id;
→ [(500000,), (999999,), (0,), (1,)]

SELECT CONCAT_WS('', vn, vb) FROM every ORDER BY id;
→ [('1abc',), ('12abcABC',), ('0',), ('3.7abc ',)]

SELECT (X'' NOT IN (vn, 0.1)) FROM every ORDER BY id;
→ [(1,), (1,), (1,), (1,)]

SELECT JSON_ARRAY(vn) FROM every ORDER BY id;
→ [('["1"]',), ('["12abc"]',), ('["0"]',), ('["3.7"]',)]

SELECT CAST('O''Brien' AS UNSIGNED) FROM every ORDER BY CAST('O''Brien' AS UNSIGNED), id;
→ [(0,), (0,), (0,), (0,)]

SELECT FROM_UNIXTIME(db) FROM every ORDER BY id;
→ [(datetime.datetime(1970, 1, 1, 0, 0, 1, 500000),), (None,), (datetime.datetime(1970, 1, 1, 0, 0),), (datetime.datetime(1970, 1, 1, 0, 0, 0, 100000),)]

SELECT (ch NOT REGEXP '(a)(b)?') FROM every ORDER BY id;
→ [(0,), (0,), (1,), (1,)]

SELECT CASE WHEN dt THEN 1000 WHEN TRUE THEN i ELSE SIN(CEILING(ti)) END FROM every ORDER BY id;
→ [(1000.0,), (1000.0,), (1000.0,), (1000.0,)]

SELECT (en > vc) FROM every ORDER BY id;
→ [(0,), (1,), (1,), (1,)]

SELECT (vb LIKE '%b%') FROM every ORDER BY id;
→ [(1,), (0,), (0,), (1,)]

SELECT RPAD(TIME'10:20:30', i, vb) FROM every ORDER BY RPAD(TIME'10:20:30', i, vb), id;
→ [(None,), ('',), ('1',), ('10:20:30abc ',)]

SELECT BIT_AND(1) FROM every GROUP BY 20240131102030.25 ORDER BY 1;
→ [(1,)]

SELECT (d6 + '2023-12-31 23:59:59') FROM every ORDER BY id;
→ [(20240131104053.5,), (20231231237983.0,), (20101010002023.0,), (19691231237982.0,)]

SELECT (FIELD(js, t3) > da) FROM every ORDER BY id;
→ [(0,), (0,), (0,), (0,)]

SELECT DATE_ADD('24-1-2', INTERVAL '1-1' DAY_MICROSECOND) FROM every ORDER BY id;
→ [('2024-01-02 00:00:01.100000',), ('2024-01-02 00:00:01.100000',), ('2024-01-02 00:00:01.100000',), ('2024-01-02 00:00:01.100000',)]

SELECT (0e0 * FIELD(da, ('a'='b' > TIME'12:34:56.789'))) FROM every ORDER BY id;
→ [(0.0,), (0.0,), (0.0,), (0.0,)]

SELECT REGEXP_REPLACE(st, 'a|x', 'Abcdef') FROM every ORDER BY id;
→ [('Abcdef',), ('Abcdef,b',), ('',), ('c',)]

SELECT da FROM every ORDER BY da, id;
→ [(datetime.date(1, 1, 1),), (datetime.date(2024, 1, 31),), (datetime.date(2024, 2, 29),), (datetime.date(9999, 12, 31),)]

SELECT (i - vn) FROM every ORDER BY id;
→ [(0.0,), (-19.0,), (0.0,), (8.3,)]

SELECT REGEXP_REPLACE(LOWER(1.00), 'b$', FROM_BASE64(db)) FROM every ORDER BY id;
→ [(None,), (None,), (None,), (None,)]

SELECT CAST(12345678901234567890.12345 AS BINARY(4)) FROM every ORDER BY id;
→ [(b'1234',), (b'1234',), (b'1234',), (b'1234',)]

SELECT id FROM every WHERE (dl || ts) ORDER BY id;
→ [(1,), (2,), (3,), (4,)]

SELECT IFNULL('"a"', da) FROM every ORDER BY id;
→ [('"a"',), ('"a"',), ('"a"',), ('"a"',)]

SELECT (yr * db) FROM every ORDER BY id;
→ [(3001.5,), (-49975000000000.0,), (0.0,), (215.5,)]

SELECT (vb COLLATE utf8mb4_bin < en) FROM every ORDER BY id;
→ [(0,), (1,), (1,), (1,)]

SELECT REGEXP_REPLACE(ch, '.', en) FROM every ORDER BY id;
→ [('aaa',), ('bbb',), ('',), ('bb',)]

SELECT REGEXP_INSTR(QUOTE(LOG(vn)), 'a|x') FROM every ORDER BY id;
→ [(0,), (0,), (0,), (0,)]
