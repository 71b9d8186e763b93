// Worker threads that share memory, use Atomics, and end in different ways.
'use strict';
const { Worker, isMainThread, workerData, parentPort } = require('worker_threads');
if (isMainThread) {
  const shared = new SharedArrayBuffer(64);
  const view = new Int32Array(shared);
  const count = 6;
  let ended = 0;
  const sums = [];
  for (let w = 0; w < count; w++) {
    const worker = new Worker(__filename, { workerData: { shared, w } });
    worker.on('message', (m) => { sums[w] = m; });
    worker.on('error', (e) => console.log('error ' + e.message));
    worker.on('exit', (code) => {
      if (++ended === count) {
        console.log(view[0], view[1], sums);
        // A worker that never ends by itself.
        const busy = new Worker('for (;;);', { eval: true });
        busy.on('online', () => setTimeout(() => busy.terminate().then((c) => {
          console.log('terminated', c);
          const bad = new Worker('null.x', { eval: true });
          bad.on('error', (e) => console.log('bad', e.constructor.name));
        }), 100));
      }
    });
  }
} else {
  const view = new Int32Array(workerData.shared);
  let s = 0;
  for (let i = 0; i < 200000; i++) {
    Atomics.add(view, 0, 1);
    s = (s * 31 + i) | 0;
    // A lock.
    if (i % 100 === 0) {
      while (Atomics.compareExchange(view, 2, 0, 1) !== 0) Atomics.wait(view, 2, 1, 1);
      view[1]++;
      Atomics.store(view, 2, 0);
      Atomics.notify(view, 2, 1);
    }
  }
  parentPort.postMessage(s);
}
