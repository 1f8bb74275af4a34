-- Savepoints where every statement is a transaction, and DELETE from two tables.

CREATE TABLE u (id INT PRIMARY KEY, n INT);
→ 0 rows
CREATE TABLE o (id INT PRIMARY KEY AUTO_INCREMENT, uid INT, n INT);
→ 0 rows
INSERT INTO u VALUES (1, 1), (2, 2);
→ 2 rows
INSERT INTO o (uid, n) VALUES (1, 1), (1, 2), (2, 3);
→ 3 rows, id 1
SAVEPOINT s1;
→ 0 rows
INSERT INTO u VALUES (3, 3);
→ 1 rows
ROLLBACK TO SAVEPOINT s1;
→ error 1305
RELEASE SAVEPOINT s1;
→ error 1305
SELECT * FROM u ORDER BY id;
→ [(1, 1), (2, 2), (3, 3)]
START TRANSACTION;
→ 0 rows
SAVEPOINT s2;
→ 0 rows
INSERT INTO u VALUES (4, 4);
→ 1 rows
ROLLBACK TO SAVEPOINT s2;
→ 0 rows
COMMIT;
→ 0 rows
SELECT COUNT(*) FROM u;
→ [(3,)]
DELETE u, o FROM u JOIN o ON o.uid = u.id WHERE u.id = 1;
→ 3 rows
SELECT COUNT(*) FROM o;
→ [(1,)]
