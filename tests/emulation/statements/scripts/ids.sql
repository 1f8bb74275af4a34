-- The numbers that AUTO_INCREMENT gives and skips; what is told of them.
create table t (id int auto_increment primary key, a int unique);
→ 0 rows
insert into t values (-1,1);
→ 1 rows, id 18446744073709551615
insert into t values (-2,2);
→ 1 rows, id 18446744073709551614
insert into t values (null,3);
→ 1 rows, id 1
insert into t values (-5,4),(-6,5);
→ 2 rows, id 18446744073709551610
insert into t values (null,6);
→ 1 rows, id 3
insert into t values (null,7),(-9,8),(null,9);
→ 3 rows, id 4
insert into t values (null,10);
→ 1 rows, id 7
select * from t order by id;
→ [(-9, 8), (-6, 5), (-5, 4), (-2, 2), (-1, 1), (1, 3), (3, 6), (4, 7), (5, 9), (7, 10)]
insert ignore into t values (null, 3), (-30, 3), (null, 11);
→ 1 rows, id 8
insert into t values (null,12);
→ 1 rows, id 11
select * from t order by id;
→ [(-9, 8), (-6, 5), (-5, 4), (-2, 2), (-1, 1), (1, 3), (3, 6), (4, 7), (5, 9), (7, 10), (8, 11), (11, 12)]
select id from t limit 2 offset 100;
→ []
select found_rows();
→ [(12,)]
select id from t order by a limit 2 offset 100;
→ []
select found_rows();
→ [(12,)]
insert into t (a) select a + 100 from t order by id;
→ 12 rows, id 12
insert into t (a) values (200);
→ 1 rows, id 27
replace into t (a) values (200), (201);
→ 3 rows, id 28
select last_insert_id();
→ [(28,)]
replace into t (a) values (200), (202);
→ 3 rows, id 30
select last_insert_id();
→ [(30,)]
insert into t (a) values (300);
→ 1 rows, id 32
select last_insert_id();
→ [(32,)]
insert into t (a) values (300) on duplicate key update a = 301;
→ 2 rows, id 32
select last_insert_id();
→ [(32,)]
insert into t (a) values (300) on duplicate key update id = last_insert_id(id), a = 301;
→ 1 rows, id 34
select last_insert_id();
→ [(34,)]
insert into t (a) values (301) on duplicate key update id = last_insert_id(id), a = 302;
→ 2 rows, id 32
select last_insert_id();
→ [(32,)]
insert into t (a) values (302) on duplicate key update a = 302;
→ 0 rows
select last_insert_id();
→ [(32,)]
insert into t (a) values (302), (303), (303) on duplicate key update a = a + 1;
→ 5 rows, id 37
select last_insert_id();
→ [(37,)]
insert into t (a) values (400);
→ 1 rows, id 40
insert into t set id = 5000, a = 5000;
→ 1 rows, id 5000
insert into t (a) values (5001);
→ 1 rows, id 5001
update t set id = 9000 where a = 5001;
→ 1 rows
insert into t (a) values (5002);
→ 1 rows, id 9001
insert into t (id,a) values (9500, 5002) on duplicate key update id = 9700;
→ 2 rows, id 9700
insert into t (a) values (5003);
→ 1 rows, id 9701
delete from t;
→ 35 rows
insert into t (a) values (1);
→ 1 rows, id 9702
insert into t (a) values (2);
→ 1 rows, id 9703
update t set id = null where id = 0;
→ 0 rows
update t set id = null where a = 1;
→ error 1048
create table child (id int auto_increment primary key, t_id int, n int not null, foreign key (t_id) references t (id));
→ 0 rows
insert ignore into child (t_id, n) values (77777, 1), (null, 2), (88888, 3), (null, null);
→ 2 rows, id 1
select * from child;
→ [(1, None, 2), (2, None, 0)]
insert into child (n) values (5);
→ 1 rows, id 5
select row_count();
→ [(1,)]
select last_insert_id();
→ [(5,)]
insert into child (n) values (6), (null);
→ error 1048
select row_count();
→ [(-1,)]
select last_insert_id();
→ [(6,)]
alter table child add column more int;
→ 0 rows
insert into child (n) values (7);
→ 1 rows, id 8
update child set n = not n where n = 7;
→ 1 rows
select n from child where id = last_insert_id();
→ [(0,)]
update child set t_id = 1, n = 'x' where id = 9999;
→ 0 rows
