-- Days that no month has, as the last of February is often written: compared as they stand.
create table d (da date, dt datetime);
→ 0 rows
insert into d values ('2024-01-31','2024-01-31 10:00:00'),('2024-03-01','2024-03-01'),('0001-01-01','0001-01-01'),(null,null);
→ 4 rows
select da < '2024-02-30', da > '2024-02-30', da = '2024-02-30', da <> '2024-02-30', da < '2024-02-31' from d;
→ [(1, 0, 0, 1, 1), (0, 1, 0, 1, 0), (1, 0, 0, 1, 1), (None, None, None, None, None)]
select dt < '2024-02-30', dt > '2024-02-30', dt = '2024-02-30', dt < '2024-02-30 10:00:00' from d;
→ [(1, 0, 0, 1), (0, 1, 0, 0), (1, 0, 0, 1), (None, None, None, None)]
select da < '2024-13-01', da > '2024-13-01', da = '2024-13-01', da < '2024-02-32' from d;
→ [(0, 1, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0), (None, None, None, None)]
select da < 'abc', da > 'abc', da = 'abc', da <> 'abc' from d;
→ [(0, 1, 0, 1), (0, 1, 0, 1), (0, 1, 0, 1), (None, None, None, None)]
select dt < 'abc', dt > 'abc', dt < '2024-13-01' , dt < '2024-01-31 25:00:00', dt > '2024-01-31 25:00:00' from d;
→ [(0, 1, 0, 0, 1), (0, 1, 0, 0, 1), (0, 1, 0, 0, 1), (None, None, None, None, None)]
select da between '2024-02-30' and '2024-04-31', da in ('2024-02-30'), da between '2024-01-01' and '2024-02-30' from d;
→ [(0, 0, 1), (1, 0, 0), (0, 0, 0), (None, None, None)]
select dt between '2024-01-01' and '2024-02-30', dt between '2024-01-01' and '2024-02-31 23:59:59' from d;
→ [(1, 1), (0, 0), (0, 0), (None, None)]
select da < '2024-00-10', da > '2024-00-10', da < '0000-00-00', da > '0000-00-00' from d;
→ [(0, 1, 0, 1), (0, 1, 0, 1), (1, 0, 0, 1), (None, None, None, None)]
