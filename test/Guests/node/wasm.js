// WebAssembly by hand: arithmetic, memory, traps, growth, indirect calls.
'use strict';
const leb = (n) => { const o = []; do { let b = n & 127; n >>>= 7; o.push(n ? b | 128 : b); } while (n); return o; };
const vec = (items) => [...leb(items.length), ...items.flat()];
const section = (id, body) => [id, ...leb(body.length), ...body];
const str = (s) => [...leb(s.length), ...Buffer.from(s)];
const I32 = 0x7f, I64 = 0x7e, F64 = 0x7c;
const type = (p, r) => [0x60, ...vec(p.map((x) => [x])), ...vec(r.map((x) => [x]))];
const body = (locals, code) => { const c = [...vec(locals), ...code, 0x0b]; return [...leb(c.length), ...c]; };
const functions = {
  // Sum of i * i below n, a loop.
  squares: [0, body([[2, I32]], [0x02, 0x40, 0x03, 0x40, 0x20, 1, 0x20, 0, 0x4e, 0x0d, 1, 0x20, 1, 0x20, 1, 0x6c, 0x20, 2, 0x6a, 0x21, 2,
    0x20, 1, 0x41, 1, 0x6a, 0x21, 1, 0x0c, 0, 0x0b, 0x0b, 0x20, 2])],
  load: [0, body([], [0x20, 0, 0x28, 2, 0])],
  store: [1, body([], [0x20, 0, 0x20, 1, 0x36, 2, 0, 0x20, 0])],
  div: [1, body([], [0x20, 0, 0x20, 1, 0x6d])],
  trunc: [2, body([], [0x20, 0, 0xaa])],
  unreachable: [0, body([], [0x00])],
  call: [1, body([], [0x20, 0, 0x20, 1, 0x11, 0, 0])],
  recurse: [0, body([], [0x20, 0, 0x41, 1, 0x6a, 0x10, 7, 0x41, 1, 0x6a])],
  grow: [0, body([], [0x20, 0, 0x40, 0])],
};
const names = Object.keys(functions);
const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  ...section(1, vec([type([I32], [I32]), type([I32, I32], [I32]), type([F64], [I32])])),
  ...section(3, vec(names.map((n) => [functions[n][0]]))),
  ...section(4, vec([[0x70, 0, 4]])),
  ...section(5, vec([[1, 1, 4]])),
  ...section(7, vec(names.map((n, i) => [...str(n), 0, i]))),
  ...section(9, vec([[0, 0x41, 0, 0x0b, ...vec([[0], [3]])]])),
  ...section(10, vec(names.map((n) => functions[n][1])))]);
const e = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
const attempt = (f) => { try { return f(); } catch (x) { return x.constructor.name + ': ' + x.message; } };
let s = 0;
for (let i = 0; i < 2000; i++) s = (s + e.squares(i)) | 0;
console.log(s);
console.log(e.store(100, 77), e.load(100));
let traps = 0;
for (let i = 0; i < 20000; i++) {
  try { e.load(i % 2 ? 0x7fffffff : 65533); } catch (x) { traps += x instanceof WebAssembly.RuntimeError; }
}
console.log('traps', traps);
console.log(attempt(() => e.load(-4)), attempt(() => e.store(65536, 1)));
console.log(attempt(() => e.div(7, 0)), attempt(() => e.div(-2147483648, -1)), e.div(-7, 2));
console.log(attempt(() => e.trunc(1e10)), attempt(() => e.trunc(NaN)), e.trunc(-3.7));
console.log(attempt(() => e.unreachable(0)), attempt(() => e.call(5, 1)), attempt(() => e.call(5, 3)), attempt(() => e.call(9, 10)));
console.log(attempt(() => e.call(10, 0)));
console.log(attempt(() => e.recurse(0)));
console.log(e.grow(2), e.load(65536 * 2), e.grow(5));
