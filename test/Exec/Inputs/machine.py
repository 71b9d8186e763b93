"""machine.py IN OUT CLASS MACHINE: an ELF file that claims to be another's."""
import os
import sys

data = bytearray(open(sys.argv[1], "rb").read())
data[4] = int(sys.argv[3])
data[18:20] = int(sys.argv[4]).to_bytes(2, "little")
with open(sys.argv[2], "wb") as out:
    out.write(data)
os.chmod(sys.argv[2], 0o755)
