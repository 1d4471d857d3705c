// deploy/proxy/nginx.conf, run by nginx before a gateway that says what it was asked.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePortBlock, root, run, waitFor } from './suite.mjs';

const name = 'avvik.kommun.example';
const folder = mkdtempSync(join(tmpdir(), 'avvik-proxy-'));
let port; // Of TLS; plain HTTP is next to it, the gateway behind next to that.
let nginx;
let gateway;
let authority; // What OCSP asks, next to that.
const said = [];

before(async () => {
  port = await freePortBlock();
  gateway = http.createServer((request, response) => {
    said.push({ path: request.url, headers: request.headers });
    response.setHeader('strict-transport-security', 'max-age=63072000');
    response.end('from the gateway');
  });
  await new Promise((done) => { gateway.listen(port + 2, '127.0.0.1', done); });
  // A certificate of an authority that says of it by OCSP whether it is good.
  const made = await run('bash', ['-euo', 'pipefail', '-c', `
    new() { openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "$@"; }
    new -x509 -days 2 -subj /CN=Authority -keyout ca.key -out ca.pem
    new -subj /CN=${name} -keyout key.pem -out csr
    openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -days 2 -out leaf.pem -extfile <(
      printf 'subjectAltName=DNS:${name}\nauthorityInfoAccess=OCSP;URI:http://127.0.0.1:${port + 3}/\n')
    cat leaf.pem ca.pem >fullchain.pem
    serial=$(openssl x509 -in leaf.pem -noout -serial)
    printf 'V\t%s\t\t%s\tunknown\t/CN=x\n' "$(date -ud '2 days' +%y%m%d%H%M%SZ)" "\${serial#*=}" >index`], { cwd: folder });
  assert.equal(made.status, 0, made.stderr);
  authority = spawn('openssl', ['ocsp', '-port', String(port + 3), '-index', 'index', '-CA', 'ca.pem', '-rsigner', 'ca.pem', '-rkey', 'ca.key'],
    { cwd: folder, stdio: 'ignore' });
  // Only places are changed.
  const places = [['/etc/avvik/tls', folder], ['/run/nginx.pid', join(folder, 'pid')], ['/var/log/nginx/error.log', join(folder, 'error.log')],
    ['127.0.0.1:8080', `127.0.0.1:${port + 2}`], ['listen 443', `listen 127.0.0.1:${port}`], ['listen 80', `listen 127.0.0.1:${port + 1}`],
    ['http {\n', `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${join(folder, of)};\n`).join('')}`]];
  let text = readFileSync(join(root, 'deploy/proxy/nginx.conf'), 'utf8');
  for (const [place, here] of places) {
    assert.ok(text.includes(place), place);
    text = text.replaceAll(place, here);
  }
  if (process.getuid() !== 0) text = text.replace(/^user .*$/m, '');
  writeFileSync(join(folder, 'nginx.conf'), text);
  chmodSync(folder, 0o711);
  nginx = spawn('/usr/sbin/nginx', ['-e', join(folder, 'start.log'), '-p', folder, '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'ignore' });
  await waitFor(() => ask('/'), { what: 'nginx' });
});
after(async () => {
  const ended = new Promise((done) => { nginx.on('exit', done); });
  nginx.kill('SIGTERM');
  await ended;
  authority.kill('SIGKILL');
  gateway.close();
  rmSync(folder, { recursive: true });
});

// An answer through the proxy: {status, headers, text}.
function ask(path, { headers = {}, scheme = https, at = port } = {}) {
  return new Promise((done, failed) => {
    const request = scheme.get({
      host: '127.0.0.1', port: at, path, headers: { host: name, ...headers }, servername: name, agent: false,
      ...(scheme === https ? { ca: readFileSync(join(folder, 'fullchain.pem')) } : {}),
    }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (data) => { text += data; })
        .on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', failed);
  });
}

// What OpenSSL's client makes of the handshake: the version and the suite that were agreed on, or undefined.
async function handshake(...args) {
  const { stdout } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name, ...args]);
  const [, version, suite] = /^New, (\S+), Cipher is (\S+)$/m.exec(stdout) ?? [];
  return suite === '(NONE)' || suite === undefined ? undefined : `${/^ {4}Protocol *: (\S+)$/m.exec(stdout)?.[1] ?? version} ${suite}`;
}

test('OnlyTls12And13AreSpoken', async () => {
  assert.match(await handshake('-tls1_3'), /^TLSv1\.3 TLS_/);
  assert.match(await handshake('-tls1_2'), /^TLSv1\.2 ECDHE-/);
  for (const old of ['-tls1', '-tls1_1']) assert.equal(await handshake(old, '-cipher', 'ALL:@SECLEVEL=0'), undefined, old);
});

test('OnlySuitesWithForwardSecrecyAndAuthenticatedEncryptionAreTaken', async () => {
  for (const weak of ['AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES128-SHA', 'AES256-SHA', 'aNULL', 'eNULL']) {
    assert.equal(await handshake('-tls1_2', '-cipher', `${weak}:@SECLEVEL=0`), undefined, weak);
  }
  for (const strong of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305']) {
    assert.equal(await handshake('-tls1_2', '-cipher', strong), `TLSv1.2 ${strong}`);
  }
});

test('ProofThatTheCertificateIsNotRevokedGoesAlong', async () => {
  await waitFor(async () => {
    const { stdout } = await run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', name, '-status']);
    return /OCSP Response Status: successful/.test(stdout) && /Cert Status: good/.test(stdout);
  }, { what: 'the proof' });
});

test('NothingIsAnsweredWithoutTlsNorByAnotherName', async () => {
  const before = said.length;
  const plain = await ask('/v1/cases?x=1', { scheme: http, at: port + 1, headers: { host: 'evil.example' } });
  assert.equal(plain.status, 301);
  assert.equal(plain.headers.location, `https://${name}/v1/cases?x=1`);
  assert.equal(await handshake('-servername', 'evil.example'), undefined);
  assert.equal(said.length, before);
  const answer = await ask('/');
  assert.equal(answer.text, 'from the gateway');
  assert.ok(answer.headers['strict-transport-security']);
});

test('WhatAClientSaysOfItsAddressIsNotBelievedAndNothingOfItIsWrittenDown', async () => {
  await ask('/v1/session?marked', { headers: { 'x-forwarded-for': '192.0.2.66' } });
  const { headers } = said.find(({ path }) => path === '/v1/session?marked');
  assert.equal(headers['x-forwarded-for'], '127.0.0.1');
  assert.equal(headers.host, name);
  for (const file of readdirSync(folder).filter((each) => /log$/.test(each))) {
    assert.doesNotMatch(readFileSync(join(folder, file), 'utf8'), /marked|192\.0\.2\.66/, file);
  }
  for (const path of ['/metrics', '/readyz']) assert.equal((await ask(path)).status, 404, path);
  assert.ok(!said.some(({ path }) => path === '/metrics' || path === '/readyz'));
});
