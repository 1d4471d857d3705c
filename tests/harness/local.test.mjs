// What ./run puts around the services: supervised processes, OpenID provider, mail server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePortBlock, root, run, waitFor } from './suite.mjs';

const organisation = `
tenant: provby
name: Provby kommun
units: [{id: kommun, name: Provby kommun}]
people:
  - {login: anna.lind, name: Anna Lind, email: anna.lind@provby.example, unit: kommun}
  - {login: olle.ek, name: 'Olle <Ek>', email: olle.ek@provby.example, roles: [{role: COORDINATOR}]}
role_titles: [{role: COORDINATOR, title: ISAM}]
`;

let home;
let port;

// Runs bash with the functions of the local scripts at hand.
async function bash(script) {
  const result = await run('bash', ['-euo', 'pipefail', '-c',
    `. deploy/local/settings.sh; . deploy/local/suite.sh; ${script}`],
  { env: { ...process.env, AVVIK_HOME: home, AVVIK_PORT: String(port), AVVIK_PG_FSYNC: 'off' } });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trimEnd();
}

const pidOf = (name, kind = 'pid') => Number(readFileSync(join(home, 'run/pids', `${name}.${kind}`), 'utf8').split(' ')[0]);
const lives = (pid) => existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
const secret = (client) => readFileSync(join(home, 'secrets', `${client}.secret`), 'utf8');
const payload = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const header = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));

async function askToken(client, parameters) {
  const response = await fetch(`http://127.0.0.1:${port + 1}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret(client)}`).toString('base64')}` },
    body: new URLSearchParams(parameters),
  });
  return { status: response.status, ...(await response.json()) };
}

// Sends one message by curl; gives curl's exit status.
async function send({ id, to, tls = true, password = secret('smtp') }) {
  const message = `From: a@provby.example\r\nTo: ${to}\r\nMessage-ID: <${id}>\r\n` +
    'Subject: =?utf-8?q?=C3=85lg=C3=A4rd?= =?utf-8?b?IGtyw6R2cw==?=\r\n\r\nHej\r\n';
  const { status } = await run('curl', ['-sS', '--url', `smtp://127.0.0.1:${port + 2}`, '-u', `avvik:${password}`,
    ...(tls ? ['--ssl-reqd', '--cacert', join(home, 'tls/ca.pem')] : []),
    '--mail-from', 'a@provby.example', '--mail-rcpt', to, '-T', '-'], { input: message });
  return status;
}

const deliveries = () => readFileSync(join(home, 'mail/deliveries.jsonl'), 'utf8').trim().split('\n').map((l) => JSON.parse(l));

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'avvik-local-'));
  port = await freePortBlock();
  const file = join(home, 'provby.yaml');
  writeFileSync(file, organisation);
  await bash(`make_home; offer_people_of ${file}; make_certificates; start_counterparts; start_backends; wait_for_counterparts`);
});

after(async () => {
  await bash('stop_suite; rm -f "$AVVIK_HOME/provby.yaml"; delete_suite_data');
  assert.equal(existsSync(home), false);
});

test('Each service enters its own database and no other', async () => {
  assert.equal(await bash('run_psql -At -d "$(conninfo avvik_intake)" -c "SELECT current_user"'), 'avvik_intake');
  await bash('! run_psql -d "$(conninfo avvik_triage avvik_intake)" -c "SELECT 1" 2>/dev/null');
});

test('PostgreSQL and Redis come back with their data after being killed', async () => {
  await bash('run_psql -d "$(conninfo avvik_intake avvik_intake_owner)" -c "CREATE TABLE kept AS SELECT 7 AS x"');
  await bash('ask_redis config set appendfsync always; ask_redis set kept 7');
  for (const name of ['postgres', 'redis']) {
    const pid = pidOf(name);
    process.kill(pid, 'SIGKILL');
    await waitFor(() => pidOf(name) !== pid, { what: `another ${name}` });
  }
  await bash('start_backends');
  assert.equal(await bash('run_psql -At -d "$(conninfo avvik_intake avvik_intake_owner)" -c "SELECT x FROM kept"'), '7');
  assert.equal(await bash('ask_redis get kept'), '7');
});

