#!/usr/bin/env python3
"""Generate the A64 decoder and its companions from lib/Decoder/a64/*.inst.

usage: gen-decoder.py OUTDIR TABLE.inst...
Writes OUTDIR/xlate/Decoder/A64Rows.inc, OUTDIR/xlate/Semantics/A64Semantics.inc,
OUTDIR/A64Decode.cpp, OUTDIR/A64Record.cpp, OUTDIR/instructions.md.
See lib/Decoder/a64/README.md for the row format."""
import os
import re
import sys


class Row:
    def __init__(self, cls, where, line):
        cols = [c.strip() for c in line.split("|")]
        if len(cols) not in (5, 6):
            raise SystemExit(f"{where}: expected 5 or 6 columns, got {len(cols)}")
        self.where = where
        self.cls = cls
        self.name, bits, fields, self.constraint, self.feature = cols[:5]
        self.mnemonic = cols[5] if len(cols) == 6 else self.name.split("_")[0].lower()
        bits = bits.replace(" ", "")
        if len(bits) != 32:
            raise SystemExit(f"{where}: {self.name}: {len(bits)} bits")
        self.bits = bits
        self.mask = int("".join("1" if c in "01" else "0" for c in bits), 2)
        self.value = int("".join("1" if c == "1" else "0" for c in bits), 2)
        letters = []
        for c in bits:
            if c not in "01x" and c not in letters:
                letters.append(c)
        names = fields.split()
        if len(names) != len(letters):
            raise SystemExit(f"{where}: {self.name}: {len(letters)} fields, {len(names)} names")
        self.fields = []
        for letter, name in zip(letters, names):
            runs = []
            i = 0
            while i < 32:
                if bits[i] == letter:
                    j = i
                    while j < 32 and bits[j] == letter:
                        j += 1
                    runs.append((31 - (j - 1), j - i))  # lsb, width
                    i = j
                else:
                    i += 1
            self.fields.append((name, runs))

    def extract(self, runs):
        expr, shift = [], 0
        for lsb, width in reversed(runs):
            part = f"(W >> {lsb} & {hex((1 << width) - 1)}u)"
            expr.append(f"{part} << {shift}" if shift else part)
            shift += width
        return " | ".join(expr)


def load(paths):
    rows, names = [], {}
    for path in paths:
        cls = os.path.splitext(os.path.basename(path))[0]
        with open(path) as f:
            for n, line in enumerate(f, 1):
                line = line.split("#")[0].strip()
                if not line:
                    continue
                row = Row(cls, f"{path}:{n}", line)
                if row.name in names:
                    raise SystemExit(f"{row.where}: {row.name} already at {names[row.name]}")
                names[row.name] = row.where
                rows.append(row)
    return rows


class Pattern:
    """What a leaf of the tree tests: a row's fixed bits, plus those bits of its
    constraint that can be written as fixed bits."""

    def __init__(self, row, mask, value, constrained):
        self.row, self.mask, self.value, self.constrained = row, mask, value, constrained

    def text(self):
        return f"{{{self.mask:#x},{self.value:#x},{self.row + 1},{int(self.constrained)}}}"


def cubes(row):
    """(mask, value) pairs that together are the row's constraint, or None if it
    needs code."""
    expr = row.constraint
    if re.search(r"[A-Za-z_]\w*\(", expr):
        return None
    fields = [(n, runs) for n, runs in row.fields if re.search(rf"\b{n}\b", expr)]
    bits, places = [], []  # word bits; (name, bit in field) of each
    for name, runs in fields:
        shift = 0
        for lsb, width in reversed(runs):
            for k in range(width):
                bits.append(lsb + k)
                places.append((name, shift + k))
            shift += width
    if len(bits) > 11:
        return None
    expr = expr.replace("&&", " and ").replace("||", " or ")
    expr = re.sub(r"!(?!=)", " not ", expr)
    ternary = re.fullmatch(r"([^?:]*)\?([^?:]*):([^?:]*)", expr)
    if ternary:
        cond, yes, no = ternary.groups()
        expr = f"({yes}) if ({cond}) else ({no})"
    code = compile(expr.strip(), row.where, "eval")
    good = set()
    for point in range(1 << len(bits)):
        env = {name: 0 for name, _ in fields}
        for k, (name, at) in enumerate(places):
            env[name] |= (point >> k & 1) << at
        if eval(code, {}, env):
            good.add(point)
    out, left = [], set(good)
    while left:
        cube, care = {min(left)}, []
        for k in reversed(range(len(bits))):
            wider = cube | {p ^ 1 << k for p in cube}
            if wider <= good:
                cube = wider
            else:
                care.append(k)
        left -= cube
        point = min(cube)
        out.append((sum(1 << bits[k] for k in care), sum(1 << bits[k] for k in care if point >> k & 1)))
        if len(out) > 6:
            return None
    return out


