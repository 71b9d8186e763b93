# Servers with their own benchmark tools: load, clean end, another start, and
# nothing lost. LOAD is for how many seconds each is under load.
LOAD=${LOAD:-5}
PATH=/usr/lib/postgresql/15/bin:$PATH

# Servers that refuse to run as root. Without root there is only one user.
as_guest() {
  if setpriv --reuid=1000 --regid=1000 --clear-groups true 2>/dev/null; then
    chown -R 1000:1000 /tmp/work
    setpriv --reuid=1000 --regid=1000 --clear-groups "$@"
  else
    "$@"
  fi
}

# Wait until a command succeeds.
until_up() {
  local i
  for ((i = 0; i < 300; i++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.2
  done
  echo "not up: $*"
  return 1
}

# Repeat a command until LOAD seconds are over, or it fails. How often it was, in
# times; the lines it printed, each once: they depend on nothing else.
under_load() {
  local end=$((SECONDS + LOAD))
  times=0
  while "$@" >>load.out; do
    times=$((times + 1))
    [ $SECONDS -lt $end ] || break
  done
  sort -u load.out
  rm load.out
}

case_postgresql() {
  export PGDATA=/tmp/work/pg PGHOST=/tmp/work PGDATABASE=postgres PGUSER=guest
  local options="-k /tmp/work -h 127.0.0.1"
  as_guest initdb --auth=trust -U guest --no-sync >/dev/null || return
  as_guest pg_ctl -w -t 120 -l pg.log -o "$options" start >/dev/null || { cat pg.log; return 1; }
  pgbench -q -i -s 2 2>/dev/null
  pgbench -c 4 -j 2 -T "$LOAD" 2>&1 | grep -E 'failed|clients|type'
  pgbench -S -M prepared -c 8 -j 4 -T "$LOAD" 2>&1 | grep -E 'failed|clients|type'
  local sums='select sum(abalance) = (select sum(delta) from pgbench_history),
    (select sum(tbalance) from pgbench_tellers) = (select sum(bbalance) from pgbench_branches), count(*)
    from pgbench_accounts'
  psql -At -c "$sums" -c 'create table t as select i, md5(i::text) m from generate_series(1, 50000) i' \
    -c 'create index on t (m)' -c 'select count(*), min(m), max(m) from t' \
    -c "select string_agg(m, ',') from (select m from t where m like 'ab%' order by m limit 3) s" \
    -c 'set jit = on; set jit_above_cost = 0; select sum(i * i), avg(i), stddev(i)::numeric(20, 6) from t where i % 3 = 1'
  psql -At -c 'select 1/0' 2>&1
  local history
  history=$(psql -At -c 'select count(*) from pgbench_history')
  as_guest pg_ctl -w -m fast stop
  as_guest pg_ctl -w -t 120 -l pg.log -o "$options" start >/dev/null
  [ "$(psql -At -c 'select count(*) from pgbench_history')" = "$history" ] && echo "nothing lost"
  psql -At -c "$sums"
  # An end without a goodbye, and the recovery from it.
  as_guest pg_ctl -w -m immediate stop
  as_guest pg_ctl -w -t 120 -l pg.log -o "$options" start >/dev/null
  psql -At -c "$sums"
  as_guest pg_ctl -w -m fast stop
  grep -cE 'PANIC|terminated by signal' pg.log
  return 0
}

redis_load() {
  redis-benchmark -p 7001 -q -n 20000 -r 1000 -t set,get,incr,lpush,lpop,sadd,hset,zadd,lrange_100,mset --csv | cut -d, -f1
  redis-benchmark -p 7001 -q -n 20000 -P 16 -c 20 -t set,get --csv | cut -d, -f1
}
case_redis() {
  local args=(--port 7001 --dir /tmp/work --appendonly yes --save "1 1" --daemonize no --logfile redis.log
    --enable-debug-command yes)
  local cli=(redis-cli -p 7001)
  redis-server "${args[@]}" &
  until_up "${cli[@]}" ping
  under_load redis_load
  "${cli[@]}" eval 'local s = 0 for i = 1, 100000 do s = s + i % 7 end redis.call("set", "lua", s) return s' 0
  "${cli[@]}" set text 'some text'
  # One by hand, when none of those that the load has caused is under way.
  "${cli[@]}" config set save ""
  until_up eval "${cli[*]} info persistence | grep bgsave_in_progress:0"
  "${cli[@]}" bgsave
  local digest
  digest=$("${cli[@]}" debug digest)
  "${cli[@]}" shutdown
  wait
  redis-server "${args[@]}" &
  until_up eval "${cli[*]} ping | grep PONG" # Not while it loads.
  "${cli[@]}" mget text lua
  [ "$("${cli[@]}" debug digest)" = "$digest" ] && echo "nothing lost"
  "${cli[@]}" shutdown
  wait
  grep -ciE 'crashed|signal:|bug report' redis.log
  return 0
}
case_redis_memory() {
  redis-server --test-memory "${MEBIBYTES:-2}" | grep -a -o 'Your memory passed this test.'
}

nginx_load() {
  ab -q -n 5000 -c 10 http://127.0.0.1:8001/ | grep -E 'Complete|Failed|Non-2xx'
  ab -q -n 3000 -c 10 -k -H 'Accept-Encoding: gzip' http://127.0.0.1:8001/big | grep -E 'Complete|Failed|Length:'
}
case_nginx() {
  mkdir -p www logs
  head -c 100000 /dev/zero | tr '\0' 'x' >www/big
  echo hello >www/index.html
  cat >nginx.conf <<END
daemon on; worker_processes 2; pid /tmp/work/nginx.pid; error_log /tmp/work/logs/error;
events { worker_connections 256; }
http { access_log /tmp/work/logs/access; sendfile on; gzip on; gzip_types *;
  client_body_temp_path /tmp/work/b; proxy_temp_path /tmp/work/p; fastcgi_temp_path /tmp/work/f;
  uwsgi_temp_path /tmp/work/u; scgi_temp_path /tmp/work/s;
  server { listen 127.0.0.1:8001; root /tmp/work/www; location /back { proxy_pass http://127.0.0.1:8001/index.html; } } }
END
  chmod -R a+rwX /tmp/work
  nginx -p /tmp/work -c /tmp/work/nginx.conf 2>&1 | grep -v alert
  until_up ab -q -n 1 http://127.0.0.1:8001/
  under_load nginx_load
  nginx -p /tmp/work -c /tmp/work/nginx.conf -s reload 2>&1 | grep -vE "alert|notice"
  ab -q -n 1000 -c 5 http://127.0.0.1:8001/back | grep -E 'Complete|Failed'
  local pid
  pid=$(cat nginx.pid)
  nginx -p /tmp/work -c /tmp/work/nginx.conf -s quit 2>&1 | grep -vE "alert|notice"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
  grep -cE 'alert|emerg|crit' logs/error
  # Each request has been logged: that for the start, each of the load, those to the
  # proxy twice.
  echo $(($(wc -l <logs/access) - times * 8000 - 2001))
}

# Text protocol: values that weren't there, and a counter that is.
memcached_talk() {
  local i line
  exec 3<>/dev/tcp/127.0.0.1/7002
  for i in 1 2 3; do
    printf 'get k%s\r\nset k%s 0 0 5\r\nval-%s\r\nadd n 0 0 1\r\n1\r\nincr n 1\r\n' $i $i $i >&3
    while read -r -u 3 line && [[ $line != [0-9]* ]]; do echo "$line"; done
    echo "$line"
  done | tr -d '\r'
  exec 3>&-
}
case_memcached() {
  local args=(-u guest -p 7002 -l 127.0.0.1 -t 4 -m 512 -e /tmp/work/memory) i # all that memcaslap stores
  chmod a+rwx /tmp/work
  memcached "${args[@]}" &
  local pid=$!
  until_up memcping --servers=127.0.0.1:7002
  for i in set get; do
    memcslap --servers=127.0.0.1:7002 --concurrency=8 --test=$i --execute-number=2000 --flush | grep -ci 'took\|seconds'
  done
  memcaslap -s 127.0.0.1:7002 -T 2 -c 16 -t "${LOAD}s" -v 0.2 | grep -E '^(get_misses|verify_misses|verify_failed):'
  echo text >file
  memccp --servers=127.0.0.1:7002 file && memccat --servers=127.0.0.1:7002 file
  memcached_talk
  # An end that keeps the memory for the next start, which must be in another second.
  kill -USR1 $pid
  wait $pid
  echo "ended with $?"
  sleep 1.5
  memcached "${args[@]}" &
  pid=$!
  until_up memcping --servers=127.0.0.1:7002
  memccat --servers=127.0.0.1:7002 file
  memcached_talk
  kill -TERM $pid
  wait $pid
  echo "ended with $?"
}

mariadb_load() {
  mariadb-slap --no-defaults --socket=/tmp/work/s.sock -uroot --concurrency=8 --number-of-queries=800 "$@" |
    grep -E 'Number of clients|queries per client'
}
case_mariadb() {
  local args=(--no-defaults --datadir=/tmp/work/db --socket=/tmp/work/s.sock --skip-networking --user=guest
    --pid-file=/tmp/work/db.pid --innodb-buffer-pool-size=32M --log-error=/tmp/work/db.err)
  local sql=(mariadb --no-defaults --socket=/tmp/work/s.sock -uroot -N)
  mkdir db
  chown guest db . 2>/dev/null
  mariadb-install-db --no-defaults --user=guest --datadir=/tmp/work/db --auth-root-authentication-method=normal \
    --skip-test-db >install.log 2>&1 || { tail install.log; return 1; }
  mariadbd "${args[@]}" &
  until_up mariadb-admin --no-defaults --socket=/tmp/work/s.sock -uroot ping
  under_load mariadb_load --auto-generate-sql --engine=innodb
  "${sql[@]}" -e 'create database load_test; create table load_test.t (i int primary key auto_increment, m char(32)) engine=innodb'
  under_load mariadb_load --create-schema=load_test --no-drop \
    --query='insert into t (m) values (md5(rand())); update t set m = reverse(m) where i = 1 + floor(rand() * 100)'
  local rows=$((times * 800))
  "${sql[@]}" -e 'create database d; use d; create table t (i int primary key, m char(32)) engine=innodb;
    insert into t select seq, md5(seq) from seq_1_to_20000; create index m on t (m);
    select count(*), min(m), max(m), sum(crc32(m)) from t; start transaction; delete from t where i % 2; rollback;
    select count(*), avg(i), std(i) from t where m like "a%"; select 1/0, json_extract("{\"a\": [1, 2]}", "$.a[1]");'
  mariadb-admin --no-defaults --socket=/tmp/work/s.sock -uroot shutdown
  wait
  mariadbd "${args[@]}" &
  until_up mariadb-admin --no-defaults --socket=/tmp/work/s.sock -uroot ping
  "${sql[@]}" -e 'select count(*), sum(crc32(m)) from d.t; check table d.t'
  "${sql[@]}" -e "select count(*) - $rows from load_test.t; check table load_test.t"
  mariadb-admin --no-defaults --socket=/tmp/work/s.sock -uroot shutdown
  wait
  grep -ciE 'got signal|corrupt' db.err
  return 0
}

case_sqlite() {
  local i
  sqlite3 t.db 'create table t (i integer primary key, m text); create index m on t (m);' 'pragma journal_mode = wal;'
  for i in 1 2 3 4; do
    sqlite3 t.db '.timeout 60000' "begin immediate; with recursive c(x) as (select 1 union all select x + 1 from c where x < 20000)
      insert into t select x + $i * 100000, hex(x * x * $i) from c; commit;" &
  done
  wait
  sqlite3 t.db 'select count(*), min(m), max(m), sum(length(m)), total(i) from t; pragma integrity_check;' \
    'select m, count(*) from t group by m order by 2 desc, 1 limit 3;' \
    "select json_group_array(x) from (select i % 10 x from t limit 5);"
}

# Small transactions of four writers and one reader until the time is over.
sqlite_writer() {
  local end=$((SECONDS + LOAD)) n=0
  while [ $SECONDS -lt $end ]; do
    sqlite3 t.db '.timeout 60000' "begin immediate; insert into t values ($1, $n);
      update sums set s = s + $n where w = $1; commit;" || break
    n=$((n + 1))
  done
  echo $n >"written-$1"
}
case_sqlite_load() {
  local i
  sqlite3 t.db 'pragma journal_mode = wal; create table t (w, n); create table sums (w primary key, s);
    insert into sums values (1, 0), (2, 0), (3, 0), (4, 0);'
  for i in 1 2 3 4; do
    sqlite_writer $i &
  done
  under_load sqlite3 t.db '.timeout 60000' 'select count(*) from
    (select w, sum(n) s from t group by w) a join sums b on a.w = b.w where a.s != b.s;'
  wait
  for i in 1 2 3 4; do
    sqlite3 t.db "select count(*) = $(cat written-$i), max(n) = count(*) - 1 from t where w = $i"
  done
  sqlite3 t.db 'pragma integrity_check'
}
