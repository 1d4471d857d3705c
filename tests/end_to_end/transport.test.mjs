// Who gets through to a service, what its database role may, and where no secret is found.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID, X509Certificate } from 'node:crypto';
import { chmodSync, copyFileSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import https from 'node:https';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { Suite, freePortBlock, run, services, waitFor } from '../harness/suite.mjs';

const inner = services.filter((name) => name !== 'gateway');
let suite;

before(async () => {
  suite = await Suite.start();
});
after(() => suite?.stop());

const tls = (file) => readFileSync(join(suite.home, 'tls', file));
const socketOf = (service) => suite.address(service).replace(/^unix:/, '');

// A connection to a service's socket with the certificate in a file, which holds the key as well; none without.
function secured(service, file) {
  const own = file === undefined ? {} : { cert: readFileSync(file), key: readFileSync(file) };
  return connectTls({ path: socketOf(service), servername: `avvik-${service}`, ca: tls('ca.pem'), ALPNProtocols: ['h2'], ...own });
}

const certificateOf = (service) => join(suite.home, 'tls', `avvik-${service}.pem`);

// The gRPC status of EventLog.ReadEvents over a connection, with a token; rejects when the connection does not carry it.
function readEvents(connection, token) {
  return new Promise((done, failed) => {
    const session = connectHttp2('http://avvik', { createConnection: () => connection });
    const end = (settle, value) => {
      session.destroy();
      settle(value);
    };
    session.on('error', (error) => end(failed, error));
    session.on('close', () => failed(new Error('the connection was closed')));
    const stream = session.request({
      ':method': 'POST', ':path': '/avvik.events.v1.EventLog/ReadEvents', 'content-type': 'application/grpc', te: 'trailers',
      authorization: `Bearer ${token}`,
    });
    stream.on('error', (error) => end(failed, error));
    stream.on('response', (headers) => {
      if (headers['grpc-status'] !== undefined) end(done, Number(headers['grpc-status']));
    });
    stream.on('trailers', (trailers) => end(done, Number(trailers['grpc-status'])));
    stream.resume();
    stream.end(Buffer.alloc(5));
  });
}

const PERMISSION_DENIED = 7;

test('WithoutAClientCertificateNoCallGetsThrough', async () => {
  const token = await suite.machineToken('avvik-metrics');
  for (const service of inner) {
    await assert.rejects(readEvents(connectPlain(socketOf(service)), token), service);
    await assert.rejects(readEvents(secured(service), token), service);
  }
});

test('SocketsAreForTheServiceAndItsGroup', () => {
  for (const service of inner) {
    assert.equal(statSync(socketOf(service)).mode & 0o777, 0o660, service);
  }
});

test('CertificateOfAnotherAuthorityDoesNotGetThrough', async () => {
  const other = join(suite.home, 'other');
  const script = '. deploy/local/settings.sh; . deploy/local/suite.sh; make_home; make_certificates';
  const { status, stderr } = await run('bash', ['-c', script], { env: { ...process.env, AVVIK_HOME: other } });
  assert.equal(status, 0, stderr);
  const token = await suite.machineToken('avvik-metrics');
  await assert.rejects(readEvents(secured('intake', join(other, 'tls/avvik-metrics.pem')), token));
});

test('TokenOfAServiceCountsOnlyBesideItsOwnCertificate', async () => {
  const token = await suite.machineToken('avvik-metrics');
  assert.equal(await readEvents(secured('intake', certificateOf('metrics')), token), 0);
  assert.equal(await readEvents(secured('intake', certificateOf('gateway')), token), PERMISSION_DENIED);
  // The same by the front door.
  const person = suite.person('INFORMATION_SECURITY_OFFICER').login;
  assert.equal((await suite.api('GET', '/v1/cases', undefined, await suite.token(person))).status, 200);
  const { status, body } = await suite.api('GET', '/v1/cases', undefined, token);
  assert.deepEqual([status, body.reason], [403, 'PEER_NAME']);
});

test('CertificateOfTheMailServerIsNoServices', async () => {
  const token = await suite.machineToken('avvik-metrics');
  await assert.rejects(readEvents(secured('intake', join(suite.home, 'tls/mail.pem')), token));
});

test('ExchangedCertificateIsTakenInUseWithoutARestart', async () => {
  const pids = services.map((name) => suite.pid(name));
  const shown = () => new Promise((done, failed) => {
    const connection = secured('intake', certificateOf('gateway'));
    connection.on('error', failed);
    connection.on('secureConnect', () => {
      done(connection.getPeerX509Certificate().serialNumber);
      connection.destroy();
    });
  });
  const before = await shown();
  const script = '. deploy/local/settings.sh; . deploy/local/suite.sh; for s in "${AVVIK_SERVICES[@]}"; do certify_service "$s"; done';
  const { status, stderr } = await run('bash', ['-c', script], { env: { ...process.env, AVVIK_HOME: suite.home } });
  assert.equal(status, 0, stderr);
  const fresh = new X509Certificate(tls('avvik-intake.pem')).serialNumber;
  assert.notEqual(fresh, before);
  await waitFor(async () => await shown() === fresh, { seconds: 60, what: 'the new certificate' });
  await suite.ready();
  assert.deepEqual(services.map((name) => suite.pid(name)), pids);
});

test('RevokedCertificateIsRefusedAndTheServiceGoesOnWithANewOne', async () => {
  const pids = services.map((name) => suite.pid(name));
  const token = await suite.machineToken('avvik-metrics');
  const stolen = join(suite.home, 'stolen.pem');
  copyFileSync(certificateOf('metrics'), stolen);
  // One that was exchanged meanwhile, and is good for days yet, goes with it.
  await suite.script('certify_service metrics 2>/dev/null');
  assert.equal(await readEvents(secured('intake', stolen), token), 0);
  const env = { ...process.env, AVVIK_HOME: suite.home, AVVIK_PORT: String(suite.port) };
  const { status, stderr } = await run('deploy/local/revoke-certificate', ['metrics'], { env });
  assert.equal(status, 0, stderr);
  for (const service of inner) {
    await waitFor(() => readEvents(secured(service, stolen), token).then(() => false, () => true), { seconds: 60, what: `${service} to refuse it` });
  }
  assert.equal(await readEvents(secured('intake', certificateOf('metrics')), token), 0);
  await suite.ready();
  // Its own calls are heard, and it alone was started anew.
  assert.equal((await suite.api('GET', '/v1/situation', undefined, await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login))).status, 200);
  assert.deepEqual(services.filter((name, at) => suite.pid(name) !== pids[at]), ['metrics']);
  assert.equal((await run('deploy/local/revoke-certificate', ['nobody'], { env })).status, 1);
});

