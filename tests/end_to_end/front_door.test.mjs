// What the front door shows to those who try it: types, headers, methods, paths; and whom the services behind it talk to.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { alarms, takes } from '../docs/alerts.mjs';
import { Browser } from '../harness/browser.mjs';
import { settle } from '../harness/state.mjs';
import { Suite, freePortBlock, run, services, waitFor } from '../harness/suite.mjs';

let suite;
let officer;

before(async () => {
  suite = await Suite.start();
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
});
after(() => suite?.stop());

const bearer = () => ({ authorization: `Bearer ${officer}` });

// A request as it is written, with methods and paths that fetch would not send: {status, headers, text}.
function raw(method, path, headers = {}) {
  return new Promise((done, failed) => {
    const request = http.request({ host: '127.0.0.1', port: suite.port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; })
        .on('end', () => done({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', failed).setTimeout(20_000, () => request.destroy(new Error(`${method} ${path}: no answer`)));
    request.end();
  });
}

test('EveryAnswerSaysItsTypeAndNothingOfWhatMadeIt', async () => {
  const answers = [
    ['GET', '/'], ['GET', '/style.css'], ['GET', '/proof_of_work.js'], ['GET', '/openapi.json'], ['GET', '/healthz'], ['GET', '/readyz'],
    ['GET', '/metrics'], ['GET', '/nowhere'], ['GET', '/v1/cases'], ['GET', '/v1/cases', bearer()], ['GET', '/v1/nowhere', bearer()],
    ['GET', `/v1/cases/${randomUUID()}`, bearer()], ['GET', '/v1/cases?colour=red', bearer()], ['DELETE', '/v1/cases', bearer()],
    ['POST', '/v1/reports', bearer()], ['GET', '/v1/%zz', bearer()], ['GET', '/sign-in?return_to=//x.example'], ['BREW', '/'],
  ];
  const seen = new Set();
  for (const [method, path, headers] of answers) {
    const answer = await raw(method, path, headers);
    const where = `${method} ${path}: ${answer.status}`;
    seen.add(answer.status);
    const type = answer.headers['content-type'] ?? '';
    assert.match(type, /^[a-z]+\/[a-z0-9.+-]+(; |$)/, where);
    if (type.startsWith('text/')) assert.match(type, /; charset=utf-8$/, where);
    if (/json/.test(type)) JSON.parse(answer.text);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', where);
    for (const name of ['server', 'x-powered-by', 'via']) assert.equal(answer.headers[name], undefined, `${where} ${name}`);
    if (answer.status >= 400) assert.doesNotMatch(answer.text, /beast|boost|grpc|protobuf|postgres|libpq|redis|\.cc\b|unix:|\/usr\//i, where);
  }
  for (const status of [200, 400, 401, 404, 405, 501]) assert.ok(seen.has(status), `${status} among ${[...seen]}`);
});

test('PolicyAllowsNoPluginNoBaseAndNoForeignForm', async () => {
  for (const path of ['/', '/v1/cases', '/nowhere']) {
    const policy = new Map((await raw('GET', path)).headers['content-security-policy'].split(';')
      .map((directive) => directive.trim().split(/ (.*)/s)).map(([name, value]) => [name, value]));
    assert.equal(policy.get('default-src'), "'self'", path);
    assert.equal(policy.get('object-src'), "'none'", path);
    assert.equal(policy.get('base-uri'), "'none'", path);
    assert.equal(policy.get('form-action'), "'self'", path);
    assert.equal(policy.get('frame-ancestors'), "'none'", path);
    assert.equal(policy.has('script-src'), false, `${path} does not widen what scripts may`);
  }
});

test('NothingButWhatIsDocumentedIsServed', async () => {
  const tried = [
    '/.git/config', '/.env', '/.well-known/x', '/index.html~', '/index.html.bak', '/web.config', '/server-status', '/debug', '/debug/pprof/',
    '/actuator', '/swagger', '/swagger-ui/', '/graphql', '/console', '/admin', '/phpinfo.php', '/static/', '/../etc/passwd',
    '/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd', '//etc/passwd', '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    '/avvik.intake.v1.Intake/BatchGetReports', '/v1', '/v1/',
  ];
  for (const path of tried) {
    const { status, text } = await raw('GET', path, bearer());
    assert.ok([400, 404].includes(status), `${path}: ${status}`);
    assert.doesNotMatch(text, /root:|\[core\]/, path);
  }
});

test('AnswersOfTheApiAreSavedAndNotShown', async () => {
  for (const path of ['/v1/cases', '/v1/nowhere', '/v1/cases?colour=red']) {
    assert.equal((await raw('GET', path, bearer())).headers['content-disposition'], 'attachment; filename="api.json"', path);
  }
  assert.equal((await raw('GET', '/')).headers['content-disposition'], undefined);
  const failed = await raw('GET', '/sign-in/callback?state=x', { accept: 'text/html' });
  assert.match(failed.headers['content-type'], /^text\/html/);
  assert.equal(failed.headers['content-disposition'], undefined);
});

test('BrowserForgetsWithTheSession', async () => {
  const browser = new Browser(suite);
  await browser.signIn(suite.person('EMPLOYEE').login);
  const { headers } = await browser.api('POST', '/sign-out');
  assert.equal(headers.get('clear-site-data'), '"cache", "storage"');
});

test('RefusedTokenLeavesALineAndNothingOfItself', async () => {
  const token = `${officer.slice(0, -4)}AAAA`;
  assert.equal((await raw('GET', '/v1/cases', { authorization: `Bearer ${token}` })).status, 401);
  const line = await waitFor(() => suite.log('triage').find(({ event }) => event === 'token_refused'), { what: 'the line' });
  assert.match(line.method, /ListCases$/);
  assert.match(line.reason, /^TOKEN_/);
  assert.ok(!readFileSync(`${suite.home}/log/triage.log`, 'utf8').includes(token.split('.')[1]));
});

test('MethodsThatNobodyNeedsAreRefused', async () => {
  for (const path of ['/', '/v1/cases', '/healthz']) {
    for (const method of ['TRACE', 'PROPFIND', 'LOCK', 'BREW']) {
      const answer = await raw(method, path, bearer());
      assert.ok([405, 501].includes(answer.status), `${method} ${path}: ${answer.status}`);
      assert.ok(!answer.text.includes(officer), `${method} ${path} gives the token back`);
    }
  }
  // A header does not make one method of another.
  const { status } = await raw('POST', '/v1/organisation', { ...bearer(), 'x-http-method-override': 'GET', 'content-length': 0 });
  assert.equal(status, 405);
});

test('TokenInTheAddressIsNotTaken', async () => {
  for (const name of ['access_token', 'token', 'authorization', 'id_token']) {
    assert.equal((await raw('GET', `/v1/cases?${name}=${officer}`)).status, 401, name);
    const beside = await raw('GET', `/v1/cases?${name}=${officer}`, bearer());
    assert.equal(beside.status, 400, name);
    assert.ok(!beside.text.includes(officer), name);
  }
  assert.ok(!readFileSync(`${suite.home}/log/gateway.log`, 'utf8').includes(officer));
});

// How often what an alarm looks at was counted.
async function counted(alarm) {
  const series = [...(await raw('GET', '/metrics')).text.matchAll(/^(avvik_\w+)(?:\{(.*)\})? ([\d.e+-]+)$/gm)].map(([, metric, inside = '', value]) => ({
    metric, value: Number(value), labels: Object.fromEntries([...inside.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, text]) => [name, text])),
  }));
  const { selectors } = alarms().find(({ alert }) => alert === alarm);
  return selectors.reduce((sum, selector) => sum + series
    .filter(({ metric, labels }) => metric === selector.metric && takes(selector, labels)).reduce((all, { value }) => all + value, 0), 0);
}

test('AlarmsCountWhatAnAttackerDoes', async () => {
  const person = { authorization: `Bearer ${await suite.token(suite.person('EMPLOYEE').login)}` };
  const { body } = await suite.api('POST', '/v1/reports', {
    request_id: randomUUID(), report: { title: 'x', confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' },
  }, officer);
  const deeds = {
    AvvikTokensRefused: () => raw('GET', '/v1/cases', { authorization: 'Bearer a.b.c' }),
    AvvikAccessDenied: () => raw('GET', `/v1/cases/${randomUUID()}`, person),
    AvvikReadsUnusual: () => raw('GET', `/v1/reports/${body.report_id}`, bearer()),
    AvvikReportersRevealed: () => suite.api('POST', `/v1/reports/${body.report_id}:revealReporter`, { reason: 'REVEAL_REASON_PROTECTION' }, officer),
  };
  for (const [alarm, deed] of Object.entries(deeds)) {
    const earlier = await counted(alarm);
    await deed();
    assert.equal(await counted(alarm), earlier + 1, alarm);
  }
});

// The gateway's command line, with another address and settings.
function gatewayArguments(port, settings) {
  const [program, ...args] = readFileSync(`/proc/${suite.pid('gateway')}/cmdline`, 'utf8').split('\0').slice(0, -1);
  for (const [flag, value] of Object.entries({ '--listen': `127.0.0.1:${port}`, ...settings })) args[args.indexOf(flag) + 1] = value;
  return [program, args];
}

test('BrowsersAreToldToUseTlsForGoodAndPlainHttpIsForThisMachineOnly', async () => {
  assert.equal((await raw('GET', '/')).headers['strict-transport-security'], undefined, 'here there is no TLS');
  const port = await freePortBlock();
  const [program, args] = gatewayArguments(port, { '--public-url': 'https://avvik.kalix.example' });
  const gateway = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise((done) => { gateway.on('exit', done); });
  try {
    for (const path of ['/', '/v1/cases', '/nowhere', '/healthz']) {
      const response = await waitFor(() => fetch(`http://127.0.0.1:${port}${path}`), { what: 'the second gateway' });
      const [, seconds] = /^max-age=(\d+); includeSubDomains$/.exec(response.headers.get('strict-transport-security'));
      assert.ok(Number(seconds) >= 365 * 24 * 3600, path);
    }
  } finally {
    gateway.kill('SIGTERM');
    await ended;
  }
  const [, plain] = gatewayArguments(port, { '--public-url': 'http://avvik.kalix.example' });
  const { status, stderr } = await run(program, plain);
  assert.equal(status, 2, stderr);
  assert.match(stderr, /--public-url must be https/);
});

// Connections of a process over the network: {local, remote} as [address, port].
function connections(pid) {
  const sockets = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];  // Closed in the meantime.
    }
  }));
  const place = (text) => {
    const [address, port] = text.split(':');
    // Each four bytes are a number of the machine's own order.
    const bytes = address.match(/.{8}/g).flatMap((word) => word.match(/../g).reverse());
    return [bytes.map((byte) => parseInt(byte, 16)).join('.'), parseInt(port, 16)];
  };
  return ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) => readFileSync(`/proc/${pid}/net/${kind}`, 'utf8').split('\n').slice(1)
    .map((line) => line.trim().split(/\s+/)).filter((fields) => sockets.has(fields[9]))
    .map((fields) => ({ kind, local: place(fields[1]), remote: place(fields[2]) })));
}

