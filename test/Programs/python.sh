# python3: language, json, re, hashlib, threading, subprocess, multiprocessing,
# sqlite3, asyncio, ctypes, decimal and more.
# RUN: %twins
export PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
python3 -c 'print("hello", 6 * 7)'
python3 -c 'import sys; sys.exit(5)'
echo "status $?"
python3 - <<'END'
import json, re, hashlib, math, struct, zlib, base64, random, itertools, collections, functools
import datetime, decimal, fractions, statistics, bisect, heapq, textwrap, unicodedata, string
import io, os, pickle, csv, configparser, xml.etree.ElementTree as ET, difflib, binascii, lzma, bz2, gzip

print(json.dumps(json.loads('{"b": [1, 2.5, null, true, "\\u20ac"], "a": {"x": -1e-7}}'), sort_keys=True))
print(json.dumps({"k%d" % i: list(range(i)) for i in range(6)}, indent=1))
print(re.findall(r"(\w+)@(\w+)\.org", "a@b.org, cc@dd.org; e@f.com"))
print(re.sub(r"(?P<x>\d+)", lambda m: str(int(m["x"]) ** 2), "1 2 30"), re.split(r"[,;]\s*", "a, b;c"))
print(bool(re.match(r"(a+)+$", "a" * 20)), re.search(r"(?<!x)y(?=z)", "xyz yz").span())
for n in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"):
    print(n, hashlib.new(n, b"data" * 1000).hexdigest()[:32])
