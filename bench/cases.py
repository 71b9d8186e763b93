"""The benchmark cases: what is run, natively and as an arm64 program."""

import dataclasses
import math
import os
import random
import shutil
import struct
import subprocess
import wave

CLASSES = ("kernel", "program", "startup")


@dataclasses.dataclass
class Case:
    """One case. The command lines start with the path of the program.

    `hot` is long enough for compiled code to dominate; `cold` is the same work
    much shorter, so that translation counts. Files named by relative paths are
    in the data directory, which is the current directory of every run. `{run}`
    in an argument stands for what starts a guest program from a guest program:
    xlate-run follows an execve of its own accord, qemu-aarch64 doesn't.
    """

    name: str
    cls: str
    hot: list
    cold: list = None
    native: str = None  # path of the native program
    guest: str = None  # path of the arm64 program (in the sysroot unless static)
    package: str = None  # Debian package, which must have the same version
    compare: bool = True  # outputs are equal
    rate: str = None  # pattern of a rate in the output, for programs that run a fixed time
    env: dict = dataclasses.field(default_factory=dict)
    starts: tuple = ()  # guest programs that it runs
    # More arguments for emulators that need {run}. {,run} has commas, {root} is the
    # sysroot.
    wrapper: list = None


KERNELS = (
    "core qsort sha256 strings vcall switch queens hash chase fib lz alloc "
    "matmul nbody mandel saxpy fft convert memcpy atomics"
).split()


def kernel_source(here, name):
    """The source file of a kernel."""
    for suffix in (".c", ".cpp"):
        path = os.path.join(here, "kernels", name + suffix)
        if os.path.exists(path):
            return path
    raise FileNotFoundError(name)


def kernel_default(source):
    """The count that a kernel takes by default, from its source."""
    with open(source) as file:
        text = file.read()
    return int(text.rsplit("BENCH_MAIN(", 1)[1].split(")")[0])


PYTHON = {
    "py-fib": "def f(n): return n if n < 2 else f(n-1)+f(n-2)\nprint(f({n}))",
    "py-dict": "d={{}}\nfor i in range({n}0000):\n k=str(i%5000); d[k]=d.get(k,0)+i\n"
    "print(sum(d.values()))",
    "py-float": "import math\nx=0.0\nfor i in range(1,{n}0000): x+=math.sqrt(i)*1.5/i\n"
    "print('%.6f' % x)",
    "py-class": "class P:\n def __init__(s,x): s.x=x\n def up(s,d): s.x+=d; return s.x\n"
    "p=P(1); t=0\nfor i in range({n}0000): t+=p.up(i)&255\nprint(t)",
    "py-sort": "import random\nr=random.Random(1)\nv=[r.random() for _ in range({n}000)]\n"
    "v.sort(); w=sorted(v,key=lambda x:-x)\nprint(w[10],v[5])",
}

PERL = (
    "my %h; my $s=0; for my $i (1..{n}0000) {{ my $k='k'.($i%977); $h{{$k}}+=$i; "
    "$s+=length($k) if $k=~/(\\d)5$/; }} print join(',',map {{$h{{$_}}}} sort keys %h),$s,\"\\n\";"
)

LUA = (
    "local function f(n) if n<2 then return n end return f(n-1)+f(n-2) end "
    "local t={{}} for i=1,{n}0000 do t[i%1000+1]=(t[i%1000+1] or 0)+i*0.5 end "
    "local s=0 for i=1,#t do s=s+t[i] end print(f({f}),s)"
)

AWK = (
    'BEGIN {{ for (i=0;i<{n}0000;i++) {{ k=i%1009; a[k]=a[k]+i; s=s substr("abcdef",i%6+1,1); '
    'if (length(s)>100) s="" }} for (i=0;i<1009;i++) t+=a[i]; print t, s }}'
)