test('NothingIsReachedByANetworkInPlain', async () => {
  const [program, ...started] = readFileSync(`/proc/${suite.pid('intake')}/cmdline`, 'utf8').split('\0').slice(0, -1);
  // The address, and what is said of it: nothing is asked there before.
  for (const [flag, value, said] of [
    ['--redis', '192.0.2.1:6379', /network address without TLS: give rediss:\/\/192\.0\.2\.1:6379/],
    ['--redis', 'redis://redis.example:6379', /network address without TLS/],
    ['--database', 'host=192.0.2.1 dbname=a user=a', /must say sslmode=verify-full/],
    ['--database-owner', 'host=192.0.2.1 dbname=a user=a sslmode=require', /must say sslmode=verify-full/],
    ['--clamd', '192.0.2.1:3310', /files go to it in plain/],
    ['--issuer', 'http://login.example', /https/],
  ]) {
    const { status, stderr } = await run(program, started.with(started.indexOf(flag) + 1, value));
    assert.ok(status === 1 || status === 2, `${flag} ${value}: ${status} ${stderr}`);
    assert.match(stderr, said, `${flag} ${value}`);
  }
  const figures = await run(program, [...started, '--metrics-listen', '0.0.0.0:0']);
  assert.equal(figures.status, 1);
  assert.match(figures.stderr, /figures go in plain/);
});