print(hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000).hex(), hashlib.scrypt(b"p", salt=b"s", n=16, r=1, p=1).hex()[:16])
print(math.factorial(30), math.gcd(1071, 462), math.sqrt(2), math.sin(1), math.exp(1), math.log1p(1e-10), math.gamma(4.5))
print(2 ** 200, -7 // 2, -7 % 3, divmod(10 ** 30, 7 ** 20), pow(3, 1000, 10 ** 9 + 7), int("ff" * 20, 16))
print(0.1 + 0.2, 1e308 * 10, float("nan"), repr(1 / 3), round(2.675, 2), "%.20f" % 0.1, float.hex(1.1), f"{1234567.891:,.2f}")
print(complex(1, 2) ** 2, abs(3 + 4j), 5 .bit_length(), (255).to_bytes(2, "big"), int.from_bytes(b"\x01\x02", "little"))
print(struct.pack("<hIqd", -1, 2, -3, 1.5).hex(), struct.unpack(">f", b"\x40\x49\x0f\xdb"))
z = zlib.compress(b"text " * 1000)
print(zlib.crc32(b"crc"), zlib.adler32(b"adler"), len(zlib.decompress(z)), base64.b85encode(b"base85").decode(), binascii.crc_hqx(b"x", 0))
for m in (lzma, bz2, gzip):
    print(m.__name__, m.decompress(m.compress(b"round trip" * 500)) == b"round trip" * 500)
random.seed(42)
print([random.randrange(1000) for _ in range(8)], random.gauss(0, 1), random.sample(range(100), 5))
print(list(itertools.permutations("abc", 2))[:4], collections.Counter("mississippi").most_common(2))
print(decimal.Decimal(1) / decimal.Decimal(7), decimal.Decimal(2).sqrt(), fractions.Fraction(1, 3) + fractions.Fraction(1, 6))
print(statistics.stdev([1, 2, 3, 4, 100]), bisect.bisect([1, 3, 5], 3), heapq.nsmallest(3, [5, 1, 4, 2]))
print(datetime.date(2024, 2, 29) + datetime.timedelta(365), datetime.datetime(2000, 1, 1).strftime("%A %d %B"), datetime.datetime.fromtimestamp(0, datetime.timezone.utc))
print(unicodedata.name("€"), "straße".upper(), "ǅ".casefold(), "é" == unicodedata.normalize("NFC", "é"), "naïve".encode("utf-16-le").hex())
print(pickle.loads(pickle.dumps({"a": (1, [2, {3}])})), textwrap.fill("word " * 20, 30).count("\n"))
print("\n".join(difflib.unified_diff("a b c".split(), "a x c".split(), lineterm="")))
print(ET.tostring(ET.fromstring("<a><b c='d'>text</b></a>")).decode(), list(csv.reader(io.StringIO('a,"b,c",d\n'))))

class Meta(type):
    def __new__(m, n, b, d):
        d["made"] = True
        return super().__new__(m, n, b, d)
class Base(metaclass=Meta):
    def __init_subclass__(cls, **k): cls.k = k
    def __getattr__(self, n): return "dynamic " + n
class Child(Base, x=1): pass
print(Child.k, Child.made, Child().thing)
def gen():
    got = yield 1
    try:
        yield got * 2
    finally:
        print("generator closed")
g = gen(); next(g); print(g.send(21)); g.close()
@functools.lru_cache(None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(150))
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
print(deep(900))
try:
    deep(10 ** 6)
except RecursionError as e:
    print("RecursionError")
try:
    try: 1 / 0
    except ZeroDivisionError as e: raise ValueError("chained") from e
except ValueError as e:
    print(repr(e), repr(e.__cause__))
match {"kind": "point", "xy": [1, 2]}:
    case {"kind": "point", "xy": [x, y]}: print("matched", x, y)
print(sum(i * i for i in range(20000)), sorted({str(i) for i in range(12)}, key=lambda s: (len(s), s))[-1])
sieve = bytearray([1]) * 30000
for i in range(2, 174):
    if sieve[i]: sieve[i * i :: i] = bytes(len(range(i * i, 30000, i)))
print(sum(sieve) - 2)
END
echo '== threads'
python3 - <<'END'
import threading, queue, concurrent.futures, time
lock = threading.Lock(); total = 0
def add():
    global total
    for _ in range(500):
        with lock: total += 1
ts = [threading.Thread(target=add) for _ in range(16)]
[t.start() for t in ts]; [t.join() for t in ts]
print(total)
q, out = queue.Queue(10), []
def worker():
    while (x := q.get()) is not None: out.append(x * x)
ws = [threading.Thread(target=worker) for _ in range(4)]
[w.start() for w in ws]
for i in range(500): q.put(i)
for _ in ws: q.put(None)
[w.join() for w in ws]
print(sum(out))
with concurrent.futures.ThreadPoolExecutor(8) as ex: print(sum(ex.map(lambda x: x ** 3, range(200))))
e = threading.Event(); threading.Timer(0.05, e.set).start(); print(e.wait(5))
local = threading.local(); local.x = 1
r = []; t = threading.Thread(target=lambda: r.append(hasattr(local, "x"))); t.start(); t.join(); print(r)
END
echo '== processes'
cat >procs.py <<'END'
import subprocess, os, sys, signal, time, multiprocessing as mp, tempfile, select, socket, mmap
def square(x): return x * x
def child(q, n): q.put((n, os.getpid() != os.getppid()))
def main():
    print(subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout.strip())
    print(subprocess.check_output("seq 5 | tac", shell=True).split())
    print(subprocess.run([sys.executable, "-c", "import sys; print(sys.argv[1:]); sys.exit(3)", "a", "b c"]).returncode)
    p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    print(len(p.communicate(b"x" * 300000)[0]))
    p = subprocess.Popen(["sleep", "100"]); p.terminate(); print(p.wait())
    try: subprocess.run(["sleep", "100"], timeout=0.2)
    except subprocess.TimeoutExpired: print("timeout")
    try: subprocess.run(["/nonexistent"])
    except FileNotFoundError as e: print(e.errno)
    print(subprocess.run("exit 4", shell=True, close_fds=True, start_new_session=True).returncode)
    for method in ("fork", "spawn", "forkserver"):
        ctx = mp.get_context(method)
        with ctx.Pool(3) as pool: print(method, sum(pool.map(square, range(100))))
    q = mp.Queue(); ps = [mp.Process(target=child, args=(q, i)) for i in range(4)]
    [p.start() for p in ps]; got = sorted(q.get() for _ in ps); [p.join() for p in ps]; print(got)
    v = mp.Value("i", 0)
    def inc():
        for _ in range(100):
            with v.get_lock(): v.value += 1
    ps = [mp.Process(target=inc) for _ in range(4)]; [p.start() for p in ps]; [p.join() for p in ps]; print(v.value)
    r, w = os.pipe()
    if (pid := os.fork()) == 0: os.write(w, b"from the child"); os._exit(9)
    print(os.read(r, 100), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    hits = []
    signal.signal(signal.SIGUSR1, lambda s, f: hits.append(s)); os.kill(os.getpid(), signal.SIGUSR1); time.sleep(0.01); print(hits)
    signal.setitimer(signal.ITIMER_REAL, 0.05); signal.signal(signal.SIGALRM, lambda s, f: hits.append(s)); signal.pause(); print(len(hits))
    s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
    c = socket.create_connection(s.getsockname()); d, _ = s.accept(); c.sendall(b"tcp"); print(d.recv(10))
    m = mmap.mmap(-1, 8192); m[4000:4004] = b"mmap"; print(m.find(b"mmap"))
    print(os.uname().sysname, os.path.basename(sys.executable), os.cpu_count() == len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as d:
        open(os.path.join(d, "f"), "w").write("x"); print(os.listdir(d), [e.is_file() for e in os.scandir(d)])
if __name__ == "__main__": main()
END
python3 procs.py
echo '== libraries'
python3 - <<'END'
import sqlite3, asyncio, ctypes, ctypes.util, threading, ssl, select, uuid, ipaddress, zoneinfo, locale, platform
db = sqlite3.connect(":memory:")
db.execute("create table t (id integer primary key, name text, value real)")
db.executemany("insert into t (name, value) values (?, ?)", ((f"n{i % 7}", i * 1.5) for i in range(1000)))
print(db.execute("select name, count(*), sum(value), avg(value) from t group by name order by name").fetchall())
db.create_function("twice", 1, lambda x: x * 2); print(db.execute("select twice(21)").fetchone())
try: db.execute("select * from missing")
except sqlite3.OperationalError as e: print(e)
async def job(n):
    await asyncio.sleep(0.01 * (5 - n)); return n
async def main():
    print(await asyncio.gather(*map(job, range(5))))
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname()); print(await r.read()); w.close()
    p = await asyncio.create_subprocess_exec("echo", "async", stdout=asyncio.subprocess.PIPE); print((await p.communicate())[0])
    try: await asyncio.wait_for(asyncio.sleep(10), 0.05)
    except asyncio.TimeoutError: print("asyncio timeout")
asyncio.run(main())
libc = ctypes.CDLL(None)
print(libc.strlen(b"ctypes"), libc.abs(-5))
libc.strtod.restype = ctypes.c_double; print(libc.strtod(b"2.5", None))
CMP = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
a = (ctypes.c_int * 6)(5, 2, 9, 1, 7, 3); libc.qsort(a, 6, 4, CMP(lambda x, y: x[0] - y[0])); print(list(a))
print(uuid.uuid5(uuid.NAMESPACE_DNS, "example.org"), ipaddress.ip_network("10.0.0.0/8").num_addresses, ssl.OPENSSL_VERSION.split()[0])
END
{ python3 -c 'import os; os.abort()'; } 2>/dev/null
echo "status $?"
python3 -m json.tool <<<'{"a":[1,2]}'
python3 -m timeit -n 10 -r 1 pass >/dev/null && echo timeit
python3 -c 'import unittest.mock, email, http.client, logging, argparse, typing, dataclasses, enum; print("imports")'
python3 -c 'raise SystemExit("message")'
echo "status $?"
python3 -c 'import nonexistent' 2>&1 | tail -n 1
