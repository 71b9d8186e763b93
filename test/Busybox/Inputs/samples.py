"""Input files of the applets' cases, the same bytes every time."""
import bz2
import gzip
import io
import lzma
import os
import random
import tarfile
import zipfile

HELLO = b"".join(b"hello %d\n" % (i % 7) for i in range(40))
FRUIT = b"apple\nbanana\nfig\napple\npear\n"
TIME = 1600000000


def lzw(data):
    """compress(1) format; codes of 9 bits are enough for short data."""
    table = {bytes([i]): i for i in range(256)}
    codes, word = [], b""
    for i in data:
        longer = word + bytes([i])
        if longer in table:
            word = longer
            continue
        codes.append(table[word])
        if len(table) < 500:
            table[longer] = len(table) + 1  # code 256 clears the table
        word = bytes([i])
    codes.append(table[word])
    bits = sum(code << 9 * i for i, code in enumerate(codes))
    return b"\x1f\x9d\x90" + bits.to_bytes((9 * len(codes) + 7) // 8, "little")


def ar(members):
    out = b"!<arch>\n"
    for name, data in members:
        out += b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode() + b"/", TIME, 0, 0, 0o100644, len(data))
        out += data + b"\n" * (len(data) % 2)
    return out


def tar_gz(members):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as t:
        for name, data in members:
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.uname, entry.gname = len(data), TIME, "root", "root"
            t.addfile(entry, io.BytesIO(data))
    return gzip.compress(out.getvalue(), mtime=0)


def zipped(name, data):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo(name, (2020, 9, 13, 12, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


CONTROL = b"Package: hello\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: a test\n"

FILES = {
    "numbers": b"".join(b"%d\n" % i for i in range(1, 21)),
    "numbers2": b"".join(b"%d\n" % i for i in (1, 2, 4, 5, 66, *range(7, 21), 21)),
    "fruit": FRUIT,
    "table": b"1,red,x\n2,green,y\n3,red,z\n",
    "pairs": b"pear 3\napple 10\nfig 2\nbanana 10\n",
    "sizes": b"2K\n1G\n3M\n500\n",
    "versions": b"v1.10\nv1.9\nv1.2\n",
    "months": b"MAR\nJAN\nDEC\n",
    "crlf": b"one\r\ntwo words\r\n",
    "tabs": b"\tx\ty\nno\n",
    "empty": b"",
    "dated": b"old\n",
    "binary": random.Random(1).randbytes(700) + b"some text inside\0" + bytes(range(256)),
    "tree/one.txt": b"a needle in it\n",
    "tree/sub/two.txt": b"nothing\n",
    "tree/sub/empty": b"",
    "tree/exe": b"#!/bin/sh\necho ran\n",
    "tree2/one.txt": b"changed\n",
    "tree2/sub/two.txt": b"nothing\n",
    "archive.a": ar([("fruit", FRUIT), ("numbers", b"1\n2\n")]),
    "hello.gz": gzip.compress(HELLO, mtime=0),
    "hello.bz2": bz2.compress(HELLO),
    "hello.xz": lzma.compress(HELLO, check=lzma.CHECK_CRC32),
    "hello.lzma": lzma.compress(HELLO, format=lzma.FORMAT_ALONE),
    "hello.Z": lzw(HELLO),
    "hello.zip": zipped("hello", HELLO),
    "hello.deb": ar([
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", tar_gz([("./control", CONTROL)])),
        ("data.tar.gz", tar_gz([("./usr/share/hello", HELLO)])),
    ]),
}


def write(directory):
    for name, data in FILES.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)
        os.chmod(path, 0o755 if name.endswith("/exe") else 0o644)
        os.utime(path, (TIME, TIME))
    os.utime(os.path.join(directory, "dated"), (10**9, 10**9))
