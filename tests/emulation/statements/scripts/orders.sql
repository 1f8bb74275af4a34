-- UPDATE in an order, which decides whether a key is free yet.
create table t (id int primary key auto_increment, k int unique, n int);
→ 0 rows
insert into t (k, n) values (1, 1), (2, 2), (3, 3), (4, 3);
→ 4 rows, id 1
update t set k = k + 1 order by k desc;
→ 4 rows
update t set k = k + 1 order by k;
→ error 1062
update ignore t set k = k + 1 order by k;
→ 1 rows
select * from t order by id;
→ [(1, 2, 1), (2, 3, 2), (3, 4, 3), (4, 6, 3)]
update ignore t set k = k + 1 order by k desc;
→ 4 rows
select * from t order by id;
→ [(1, 3, 1), (2, 4, 2), (3, 5, 3), (4, 7, 3)]
update t set k = k + 10, n = 7 where n > 1 order by k desc limit 2;
→ 2 rows
update t set n = 7 order by id;
→ 2 rows
select found_rows(), row_count();
→ [(4, 2)]
select * from t order by id;
→ [(1, 3, 7), (2, 4, 7), (3, 15, 7), (4, 17, 7)]
set @at = 0;
→ 0 rows
update t set n = (@at := @at + 1) order by k desc;
→ 4 rows
select * from t order by id;
→ [(1, 3, 4), (2, 4, 3), (3, 15, 2), (4, 17, 1)]
