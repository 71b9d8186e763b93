#!/usr/bin/env python3
"""Writes a header with a hash over source files: build-hash.py OUTPUT TEXT FILE..."""
import hashlib
import os
import sys

digest = hashlib.sha256(sys.argv[2].encode())
for path in sorted(sys.argv[3:], key=os.path.basename):
    with open(path, "rb") as source:
        digest.update(os.path.basename(path).encode() + b"\0" + source.read())
with open(sys.argv[1], "w") as out:
    out.write('#define XLATE_BUILD_HASH "%s"\n' % digest.hexdigest())
