-- Accounts and their entries.

CREATE TABLE accounts (id INT AUTO_INCREMENT PRIMARY KEY, owner VARCHAR(30) NOT NULL, currency CHAR(3) NOT NULL DEFAULT 'EUR', opened DATE NOT NULL, UNIQUE (owner, currency));
→ 0 rows
CREATE TABLE entries (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, account_id INT NOT NULL, booked DATE NOT NULL, amount DECIMAL(14,2) NOT NULL, memo VARCHAR(100), FOREIGN KEY (account_id) REFERENCES accounts(id));
→ 0 rows
INSERT INTO accounts (owner, opened) VALUES ('ann', '2023-01-15'), ('bob', '2023-06-30'), ('cy', '2024-01-01');
→ 3 rows, id 1
INSERT INTO entries (account_id, booked, amount, memo) VALUES (1,'2024-01-05',100.00,'salary'),(1,'2024-01-09',-25.40,'food'),(1,'2024-02-05',100.00,'salary'),(2,'2024-01-31',50,'gift'),(2,'2024-02-29',-70.25,'rent'),(3,'2024-03-01',0.01,NULL);
→ 6 rows, id 1
SELECT a.owner, e.booked, e.amount, SUM(e.amount) OVER (PARTITION BY a.id ORDER BY e.booked, e.id) AS balance FROM entries e JOIN accounts a ON a.id = e.account_id ORDER BY a.owner, e.booked;
→ [('ann', datetime.date(2024, 1, 5), Decimal('100.00'), Decimal('100.00')), ('ann', datetime.date(2024, 1, 9), Decimal('-25.40'), Decimal('74.60')), ('ann', datetime.date(2024, 2, 5), Decimal('100.00'), Decimal('174.60')), ('bob', datetime.date(2024, 1, 31), Decimal('50.00'), Decimal('50.00')), ('bob', datetime.date(2024, 2, 29), Decimal('-70.25'), Decimal('-20.25')), ('cy', datetime.date(2024, 3, 1), Decimal('0.01'), Decimal('0.01'))]
SELECT DATE_FORMAT(booked, '%Y-%m') AS month, SUM(IF(amount > 0, amount, 0)) AS incoming, -SUM(CASE WHEN amount < 0 THEN amount ELSE 0 END) AS outgoing, SUM(amount) AS net FROM entries GROUP BY month ORDER BY month;
→ [('2024-01', Decimal('150.00'), Decimal('25.40'), Decimal('124.60')), ('2024-02', Decimal('100.00'), Decimal('70.25'), Decimal('29.75')), ('2024-03', Decimal('0.01'), Decimal('0.00'), Decimal('0.01'))]
SELECT YEAR(booked) AS y, QUARTER(booked) AS q, SUM(amount) FROM entries GROUP BY y, q WITH ROLLUP;
→ [(2024, 1, Decimal('154.36')), (2024, None, Decimal('154.36')), (None, None, Decimal('154.36'))]
SELECT owner, (SELECT MAX(booked) FROM entries e WHERE e.account_id = a.id) AS last, TIMESTAMPDIFF(MONTH, opened, '2024-03-31') AS months FROM accounts a ORDER BY owner;
→ [('ann', datetime.date(2024, 2, 5), 14), ('bob', datetime.date(2024, 2, 29), 9), ('cy', datetime.date(2024, 3, 1), 2)]
SELECT owner, amount FROM (SELECT a.owner, e.amount, ROW_NUMBER() OVER (PARTITION BY e.account_id ORDER BY e.amount DESC) AS rn FROM entries e JOIN accounts a ON a.id = e.account_id) t WHERE rn = 1 ORDER BY owner;
→ [('ann', Decimal('100.00')), ('bob', Decimal('50.00')), ('cy', Decimal('0.01'))]
SELECT booked, amount, LAG(amount) OVER (ORDER BY id) AS prev, amount - LAG(amount, 1, 0) OVER (ORDER BY id) AS diff FROM entries ORDER BY id;
→ error 1064
SELECT account_id, ROUND(AVG(amount), 2), ROUND(STDDEV_SAMP(amount), 4), MIN(booked), DATEDIFF(MAX(booked), MIN(booked)) AS days FROM entries GROUP BY account_id ORDER BY account_id;
→ [(1, Decimal('58.20'), 72.3997, datetime.date(2024, 1, 5), 31), (2, Decimal('-10.13'), 85.0296, datetime.date(2024, 1, 31), 29), (3, Decimal('0.01'), None, datetime.date(2024, 3, 1), 0)]
SET @run := 0;
→ 0 rows
SELECT id, amount, (@run := @run + amount) AS running FROM entries ORDER BY id;
→ [(1, Decimal('100.00'), Decimal('100.00')), (2, Decimal('-25.40'), Decimal('74.60')), (3, Decimal('100.00'), Decimal('174.60')), (4, Decimal('50.00'), Decimal('224.60')), (5, Decimal('-70.25'), Decimal('154.35')), (6, Decimal('0.01'), Decimal('154.36'))]
START TRANSACTION;
→ 0 rows
UPDATE entries SET amount = amount - 10 WHERE id = 1;
→ 1 rows
UPDATE entries SET amount = amount + 10 WHERE id = 4;
→ 1 rows
SAVEPOINT a;
→ 0 rows
DELETE FROM entries;
→ 6 rows
ROLLBACK TO SAVEPOINT a;
→ 0 rows
COMMIT;
→ 0 rows
SELECT id, amount FROM entries ORDER BY id;
→ [(1, Decimal('90.00')), (2, Decimal('-25.40')), (3, Decimal('100.00')), (4, Decimal('60.00')), (5, Decimal('-70.25')), (6, Decimal('0.01'))]
INSERT INTO accounts (owner, opened) VALUES ('ann', '2020-02-02'), ('dee', '2021-01-01') ON DUPLICATE KEY UPDATE opened = LEAST(opened, VALUES(opened));
→ 3 rows, id 4
SELECT owner, opened, opened + INTERVAL 30 DAY AS due, DATE_ADD(opened, INTERVAL 1 MONTH) AS later, LAST_DAY(opened) AS eom FROM accounts ORDER BY owner;
→ [('ann', datetime.date(2020, 2, 2), datetime.date(2020, 3, 3), datetime.date(2020, 3, 2), datetime.date(2020, 2, 29)), ('bob', datetime.date(2023, 6, 30), datetime.date(2023, 7, 30), datetime.date(2023, 7, 30), datetime.date(2023, 6, 30)), ('cy', datetime.date(2024, 1, 1), datetime.date(2024, 1, 31), datetime.date(2024, 2, 1), datetime.date(2024, 1, 31)), ('dee', datetime.date(2021, 1, 1), datetime.date(2021, 1, 31), datetime.date(2021, 2, 1), datetime.date(2021, 1, 31))]
INSERT INTO accounts (owner, currency, opened) VALUES ('eve', 'EURO', '2024-01-01');
→ error 1406
SELECT booked, DAYOFWEEK(booked), WEEKDAY(booked), DAYOFYEAR(booked), WEEK(booked), YEARWEEK(booked, 1), DATE_FORMAT(booked, '%W %M %D') FROM entries ORDER BY id;
→ [(datetime.date(2024, 1, 5), 6, 4, 5, 0, 202401, 'Friday January 5th'), (datetime.date(2024, 1, 9), 3, 1, 9, 1, 202402, 'Tuesday January 9th'), (datetime.date(2024, 2, 5), 2, 0, 36, 5, 202406, 'Monday February 5th'), (datetime.date(2024, 1, 31), 4, 2, 31, 4, 202405, 'Wednesday January 31st'), (datetime.date(2024, 2, 29), 5, 3, 60, 8, 202409, 'Thursday February 29th'), (datetime.date(2024, 3, 1), 6, 4, 61, 8, 202409, 'Friday March 1st')]
SELECT IFNULL(memo, '(none)'), CONCAT(memo, ': ', amount), CONCAT_WS(', ', memo, amount, booked) FROM entries ORDER BY id;
→ [('salary', 'salary: 90.00', 'salary, 90.00, 2024-01-05'), ('food', 'food: -25.40', 'food, -25.40, 2024-01-09'), ('salary', 'salary: 100.00', 'salary, 100.00, 2024-02-05'), ('gift', 'gift: 60.00', 'gift, 60.00, 2024-01-31'), ('rent', 'rent: -70.25', 'rent, -70.25, 2024-02-29'), ('(none)', None, '0.01, 2024-03-01')]
SELECT memo, COUNT(*), SUM(SUM(amount)) OVER (ORDER BY memo) AS cum FROM entries GROUP BY memo ORDER BY memo;
→ [(None, 1, Decimal('0.01')), ('food', 1, Decimal('-25.39')), ('gift', 1, Decimal('34.61')), ('rent', 1, Decimal('-35.64')), ('salary', 2, Decimal('154.36'))]
SELECT amount DIV 7, amount % 7, amount / 7, ROUND(amount), TRUNCATE(amount, 1), CEILING(amount), FORMAT(amount, 2), CAST(amount AS SIGNED) FROM entries ORDER BY id;
→ [(12, Decimal('6.00'), Decimal('12.857143'), Decimal('90'), Decimal('90.0'), 90, '90.00', 90), (-3, Decimal('-4.40'), Decimal('-3.628571'), Decimal('-25'), Decimal('-25.4'), -25, '-25.40', -25), (14, Decimal('2.00'), Decimal('14.285714'), Decimal('100'), Decimal('100.0'), 100, '100.00', 100), (8, Decimal('4.00'), Decimal('8.571429'), Decimal('60'), Decimal('60.0'), 60, '60.00', 60), (-10, Decimal('-0.25'), Decimal('-10.035714'), Decimal('-70'), Decimal('-70.2'), -70, '-70.25', -70), (0, Decimal('0.01'), Decimal('0.001429'), Decimal('0'), Decimal('0.0'), 1, '0.01', 0)]
SELECT 7 / 2, 7 DIV 2, -7 DIV 2, 7 MOD 3, POW(2, 10), 10 / 4, 1 / 3, 1e3 / 3, 0.1 + 0.2, ROUND(2.5), ROUND(-2.5), ROUND(2.5e0);
→ [(Decimal('3.5000'), 3, -3, 1, 1024.0, Decimal('2.5000'), Decimal('0.3333'), 333.3333333333333, Decimal('0.3'), Decimal('3'), Decimal('-3'), 2.0)]
SELECT SUBSTRING(memo, 2, 3), LEFT(memo, 2), REVERSE(memo), LPAD(id, 4, '0'), REPLACE(memo, 'a', 'A'), LOCATE('a', memo), SUBSTRING_INDEX('a.b.c', '.', -2) FROM entries ORDER BY id;
→ [('ala', 'sa', 'yralas', '0001', 'sAlAry', 2, 'b.c'), ('ood', 'fo', 'doof', '0002', 'food', 0, 'b.c'), ('ala', 'sa', 'yralas', '0003', 'sAlAry', 2, 'b.c'), ('ift', 'gi', 'tfig', '0004', 'gift', 0, 'b.c'), ('ent', 're', 'tner', '0005', 'rent', 0, 'b.c'), (None, None, None, '0006', None, None, 'b.c')]
SELECT memo REGEXP '^[a-m]', REGEXP_REPLACE(memo, '[aeiou]', '*'), REGEXP_SUBSTR(memo, '[a-z]{3}') FROM entries WHERE memo IS NOT NULL ORDER BY id;
→ [(0, 's*l*ry', 'sal'), (1, 'f**d', 'foo'), (0, 's*l*ry', 'sal'), (1, 'g*ft', 'gif'), (0, 'r*nt', 'ren')]
CREATE VIEW balances AS SELECT a.id, a.owner, SUM(e.amount) AS balance FROM accounts a JOIN entries e ON e.account_id = a.id GROUP BY a.id, a.owner;
→ 0 rows
SELECT * FROM balances WHERE balance > 10 ORDER BY owner;
→ [(1, 'ann', Decimal('164.60'))]
CREATE TABLE archive LIKE entries;
→ 0 rows
INSERT INTO archive SELECT * FROM entries WHERE booked < '2024-02-01';
→ 3 rows, id 4
SELECT id, amount, memo FROM archive ORDER BY id;
→ [(1, Decimal('90.00'), 'salary'), (2, Decimal('-25.40'), 'food'), (4, Decimal('60.00'), 'gift')]
CREATE TABLE arch2 AS SELECT account_id, SUM(amount) AS total FROM entries GROUP BY account_id;
→ 3 rows
SELECT * FROM arch2 ORDER BY account_id;
→ [(1, Decimal('164.60')), (2, Decimal('-10.25')), (3, Decimal('0.01'))]
DELETE FROM archive ORDER BY amount DESC LIMIT 1;
→ 1 rows
SELECT COUNT(*) FROM archive;
→ [(2,)]
UPDATE entries e, accounts a SET e.memo = a.owner WHERE a.id = e.account_id AND e.memo IS NULL;
→ 1 rows
SELECT memo FROM entries WHERE id = 6;
→ [('cy',)]
SELECT a.owner FROM accounts a LEFT JOIN entries e ON e.account_id = a.id WHERE e.id IS NULL ORDER BY 1;
→ [('dee',)]
SELECT owner FROM accounts EXCEPT SELECT a.owner FROM accounts a JOIN entries e ON e.account_id = a.id;
→ [('dee',)]
(SELECT owner AS x FROM accounts ORDER BY id LIMIT 1) UNION ALL (SELECT memo FROM entries ORDER BY id DESC LIMIT 1);
→ [('ann',), ('cy',)]
SELECT SQL_CALC_FOUND_ROWS id FROM entries ORDER BY id LIMIT 2;
→ [(1,), (2,)]
SELECT FOUND_ROWS();
→ [(6,)]
SELECT CAST('2024-02-30' AS DATE), CAST('12abc' AS UNSIGNED), '5' + '5', 'a' + 1, NULL <=> NULL, 'a' = 'A', 'a' = 'a ';
→ [(None, 12, 10.0, 1.0, 1, 1, 1)]
SELECT STR_TO_DATE('01,5,2024', '%d,%m,%Y'), FROM_UNIXTIME(0), SEC_TO_TIME(3661), MAKEDATE(2024, 60), PERIOD_ADD(202401, 3);
→ [(datetime.date(2024, 5, 1), datetime.datetime(1970, 1, 1, 0, 0), datetime.timedelta(seconds=3661), datetime.date(2024, 2, 29), 202404)]
SELECT GREATEST(1, 2.5), LEAST('b', 'a'), NULLIF(1, 1), ELT(2, 'a', 'b'), FIELD('b', 'a', 'b'), INTERVAL(5, 1, 10);
→ [(Decimal('2.5'), 'a', None, 'b', 2, 1)]
SELECT MD5('a'), SHA1('a'), HEX('abc'), UNHEX('414243'), TO_BASE64('abc'), CRC32('a'), BIN(5), CONV('ff', 16, 10), INET_ATON('10.0.0.1');
→ [('0cc175b9c0f1b6a831c399e269772661', '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8', '616263', b'ABC', 'YWJj', 3904355907, '101', '255', 167772161)]
SELECT account_id, JSON_ARRAYAGG(amount), JSON_OBJECTAGG(id, memo) FROM entries GROUP BY account_id ORDER BY account_id;
→ [(1, '[90.00,-25.40,100.00]', '{"1":"salary", "2":"food", "3":"salary"}'), (2, '[60.00,-70.25]', '{"4":"gift", "5":"rent"}'), (3, '[0.01]', '{"6":"cy"}')]
SELECT j.* FROM JSON_TABLE('[{"a": 1, "b": "x"}, {"a": 2}]', '$[*]' COLUMNS (n FOR ORDINALITY, a INT PATH '$.a', b VARCHAR(5) PATH '$.b' DEFAULT '"-"' ON EMPTY)) AS j;
→ [(1, 1, 'x'), (2, 2, '"-"')]
SELECT COLUMN_NAME, DATA_TYPE, IS_NULLABLE, COLUMN_KEY FROM information_schema.COLUMNS WHERE TABLE_NAME = 'entries' AND TABLE_SCHEMA = DATABASE() ORDER BY ORDINAL_POSITION;
→ [('id', 'bigint', 'NO', 'PRI'), ('account_id', 'int', 'NO', 'MUL'), ('booked', 'date', 'NO', ''), ('amount', 'decimal', 'NO', ''), ('memo', 'varchar', 'YES', '')]
SELECT 1 FROM DUAL WHERE 'abc' LIKE 'A_C' AND 'abc' NOT LIKE BINARY 'A%';
→ [(1,)]
SELECT amount, RANK() OVER (ORDER BY amount DESC) AS r, PERCENT_RANK() OVER (ORDER BY amount) AS p, CUME_DIST() OVER (ORDER BY amount) FROM entries ORDER BY id;
→ [(Decimal('90.00'), 2, 0.8, 0.8333333333), (Decimal('-25.40'), 5, 0.2, 0.3333333333), (Decimal('100.00'), 1, 1.0, 1.0), (Decimal('60.00'), 3, 0.6, 0.6666666667), (Decimal('-70.25'), 6, 0.0, 0.1666666667), (Decimal('0.01'), 4, 0.4, 0.5)]
SELECT AVG(amount) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM entries ORDER BY id;
→ [(Decimal('32.300000'),), (Decimal('54.866667'),), (Decimal('44.866667'),), (Decimal('29.916667'),), (Decimal('-3.413333'),), (Decimal('-35.120000'),)]
SELECT memo, MAX(amount) FROM entries GROUP BY memo HAVING MAX(amount) = (SELECT MAX(amount) FROM entries) ORDER BY memo;
→ [('salary', Decimal('100.00'))]
SELECT NOW() > '2000-01-01', CURDATE() = DATE(NOW()), DATE_SUB(CURDATE(), INTERVAL DAYOFMONTH(CURDATE()) - 1 DAY) <= CURDATE();
→ [(1, 1, 1)]
