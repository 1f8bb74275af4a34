-- Rooms and who has booked them.

CREATE TABLE rooms (id INT UNSIGNED NOT NULL AUTO_INCREMENT, name VARCHAR(40) NOT NULL, seats SMALLINT UNSIGNED NOT NULL DEFAULT 2, rate DECIMAL(8,2) NOT NULL DEFAULT '10.00', kind ENUM('desk','room','hall') NOT NULL DEFAULT 'room', feats SET('tv','phone','board') NOT NULL DEFAULT '', PRIMARY KEY (id), UNIQUE KEY uq_name (name)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
→ 0 rows
CREATE TABLE bookings (id BIGINT AUTO_INCREMENT PRIMARY KEY, room_id INT UNSIGNED NOT NULL, guest VARCHAR(60) NOT NULL, starts DATETIME NOT NULL, ends DATETIME NOT NULL, status VARCHAR(12) NOT NULL DEFAULT 'held', meta JSON, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP, KEY ix_room (room_id, starts), CONSTRAINT fk_room FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE CASCADE, CONSTRAINT ck_time CHECK (ends > starts));
→ 0 rows
INSERT INTO rooms (name, seats, rate, kind, feats) VALUES ('Aspen', 4, 12.5, 'room', 'tv,board'), ('Birch', 10, 30, 'hall', 'phone'), ('Cedar', 1, DEFAULT, 1, '');
→ 3 rows, id 1
INSERT INTO bookings (room_id, guest, starts, ends, status, meta) VALUES (1,'ann','2024-03-01 09:00','2024-03-01 10:30','confirmed','{"people": 3, "notes": "x"}'), (1,'bob','2024-03-01 11:00','2024-03-01 12:00','held','{"people": 2}'), (2,'cy','2024-03-02 09:00','2024-03-03 09:00','confirmed','{"people": 9, "catering": {"kind": "vegan", "cost": 45.5}}'), (2,'Ann','2024-04-05 14:00','2024-04-05 16:15','cancelled',NULL);
→ 4 rows, id 1
SELECT r.name, COUNT(b.id) AS n, COALESCE(SUM(TIMESTAMPDIFF(MINUTE, b.starts, b.ends)) / 60, 0) AS hours FROM rooms r LEFT JOIN bookings b ON b.room_id = r.id AND b.status <> 'cancelled' GROUP BY r.id, r.name ORDER BY hours DESC, r.name;
→ [('Birch', 1, Decimal('24.0000')), ('Aspen', 2, Decimal('2.5000')), ('Cedar', 0, Decimal('0.0000'))]
SELECT DATE(starts) AS day, SUM(status = 'confirmed') AS ok, COUNT(*) AS total, GROUP_CONCAT(guest ORDER BY starts SEPARATOR '; ') AS guests FROM bookings GROUP BY DATE(starts) ORDER BY day;
→ [(datetime.date(2024, 3, 1), Decimal('1'), 2, 'ann; bob'), (datetime.date(2024, 3, 2), Decimal('1'), 1, 'cy'), (datetime.date(2024, 4, 5), Decimal('0'), 1, 'Ann')]
WITH RECURSIVE days AS (SELECT DATE('2024-03-01') AS d UNION ALL SELECT d + INTERVAL 1 DAY FROM days WHERE d < '2024-03-04') SELECT d, COUNT(b.id) FROM days LEFT JOIN bookings b ON b.starts < d + INTERVAL 1 DAY AND b.ends > d GROUP BY d ORDER BY d;
→ [(datetime.date(2024, 3, 1), 2), (datetime.date(2024, 3, 2), 1), (datetime.date(2024, 3, 3), 1), (datetime.date(2024, 3, 4), 0)]
SELECT guest, LEAD(starts) OVER (PARTITION BY room_id ORDER BY starts) AS nxt, TIMEDIFF(ends, starts) AS span FROM bookings ORDER BY id;
→ [('ann', datetime.datetime(2024, 3, 1, 11, 0), datetime.timedelta(seconds=5400)), ('bob', None, datetime.timedelta(seconds=3600)), ('cy', datetime.datetime(2024, 4, 5, 14, 0), datetime.timedelta(days=1)), ('Ann', None, datetime.timedelta(seconds=8100))]
SELECT meta->'$.people' FROM bookings;
→ error 1064
SELECT JSON_EXTRACT(meta, '$.people') AS people, JSON_UNQUOTE(JSON_EXTRACT(meta, '$.catering.kind')) AS kind, JSON_VALUE(meta, '$.catering.cost') AS cost FROM bookings ORDER BY id;
→ [('3', None, None), ('2', None, None), ('9', 'vegan', '45.5'), (None, None, None)]
SELECT LOWER(guest) AS g, SUM(JSON_EXTRACT(meta, '$.people')) AS people FROM bookings WHERE JSON_CONTAINS_PATH(meta, 'one', '$.people') GROUP BY g HAVING people > 2 ORDER BY people DESC;
→ [('cy', 9.0), ('ann', 3.0)]
UPDATE bookings SET meta = JSON_SET(COALESCE(meta, '{}'), '$.people', COALESCE(JSON_VALUE(meta, '$.people'), 0) + 1) WHERE guest = 'ANN';
→ 2 rows
SELECT id, meta FROM bookings ORDER BY id;
→ [(1, '{"people": 4, "notes": "x"}'), (2, '{"people": 2}'), (3, '{"people": 9, "catering": {"kind": "vegan", "cost": 45.5}}'), (4, '{"people": 1}')]
SELECT guest, COUNT(*) FROM bookings GROUP BY guest ORDER BY guest;
→ [('ann', 2), ('bob', 1), ('cy', 1)]
INSERT INTO rooms (name, seats) VALUES ('aspen', 5) ON DUPLICATE KEY UPDATE seats = GREATEST(seats, VALUES(seats)), rate = rate * 1.1;
→ 2 rows, id 1
SELECT * FROM rooms ORDER BY id;
→ [(1, 'Aspen', 5, Decimal('13.75'), 'room', 'tv,board'), (2, 'Birch', 10, Decimal('30.00'), 'hall', 'phone'), (3, 'Cedar', 1, Decimal('10.00'), 'desk', '')]
INSERT INTO rooms (name, seats) SELECT CONCAT('Room ', id), seats * 2 FROM rooms WHERE seats < 5;
→ 1 rows, id 5
SELECT id, name, seats FROM rooms ORDER BY id DESC LIMIT 3;
→ [(5, 'Room 3', 2), (3, 'Cedar', 1), (2, 'Birch', 10)]
SELECT name, FIND_IN_SET('tv', feats) AS tv, feats + 0, kind + 0, kind FROM rooms ORDER BY kind, name;
→ [('Cedar', 0, 0, 1, 'desk'), ('Aspen', 1, 5, 2, 'room'), ('Room 3', 0, 0, 2, 'room'), ('Birch', 0, 2, 3, 'hall')]
SELECT kind, COUNT(*), ROUND(AVG(rate), 2), MAX(seats), STD(seats) FROM rooms GROUP BY kind WITH ROLLUP;
→ [('desk', 1, Decimal('10.00'), 1, 0.0), ('room', 2, Decimal('11.88'), 5, 1.5), ('hall', 1, Decimal('30.00'), 10, 0.0), (None, 4, Decimal('15.94'), 10, 3.5)]
UPDATE rooms SET feats = CONCAT_WS(',', feats, 'phone') WHERE name = 'Aspen';
→ 1 rows
UPDATE rooms r JOIN (SELECT room_id, COUNT(*) AS n FROM bookings GROUP BY room_id) x ON x.room_id = r.id SET r.seats = r.seats + x.n;
→ 2 rows
SELECT name, seats, feats FROM rooms ORDER BY id;
→ [('Aspen', 7, 'tv,phone,board'), ('Birch', 12, 'phone'), ('Cedar', 1, ''), ('Room 3', 2, '')]
DELETE b FROM bookings b JOIN rooms r ON r.id = b.room_id WHERE r.name = 'Birch' AND b.status = 'cancelled';
→ 1 rows
SELECT DATE_FORMAT(starts, '%a %d %b %Y %H:%i'), DAYNAME(starts), WEEK(starts, 3), QUARTER(starts) FROM bookings ORDER BY id;
→ [('Fri 01 Mar 2024 09:00', 'Friday', 9, 1), ('Fri 01 Mar 2024 11:00', 'Friday', 9, 1), ('Sat 02 Mar 2024 09:00', 'Saturday', 9, 1)]
SELECT guest, DATEDIFF(ends, starts), TIMESTAMPDIFF(HOUR, starts, ends), TIME_TO_SEC(TIMEDIFF(ends, starts)), UNIX_TIMESTAMP(starts) FROM bookings ORDER BY id;
→ [('ann', 0, 1, 5400, 1709283600), ('bob', 0, 1, 3600, 1709290800), ('cy', 1, 24, 86400, 1709370000)]
SELECT name, seats, NTILE(2) OVER w AS half, DENSE_RANK() OVER w AS dr, FIRST_VALUE(name) OVER w AS f FROM rooms WINDOW w AS (ORDER BY seats DESC, name) ORDER BY seats DESC, name;
→ [('Birch', 12, 1, 1, 'Birch'), ('Aspen', 7, 1, 2, 'Birch'), ('Room 3', 2, 2, 3, 'Birch'), ('Cedar', 1, 2, 4, 'Birch')]
SELECT r.name FROM rooms r WHERE NOT EXISTS (SELECT 1 FROM bookings b WHERE b.room_id = r.id AND b.starts < '2024-03-01 11:30' AND b.ends > '2024-03-01 10:00') ORDER BY r.name;
→ [('Birch',), ('Cedar',), ('Room 3',)]
SELECT CASE WHEN seats >= 10 THEN 'large' WHEN seats BETWEEN 3 AND 9 THEN 'medium' ELSE 'small' END AS size, COUNT(*) FROM rooms GROUP BY size ORDER BY size;
→ [('large', 1), ('medium', 1), ('small', 2)]
ALTER TABLE rooms ADD COLUMN floor TINYINT NOT NULL DEFAULT 1 AFTER name, ADD INDEX ix_floor (floor);
→ 0 rows
ALTER TABLE rooms MODIFY COLUMN rate DECIMAL(10,3) NOT NULL DEFAULT 1, ALTER COLUMN floor SET DEFAULT 2;
→ 4 rows
INSERT INTO rooms (name) VALUES ('New');
→ 1 rows, id 6
SELECT name, floor, rate FROM rooms WHERE name IN ('New', 'Aspen') ORDER BY name;
→ [('Aspen', 1, Decimal('13.750')), ('New', 2, Decimal('1.000'))]
INSERT INTO bookings (room_id, guest, starts, ends) VALUES (99, 'x', '2024-01-01', '2024-01-02');
→ error 1452
INSERT INTO bookings (room_id, guest, starts, ends) VALUES (1, 'x', '2024-01-02', '2024-01-01');
→ error 4025
INSERT INTO bookings (room_id, guest, starts, ends) VALUES (1, 'x', '2024-02-30', '2024-03-01');
→ error 1292
INSERT IGNORE INTO rooms (name, seats) VALUES ('New', 1), ('Newer', -1);
→ 1 rows, id 7
SELECT name, seats FROM rooms WHERE name LIKE 'new%' ORDER BY name;
→ [('New', 2), ('Newer', 0)]
INSERT INTO rooms (name, kind) VALUES ('bad', 'cave');
→ error 1265
DELETE FROM rooms WHERE id = 1;
→ 1 rows
SELECT COUNT(*) FROM bookings;
→ [(1,)]
REPLACE INTO rooms (id, name) VALUES (2, 'Birch2');
→ 2 rows, id 2
REPLACE INTO rooms (id, name) VALUES (50, 'x'), (50, 'y');
→ 3 rows, id 50
SELECT id, name FROM rooms ORDER BY id;
→ [(2, 'Birch2'), (3, 'Cedar'), (5, 'Room 3'), (6, 'New'), (7, 'Newer'), (50, 'y')]
SELECT LAST_INSERT_ID(), ROW_COUNT();
→ [(7, -1)]
INSERT INTO rooms (name) VALUES ('p'), ('q');
→ 2 rows, id 51
SELECT LAST_INSERT_ID();
→ [(51,)]
SELECT COUNT(*), COUNT(DISTINCT kind), SUM(rate), AVG(seats) FROM rooms;
→ [(8, 2, Decimal('26.000'), Decimal('1.6250'))]
SHOW TABLES;
→ [('bookings',), ('rooms',)]
DESCRIBE bookings;
→ [('id', 'bigint(20)', 'NO', 'PRI', None, 'auto_increment'), ('room_id', 'int(10) unsigned', 'NO', 'MUL', None, ''), ('guest', 'varchar(60)', 'NO', '', None, ''), ('starts', 'datetime', 'NO', '', None, ''), ('ends', 'datetime', 'NO', '', None, ''), ('status', 'varchar(12)', 'NO', '', 'held', ''), ('meta', 'longtext', 'YES', '', None, ''), ('created_at', 'timestamp', 'NO', '', 'current_timestamp()', ''), ('updated_at', 'timestamp', 'YES', '', None, 'on update current_timestamp()')]