SQL = (
    "CREATE TABLE t(a INTEGER, b TEXT);"
    "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c WHERE x<{n}000) "
    "INSERT INTO t SELECT x*7919%100003, 'row '||x FROM c;"
    "CREATE INDEX i ON t(a);"
    "SELECT count(*), sum(a), max(b) FROM t WHERE a%3=1;"
    "SELECT a/1000, count(*), avg(length(b)) FROM t GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 5;"
)

SHELL_LOOP = "i=0; while [ $i -lt {n} ]; do {cmd}; i=$((i+1)); done"


def program_cases(scale=1):
    """Programs of Debian packages, by package; the hot runs do scale times the work."""
    cases = []

    def add(name, guest, hot, cold, package, native=None, **rest):
        cases.append(
            Case(name, "program", hot, cold, native or guest, guest, package, **rest)
        )

    def pack(name, args, package, guest=None, **rest):
        add(name, guest or "/usr/bin/" + name.split("-")[0], args + ["text.big"] * scale,
            args + ["text.small"], package, **rest)

    for name, guest, args, package in (
            ("sha256sum", "/usr/bin/sha256sum", [], "coreutils"),
            ("busybox-sha256", "/bin/busybox", ["sha256sum"], "busybox-static")):
        add(name, guest, args + ["text.big"] * 20 * scale, args + ["text.big"], package)
    # Two threads that run the same code.
    add("sort", "/usr/bin/sort", ["--parallel=2"] + ["text.big"] * 4 * scale,
        ["--parallel=2", "text.small"], "coreutils")
    pack("xz-c", ["-4", "-T1", "-c"], "xz-utils")
    pack("zstd-c", ["-9", "-c", "-q", "--single-thread"], "zstd")
    pack("gzip-c", ["-c", "-n"], "gzip")
    pack("bzip2-c", ["-c"], "bzip2")
    for name, tool, package in (("xz-d", "xz", "xz-utils"), ("bzip2-d", "bzip2", "bzip2")):
        suffix = {"xz": ".xz", "bzip2": ".bz2"}[tool]
        add(name, "/usr/bin/" + tool, ["-d", "-c"] + ["text.big" + suffix] * 3 * scale,
            ["-d", "-c", "text.small" + suffix], package)
    seven = ["a", "-so", "-txz", "-mx=3", "-mmt=1", "-bd", "x"]
    add("7zz-a", "/usr/bin/7zz", seven + ["text.%d" % scale], seven + ["text.small"], "7zip")
    ssl = "/usr/bin/openssl"
    add("openssl-dgst", ssl, None, ["dgst", "-sha256", "text.big"], "openssl")
    add("openssl-enc", ssl, None, ["enc", "-aes-128-ctr", "-K", "00" * 16, "-iv", "11" * 16,
                                   "-in", "text.small"], "openssl")
    for name, args in (("sha256", ["-bytes", "8192", "-evp", "sha256"]),
                       ("ctr", ["-bytes", "8192", "-evp", "aes-128-ctr"]),
                       ("gcm", ["-bytes", "8192", "-evp", "aes-128-gcm"]),
                       ("rsa", ["rsa2048"])):
        add("openssl-" + name, ssl, ["speed", "-mr", "-seconds", str(min(scale, 3))] + args, None,
            "openssl", compare=False, rate=r"^\+F.*:([0-9.]+)$")
    add("sqlite3", "/usr/bin/sqlite3", [":memory:", SQL.format(n=250 * scale)],
        [":memory:", SQL.format(n=10)], "sqlite3")
    size = {"py-fib": (31, 18), "py-dict": (120, 8), "py-float": (250, 15),
            "py-class": (250, 15), "py-sort": (300, 20)}
    # A step of the Fibonacci programs multiplies the work by 1.618.
    steps = round(math.log(scale) / math.log((1 + 5 ** 0.5) / 2))
    for name, source in PYTHON.items():
        hot, cold = size[name]
        hot = hot + steps if name == "py-fib" else hot * scale
        add(name, "/usr/bin/python3", ["-I", "-S", "-c", source.format(n=hot)],
            ["-I", "-S", "-c", source.format(n=cold)], "python3-minimal",
            env={"PYTHONHASHSEED": "0"})
    add("perl", "/usr/bin/perl", ["-e", PERL.format(n=100 * scale)], ["-e", PERL.format(n=5)],
        "perl-base", env={"PERL_HASH_SEED": "0"})
    add("lua", "/usr/bin/lua5.4", ["-e", LUA.format(n=400 * scale, f=29 + steps)],
        ["-e", LUA.format(n=20, f=20)], "lua5.4")
    add("gawk", "/usr/bin/gawk", [AWK.format(n=200 * scale)], [AWK.format(n=10)], "gawk")
    # The cross compiler makes the same code as the guest's own compiler.
    cc1 = "/usr/lib/gcc/aarch64-linux-gnu/12/cc1"
    args = ["-quiet", "-O2", "-fpreprocessed", "-fno-ident", "-o", "-"]
    add("cc1", cc1, args + ["source.%d.i" % scale], args + ["small.i"], "cpp-12",
        native="/usr/lib/gcc-cross/aarch64-linux-gnu/12/cc1")
    add("stockfish", "/usr/games/stockfish", ["bench", "16", "1", "8"],
        ["bench", "16", "1", "2"], "stockfish", compare=False)
    add("ffmpeg", "/usr/bin/ffmpeg",
        ["-v", "error", "-nostdin", "-i", "sound.wav", "-c:a", "flac", "-threads", "1",
         "-f", "md5", "-"],
        ["-v", "error", "-nostdin", "-t", "1", "-i", "sound.wav", "-c:a", "flac",
         "-threads", "1", "-f", "md5", "-"], "ffmpeg", compare=False)
    return cases