test('GatewayOnTheNetworkSpeaksTlsAndNothingElse', async () => {
  const [program, ...started] = readFileSync(`/proc/${suite.pid('gateway')}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const port = await freePortBlock();
  const flags = started.with(started.indexOf('--listen') + 1, `0.0.0.0:${port}`);
  const refused = await run(program, flags);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /--listen 0\.0\.0\.0:\d+ is a network address: give --listen-certificate/);

  await suite.script('umask 077; certify front 2 DNS:localhost,IP:127.0.0.1 serverAuth 2>/dev/null');
  const front = join(suite.home, 'tls/front.pem');
  const gateway = spawn(program, [...flags, '--listen-certificate', front, '--listen-key', front], { stdio: 'ignore' });
  const ended = new Promise((done) => { gateway.on('exit', done); });
  try {
    const token = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const begin = (method, path, body, own = agent) => new Promise((done, failed) => {
      const request = https.request({
        host: 'localhost', port, method, path, agent: own, ca: tls('ca.pem'),
        headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      }, done);
      request.on('error', failed);
      request.end(body);
    });
    const ask = async (...asked) => {
      const response = await begin(...asked);
      let text = '';
      for await (const piece of response.setEncoding('utf8')) text += piece;
      return { status: response.statusCode, text };
    };
    await waitFor(async () => (await ask('GET', '/readyz')).status === 200, { seconds: 60, what: 'the gateway by TLS' });

    // Calls, one after the other on one connection, and files.
    const report = JSON.stringify({ request_id: randomUUID(), report: { title: 'Borttappad dator', description: 'x'.repeat(5000) } });
    assert.equal((await ask('POST', '/v1/reports', report)).status, 200);
    assert.ok((await ask('GET', '/openapi.json')).text.length > 100_000);

    // Live events, as they happen.
    const events = await begin('GET', '/v1/situation:watch', undefined, new https.Agent());
    assert.equal(events.headers['content-type'], 'text/event-stream');
    let seen = '';
    const over = new Promise((done) => { events.setEncoding('utf8').on('data', (piece) => { seen += piece; }).on('end', done); });
    await waitFor(() => seen.includes('data:'), { what: 'the first event' });
    const first = seen;
    assert.equal((await ask('POST', '/v1/reports', report.replace(/"request_id":"[^"]+"/, `"request_id":"${randomUUID()}"`))).status, 200);
    await waitFor(() => seen.slice(first.length).includes('data:'), { what: 'the next event' });

    // A client of another make; and old TLS, another name and plain HTTP get nothing.
    const curl = (...args) => run('curl', ['-sS', '--max-time', '10', '-o', '/dev/null', '--cacert', join(suite.home, 'tls/ca.pem'), ...args]);
    assert.equal((await curl('-f', `https://127.0.0.1:${port}/openapi.json`)).status, 0);
    for (const args of [['--tls-max', '1.1', '--ciphers', 'ALL:@SECLEVEL=0', `https://127.0.0.1:${port}/`],
      ['--resolve', `avvik.example:${port}:127.0.0.1`, `https://avvik.example:${port}/`], [`http://127.0.0.1:${port}/`]]) {
      assert.notEqual((await curl(...args)).status, 0, args.join(' '));
    }

    // A new certificate is shown to the next connection.
    const shown = () => new Promise((done, failed) => {
      const connection = connectTls({ host: '127.0.0.1', port, ca: tls('ca.pem') }, () => {
        done(connection.getPeerX509Certificate().serialNumber);
        connection.destroy();
      });
      connection.on('error', failed);
    });
    const before = await shown();
    await suite.script('umask 077; certify front 2 DNS:localhost,IP:127.0.0.1 serverAuth 2>/dev/null');
    await waitFor(async () => await shown() !== before, { seconds: 60, what: 'the new certificate' });

    gateway.kill('SIGTERM');
    await over;
    assert.equal(await ended, 0);
  } finally {
    gateway.kill('SIGKILL');
  }
});

