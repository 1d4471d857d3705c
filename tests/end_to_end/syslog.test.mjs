// The trace reaches another system by TLS, without a gap, whatever dies in between.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite, freePortBlock, root, waitFor } from '../harness/suite.mjs';

const services = ['intake', 'triage', 'escalation', 'metrics', 'delivery'];
const folder = mkdtempSync(join(tmpdir(), 'avvik-syslog-'));
const at = (name) => join(folder, name);
const file = at('received.log');
let suite;
let receiver;
let port;
let employee;
let officer;

const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' });

function certify(name, subject) {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=siem',
    '-addext', `subjectAltName=${subject}`, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`));
}

async function startReceiver(name = 'siem') {
  receiver = spawn(process.execPath, [join(root, 'tests/harness/syslog-receiver.mjs'), String(port), file, at(`${name}.key`), at(`${name}.pem`),
    join(suite.home, 'tls/ca.pem')], { stdio: 'inherit' });
  await waitFor(() => new Promise((done, failed) => {
    const socket = connectTcp(port, '127.0.0.1', () => { socket.destroy(); done(true); });
    socket.on('error', failed);
  }), { what: 'the receiver' });
}
async function killReceiver() {
  const ended = new Promise((done) => { receiver.once('exit', done); });
  receiver.kill('SIGKILL');
  await ended;
}

// What arrived: {service, kind, sequence} by `service kind sequence`, with how often.
function arrived() {
  const times = new Map();
  for (const line of existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []) {
    const [, service, kind] = /^<\d+>1 \S+ - avvik-(\S+) - (\S+) \[avvik@32473 /.exec(line) ?? assert.fail(line);
    const key = `${service} ${kind} ${/ sequence="(\d+)"/.exec(line)[1]}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return times;
}
// What every service has recorded and signed.
async function recorded() {
  const all = [];
  for (const service of services) {
    for (const [kind, table] of [['record', 'audit_seal'], ['checkpoint', 'audit_checkpoint']]) {
      const rows = await suite.psql(service, `SELECT sequence FROM ${table} WHERE tenant = '${suite.organisation.tenant}'`);
      all.push(...rows.map(({ sequence }) => `${service} ${kind} ${sequence}`));
    }
  }
  return all;
}
const everythingArrived = () => waitFor(async () => {
  const [[{ unsealed }], there] = [await suite.psql('intake',
    'SELECT count(*) AS unsealed FROM audit_record WHERE ordinal NOT IN (SELECT ordinal FROM audit_seal)'), arrived()];
  const missing = (await recorded()).filter((key) => !there.has(key));
  if (unsealed > 0 || missing.length > 0) throw new Error(`missing: ${missing.slice(0, 5).join(', ')} and so on: ${missing.length}`);
  return there;
}, { seconds: 90, every: 500, what: 'the whole trace' });

const report = async () => assert.equal((await suite.api('POST', '/v1/reports', {
  request_id: randomUUID(), report: { title: 'Förlorad dator' },
}, employee)).status, 200);

before(async () => {
  certify('siem', 'DNS:localhost');
  certify('stranger', 'DNS:localhost');
  certify('elsewhere', 'DNS:elsewhere.example');
  writeFileSync(at('authority.pem'), readFileSync(at('siem.pem')) + readFileSync(at('elsewhere.pem')));
  port = await freePortBlock();
  suite = await Suite.start({ env: { AVVIK_SYSLOG: `localhost:${port}`, AVVIK_SYSLOG_CA: at('authority.pem') } });
  employee = await suite.token(suite.person('EMPLOYEE').login);
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
});
after(async () => {
  receiver?.kill('SIGKILL');
  await suite?.stop();
  rmSync(folder, { recursive: true });
});

test('WhoCannotProveToBeTheReceiverGetsNothing', async () => {
  await report();
  const refused = (words) => waitFor(() => readFileSync(join(suite.home, 'log/intake.log'), 'utf8').includes(words), { what: words });
  await startReceiver('stranger');
  await refused('is not talked to: self-signed certificate');
  await killReceiver();
  await startReceiver('elsewhere');
  await refused('is not talked to: hostname mismatch');
  await killReceiver();
  assert.equal(arrived().size, 0);
});

test('TraceArrivesAndWhoWasDeniedIsInIt', async () => {
  await startReceiver();
  assert.equal((await suite.api('GET', '/v1/cases/AVV-1999-000001', undefined, officer)).status, 404);
  await settle(suite);
  await everythingArrived();
  assert.match(readFileSync(file, 'utf8'), /^<109>1 .* avvik-triage - record .* actor="\S+" .*method="avvik\.triage\.v1\.Triage\/GetCase".*outcome="denied"/m);
});

test('NothingIsLostWhenReceiverAndSenderAreKilled', async () => {
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: 10 }, report));
    await killReceiver();
    await Promise.all(Array.from({ length: 10 }, report));
    await suite.killService(round % 2 === 0 ? 'intake' : 'triage');
    await suite.ready();
    await startReceiver();
  }
  await settle(suite);
  const there = await everythingArrived();
  // Twice where it must be, and not over and over.
  assert.ok(Math.max(...there.values()) < 10, `${Math.max(...there.values())} times`);
});