def startup_cases():
    """Programs that end at once: what a process costs."""
    cases = []

    def add(name, guest, args, package, native=None, **rest):
        cases.append(Case(name, "startup", None, args, native or guest, guest, package, **rest))

    add("busybox-true", "/bin/busybox", ["true"], "busybox-static")
    add("true", "/usr/bin/true", [], "coreutils")
    add("sh-c", "/usr/bin/dash", ["-c", "exit 0"], "dash")
    add("perl-e1", "/usr/bin/perl", ["-e", "1"], "perl-base")
    add("git-version", "/usr/bin/git", ["--version"], "git")
    add("python-pass", "/usr/bin/python3", ["-I", "-c", "pass"], "python3-minimal")
    add("git-status", "/usr/bin/git", ["-C", "repository", "status"], "git")
    # The cross compiler, which starts its own cc1 and as.
    add("gcc-c", "/usr/bin/gcc", ["-c", "hello.c", "-o", "hello.o"], "cpp-12",
        "/usr/bin/aarch64-linux-gnu-gcc", wrapper=["-B{root}/usr/bin/", "-wrapper", "{,run}"],
        starts=("/usr/lib/gcc/aarch64-linux-gnu/12/cc1", "/usr/bin/as"))
    add("sh-200-procs", "/usr/bin/dash",
        ["-c", SHELL_LOOP.format(n=200, cmd="{run}/usr/bin/true")], "dash",
        starts=("/usr/bin/true",))
    add("sh-300-forks", "/usr/bin/dash",
        ["-c", SHELL_LOOP.format(n=300, cmd="(:)")], "dash")
    return cases