test('A process is started again with growing pauses, and its ends are noted', async () => {
  await bash('start_process flaky TERM bash -c "exit 3"');
  const ends = await waitFor(() => {
    const lines = readFileSync(join(home, 'run/pids/flaky.ended'), 'utf8').trim().split('\n');
    return lines.length >= 4 && lines;
  });
  assert.match(ends[0], / 3 0$/);
  await bash('stop_processes flaky');
});

test('A process whose supervisor was killed does not outlive stopping', async () => {
  await bash('start_process orphan TERM sleep 1000');
  const pid = await waitFor(() => pidOf('orphan'));
  process.kill(pidOf('orphan', 'supervisor'), 'SIGKILL');
  await bash('stop_processes orphan');
  assert.equal(lives(pid), false);
});

test('A stale note about a process never leads to somebody else being stopped', async () => {
  const stranger = spawn('sleep', ['1000']);
  writeFileSync(join(home, 'run/pids/stale.pid'), `${stranger.pid} 1\n`);
  writeFileSync(join(home, 'run/pids/stale.supervisor'), `${stranger.pid} 1\n`);
  await bash('stop_processes stale');
  assert.equal(lives(stranger.pid), true);
  stranger.kill();
});

test('A process is started anew only when its command has changed', async () => {
  await bash('start_process steady TERM sleep 1000');
  const pid = await waitFor(() => pidOf('steady'));
  await bash('start_process steady TERM sleep 1000');
  assert.equal(pidOf('steady'), pid);
  await bash('start_process steady TERM sleep 1001');
  await waitFor(() => pidOf('steady') !== pid);
  assert.equal(lives(pid), false);
  await bash('stop_processes steady');
});

test('A service gets a token by client credentials, in the scope that is its own', async () => {
  const answer = await askToken('avvik-intake', { grant_type: 'client_credentials', scope: 'avvik.service' });
  assert.deepEqual(header(answer.access_token).typ, 'at+jwt');
  assert.equal(header(answer.access_token).alg, 'RS256');
  const { aud, client_id: client, scope, exp, iat, iss } = payload(answer.access_token);
  assert.deepEqual({ aud, client, scope, lifetime: exp - iat, iss },
    { aud: 'avvik', client: 'avvik-intake', scope: 'avvik.service', lifetime: 3600, iss: `http://127.0.0.1:${port + 1}` });
  const scopeOf = async (client, asked) => payload((await askToken(client,
    { grant_type: 'client_credentials', scope: asked })).access_token).scope;
  assert.equal(await scopeOf('avvik-operator', 'avvik.operator'), 'avvik.operator');
  assert.equal(await scopeOf('avvik-tickets', 'avvik.tickets'), 'avvik.tickets');
  assert.equal((await askToken('avvik-tickets', { grant_type: 'client_credentials', scope: 'avvik.service' })).error, 'invalid_scope');
  assert.equal((await askToken('avvik-cli', { grant_type: 'client_credentials' })).status, 400);
});

test('A script gets the token of anybody in the organisation file, and of nobody else', async () => {
  const answer = await askToken('avvik-cli', { grant_type: 'urn:avvik:grant:person', login: 'olle.ek' });
  assert.equal(header(answer.access_token).alg, 'ES256');
  const { sub, name, email, tenant, aud, groups } = payload(answer.access_token);
  assert.deepEqual({ sub, name, email, tenant, aud, groups },
    { sub: 'olle.ek', name: 'Olle <Ek>', email: 'olle.ek@provby.example', tenant: 'provby', aud: 'avvik', groups: ['avvik-coordinator'] });
  assert.equal((await askToken('avvik-cli', { grant_type: 'urn:avvik:grant:person', login: 'nobody' })).error, 'invalid_grant');
  assert.equal((await askToken('avvik-intake', { grant_type: 'urn:avvik:grant:person', login: 'olle.ek' })).status, 400);
});

test('People added to the organisation file can sign in at once', async () => {
  writeFileSync(join(home, 'provby.yaml'), organisation.replace('role_titles:',
    '  - {login: ny, name: Ny Nilsson, email: ny@provby.example}\nrole_titles:'));
  assert.equal((await askToken('avvik-cli', { grant_type: 'urn:avvik:grant:person', login: 'ny' })).status, 200);
});