test('ServicesTalkToNobodyButThoseNamed', async (t) => {
  try {
    services.forEach((service) => readlinkSync(`/proc/${suite.pid(service)}/fd/0`));
  } catch {
    return t.skip('the kernel shows only root (CAP_SYS_PTRACE) whom a process talks to that hides its memory');
  }
  // The port of the provider is next to the gateway's, and then that of the mail server.
  const named = new Set([suite.port + 1, suite.port + 2]);
  const talked = new Set();
  const faults = new Set();
  const look = () => {
    for (const service of services) {
      for (const { kind, local, remote } of connections(suite.pid(service))) {
        const [address, port] = remote;
        if (service === 'gateway' && local[0] === '127.0.0.1' && local[1] === suite.port) continue;  // Listens, or is asked.
        const here = /^(127\.|0\.0\.0\.0\.0\.0\.0\.0\.0\.0\.255\.255\.127\.)/.test(address);
        if (kind.startsWith('tcp') && here && named.has(port)) talked.add(`${service} ${port}`);
        else faults.add(`${service} ${kind} ${local.join(':')} ${remote.join(':')}`);
      }
    }
  };
  const watch = setInterval(look, 20);
  try {
    const { status } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'Se vem som ringer' } }, officer);
    assert.equal(status, 200);
    await settle(suite);
    await waitFor(() => suite.mails().length > 1, { what: 'the mail' });
    look();
  } finally {
    clearInterval(watch);
  }
  assert.deepEqual([...faults], []);
  assert.ok(talked.has(`delivery ${suite.port + 2}`), `the look finds what is there: ${[...talked]}`);
});