def kernel_cases(here, binaries):
    """The kernels of this directory; binaries holds NAME.x86 and NAME.arm."""
    cases = []
    for name in KERNELS:
        count = kernel_default(kernel_source(here, name))
        path = os.path.join(binaries, name)
        cases.append(
            Case(name, "kernel", [str(count)], [str(max(count // 16, 1))],
                 path + ".x86", path + ".arm")
        )
    path = os.path.join(binaries, "hello")
    cases.append(Case("hello-static", "startup", None, [], path + ".x86", path + ".arm"))
    return cases


def make_text(path, size, seed, mode="w"):
    """A reproducible text file that compresses about as C code does."""
    rng = random.Random(seed)
    words = ["".join(rng.choice("etaoinshrdlucmfwypvbgkjqxz") for _ in range(rng.randint(2, 10)))
             for _ in range(2000)]
    total = 0
    with open(path, mode) as file:
        while total < size:
            line = " ".join(words[int(rng.paretovariate(0.6)) % 2000]
                            for _ in range(rng.randint(3, 14)))
            line += "; %d\n" % rng.randrange(100000)
            total += file.write(line)


def make_source(path, functions):
    """Preprocessed C with loops, structures, switches and calls."""
    rng = random.Random(5)
    with open(path, "w") as file:
        file.write("struct s { int a, b; struct s *next; double d[4]; };\n"
                   "extern int ext(int, const char *);\n")
        for i in range(functions):
            a, b, c = (rng.randrange(1, 1000) for _ in range(3))
            file.write(f"""
int f{i}(struct s *p, int n, const unsigned char *t) {{
  int sum = {a};
  for (int i = 0; i < n; i++) {{
    struct s *q = p;
    for (; q; q = q->next) {{
      switch ((q->a + i) & 7) {{
      case 0: sum += q->b * {b}; break;
      case 1: sum ^= t[i & 63] << {c % 24}; break;
      case 3: sum -= ext(sum, "s{i}"); break;
      case 4: q->d[i & 3] += sum * {a}.5; break;
      case 6: if (sum > {c}) return {('f%d(p->next, n - 1, t)' % (i - 1)) if i else '0'}; break;
      default: sum = (sum >> 1) + q->a / (q->b | 1);
      }}
    }}
    while (sum & {1 << b % 8}) sum = sum * 3 + (sum >> {c % 7 + 1});
  }}
  return sum + (int)(p->d[0] * p->d[1] - p->d[2]);
}}
""")


def make_sound(path, seconds):
    """A tone with noise, as a WAV file."""
    rng = random.Random(3)
    with wave.open(path, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44100)
        table = [(i * 37 % 1009 - 504) * 20 for i in range(4096)]
        frames = bytearray()
        for i in range(seconds * 44100):
            value = table[i * 3 % 4096] + rng.randrange(-300, 300)
            frames += struct.pack("<hh", value, -value // 2)
        file.writeframes(bytes(frames))


def make_repository(path):
    """A git repository with some files, of which one has changed."""
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    for i in range(100):
        with open(os.path.join(path, "file%d" % i), "w") as file:
            file.write("line %d\n" % i)
    author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "files"]):
        subprocess.run(["git", "-C", path, *command], check=True)
    with open(os.path.join(path, "file1"), "a") as file:
        file.write("changed\n")


def make_data(directory, tools, scales):
    """Input files of the programs; tools: path of the native xz and bzip2."""
    os.makedirs(directory, exist_ok=True)
    stamp = os.path.join(directory, ".complete-4")
    if not os.path.exists(stamp):
        make_common_data(directory, tools)
        open(stamp, "w").close()
    for scale in scales:
        done = os.path.join(directory, ".complete-4-%d" % scale)
        if os.path.exists(done):
            continue
        # Text of its own in each part: 7zz would find what it has seen before.
        for part in range(scale):
            make_text(os.path.join(directory, "text.%d" % scale), 4_000_000, 100 + part,
                      "a" if part else "w")
        make_source(os.path.join(directory, "source.%d.i" % scale), 60 * scale)
        open(done, "w").close()


def make_common_data(directory, tools):
    """Input files of all scales."""
    make_text(os.path.join(directory, "text.big"), 4_000_000, 1)
    make_text(os.path.join(directory, "text.small"), 150_000, 2)
    make_source(os.path.join(directory, "small.i"), 4)
    make_sound(os.path.join(directory, "sound.wav"), 20)
    make_repository(os.path.join(directory, "repository"))
    with open(os.path.join(directory, "hello.c"), "w") as file:
        file.write('#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n')
    for name in ("text.big", "text.small"):
        for command in tools:
            os.spawnvp(os.P_WAIT, command, [command, "-k", "-f", os.path.join(directory, name)])

