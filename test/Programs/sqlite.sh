# sqlite3: schema, joins, window functions, transactions, json, full text search,
# a database file in WAL mode used by two processes.
# RUN: %twins
sqlite3 test.db <<'END'
create table person (id integer primary key, name text not null, born integer);
create table score (person integer references person, value real, tag text);
create index by_person on score (person, value);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
  insert into person select i, 'name' || i, 1900 + i * 7 % 120 from n;
insert into score select id, (id * 37 % 101) / 4.0, substr('abcdef', id % 6 + 1, 1) from person;
select count(*), sum(value), avg(value), min(value), max(value) from score;
select tag, count(*), round(total(value), 2) from score group by tag having count(*) > 10 order by tag;
select name, value from person join score on person = id where born between 1950 and 1951 order by value desc, name limit 5;
select name, rank() over (partition by born % 10 order by value desc) r from person join score on person = id order by r, name limit 5;
explain query plan select * from score where person = 5;
begin; delete from score; select count(*) from score; rollback; select count(*) from score;
savepoint s; update person set born = 0; rollback to s; release s;
select min(born) from person;
create trigger t after insert on person begin insert into score values (new.id, 1, 'trigger'); end;
insert into person values (9999, 'new', 2000);
select * from score where tag = 'trigger';
select json_extract('{"a": [1, {"b": 2.5}]}', '$.a[1].b'), json_group_array(id) from person where id < 4;
create virtual table doc using fts5(body);
insert into doc values ('the quick brown fox'), ('lazy dogs sleep'), ('quick dogs bark');
select rowid, snippet(doc, 0, '[', ']', '...', 3) from doc where doc match 'quick';
select hex(randomblob(4)) <> '', typeof(1), typeof(1.0), typeof(null), typeof(x'00'), quote('it''s');
select date('2024-02-29', '+1 year'), strftime('%s', '2000-01-01'), julianday('2000-01-01 12:00:00');
select 1 / 0, 7 % 3, 9223372036854775807 + 1, 1e999, abs(-5), 5 / 2, 5 / 2.0;
select printf('%5.2f|%-6s|%05d|%x', 3.14159, 'ab', 42, 255), like('%b%', 'abc'), 'a' glob '[a-c]';
select * from missing;
insert into person values (1, 'duplicate', 0);
pragma integrity_check;
pragma journal_mode = wal;
vacuum;
.mode csv
.headers on
select id, name from person limit 3;
.mode json
select id, born from person limit 2;
.schema score
END
echo "= $?"
for i in 1 2 3; do
  sqlite3 -cmd '.timeout 10000' test.db "begin immediate; update person set born = born + 1 where id = 1; commit" &
done
wait
sqlite3 test.db 'select born from person where id = 1' '.dump doc' | head -n 8
# Without the reals: what they print as depends on the size of long double.
sqlite3 test.db '.dump person' | cksum
sqlite3 :memory: 'with recursive f(a, b, n) as (select 0, 1, 0 union all select b, a + b, n + 1 from f where n < 80) select max(a) from f'
sqlite3 nothing/here 'select 1'
echo "= $?"