test('The web application signs a person in by authorization code with PKCE', async () => {
  const verifier = 'v'.repeat(43);
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(verifier))).toString('base64url');
  const jar = new Map();
  const go = async (url, form) => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) jar.set(...cookie.split(';')[0].split(/=(.*)/s));
    return response;
  };
  const issuer = `http://127.0.0.1:${port + 1}`;
  const callback = `http://127.0.0.1:${port}/sign-in/callback`;
  const request = (parameters) => `${issuer}/auth?${new URLSearchParams({ client_id: 'avvik-web', response_type: 'code',
    scope: 'openid profile email', redirect_uri: callback, state: 's', nonce: 'n', ...parameters })}`;

  const unprotected = new URL((await go(request({}))).headers.get('location'));
  assert.match(unprotected.searchParams.get('error_description'), /PKCE/);

  const signIn = new URL((await go(request({ code_challenge: challenge, code_challenge_method: 'S256' })))
    .headers.get('location'), issuer);
  assert.match(await (await go(signIn)).text(), /value="olle\.ek".*Olle &#60;Ek&#62;.*ISAM/s);
  const resume = (await go(signIn, { login: 'olle.ek' })).headers.get('location');
  const back = new URL((await go(new URL(resume, issuer))).headers.get('location'));
  assert.equal(back.origin + back.pathname, callback);
  const answer = await askToken('avvik-web', { grant_type: 'authorization_code', code: back.searchParams.get('code'),
    redirect_uri: callback, code_verifier: verifier });
  assert.equal(payload(answer.access_token).aud, 'avvik');
  const { sub, name, tenant, nonce } = payload(answer.id_token);
  assert.deepEqual({ sub, name, tenant, nonce }, { sub: 'olle.ek', name: 'Olle <Ek>', tenant: 'provby', nonce: 'n' });
});

test('The OpenID provider refuses to be reached from elsewhere', async () => {
  const { status, stderr } = await run(process.execPath, [join(root, 'deploy/local/oidc-provider.mjs'), '--host', '0.0.0.0',
    '--port', '1', '--home', home, '--organisations', join(home, 'organisations'), '--web-url', 'http://127.0.0.1']);
  assert.equal(status, 2);
  assert.match(stderr, /127\.0\.0\.1 only/);
});

test('Mail is taken only over TLS and with the password', async () => {
  assert.notEqual(await send({ id: 'plain@x', to: 'a@provby.example', tls: false }), 0);
  assert.notEqual(await send({ id: 'wrong@x', to: 'a@provby.example', password: 'wrong' }), 0);
  assert.equal(await send({ id: 'right@x', to: 'a@provby.example' }), 0);
  const [{ to, subject, file }] = deliveries();
  assert.deepEqual({ to, subject }, { to: 'a@provby.example', subject: 'Ålgärd krävs' });
  assert.match(readFileSync(join(home, 'mail/new', file), 'utf8'), /Message-ID: <right@x>/);
});

test('A repeated message is noted and not filed again, also after a lost answer and a restart', async () => {
  const behave = (behaviour) => writeFileSync(join(home, 'mail/behaviour.json'), JSON.stringify(behaviour));
  behave({ drop_share: 1 });
  assert.notEqual(await send({ id: 'twice@x', to: 'b@provby.example' }), 0);
  behave({});
  await bash('stop_processes mail-server; start_mail_server; wait_for_counterparts');
  assert.equal(await send({ id: 'twice@x', to: 'B@provby.example' }), 0);
  const filed = deliveries().filter(({ message_id: id }) => id === '<twice@x>');
  assert.deepEqual(filed.map(({ repeated }) => repeated ?? false), [false, true]);
  assert.equal(filed[0].file, filed[1].file);
});

test('The mail server defers and refuses when told to', async () => {
  const behave = (behaviour) => writeFileSync(join(home, 'mail/behaviour.json'), JSON.stringify(behaviour));
  behave({ defer_share: 1, reject: '@bounce' });
  assert.notEqual(await send({ id: 'deferred@x', to: 'c@provby.example' }), 0);
  assert.notEqual(await send({ id: 'bounced@x', to: 'c@bounce.example' }), 0);
  behave({});
  assert.equal(deliveries().some(({ message_id: id }) => /deferred|bounced/.test(id)), false);
});
