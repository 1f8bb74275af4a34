-- What HAVING may name, what ONLY_FULL_GROUP_BY refuses, and words that are no names.
create table people (id int primary key, name varchar(20), age int, sex enum('f','m'), fulltext key (name));
→ 0 rows
create table shops (id int primary key, owner int, total int);
→ 0 rows
insert into people values (1,'Ada',36,'f'),(2,'Bob',36,'m'),(3,'ada',40,'f');
→ 3 rows
select age, count(*) from people group by age having name > 'a';
→ error 1054
select upper(age) from people having age > 1;
→ error 1054
select age as years from people having people.age > 36 and years > 1;
→ [(40,)]
select count(*) from people group by age having age > 36;
→ [(1,)]
select count(*) from people group by age + 1 having age > 1;
→ error 1054
select age from people group by age having max(name) > 'a' and count(id) > 1;
→ [(36,)]
select id from people having (select count(*) from shops where owner = people.id) = 0 order by id;
→ [(1,), (2,), (3,)]
set sql_mode = 'ONLY_FULL_GROUP_BY';
→ 0 rows
select name, count(*) from people;
→ error 1140
select name, count(*) from people group by age;
→ error 1055
select id, name, count(*) from people group by id;
→ error 1055
select age * 2, count(*) from people group by age order by age;
→ [(72, 2), (80, 1)]
select age + 1, count(*) from people group by age + 1 order by 1;
→ [(37, 2), (41, 1)]
select (age + 1) * 2, count(*) from people group by age + 1;
→ error 1055
select age, (select count(*) from shops where owner = people.id) from people group by age;
→ error 1055
set sql_mode = default;
→ 0 rows
select 'ADA' in (name), 'ada' in (name, 'x'), 'Ada' not in (name) from people order by id;
→ [(1, 1, 0), (0, 0, 1), (1, 1, 0)]
select sex between 1 and 1, sex between 'a' and 'f' from people order by id;
→ [(1, 1), (0, 0), (1, 1)]
select greatest('10', '9') + 0, greatest('10', '9'), least('10', '9') * 1;
→ [(10.0, '9', 9.0)]
select group_concat(name) over (order by id) from people;
→ error 1235
select lag(id, null) over (order by id) from people order by id;
→ [(1,), (2,), (3,)]
select std(distinct age) from people;
→ error 1064
select * from people p(q);
→ error 1064
select count(*) from people where match (age) against ('x');
→ error 1191
select count(*) from people where match (name) against ('ada');
→ [(2,)]
select 1 as rows;
→ error 1064
select 1 as `rows`;
→ [(1,)]
select 1 as 2;
→ error 1064
create table words (order int);
→ error 1064
create table words (`order` int);
→ 0 rows
select words.order from words;
→ []
select order from words;
→ error 1064
select nothing from people;
→ error 1054
select 1 from people order by nothing;
→ error 1054
-- A group's key is shown as its first row has it; collations hold inside GROUP_CONCAT.
CREATE TABLE letters (id INT PRIMARY KEY, ci VARCHAR(9), bin VARCHAR(9) COLLATE utf8mb4_bin, n INT);
→ 0 rows
INSERT INTO letters VALUES (1, 'abc', 'abc', 5), (2, 'ABC', 'ABC', 1), (3, 'b', 'abc', 7);
→ 3 rows
SELECT ci, MIN(n) FROM letters GROUP BY ci ORDER BY ci;
→ [('abc', 1), ('b', 7)]
SELECT ci, COUNT(*) FROM letters GROUP BY ci HAVING MAX(n) > 1 ORDER BY ci;
→ [('abc', 2), ('b', 1)]
SELECT GROUP_CONCAT(bin ORDER BY bin, id), GROUP_CONCAT(DISTINCT bin ORDER BY bin), GROUP_CONCAT(DISTINCT ci ORDER BY ci) FROM letters;
→ [('ABC,abc,abc', 'ABC,abc', 'abc,b')]
SELECT * FROM JSON_TABLE('[1, 1.5, true, "x"]', '$[*]' COLUMNS (i INT PATH '$', d DATE PATH '$', c VARCHAR(3) PATH '$')) t;
→ [(1, '0000-00-00', '1'), (2, '0000-00-00', '1.5'), (1, '0000-00-00', 'tru'), (0, '0000-00-00', 'x')]
DROP TABLE letters;
→ 0 rows
