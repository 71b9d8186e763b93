"""Loops that become traces, objects, generators, exceptions, threads."""
import collections, hashlib, json, re, subprocess, threading


class V:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        return V(self.x + o.x, self.y + o.y)


def vectors(n):
    v = V(0, 0.0)
    for i in range(n):
        v = v + V(i, i * 0.25)
    return v.x, v.y


def sieve(n):
    a = bytearray(n)
    c = 0
    for i in range(2, n):
        if not a[i]:
            c += 1
            for j in range(i + i, n, i):
                a[j] = 1
    return c


def exceptions(n):
    c = 0
    for i in range(n):
        try:
            if i % 5 == 0:
                raise KeyError(i)
            [][i]
        except KeyError:
            c += 1
        except IndexError:
            c += 2
    return c


def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)


print(vectors(1000000), sieve(1000000), exceptions(100000), deep(800))
try:
    def forever(): return forever()
    forever()
except RecursionError:
    print("RecursionError")
print(sum(x * x for x in range(300000)), collections.Counter("mississippi" * 1000).most_common(2))
print(hashlib.sha256(b"abc").hexdigest(), json.loads(json.dumps({"a": [1, 2.5, None]})))
print(len(re.findall(r"(\w+)-(\d+)", "ab-12 cd-345 " * 10000)), 3 ** 500 % 1000000007)
total = []
lock = threading.Lock()


def work(n):
    for i in range(20000):
        with lock:
            total.append(n) if len(total) < 1000 else None


ts = [threading.Thread(target=work, args=(i,)) for i in range(6)]
[t.start() for t in ts]
[t.join() for t in ts]
print(len(total), subprocess.run(["echo", "hello"], capture_output=True).stdout)
