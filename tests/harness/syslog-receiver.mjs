// A receiver of syslog over TLS (RFC 5425), as a process of its own:
//
//   node syslog-receiver.mjs PORT FILE KEY CERTIFICATE AUTHORITY
//
// Each message is on disk in FILE, a line each, before the connection that it came by is ended. Who sends must be certified by AUTHORITY.

import { fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:tls';

const [port, file, key, cert, ca] = process.argv.slice(2);
const out = openSync(file, 'a');

createServer({
  key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(ca), requestCert: true, rejectUnauthorized: true, allowHalfOpen: true,
}, (connection) => {
  let held = Buffer.alloc(0);
  connection.on('data', (bytes) => {
    held = Buffer.concat([held, bytes]);
    for (;;) {
      const space = held.indexOf(0x20);
      const size = Number(held.subarray(0, space));
      if (space < 1 || held.length < space + 1 + size) return;
      writeSync(out, `${held.subarray(space + 1, space + 1 + size)}\n`);
      held = held.subarray(space + 1 + size);
    }
  });
  connection.on('end', () => {
    fsyncSync(out);
    connection.end();
  });
  connection.on('error', () => {});
}).on('tlsClientError', () => {}).listen(Number(port), '127.0.0.1');
