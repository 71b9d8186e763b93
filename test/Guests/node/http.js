// A server, and clients with and without kept connections.
'use strict';
const http = require('http');
const server = http.createServer((q, r) => {
  let n = 0;
  q.on('data', (d) => { n += d.length; });
  q.on('end', () => { r.setHeader('x-size', n); r.end(('path ' + q.url + '\n').repeat(200)); });
});
server.keepAliveTimeout = 0; // However slow the machine: no connection is to go away.
server.listen(0, '127.0.0.1', async () => {
  const port = server.address().port;
  const get = (i, agent) => new Promise((ok, no) => {
    const q = http.request({ port, host: '127.0.0.1', path: '/' + i, method: 'POST', agent }, (r) => {
      let t = 0;
      r.on('data', (d) => { t += d.length; });
      r.on('end', () => ok(t + Number(r.headers['x-size'])));
    });
    q.on('error', no);
    q.end('x'.repeat(i * 10));
  });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  let sum = 0;
  for (let k = 0; k < 20; k++)
    for (const n of await Promise.all(Array.from({ length: 25 }, (_, i) => get(i, k % 2 ? agent : false)))) sum += n;
  console.log(sum);
  const answer = await fetch('http://127.0.0.1:' + port + '/fetch');
  console.log(answer.status, (await answer.text()).length);
  agent.destroy();
  server.close(() => console.log('closed'));
  server.closeAllConnections && server.closeAllConnections();
});
