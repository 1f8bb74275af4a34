CREATE TABLE `customers` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `email` varchar(100) NOT NULL,
  `name` varchar(50) DEFAULT NULL,
  `status` enum('new','active','closed') NOT NULL DEFAULT 'new',
  `credit` decimal(10,2) NOT NULL DEFAULT '0.00',
  `flags` set('a','b','c') DEFAULT NULL,
  `born` date DEFAULT NULL,
  `created_at` datetime NOT NULL DEFAULT '2024-01-01 00:00:00',
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_email` (`email`),
  KEY `ix_status` (`status`,`created_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
→ 0 rows
CREATE TABLE orders (
  id INT AUTO_INCREMENT PRIMARY KEY,
  customer_id INT UNSIGNED NOT NULL,
  total DECIMAL(8,2),
  placed DATETIME,
  note TEXT,
  CONSTRAINT fk_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
);
→ 0 rows
INSERT INTO customers (email, name, status, born) VALUES ('ada@x.org', 'Ada', 'active', '1815-12-10'), ('bob@x.org', 'Bob', 'new', NULL);
→ 2 rows, id 1
INSERT INTO customers SET email = 'cy@x.org', credit = 12.345, flags = 'c,a';
→ 1 rows, id 3
INSERT INTO customers (email) VALUES ('ADA@X.ORG');
→ error 1062
INSERT IGNORE INTO customers (email) VALUES ('ada@x.org');
→ 0 rows
INSERT INTO customers (email, name) VALUES ('dee@x.org', REPEAT('x', 51));
→ error 1406
INSERT INTO customers (email, status) VALUES ('dee@x.org', 'gone');
→ error 1265
INSERT INTO customers (email, born) VALUES ('dee@x.org', '2024-02-30');
→ error 1292
INSERT INTO customers (name) VALUES ('nobody');
→ error 1364
INSERT INTO customers (email, name) VALUES (NULL, 'x');
→ error 1048
SELECT id, email, name, status, credit, flags, born, created_at FROM customers ORDER BY id;
→ [(1, 'ada@x.org', 'Ada', 'active', Decimal('0.00'), None, datetime.date(1815, 12, 10), datetime.datetime(2024, 1, 1, 0, 0)), (2, 'bob@x.org', 'Bob', 'new', Decimal('0.00'), None, None, datetime.datetime(2024, 1, 1, 0, 0)), (3, 'cy@x.org', None, 'new', Decimal('12.35'), 'a,c', None, datetime.datetime(2024, 1, 1, 0, 0))]
SELECT * FROM customers WHERE email = 'ADA@x.org ' AND name LIKE 'a%';
→ [(1, 'ada@x.org', 'Ada', 'active', Decimal('0.00'), None, datetime.date(1815, 12, 10), datetime.datetime(2024, 1, 1, 0, 0))]
SELECT status, COUNT(*) AS n, SUM(credit), AVG(credit), MIN(born), MAX(id) FROM customers GROUP BY status ORDER BY status;
→ [('new', 2, Decimal('12.35'), Decimal('6.175000'), None, 3), ('active', 1, Decimal('0.00'), Decimal('0.000000'), datetime.date(1815, 12, 10), 1)]
SELECT status + 0, flags + 0, CONCAT(status, '/', IFNULL(flags, '-')) FROM customers ORDER BY status DESC, id;
→ [(2, None, 'active/-'), (1, None, 'new/-'), (1, 5, 'new/a,c')]
INSERT INTO orders (customer_id, total, placed) VALUES (1, 10, '2024-01-31 10:00:00'), (1, 20.5, '2024-02-29 23:59:59'), (2, 5, '2024-03-01');
→ 3 rows, id 1
INSERT INTO orders (customer_id, total) VALUES (99, 1);
→ error 1452
DELETE FROM customers WHERE id = 3;
→ 1 rows
SELECT c.name, COUNT(o.id), IFNULL(SUM(o.total), 0), MAX(o.placed), GROUP_CONCAT(o.total ORDER BY o.id DESC SEPARATOR '; ') FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name ORDER BY c.id;
→ [('Ada', 2, Decimal('30.50'), datetime.datetime(2024, 2, 29, 23, 59, 59), '20.50; 10.00'), ('Bob', 1, Decimal('5.00'), datetime.datetime(2024, 3, 1, 0, 0), '5.00')]
SELECT DATE(placed), DATE_FORMAT(placed, '%d.%m.%Y %H:%i'), placed + INTERVAL 1 MONTH, DATEDIFF(placed, '2024-01-01'), TIMESTAMPDIFF(DAY, '2024-01-01', placed), DAYNAME(placed), WEEK(placed), UNIX_TIMESTAMP(placed) FROM orders ORDER BY id;
→ [(datetime.date(2024, 1, 31), '31.01.2024 10:00', datetime.datetime(2024, 2, 29, 10, 0), 30, 30, 'Wednesday', 4, 1706695200), (datetime.date(2024, 2, 29), '29.02.2024 23:59', datetime.datetime(2024, 3, 29, 23, 59, 59), 59, 59, 'Thursday', 8, 1709251199), (datetime.date(2024, 3, 1), '01.03.2024 00:00', datetime.datetime(2024, 4, 1, 0, 0), 60, 60, 'Friday', 8, 1709251200)]
SELECT YEAR(placed) AS y, MONTH(placed) AS m, SUM(total) AS t FROM orders GROUP BY y, m HAVING t > 5 ORDER BY t DESC;
→ [(2024, 2, Decimal('20.50')), (2024, 1, Decimal('10.00'))]
SELECT YEAR(placed) AS y, SUM(total) FROM orders GROUP BY y WITH ROLLUP;
→ [(2024, Decimal('35.50')), (None, Decimal('35.50'))]
SELECT o.id FROM orders AS o USE INDEX (PRIMARY) WHERE placed BETWEEN '2024-02-01' AND '2024-02-29' ORDER BY id;
→ []
SELECT id FROM orders WHERE placed >= '2024-02-29' AND placed < '2024-03-01' + INTERVAL 1 DAY;
→ [(2,), (3,)]
UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.note = CONCAT('for ', c.name), o.total = o.total * 1.1 WHERE c.name = 'ada';
→ 2 rows
SELECT id, total, note FROM orders ORDER BY id;
→ [(1, Decimal('11.00'), 'for Ada'), (2, Decimal('22.55'), 'for Ada'), (3, Decimal('5.00'), None)]
UPDATE orders SET total = total + 1 ORDER BY id DESC LIMIT 2;
→ 2 rows
SELECT id, total, ROUND(total), ROUND(total, 1), FLOOR(total), CEIL(total), TRUNCATE(total, 1), total DIV 3, total MOD 3, total / 3 FROM orders ORDER BY id;
→ [(1, Decimal('11.00'), Decimal('11'), Decimal('11.0'), 11, 11, Decimal('11.0'), 3, Decimal('2.00'), Decimal('3.666667')), (2, Decimal('23.55'), Decimal('24'), Decimal('23.6'), 23, 24, Decimal('23.5'), 7, Decimal('2.55'), Decimal('7.850000')), (3, Decimal('6.00'), Decimal('6'), Decimal('6.0'), 6, 6, Decimal('6.0'), 2, Decimal('0.00'), Decimal('2.000000'))]
INSERT INTO customers (id, email, credit) VALUES (1, 'ada@x.org', 5) ON DUPLICATE KEY UPDATE credit = credit + VALUES(credit), name = UPPER(name);
→ 2 rows, id 1
INSERT INTO customers (id, email, credit) VALUES (1, 'ada@x.org', 5) ON DUPLICATE KEY UPDATE id = id;
→ 0 rows
INSERT INTO customers (email, credit) VALUES ('eve@x.org', 1), ('ada@x.org', 1) ON DUPLICATE KEY UPDATE credit = credit + VALUES(credit);
→ 3 rows, id 6
SELECT LAST_INSERT_ID();
→ [(6,)]
REPLACE INTO customers (id, email) VALUES (2, 'bob@new.org');
→ 2 rows, id 2
SELECT id, email, name, credit FROM customers ORDER BY id;
→ [(1, 'ada@x.org', 'ADA', Decimal('6.00')), (2, 'bob@new.org', None, Decimal('0.00')), (6, 'eve@x.org', None, Decimal('1.00'))]
SELECT COUNT(*) FROM orders;
→ [(2,)]
DELETE o FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.credit > 5;
→ 2 rows
DELETE FROM orders WHERE total > 1000 LIMIT 1;
→ 0 rows
TRUNCATE TABLE orders;
→ 0 rows
INSERT INTO orders (customer_id) VALUES (1);
→ 1 rows, id 1
SELECT id FROM orders;
→ [(1,)]
SELECT SQL_CALC_FOUND_ROWS id FROM customers ORDER BY id LIMIT 1, 2;
→ [(2,), (6,)]
SELECT FOUND_ROWS();
→ [(3,)]
SHOW TABLES;
→ [('customers',), ('orders',)]
SHOW COLUMNS FROM orders;
→ [('id', 'int(11)', 'NO', 'PRI', None, 'auto_increment'), ('customer_id', 'int(10) unsigned', 'NO', 'MUL', None, ''), ('total', 'decimal(8,2)', 'YES', '', None, ''), ('placed', 'datetime', 'YES', '', None, ''), ('note', 'text', 'YES', '', None, '')]
DESCRIBE customers;
→ [('id', 'int(10) unsigned', 'NO', 'PRI', None, 'auto_increment'), ('email', 'varchar(100)', 'NO', 'UNI', None, ''), ('name', 'varchar(50)', 'YES', '', None, ''), ('status', "enum('new','active','closed')", 'NO', 'MUL', 'new', ''), ('credit', 'decimal(10,2)', 'NO', '', '0.00', ''), ('flags', "set('a','b','c')", 'YES', '', None, ''), ('born', 'date', 'YES', '', None, ''), ('created_at', 'datetime', 'NO', '', '2024-01-01 00:00:00', '')]
SHOW CREATE TABLE orders;
→ [('orders', 'CREATE TABLE `orders` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `customer_id` int(10) unsigned NOT NULL,\n  `total` decimal(8,2) DEFAULT NULL,\n  `placed` datetime DEFAULT NULL,\n  `note` text DEFAULT NULL,\n  PRIMARY KEY (`id`),\n  KEY `fk_customer` (`customer_id`),\n  CONSTRAINT `fk_customer` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE CASCADE\n) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci')]
SELECT INDEX_NAME, NON_UNIQUE, SEQ_IN_INDEX, COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customers' ORDER BY 1, 3;
→ [('ix_status', 1, 1, 'status'), ('ix_status', 1, 2, 'created_at'), ('PRIMARY', 0, 1, 'id'), ('uq_email', 0, 1, 'email')]
SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, IS_NULLABLE, COLUMN_KEY FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'orders' ORDER BY ORDINAL_POSITION;
→ [('orders', 'id', 'int', 'NO', 'PRI'), ('orders', 'customer_id', 'int', 'NO', 'MUL'), ('orders', 'total', 'decimal', 'YES', ''), ('orders', 'placed', 'datetime', 'YES', ''), ('orders', 'note', 'text', 'YES', '')]
