"""cut.py PROGRAM FILE COMMAND...: run the command on PROGRAM cut off at many
lengths; each must be refused with one line and status 126."""
import os
import struct
import subprocess
import sys

data = open(sys.argv[1], "rb").read()
# The last byte that a segment needs.
phoff, = struct.unpack_from("<Q", data, 32)
phnum, = struct.unpack_from("<H", data, 56)
end = 0
for i in range(phnum):
    kind, _, offset, _, _, filesz = struct.unpack_from("<IIQQQQ", data, phoff + 56 * i)
    if kind == 1:
        end = max(end, offset + filesz)

lengths = [0, 1, 3, 4, 16, 17, 18, 19, 20, 32, 63, 64, 65, phoff + 55, phoff + 56 * phnum - 1]
lengths += [end * i // 16 for i in range(1, 16)] + [end - 1]
for length in lengths:
    with open(sys.argv[2], "wb") as out:
        out.write(data[:length])
    os.chmod(sys.argv[2], 0o755)
    result = subprocess.run(sys.argv[3:] + [sys.argv[2]], capture_output=True, timeout=20)
    lines = result.stderr.decode().splitlines()
    if result.returncode != 126 or len(lines) != 1 or not lines[0].startswith("xlate-run: "):
        sys.exit(f"length {length}: status {result.returncode}, {lines}")
print("all refused")
