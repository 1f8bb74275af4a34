-- CREATE SEQUENCE.

CREATE SEQUENCE ticket_no START WITH 100 INCREMENT BY 5;
→ 0 rows
SELECT last_value, is_called FROM ticket_no;
→ [(100, False)]
SELECT currval('ticket_no');
→ error 55000
SELECT nextval('ticket_no'), nextval('ticket_no');
→ [(100, 105)]
SELECT currval('ticket_no');
→ [(105,)]
CREATE SEQUENCE IF NOT EXISTS ticket_no;
→ 0 rows
CREATE SEQUENCE ticket_no;
→ error 42P07
CREATE SEQUENCE plain_seq;
→ 0 rows
CREATE TABLE tickets (no bigint PRIMARY KEY DEFAULT nextval('ticket_no'), what text);
→ 0 rows
INSERT INTO tickets (what) VALUES ('a'), ('b') RETURNING no;
→ [(110,), (115,)]
INSERT INTO tickets (no, what) SELECT nextval('plain_seq'), 'c' FROM generate_series(1, 3) RETURNING no;
→ [(1,), (2,), (3,)]
SELECT setval('ticket_no', 500), nextval('ticket_no');
→ [(500, 505)]
SELECT setval('ticket_no', 7, false), nextval('ticket_no'), nextval('ticket_no');
→ [(7, 7, 12)]
SELECT last_value, is_called FROM ticket_no;
→ [(12, True)]
SELECT 'T-' || lpad(nextval('plain_seq')::text, 5, '0');
→ [('T-00004',)]
SELECT nextval('nowhere');
→ error 42P01
SELECT setval('ticket_no', 0);
→ error 22003
DROP TABLE ticket_no;
→ error 42809
DROP SEQUENCE tickets;
→ error 42809
DROP SEQUENCE plain_seq;
→ 0 rows
SELECT nextval('plain_seq');
→ error 42P01
DROP SEQUENCE IF EXISTS plain_seq;
→ 0 rows
