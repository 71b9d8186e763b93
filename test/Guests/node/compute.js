// Kinds of code that V8 optimises: numbers, objects, closures, strings, arrays,
// regular expressions, exceptions, deoptimisation.
'use strict';
function richards() {
  const queue = [];
  let work = 0;
  class Task {
    constructor(id, next) { this.id = id; this.next = next; this.count = 0; }
    run() { this.count++; work += this.id; if (this.count < 2000) queue.push(this.next || this); }
  }
  let t = null;
  for (let i = 0; i < 6; i++) t = new Task(i, t);
  queue.push(t);
  for (let i = 0; i < 200000 && queue.length; i++) queue.shift().run();
  return work;
}
function nbody(n) {
  const b = [];
  for (let i = 0; i < 5; i++) b.push({ x: i * 1.7, y: i * i * 0.3, z: -i, vx: 0.1 * i, vy: 0.01, vz: 0, m: 1 + i });
  for (let s = 0; s < n; s++) {
    for (let i = 0; i < 5; i++)
      for (let j = i + 1; j < 5; j++) {
        const p = b[i], q = b[j], dx = p.x - q.x, dy = p.y - q.y, dz = p.z - q.z;
        const d2 = dx * dx + dy * dy + dz * dz + 0.01, mag = 0.001 / (d2 * Math.sqrt(d2));
        p.vx -= dx * q.m * mag; p.vy -= dy * q.m * mag; p.vz -= dz * q.m * mag;
        q.vx += dx * p.m * mag; q.vy += dy * p.m * mag; q.vz += dz * p.m * mag;
      }
    for (const p of b) { p.x += 0.001 * p.vx; p.y += 0.001 * p.vy; p.z += 0.001 * p.vz; }
  }
  return b.map((p) => p.x.toFixed(12)).join(' ');
}
function sieve(n) {
  const a = new Uint8Array(n);
  let c = 0;
  for (let i = 2; i < n; i++) {
    if (a[i]) continue;
    c++;
    for (let j = i * 2; j < n; j += i) a[j] = 1;
  }
  return c;
}
function strings() {
  const words = {};
  let text = '';
  for (let i = 0; i < 20000; i++) text += 'w' + ((i * 7919) % 613) + ' ';
  for (const m of text.matchAll(/w(\d+)/g)) words[m[1]] = (words[m[1]] || 0) + 1;
  return Object.keys(words).length + ' ' + JSON.stringify(words).length + ' ' + text.replace(/(\d)(\d)/g, '$2$1').length;
}
function deopt(x, i) { return x + i; }
function exceptions() {
  let n = 0;
  for (let i = 0; i < 100000; i++) {
    try {
      if (i % 50 === 0) null.foo;
      n++;
    } catch (e) { n += e instanceof TypeError ? 2 : 1000000; }
  }
  return n;
}
function overflow() {
  let depth = 0;
  const f = () => { depth++; f(); };
  for (let i = 0; i < 5; i++) { depth = 0; try { f(); } catch (e) { if (!(e instanceof RangeError)) return 'wrong'; } }
  return depth > 1000;
}
function garbage() {
  let keep = [], sum = 0;
  for (let i = 0; i < 300000; i++) {
    const o = { i, a: [i, i + 1], s: 'x' + (i % 10) };
    if (i % 100 === 0) keep.push(o);
    if (keep.length > 1000) { sum += keep.reduce((s, k) => s + k.a[1], 0); keep = []; }
  }
  return sum;
}
console.log(richards());
console.log(nbody(100000));
console.log(sieve(3000000));
console.log(strings());
let s = 0;
for (let i = 0; i < 100000; i++) s = deopt(s, i);
console.log(s, deopt('a', 1), deopt(1.5, 2), deopt({}, 1));
console.log(exceptions(), overflow(), garbage());
console.log(2n ** 521n % 1000000007n, Math.hypot(3, 4.5), [3, 1, 2].sort(), new Date(0).toISOString());
function* gen(n) { for (let i = 0; i < n; i++) yield i; }
let g = 0;
for (const v of gen(100000)) g += v;
console.log(g, require('crypto').createHash('sha256').update('abc').digest('hex'));
(async () => { let a = 0; for (let i = 0; i < 20000; i++) a += await i; console.log(a); })();
