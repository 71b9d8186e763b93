// Child processes, signals, files, compression.
'use strict';
const { spawn, spawnSync, execFileSync, fork } = require('child_process');
const fs = require('fs');
const zlib = require('zlib');
if (process.argv[2] === 'child') {
  process.on('message', (m) => process.send(m * 2));
} else {
  console.log(execFileSync('/bin/bash', ['-c', 'echo $0 $1', 'a', 'b']).toString().trim());
  console.log(spawnSync('/nonexistent').error.code);
  const data = Buffer.from('some text '.repeat(10000));
  console.log(zlib.gunzipSync(zlib.gzipSync(data)).equals(data), zlib.brotliDecompressSync(zlib.brotliCompressSync(data)).equals(data));
  fs.writeFileSync('f', data);
  console.log(fs.statSync('f').size, fs.readFileSync('f').equals(data));
  process.on('SIGUSR1', () => console.log('SIGUSR1'));
  process.on('SIGUSR2', () => {
    const sleeper = spawn('sleep', ['100']);
    sleeper.on('exit', (code, signal) => {
      console.log(code, signal);
      const child = fork(__filename, ['child']);
      child.on('message', (m) => { console.log('answer', m); child.disconnect(); });
      child.on('exit', (code) => console.log('child', code));
      child.send(21);
    });
    setTimeout(() => sleeper.kill('SIGTERM'), 50);
  });
  process.kill(process.pid, 'SIGUSR2');
  setTimeout(() => {}, 300);
}
