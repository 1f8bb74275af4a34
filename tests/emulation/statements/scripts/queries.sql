CREATE TABLE emp (id INT PRIMARY KEY, name VARCHAR(20), boss INT, dept VARCHAR(10), pay INT, hired DATE);
→ 0 rows
INSERT INTO emp VALUES (1, 'Ann', NULL, 'it', 100, '2020-01-15'), (2, 'Ben', 1, 'it', 80, '2021-02-28'), (3, 'cy', 1, 'hr', 70, '2020-12-31'), (4, 'Dee', 2, 'IT', 80, '2022-05-05'), (5, 'eve', 2, NULL, NULL, NULL);
→ 5 rows
SELECT dept, COUNT(*), COUNT(pay), SUM(pay), AVG(pay), STD(pay) FROM emp GROUP BY dept ORDER BY dept;
→ [(None, 1, 0, None, None, None), ('hr', 1, 1, Decimal('70'), Decimal('70.0000'), 0.0), ('it', 3, 3, Decimal('260'), Decimal('86.6667'), 9.4281)]
SELECT DISTINCT dept FROM emp ORDER BY dept DESC;
→ [('it',), ('hr',), (None,)]
SELECT e.name, b.name AS boss FROM emp e LEFT JOIN emp b ON e.boss = b.id ORDER BY e.id;
→ [('Ann', None), ('Ben', 'Ann'), ('cy', 'Ann'), ('Dee', 'Ben'), ('eve', 'Ben')]
SELECT name FROM emp WHERE pay > (SELECT AVG(pay) FROM emp) ORDER BY pay DESC;
→ [('Ann',)]
SELECT name FROM emp e WHERE EXISTS (SELECT 1 FROM emp x WHERE x.boss = e.id) ORDER BY 1;
→ [('Ann',), ('Ben',)]
SELECT name FROM emp WHERE boss IN (SELECT id FROM emp WHERE dept = 'it') ORDER BY name;
→ [('Ben',), ('cy',), ('Dee',), ('eve',)]
SELECT name FROM emp WHERE boss NOT IN (SELECT boss FROM emp) ORDER BY name;
→ []
SELECT name, pay, RANK() OVER (ORDER BY pay DESC) AS r, SUM(pay) OVER (PARTITION BY dept ORDER BY id) AS s, LAG(name) OVER (ORDER BY id) AS prev FROM emp ORDER BY id;
→ [('Ann', 100, 1, Decimal('100'), None), ('Ben', 80, 2, Decimal('180'), 'Ann'), ('cy', 70, 4, Decimal('70'), 'Ben'), ('Dee', 80, 2, Decimal('260'), 'cy'), ('eve', None, 5, None, 'Dee')]
SELECT name, ROW_NUMBER() OVER (PARTITION BY dept ORDER BY pay DESC, id) AS n FROM emp ORDER BY dept, n;
→ [('eve', 1), ('cy', 1), ('Ann', 1), ('Ben', 2), ('Dee', 3)]
WITH RECURSIVE tree AS (SELECT id, name, 0 AS depth FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, e.name, t.depth + 1 FROM emp e JOIN tree t ON e.boss = t.id) SELECT * FROM tree ORDER BY id;
→ [(1, 'Ann', 0), (2, 'Ben', 1), (3, 'cy', 1), (4, 'Dee', 2), (5, 'eve', 2)]
WITH RECURSIVE days AS (SELECT CAST('2024-02-27' AS DATE) AS d UNION ALL SELECT d + INTERVAL 1 DAY FROM days WHERE d < '2024-03-02') SELECT d, DAYNAME(d) FROM days;
→ [(datetime.date(2024, 2, 27), 'Tuesday'), (datetime.date(2024, 2, 28), 'Wednesday'), (datetime.date(2024, 2, 29), 'Thursday'), (datetime.date(2024, 3, 1), 'Friday'), (datetime.date(2024, 3, 2), 'Saturday')]
WITH a AS (SELECT dept, SUM(pay) AS t FROM emp GROUP BY dept), b AS (SELECT MAX(t) AS m FROM a) SELECT dept FROM a, b WHERE t = m;
→ [('it',)]
SELECT name FROM emp WHERE dept = 'it' UNION SELECT name FROM emp WHERE pay = 80 ORDER BY name;
→ [('Ann',), ('Ben',), ('Dee',)]
(SELECT name, pay FROM emp ORDER BY pay DESC LIMIT 1) UNION ALL (SELECT name, pay FROM emp WHERE pay IS NOT NULL ORDER BY pay LIMIT 1);
→ [('Ann', 100), ('cy', 70)]
SELECT 1 AS a UNION SELECT '1' UNION SELECT 1.0;
→ [('1',), ('1.0',)]
SELECT dept, pay, COUNT(*) FROM emp WHERE pay IS NOT NULL GROUP BY dept, pay WITH ROLLUP;
→ [('hr', 70, 1), ('hr', None, 1), ('it', 80, 2), ('it', 100, 1), ('it', None, 3), (None, None, 4)]
SELECT name, IF(pay >= 80, 'high', 'low') AS level, IFNULL(dept, 'none') AS d FROM emp HAVING level = 'high' ORDER BY d, name;
→ [('Ann', 'high', 'it'), ('Ben', 'high', 'it'), ('Dee', 'high', 'IT')]
SELECT GROUP_CONCAT(name), GROUP_CONCAT(DISTINCT dept ORDER BY dept), GROUP_CONCAT(name, ':', pay ORDER BY pay DESC, name SEPARATOR ' ') FROM emp;
→ [('Ann,Ben,cy,Dee,eve', 'hr,it', 'Ann:100 Ben:80 Dee:80 cy:70')]
SELECT YEAR(hired), COUNT(*) FROM emp GROUP BY YEAR(hired) ORDER BY 1;
→ [(None, 1), (2020, 2), (2021, 1), (2022, 1)]
SELECT name FROM emp ORDER BY FIELD(dept, 'hr', 'it') DESC, name LIMIT 2 OFFSET 1;
→ [('Ben',), ('Dee',)]
SELECT name FROM emp ORDER BY name COLLATE utf8mb4_bin;
→ [('Ann',), ('Ben',), ('Dee',), ('cy',), ('eve',)]
SELECT name FROM emp WHERE name COLLATE utf8mb4_bin LIKE 'a%';
→ []
SELECT (SELECT MAX(pay) FROM emp) - pay AS gap FROM emp WHERE pay IS NOT NULL ORDER BY gap, id;
→ [(0,), (20,), (20,), (30,)]
SELECT a.id, b.id FROM emp a JOIN emp b USING (dept) WHERE a.id < b.id ORDER BY 1, 2;
→ [(1, 2), (1, 4), (2, 4)]
SELECT * FROM emp NATURAL JOIN (SELECT 2 AS id, 'x' AS extra) AS t;
→ [(2, 'Ben', 1, 'it', 80, datetime.date(2021, 2, 28), 'x')]
SELECT id FROM emp WHERE (dept, pay) = ('it', 80) ORDER BY id;
→ [(2,), (4,)]
SELECT id FROM emp WHERE (dept, pay) IN (('it', 100), ('hr', 70)) ORDER BY id;
→ [(1,), (3,)]
SELECT id FROM emp WHERE pay > ALL (SELECT pay FROM emp WHERE dept = 'hr') ORDER BY id;
→ [(1,), (2,), (4,)]
SELECT id FROM emp WHERE pay = ANY (SELECT 80 UNION SELECT 70) ORDER BY id;
→ [(2,), (3,), (4,)]
SELECT MAX(name), MIN(name), MAX(hired), BIT_OR(id), COUNT(DISTINCT dept, pay) FROM emp;
→ [('eve', 'Ann', datetime.date(2022, 5, 5), 7, 3)]
SELECT @n := 5;
→ [(5,)]
SET @a = 2, @b = 'x';
→ 0 rows
SELECT @a * 3, @b, @missing;
→ [(6, 'x', None)]
SET @r := 0;
→ 0 rows
SELECT id, @r := @r + pay AS running FROM emp WHERE id < 4 ORDER BY id;
→ [(1, 100), (2, 180), (3, 250)]
SELECT COUNT(*) INTO @c FROM emp;
→ 1 rows
SELECT @c;
→ [(5,)]
CREATE VIEW v AS SELECT id, UPPER(name) AS loud, pay * 2 AS twice FROM emp WHERE dept = 'it';
→ 0 rows
SELECT * FROM v ORDER BY id;
→ [(1, 'ANN', 200), (2, 'BEN', 160), (4, 'DEE', 160)]
CREATE TABLE copy AS SELECT id, name, pay / 3 AS third, hired FROM emp WHERE id < 3;
→ 2 rows
SELECT * FROM copy;
→ [(1, 'Ann', Decimal('33.3333'), datetime.date(2020, 1, 15)), (2, 'Ben', Decimal('26.6667'), datetime.date(2021, 2, 28))]
CREATE TABLE likeness LIKE emp;
→ 0 rows
INSERT INTO likeness SELECT * FROM emp WHERE id > 3;
→ 2 rows
SELECT COUNT(*) FROM likeness;
→ [(2,)]
ALTER TABLE emp ADD COLUMN note VARCHAR(5) NOT NULL DEFAULT 'n' AFTER name, ADD INDEX (dept), MODIFY pay BIGINT, DROP COLUMN boss;
→ 5 rows
SELECT * FROM emp WHERE id = 1;
→ [(1, 'Ann', 'n', 'it', 100, datetime.date(2020, 1, 15))]
ALTER TABLE emp CHANGE note remark VARCHAR(12), MODIFY id BIGINT, RENAME TO staff;
→ 5 rows
UPDATE staff SET remark = NULL, pay = pay + 1, hired = hired + INTERVAL 1 YEAR WHERE id = 2;
→ 1 rows
SELECT remark, pay, hired FROM staff WHERE id = 2;
→ [(None, 81, datetime.date(2022, 2, 28))]
SELECT nothing FROM staff;
→ error 1054
SELECT * FROM nowhere;
→ error 1146
SELECT id FROM staff s JOIN likeness l ON s.id = l.id;
→ error 1052
SELEC 1;
→ error 1064
DROP TABLE IF EXISTS nowhere, copy;
→ 0 rows
DROP TABLE copy;
→ error 1051
START TRANSACTION;
→ 0 rows
DELETE FROM staff;
→ 5 rows
ROLLBACK;
→ 0 rows
SELECT COUNT(*) FROM staff;
→ [(5,)]
SAVEPOINT s;
→ 0 rows
SELECT NULL IS NULL, 1 IS NOT NULL, TRUE IS TRUE, 0 IS FALSE, NULL IS UNKNOWN;
→ [(1, 1, 1, 1, 1)]
SELECT 'it''s', "double", 'a\tb', 'a' 'b', _utf8mb4'x', N'y', 0x41, x'42', b'1000011', 1e2, .5, 'a\\b';
→ [("it's", 'double', 'a\tb', 'ab', 'x', 'y', b'A', b'B', b'C', 100.0, Decimal('0.5'), 'a\\b')]
SELECT 1 -- a comment
+ 1 # another
+ /* inner */ 1;
→ [(3,)]
SELECT /*! 1 + */ 1;
→ [(2,)]
SELECT VERSION() LIKE '10.%', DATABASE() IS NOT NULL, CONNECTION_ID() > 0, USER() LIKE '%@%', @@sql_mode LIKE '%STRICT%', @@autocommit;
→ [(1, 1, 1, 1, 1, 1)]
SELECT ROUND(2 / 3, 6), 1 / 7 * 1000, ROUND(pay / 7 * 100, 2), IFNULL(pay / 3, 0) * 3, FORMAT(pay / 7, 5) FROM staff WHERE id < 3 ORDER BY id;
→ [(Decimal('0.666667'), Decimal('142.8571'), Decimal('1428.57'), Decimal('100.0000'), '14.28571'), (Decimal('0.666667'), Decimal('142.8571'), Decimal('1157.14'), Decimal('81.0000'), '11.57143')]
SELECT GROUP_CONCAT(name ORDER BY dept), GROUP_CONCAT(name ORDER BY dept DESC, name) FROM staff;
→ [('eve,cy,Dee,Ben,Ann', 'Ann,Ben,Dee,cy,eve')]
SELECT name INTO @who FROM staff WHERE id = 1;
→ 1 rows
SELECT @who;
→ [('Ann',)]
create table spelled (s varchar(10), n int);
→ 0 rows
insert into spelled values ('b', 1), ('a', 2), ('A ', 2), ('á', 3), ('B', 1);
→ 5 rows
select s from spelled union select 'A';
→ [('b',), ('a',)]
select 'A' union select s from spelled;
→ [('A',), ('b',)]
select s, n from spelled union select 'B', 1 union all select 'b', 1;
→ [('b', 1), ('a', 2), ('á', 3), ('b', 1)]
select s from spelled union select 'C' union select 'c' order by s limit 2;
→ [('a',), ('b',)]
select count(*) from (select s from spelled union select 'Z') as d;
→ [(3,)]
