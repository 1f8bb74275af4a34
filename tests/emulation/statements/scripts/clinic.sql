-- Patients and their visits.

CREATE TABLE patients (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL, born DATE, contact JSON, weight DECIMAL(5,2), created DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, KEY ix_born (born));
→ 0 rows
CREATE TABLE visits (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, patient_id BIGINT UNSIGNED NOT NULL, at DATETIME NOT NULL, minutes SMALLINT NOT NULL DEFAULT 15, fee DECIMAL(8,2), kind ENUM('new','check','urgent') NOT NULL DEFAULT 'check', note TEXT, UNIQUE KEY uq (patient_id, at), FOREIGN KEY (patient_id) REFERENCES patients (id) ON DELETE CASCADE);
→ 0 rows
INSERT INTO patients (name, born, contact, weight) VALUES ('Ann Lee', '1990-05-17', '{"email": "Ann@x.org", "phones": ["1", "2"]}', 61.5), ('Bo Ek', '2010-02-28', '{"email": "bo@x.org"}', 40), ('Cy', NULL, NULL, NULL);
→ 3 rows, id 1
INSERT INTO visits (patient_id, at, minutes, fee, kind) VALUES (1, '2024-01-10 09:00', 10, 20.5, 'new'), (1, '2024-02-10 09:00', 20, 30, 'check'), (2, '2024-02-10 10:00', 20, 41, 3), (2, '2024-03-31 23:30', 45, NULL, 'check');
→ 4 rows, id 1
SELECT p.name, COUNT(v.id) AS visits, DATE(MAX(v.at)) AS last, SUM(v.fee) FROM patients p LEFT JOIN visits v ON v.patient_id = p.id GROUP BY p.id ORDER BY visits DESC, p.name;
→ [('Ann Lee', 2, datetime.date(2024, 2, 10), Decimal('50.50')), ('Bo Ek', 2, datetime.date(2024, 3, 31), Decimal('41.00')), ('Cy', 0, None, None)]
SELECT name, TIMESTAMPDIFF(YEAR, born, '2024-06-01') AS years FROM patients WHERE born IS NOT NULL ORDER BY years;
→ [('Bo Ek', 14), ('Ann Lee', 34)]
SELECT CONCAT(YEAR(at), '-Q', QUARTER(at)) AS q, SUM(fee), COUNT(DISTINCT patient_id) FROM visits GROUP BY q ORDER BY q;
→ [('2024-Q1', Decimal('91.50'), 2)]
SELECT p.name, v.at, ROUND(100 * v.fee / SUM(v.fee) OVER (), 2) AS pct, SUM(v.fee) OVER (PARTITION BY p.id ORDER BY v.at) AS running FROM visits v JOIN patients p ON p.id = v.patient_id ORDER BY v.at;
→ [('Ann Lee', datetime.datetime(2024, 1, 10, 9, 0), Decimal('22.40'), Decimal('20.50')), ('Ann Lee', datetime.datetime(2024, 2, 10, 9, 0), Decimal('32.79'), Decimal('50.50')), ('Bo Ek', datetime.datetime(2024, 2, 10, 10, 0), Decimal('44.81'), Decimal('41.00')), ('Bo Ek', datetime.datetime(2024, 3, 31, 23, 30), None, Decimal('41.00'))]
SELECT name, JSON_VALUE(contact, '$.phones[0]') AS phone, JSON_LENGTH(contact, '$.phones') AS n, JSON_KEYS(contact) FROM patients ORDER BY id;
→ [('Ann Lee', '1', 2, '["email", "phones"]'), ('Bo Ek', None, None, '["email"]'), ('Cy', None, None, None)]
UPDATE patients SET contact = JSON_ARRAY_APPEND(contact, '$.phones', '9') WHERE JSON_CONTAINS_PATH(contact, 'one', '$.phones');
→ 1 rows
SELECT contact FROM patients WHERE id = 1;
→ [('{"email": "Ann@x.org", "phones": ["1", "2", "9"]}',)]
SELECT kind, COUNT(*), AVG(minutes), GROUP_CONCAT(DISTINCT patient_id ORDER BY patient_id) FROM visits GROUP BY kind ORDER BY kind;
→ [('new', 1, Decimal('10.0000'), '1'), ('check', 2, Decimal('32.5000'), '1,2'), ('urgent', 1, Decimal('20.0000'), '2')]
SELECT id, at, LAG(at) OVER w, TIMEDIFF(at, LAG(at) OVER w), ROW_NUMBER() OVER w FROM visits WINDOW w AS (PARTITION BY patient_id ORDER BY at) ORDER BY id;
→ [(1, datetime.datetime(2024, 1, 10, 9, 0), None, None, 1), (2, datetime.datetime(2024, 2, 10, 9, 0), datetime.datetime(2024, 1, 10, 9, 0), datetime.timedelta(days=31), 2), (3, datetime.datetime(2024, 2, 10, 10, 0), None, None, 1), (4, datetime.datetime(2024, 3, 31, 23, 30), datetime.datetime(2024, 2, 10, 10, 0), datetime.timedelta(days=34, seconds=82799), 2)]
SELECT YEARWEEK(at, 3) AS wk, COUNT(*) FROM visits GROUP BY wk HAVING COUNT(*) > 1;
→ [(202406, 2)]
SELECT CASE WHEN weight IS NULL THEN 'unknown' WHEN weight < 50 THEN 'light' ELSE 'heavy' END AS class, COUNT(*), AVG(weight) FROM patients GROUP BY class ORDER BY class;
→ [('heavy', 1, Decimal('61.500000')), ('light', 1, Decimal('40.000000')), ('unknown', 1, None)]
INSERT INTO visits (patient_id, at, fee) VALUES (1, '2024-01-10 09:00', 1), (3, '2024-04-01 08:00', 7) ON DUPLICATE KEY UPDATE fee = fee + VALUES(fee), note = 'merged';
→ 3 rows, id 5
SELECT id, patient_id, fee, note FROM visits ORDER BY id;
→ [(1, 1, Decimal('21.50'), 'merged'), (2, 1, Decimal('30.00'), None), (3, 2, Decimal('41.00'), None), (4, 2, None, None), (5, 3, Decimal('7.00'), None)]
INSERT INTO visits (patient_id, at) VALUES (99, '2024-01-01');
→ error 1452
INSERT INTO visits (patient_id, at, fee) VALUES (1, '2024-02-28', 12345678.9);
→ error 1264
INSERT INTO visits (patient_id, at, kind) VALUES (1, '2024-02-28', '');
→ error 1265
SELECT patient_id, at, fee FROM (SELECT v.*, RANK() OVER (PARTITION BY patient_id ORDER BY fee DESC) AS r FROM visits v) x WHERE r = 1 ORDER BY patient_id;
→ [(1, datetime.datetime(2024, 2, 10, 9, 0), Decimal('30.00')), (2, datetime.datetime(2024, 2, 10, 10, 0), Decimal('41.00')), (3, datetime.datetime(2024, 4, 1, 8, 0), Decimal('7.00'))]
SELECT name, SUBSTRING_INDEX(name, ' ', 1) AS first, REVERSE(name), INSTR(name, ' '), INSERT(name, 1, 2, '**'), UPPER(name) = name, LPAD(name, 10, '.') FROM patients ORDER BY id;
→ [('Ann Lee', 'Ann', 'eeL nnA', 4, '**n Lee', 1, '...Ann Lee'), ('Bo Ek', 'Bo', 'kE oB', 3, '** Ek', 1, '.....Bo Ek'), ('Cy', 'Cy', 'yC', 0, '**', 1, '........Cy')]
SELECT REGEXP_REPLACE(JSON_VALUE(contact, '$.email'), '^(.).*@', '\\1***@') FROM patients ORDER BY id;
→ [('A***@x.org',), ('b***@x.org',), (None,)]
SELECT id FROM visits WHERE at BETWEEN '2024-02-01' AND '2024-02-29 23:59' AND kind IN ('check', 'urgent') ORDER BY id;
→ [(2,), (3,)]
SELECT DATEDIFF(MAX(at), MIN(at)), SEC_TO_TIME(SUM(minutes) * 60), SUM(minutes) DIV 60, MOD(SUM(minutes), 60) FROM visits;
→ [(82, datetime.timedelta(seconds=6600), 1, Decimal('50'))]
SELECT patient_id, SUM(IF(fee > 30, minutes, 0)) AS dear, COUNT(IF(fee <= 30, 1, NULL)) AS cheap FROM visits GROUP BY patient_id ORDER BY patient_id;
→ [(1, Decimal('0'), 2), (2, Decimal('20'), 0), (3, Decimal('0'), 1)]
SELECT COALESCE(NULLIF(TRIM(note), ''), '-') FROM visits ORDER BY id LIMIT 2;
→ [('merged',), ('-',)]
SELECT id, FIRST_VALUE(fee) OVER (ORDER BY id), LAST_VALUE(fee) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM visits ORDER BY id;
→ [(1, Decimal('21.50'), Decimal('7.00')), (2, Decimal('21.50'), Decimal('7.00')), (3, Decimal('21.50'), Decimal('7.00')), (4, Decimal('21.50'), Decimal('7.00')), (5, Decimal('21.50'), Decimal('7.00'))]
SELECT BIT_OR(minutes), MAX(at), MIN(kind), MAX(name) FROM visits JOIN patients ON patients.id = patient_id;
→ [(63, datetime.datetime(2024, 4, 1, 8, 0), 'check', 'Cy')]
SELECT DATE('2024-02-29') + INTERVAL 1 YEAR, DATE_SUB('2024-03-31', INTERVAL 1 MONTH), WEEK('2024-12-30', 3), LAST_DAY('2024-02-01'), ADDDATE('2024-01-01', 31), DATE_FORMAT('2024-01-05', '%e.%c.%y %j %U');
→ [(datetime.date(2025, 2, 28), '2024-02-29', 1, datetime.date(2024, 2, 29), '2024-02-01', '5.1.24 005 00')]
SELECT name FROM patients WHERE id NOT IN (SELECT patient_id FROM visits WHERE fee IS NOT NULL) ORDER BY 1;
→ []
SELECT v.id, p.name FROM visits v STRAIGHT_JOIN patients p ON p.id = v.patient_id ORDER BY v.id DESC LIMIT 1, 2;
→ [(4, 'Bo Ek'), (3, 'Bo Ek')]
SELECT 'a' UNION SELECT name FROM patients ORDER BY 1 DESC LIMIT 2;
→ [('Cy',), ('Bo Ek',)]
SELECT id, fee, fee IS NULL, IFNULL(fee, 0) + 0.005, ROUND(fee * 1.19, 2), FORMAT(fee, 1), CAST(fee AS CHAR), fee * 1.5e0 FROM visits ORDER BY id;
→ [(1, Decimal('21.50'), 0, Decimal('21.505'), Decimal('25.59'), '21.5', '21.50', 32.25), (2, Decimal('30.00'), 0, Decimal('30.005'), Decimal('35.70'), '30.0', '30.00', 45.0), (3, Decimal('41.00'), 0, Decimal('41.005'), Decimal('48.79'), '41.0', '41.00', 61.5), (4, None, 1, Decimal('0.005'), None, None, None, None), (5, Decimal('7.00'), 0, Decimal('7.005'), Decimal('8.33'), '7.0', '7.00', 10.5)]
UPDATE visits SET at = at + INTERVAL 1 DAY, minutes = minutes + 5 WHERE kind = 'urgent' OR fee > 25 ORDER BY at DESC;
→ 2 rows
SELECT id, at, minutes FROM visits ORDER BY id;
→ [(1, datetime.datetime(2024, 1, 10, 9, 0), 10), (2, datetime.datetime(2024, 2, 11, 9, 0), 25), (3, datetime.datetime(2024, 2, 11, 10, 0), 25), (4, datetime.datetime(2024, 3, 31, 23, 30), 45), (5, datetime.datetime(2024, 4, 1, 8, 0), 15)]
UPDATE patients p LEFT JOIN visits v ON v.patient_id = p.id SET p.weight = 1 WHERE v.id IS NULL;
→ 0 rows
DELETE FROM patients WHERE id = 1;
→ 1 rows
SELECT COUNT(*) FROM visits;
→ [(3,)]
ALTER TABLE patients ADD COLUMN risk TINYINT UNSIGNED NOT NULL DEFAULT 0 CHECK (risk <= 5), DROP INDEX ix_born;
→ 0 rows
UPDATE patients SET risk = 9;
→ error 4025
UPDATE patients SET risk = risk - 1;
→ error 1690
SELECT name, risk FROM patients ORDER BY id;
→ [('Bo Ek', 0), ('Cy', 0)]
SELECT JSON_OBJECT('name', name, 'w', weight, 'born', born, 'ok', TRUE) FROM patients ORDER BY id;
→ [('{"name": "Bo Ek", "w": 40.00, "born": "2010-02-28", "ok": true}',), ('{"name": "Cy", "w": null, "born": null, "ok": true}',)]
SELECT SUM(weight), AVG(weight), STDDEV(weight), VARIANCE(weight) FROM patients;
→ [(Decimal('40.00'), Decimal('40.000000'), 0.0, 0.0)]
SELECT DATE_FORMAT(created, '%Y') >= '2020' FROM patients LIMIT 1;
→ [(1,)]
CREATE TABLE totals AS SELECT patient_id, COUNT(*) AS n, SUM(fee) AS fee, MAX(at) AS last FROM visits GROUP BY patient_id;
→ 2 rows
SELECT * FROM totals ORDER BY patient_id;
→ [(2, 2, Decimal('41.00'), datetime.datetime(2024, 3, 31, 23, 30)), (3, 1, Decimal('7.00'), datetime.datetime(2024, 4, 1, 8, 0))]