def patterns(rows):
    """Patterns of all rows, those of rows with most fixed bits first."""
    out = []
    for i in sorted(range(len(rows)), key=lambda i: (-bin(rows[i].mask).count("1"), i)):
        row = rows[i]
        cover = cubes(row) if row.constraint else [(0, 0)]
        for mask, value in cover if cover is not None else [(0, 0)]:
            out.append(Pattern(i, row.mask | mask, row.value | value, cover is None))
    return out


class Tree:
    """Decision tree over the patterns: a root table indexed by bits 31..21, below
    it at least one table indexed by the contiguous field that splits the
    patterns best, and leaves that list the patterns still possible in order of
    preference, ended by one that matches everything."""

    def __init__(self, pats):
        self.pats = pats
        self.leaves = ["{0,0,0,0}"]  # the empty leaf
        self.nodes = [0] * 2048
        self.memo = {}
        for key, bucket in enumerate(self.split(range(len(pats)), 21, 11)):
            node = self.build(tuple(bucket), 0xffe00000)
            if not node >> 31:  # a table of one: the walk then has no branch here
                self.nodes.append(node)
                node = 1 << 31 | len(self.nodes) - 1
            self.nodes[key] = node

    def split(self, cands, shift, width):
        buckets = [[] for _ in range(1 << width)]
        full = (1 << width) - 1
        for i in cands:
            free = ~(self.pats[i].mask >> shift) & full
            value = self.pats[i].value >> shift & full
            sub = free
            while True:
                buckets[value | sub].append(i)
                if not sub:
                    break
                sub = (sub - 1) & free
        return buckets

    def build(self, cands, used):
        key = (cands, used)
        if key not in self.memo:
            self.memo[key] = self.make(cands, used)
        return self.memo[key]

    def make(self, cands, used):
        # Expected length of the list in a child, per field; wide tables must
        # earn their size.
        best, field = len(cands) * 0.75, None
        if len(cands) > 1:
            for width in range(1, 9):
                for shift in range(0, 22 - width):
                    bits = ((1 << width) - 1) << shift
                    if bits & used:
                        continue
                    cost = sum(0.5 ** bin(self.pats[i].mask & bits).count("1") for i in cands) + 0.02 * width
                    if cost < best:
                        best, field = cost, (shift, width)
        if field is None:
            if not cands:
                return 0
            leaf = len(self.leaves)
            self.leaves += [self.pats[i].text() for i in cands] + ["{0,0,0,0}"]
            return leaf
        shift, width = field
        base = len(self.nodes)
        self.nodes += [0] * (1 << width)
        used |= ((1 << width) - 1) << shift
        for k, bucket in enumerate(self.split(cands, shift, width)):
            self.nodes[base + k] = self.build(tuple(bucket), used)
        return 1 << 31 | shift << 26 | width << 22 | base


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    try:
        with open(path) as f:
            if f.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, "w") as f:
        f.write(text)