test('RoleThatAServiceRunsAsMayOnlyReadAndWriteRows', async () => {
  for (const service of inner) {
    const refused = [
      'CREATE TABLE mine (id bigint)', 'CREATE TEMP TABLE mine (id bigint)', 'DROP TABLE event_log', 'TRUNCATE event_log',
      'ALTER TABLE event_log ADD COLUMN more text', 'DELETE FROM audit_record', "UPDATE audit_record SET actor = 'nobody'",
      'DELETE FROM schema_migration', `SET ROLE avvik_${service}_owner`, 'ALTER SYSTEM SET fsync = off',
      "COPY (SELECT 1) TO PROGRAM 'true'", "SELECT pg_read_file('/etc/passwd')",
    ];
    for (const statement of refused) {
      await assert.rejects(suite.psqlDo(service, statement), /permission denied|must be (owner|superuser)/, `${service}: ${statement}`);
    }
    for (const other of inner.filter((name) => name !== service)) {
      const conninfo = suite.conninfo(other).replace(`user=avvik_${other}`, `user=avvik_${service}`);
      const { status, stderr } = await run(suite.postgresTool('psql'), ['-X', '-d', conninfo, '-c', 'SELECT 1']);
      assert.notEqual(status, 0, `${service} in the database of ${other}`);
      assert.match(stderr, /permission denied for database/);
    }
  }
  const writtenOnce = { intake: ['erasure', 'tenant_key'], triage: ['erasure', 'tenant_key', 'organisation'], delivery: ['tenant_key'] };
  for (const service of inner) {
    for (const table of ['audit_record', 'audit_checkpoint', 'event_log', ...writtenOnce[service] ?? []]) {
      const [may] = await suite.psql(service, `SELECT has_table_privilege('${table}', 'SELECT') AS read, ` +
        `has_table_privilege('${table}', 'INSERT') AS add, has_table_privilege('${table}', 'UPDATE') AS change, ` +
        `has_table_privilege('${table}', 'DELETE') AS remove`);
      assert.deepEqual(may, { read: true, add: true, change: false, remove: false }, `${service}: ${table}`);
    }
  }
  // Metrics makes schemas of its own, the others none.
  const [{ owner }] = await suite.psql('metrics', "SELECT nspowner::regrole::text AS owner FROM pg_namespace WHERE nspname = 'figures'");
  assert.equal(owner, 'avvik_metrics');
  for (const service of inner.filter((name) => name !== 'metrics')) {
    await assert.rejects(suite.psqlDo(service, 'CREATE SCHEMA mine'), /permission denied/);
  }
});

test('FiguresAreCountedAnewByTheRoleThatMetricsRunsAs', async () => {
  const operator = await suite.machineToken('avvik-operator', 'avvik.operator');
  const headers = { 'avvik-tenant': suite.organisation.tenant };
  const { status, body } = await suite.api('POST', '/v1/figures:rebuild', {}, operator, headers);
  assert.equal(status, 200, JSON.stringify(body));
  await waitFor(async () => {
    const answer = await suite.api('GET', '/v1/figures/rebuild', undefined, operator, headers);
    assert.notEqual(answer.body.state, 'REBUILD_STATE_FAILED', answer.body.error);
    return answer.body.state === 'REBUILD_STATE_DONE';
  }, { seconds: 60, what: 'the end of the rebuild' });
});

test('ServicesLeaveNoCoreFilesAndNameNoSecret', async () => {
  const secrets = readdirSync(join(suite.home, 'secrets')).map((file) => readFileSync(join(suite.home, 'secrets', file), 'utf8').trim());
  for (const file of readdirSync(join(suite.home, 'tls')).filter((name) => /^avvik-|\.key$/.test(name))) {
    secrets.push(...tls(file).toString().match(/(?<=PRIVATE KEY-----\n)[^\n]+/g));
  }
  assert.ok(secrets.length > 12 && secrets.every((secret) => secret.length >= 20));
  const token = await suite.token(suite.person('EMPLOYEE').login);
  await suite.api('GET', '/v1/cases', undefined, token);
  await suite.api('GET', '/v1/cases', undefined, `${token}x`);
  secrets.push(token, token.split('.')[2]);
  const processes = [...services, 'postgres', 'redis', 'oidc-provider', 'mail-server'];
  for (const name of processes) {
    const said = readFileSync(`/proc/${suite.pid(name)}/cmdline`, 'utf8') + readFileSync(join(suite.home, 'log', `${name}.log`), 'utf8');
    for (const secret of secrets) assert.ok(!said.includes(secret), `${name} tells a secret: ${createHash('sha256').update(secret).digest('hex')}`);
  }
  for (const name of services) {
    assert.match(readFileSync(`/proc/${suite.pid(name)}/limits`, 'utf8'), /^Max core file size +0 +0 /m, name);
  }
});

test('SecretsThatOthersMayReadAreRefusedAtTheStart', async () => {
  const [program, ...started] = readFileSync(`/proc/${suite.pid('intake')}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const open = join(suite.home, 'open-to-all');
  for (const flag of ['--tls-key', '--client-secret-file', '--redis-password-file', '--event-key', '--audit-key', '--master-key']) {
    const at = started.indexOf(flag) + 1;
    copyFileSync(started[at], open);
    chmodSync(open, 0o644);
    const { status, stderr } = await run(program, started.with(at, open));
    assert.equal(status, 1, stderr);
    assert.match(stderr, /may be read by others/, flag);
  }
});
