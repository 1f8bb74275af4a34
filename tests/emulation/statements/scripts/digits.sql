-- Quotients keep the digits that they are calculated with, but for where the server keeps them.
CREATE TABLE parts (id INT PRIMARY KEY, k INT, a INT, e ENUM('b','a'), bits BIT(8), js JSON, t TEXT COLLATE utf8mb4_bin);
→ 0 rows
INSERT INTO parts VALUES (1,1,1,'a',5,'[1,2]','b'),(2,1,1,'b',9,'{"a":  1}','B'),(3,2,2,NULL,NULL,NULL,NULL);
→ 3 rows
SELECT SUM(a/3), AVG(a/3), SUM(a/3)*3, MAX(a/3)*3, (SELECT 1/3)*3 FROM parts;
→ [(Decimal('1.3333'), Decimal('0.44444444'), Decimal('4.0000'), Decimal('2.0000'), Decimal('1.0000'))]
SELECT k, SUM(a/7) FROM parts GROUP BY k ORDER BY k;
→ [(1, Decimal('0.2858')), (2, Decimal('0.2857'))]
SELECT id, SUM(a/7)*7 FROM parts GROUP BY id ORDER BY id;
→ [(1, Decimal('1.0000')), (2, Decimal('1.0000')), (3, Decimal('2.0000'))]
SELECT k, SUM(a/7), COUNT(DISTINCT a) FROM parts GROUP BY k ORDER BY k;
→ [(1, Decimal('0.2857'), 1), (2, Decimal('0.2857'), 1)]
SELECT k, SUM(a/7) FROM parts GROUP BY k WITH ROLLUP;
→ [(1, Decimal('0.2857')), (2, Decimal('0.2857')), (None, Decimal('0.5714'))]
WITH c AS (SELECT a/3 AS x FROM parts) SELECT d.x*3, SUM(c.x) FROM c JOIN c AS d ON d.x > 0.5;
→ [(Decimal('2.0000'), Decimal('1.3333'))]
SELECT NULLIF(1/3, 0)*3, GREATEST(1/3, 0)*3, ABS(1/3)*3, MOD(10/3, 1)*3, CASE WHEN 1 THEN 1/3 END*3;
→ [(Decimal('1.0000'), Decimal('1.0000'), Decimal('1.0000'), Decimal('1.0000'), Decimal('1.0000'))]
SELECT a/7 BETWEEN 0.1429 AND 1, a/7 = 0.1429, a/7 IN (0.1429, 0.5) FROM parts WHERE id = 1;
→ [(0, 1, 0)]
SET @third = 10/3;
→ 0 rows
SELECT @third;
→ [(Decimal('3.333333333'),)]
SELECT AVG(a/7) INTO @mean FROM parts;
→ 1 rows
SELECT @mean;
→ [(Decimal('0.190476189666666666'),)]
SELECT MAX(e), MAX(bits + 0) FROM parts;
→ [('b', 9)]
-- JSON goes into JSON as it is written; what has been chosen or kept is text.
SELECT JSON_ARRAY(js), JSON_OBJECT('k', js), JSON_ARRAY(JSON_COMPACT(js)), JSON_SET('{}', '$.x', js) FROM parts ORDER BY id;
→ [('[[1,2]]', '{"k": [1,2]}', '[[1,2]]', '{"x": [1, 2]}'), ('[{"a":  1}]', '{"k": {"a":  1}}', '[{"a":  1}]', '{"x": {"a": 1}}'), ('[null]', '{"k": null}', '[null]', '{"x": null}')]
SELECT JSON_OBJECT('all', JSON_ARRAYAGG(JSON_OBJECT('id', id))) FROM parts;
→ [('{"all": [{"id": 1},{"id": 2},{"id": 3}]}',)]
SELECT JSON_ARRAY(LEAST(js, js)), JSON_ARRAY(JSON_KEYS(js)) FROM parts WHERE id = 2;
→ [('["{\\"a\\":  1}"]', '["[\\"a\\"]"]')]
SELECT MIN(js) OVER (), MAX(js) OVER () FROM parts WHERE id < 3;
→ [('[1,2]', '{"a":  1}'), ('[1,2]', '{"a":  1}')]
-- Collations
SELECT GREATEST(t, 'a'), LEAST('c', t), COALESCE(t, 5) = 'B', INSTR(t, 'B') FROM parts WHERE id < 3 ORDER BY id;
→ [('b', 'b', 0, 0), ('a', 'B', 1, 1)]
-- Constants of WHERE are calculated before the statement is strict.
UPDATE parts SET a = a WHERE 'x';
→ 0 rows
UPDATE parts SET a = a WHERE id = 1 AND '5x' = 5;
→ 0 rows
UPDATE parts SET a = a WHERE a = '1x';
→ error 1292
-- A recursion without an end
WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*), MAX(i) FROM n;
→ [(1001, 1001)]
SHOW WARNINGS;
→ [('Warning', 1931, 'Query execution was interrupted. The query exceeded max_recursive_iterations = 1000. The query result may be incomplete')]