def main():
    out, paths = sys.argv[1], sorted(sys.argv[2:])
    rows = load(paths)
    head = "// Generated by gen-decoder.py; do not edit.\n"
    write(f"{out}/xlate/Decoder/A64Rows.inc", head + "".join(
        f'A64_ROW({r.name}, "{r.mnemonic}", "{r.cls}", "{r.feature}")\n' for r in rows) + "#undef A64_ROW\n")
    write(f"{out}/xlate/Semantics/A64Semantics.inc", head + "".join(
        "__attribute__((weak)) void %s(Ops &O%s);\n" % (r.name, "".join(f", unsigned {n}" for n, _ in r.fields))
        for r in rows))

    tree = Tree(patterns(rows))
    cpp = [head, '#include "xlate/Decoder/Decoder.h"\n#include "xlate/Decoder/Fields.h"\nusing namespace xlate;\n\n',
           "static bool allocated(unsigned Row, [[maybe_unused]] uint32_t W) {\n  switch (Row) {\n"]
    for i, r in enumerate(rows):
        if r.constraint:
            cpp.append(f"  case {i}: {{\n")
            for name, runs in r.fields:
                cpp.append(f"    [[maybe_unused]] const unsigned {name} = {r.extract(runs)};\n")
            cpp.append(f"    return {r.constraint};\n  }}\n")
    cpp.append("  default: return true;\n  }\n}\n\n")
    cpp.append("static const A64Info Infos[] = {\n    {\"unallocated\", \"udf\", \"\", \"\", 0, 0},\n")
    for r in rows:
        cpp.append(f'    {{"{r.name}", "{r.mnemonic}", "{r.cls}", "{r.feature}", {r.mask:#010x}, {r.value:#010x}}},\n')
    cpp.append("};\n\nconst A64Info &xlate::info(A64 Code) { return Infos[static_cast<unsigned>(Code)]; }\n\n")
    cpp.append("bool xlate::matches(A64 Code, uint32_t W) {\n  const A64Info &I = info(Code);\n"
               "  return Code != A64::Unallocated && (W & I.Mask) == I.Bits && "
               "allocated(static_cast<unsigned>(Code) - 1, W);\n}\n\n")
    cpp.append("// Row = 0: unallocated. The words of a leaf's patterns end with one that matches all.\n"
               "struct Pattern {\n  uint32_t Mask, Bits;\n  uint16_t Row;\n  uint16_t Constrained;\n};\n"
               "static const Pattern Leaves[] = {" + ",\n".join(tree.leaves) + "};\n")
    cpp.append("static const uint32_t Nodes[] = {" + ",".join(f"{n:#x}" for n in tree.nodes) + "};\n\n")
    cpp.append("""// A node is a leaf (index into Leaves) or, with bit 31 set, a table: its bits
// 30..26 and 25..22 give the field of W that selects one of the nodes from the
// index in bits 21..0 on. Nodes that the root leads to are tables.
Inst xlate::decode(uint32_t W) {
  uint32_t Node = Nodes[W >> 21];
  do
    Node = Nodes[(Node & 0x3fffff) + (W >> (Node >> 26 & 31) & ((1u << (Node >> 22 & 15)) - 1))];
  while (Node >> 31);
  for (const Pattern *P = Leaves + Node;; ++P)
    if ((W & P->Mask) == P->Bits && (!P->Constrained || allocated(P->Row - 1u, W)))
      return {W, static_cast<A64>(P->Row)};
}
""")
    write(f"{out}/A64Decode.cpp", "".join(cpp))

    rec = [head, '#include "xlate/Semantics/Semantics.h"\nusing namespace xlate;\n\n',
           "void xlate::record(Ops &O, Inst I) {\n  [[maybe_unused]] const uint32_t W = I.Word;\n  switch (I.Code) {\n"]
    for r in rows:
        args = "".join(f", {r.extract(runs)}" for _, runs in r.fields)
        rec.append(f"  case A64::{r.name}:\n    if (sem::{r.name})\n      return sem::{r.name}(O{args});\n    break;\n")
    rec.append("  default:\n    break;\n  }\n  O.undefined();\n}\n\nbool xlate::hasSemantics(A64 Code) {\n  switch (Code) {\n")
    for r in rows:
        rec.append(f"  case A64::{r.name}: return sem::{r.name} != nullptr;\n")
    rec.append("  default: return false;\n  }\n}\n")
    write(f"{out}/A64Record.cpp", "".join(rec))

    md = ["# Instruction coverage\n\nGenerated from `lib/Decoder/a64` by `scripts/gen-decoder.py`; "
          f"{len(rows)} encodings.\n"]
    for cls in sorted({r.cls for r in rows}):
        md.append(f"\n## {cls}\n\n| encoding | mnemonic | bits | feature |\n|---|---|---|---|\n")
        for r in rows:
            if r.cls == cls:
                md.append(f"| {r.name} | {r.mnemonic} | `{r.bits}` | {r.feature} |\n")
    write(f"{out}/instructions.md", "".join(md))


if __name__ == "__main__":
    main()
