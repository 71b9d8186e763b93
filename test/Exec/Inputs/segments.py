"""segments.py DIRECTORY: programs whose segments touch, share pages, or overlap.
Each writes the memory from its first segment to its last to standard output."""
import os
import struct
import sys

BASE = 0x10000000
R, RW, RX, RWX = 4, 6, 5, 7

# Every 16 bytes of the file tell their offset, so that what is where shows.
FILE = b"".join(b"%-15x\n" % offset for offset in range(0, 0x6000, 16))


def code(size):
    return struct.pack(
        "<8I",
        0xD2800020,  # mov x0, #1
        0xD2A20001,  # mov x1, #BASE
        0xD2800002 | size << 5,  # mov x2, #size
        0xD2800808,  # mov x8, #64 (write)
        0xD4000001,  # svc #0
        0xD2800000,  # mov x0, #0
        0xD2800BC8,  # mov x8, #94 (exit_group)
        0xD4000001,  # svc #0
    )


def program(name, *loads):
    """Segments as (address - BASE, offset, size in the file, size in memory, flags)."""
    header = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 183, 1, BASE, 64, 0, 0,
                         64, 56, len(loads), 0, 0, 0)
    for at, offset, filesz, memsz, flags in loads:
        header += struct.pack("<IIQQQQQQ", 1, flags, offset, BASE + at, BASE + at, filesz, memsz, 0x1000)
    words = code(max(at + memsz for at, _, _, memsz, _ in loads))
    path = os.path.join(sys.argv[1], name)
    with open(path, "wb") as out:
        out.write(header + FILE[len(header):0x1000] + words + FILE[0x1000 + len(words):])
    os.chmod(path, 0o755)


# The second page is the second segment's wholly, and so it shows page 3 of the file.
program("shared", (0, 0x1000, 0x1800, 0x1800, RX), (0x1800, 0x3800, 0x1800, 0x1800, RW))
# The first segment's zeros end in the second one's first page.
program("zeros", (0, 0x1000, 0x800, 0x2100, RWX), (0x2200, 0x4200, 0x900, 0x1d00, RW))
# No byte of the file: anonymous memory replaces the page.
program("anonymous", (0, 0x1000, 0x1200, 0x1200, RX), (0x1800, 0, 0, 0x2000, RW))
# Three in one page, which is the third one's.
program("three", (0, 0x1000, 0x1100, 0x1100, RX), (0x1400, 0x2400, 0x100, 0x100, R),
        (0x1a00, 0x4a00, 0x1000, 0x1000, RW))

# The same bytes twice.
program("overlap-byte", (0, 0x1000, 0x1801, 0x1801, RX), (0x1800, 0x3800, 0x1000, 0x1000, RW))
program("overlap-zeros", (0, 0x1000, 0x1000, 0x3000, RX), (0x2000, 0x3000, 0x1000, 0x1000, RW))
program("overlap-same", (0, 0x1000, 0x2000, 0x2000, RX), (0, 0x1000, 0x2000, 0x2000, RX))
program("overlap-inside", (0, 0x1000, 0x4000, 0x4000, RX), (0x1000, 0x1000, 0x100, 0x100, R))
