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
