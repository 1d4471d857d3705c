// Signing in and out in the browser, by the local provider, and what the session's cookie is good for.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Browser } from '../harness/browser.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

let suite;
let officer;
let employee;

before(async () => {
  suite = await Suite.start();
  officer = suite.person('INFORMATION_SECURITY_OFFICER');
  employee = suite.person('EMPLOYEE');
});
after(() => suite?.stop());

const SESSION = '__Host-avvik';
const ATTEMPT = '__Host-avvik-sign-in';
const crossSite = { headers: { 'sec-fetch-site': 'cross-site' } };
const report = () => ({ request_id: randomUUID(), report: { title: 'Inloggad' } });

async function signedIn(person) {
  const browser = new Browser(suite);
  await browser.signIn(person.login);
  return browser;
}

// The answer to a callback, as a program is given it.
async function callback(browser, url) {
  const response = await browser.request('GET', String(url), crossSite);
  const text = await response.text();
  return { status: response.status, reason: text === '' ? undefined : JSON.parse(text).reason };
}

function changed(url, parameters) {
  const other = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) other.searchParams.delete(name);
    else other.searchParams.set(name, value);
  }
  return other;
}

test('PersonSignsInAtTheProviderAndCallsTheApiByCookie', async () => {
  const browser = new Browser(suite);
  assert.equal((await browser.api('GET', '/v1/session')).status, 401);
  const answer = await browser.signIn(officer.login, '/?from=here');
  assert.equal(answer.headers.get('location'), '/?from=here');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const asked = browser.authorization.searchParams;
  assert.equal(asked.get('code_challenge_method'), 'S256');
  assert.equal(asked.get('response_type'), 'code');
  for (const name of ['state', 'nonce', 'code_challenge']) assert.match(asked.get(name), /^[\w-]{43}$/);

  const { status, body } = await browser.api('GET', '/v1/session');
  assert.equal(status, 200);
  assert.deepEqual({ login: body.login, name: body.name, tenant: body.tenant },
    { login: officer.login, name: officer.name, tenant: officer.tenant });
  assert.equal(Date.parse(body.expire_time) - Date.parse(body.sign_in_time), 12 * 3600 * 1000);

  assert.equal((await browser.api('GET', '/v1/cases')).status, 200);
  const submitted = await browser.api('POST', '/v1/reports', report());
  assert.equal(submitted.status, 200, JSON.stringify(submitted.body));
  assert.equal(submitted.headers.get('set-cookie'), null);
});

test('CookiesAreHostOnlySecureHttpOnlyAndStrict', async () => {
  const browser = new Browser(suite);
  const begun = await browser.request('GET', '/sign-in');
  assert.match(begun.headers.getSetCookie().join(), /^__Host-avvik-sign-in=[\w-]+; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/);
  const answer = await browser.signIn(employee.login);
  assert.match(answer.headers.getSetCookie()[0], /^__Host-avvik=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
  assert.equal(browser.cookies.has(ATTEMPT), false);
});

test('RightsAreThoseOfThePersonWhoSignedIn', async () => {
  const browser = await signedIn(employee);
  const denied = await browser.api('GET', '/v1/cases');
  assert.equal(denied.status, 403);
  assert.equal(denied.body.reason, 'PERMISSION');
});

test('AuthorizationHeaderWinsOverTheCookie', async () => {
  const browser = await signedIn(officer);
  assert.equal((await browser.api('GET', '/v1/cases', undefined, { authorization: 'Bearer not.a.token' })).status, 401);
  const token = await suite.token(employee.login);
  assert.equal((await browser.api('GET', '/v1/cases', undefined, { authorization: `Bearer ${token}` })).status, 403);
  // And no mark is asked of it, for no other site's page can send that header.
  const sent = await suite.api('POST', '/v1/reports', report(), token);
  assert.equal(sent.status, 200);
});

test('SignInWithAWrongStateIsRefused', async () => {
  const browser = new Browser(suite);
  const url = await browser.goToProvider(officer.login);
  for (const state of ['x'.repeat(43), '', undefined]) {
    assert.deepEqual(await callback(browser, changed(url, { state })), { status: 400, reason: 'SIGN_IN_STATE' });
  }
  assert.equal(browser.cookies.has(SESSION), false);
  // A wrong answer spoils nothing: the right one still counts.
  assert.equal((await browser.request('GET', url.href, crossSite)).status, 303);
});

test('AnswerMeantForAnotherBrowserIsRefused', async () => {
  const victim = new Browser(suite);
  const attacker = new Browser(suite);
  const url = await attacker.goToProvider(officer.login);
  assert.deepEqual(await callback(victim, url), { status: 400, reason: 'SIGN_IN_NOT_BEGUN' });
  await victim.request('GET', '/sign-in');
  assert.deepEqual(await callback(victim, url), { status: 400, reason: 'SIGN_IN_STATE' });
  const attempt = victim.cookies.get(ATTEMPT);
  victim.cookies.set(ATTEMPT, `${attempt.startsWith('A') ? 'B' : 'A'}${attempt.slice(1)}`);
  assert.equal((await callback(victim, url)).reason, 'SIGN_IN_NOT_BEGUN');
});

test('AnswerOfAnotherProviderIsRefused', async () => {
  const browser = new Browser(suite);
  const url = await browser.goToProvider(officer.login);
  assert.equal(url.searchParams.get('iss'), suite.issuer);
  for (const iss of ['https://evil.example', undefined]) {
    assert.deepEqual(await callback(browser, changed(url, { iss })), { status: 400, reason: 'SIGN_IN_ISSUER' });
  }
});

test('CallbackReplayedInTheSameBrowserIsRefused', async () => {
  const browser = new Browser(suite);
  const url = await browser.goToProvider(officer.login);
  const attempt = browser.cookies.get(ATTEMPT);
  assert.equal((await browser.request('GET', url.href, crossSite)).status, 303);
  browser.cookies.set(ATTEMPT, attempt);
  assert.deepEqual(await callback(browser, url), { status: 400, reason: 'SIGN_IN_USED' });
});

test('CodeOfAnEarlierSignInIsRefused', async () => {
  const first = new Browser(suite);
  const used = await first.goToProvider(officer.login);
  assert.equal((await first.request('GET', used.href, crossSite)).status, 303);
  const second = new Browser(suite);
  const url = await second.goToProvider(officer.login);
  // A code that was used, and one that was made for another verifier.
  assert.deepEqual(await callback(second, changed(url, { code: used.searchParams.get('code') })),
    { status: 400, reason: 'GRANT_REFUSED' });
  const third = new Browser(suite);
  const stolen = await third.goToProvider(officer.login);
  const fourth = new Browser(suite);
  const own = await fourth.goToProvider(employee.login);
  assert.deepEqual(await callback(fourth, changed(own, { code: stolen.searchParams.get('code') })),
    { status: 400, reason: 'GRANT_REFUSED' });
});

test('NobodyIsLedElsewhereAfterSigningIn', async () => {
  const browser = new Browser(suite);
  for (const target of ['https://evil.example', '//evil.example', '/\\evil.example', '/%5Cevil', 'javascript:alert(1)', '']) {
    const response = await browser.request('GET', `/sign-in?return_to=${encodeURIComponent(target)}`);
    const ok = target === '/%5Cevil';  // A path of ours that happens to hold an escape.
    assert.equal(response.status, ok ? 303 : 400, target);
    assert.ok(ok || response.headers.get('location') === null);
  }
});

test('SigningOutEndsTheSessionOnTheServerAndAtTheProvider', async () => {
  const browser = await signedIn(officer);
  const id = browser.cookies.get(SESSION);
  const { status, body } = await browser.api('POST', '/sign-out');
  assert.equal(status, 200);
  assert.equal(browser.cookies.has(SESSION), false);
  // The cookie is dead, not only forgotten.
  browser.cookies.set(SESSION, id);
  const refused = await browser.api('GET', '/v1/cases');
  assert.equal(refused.status, 401);
  assert.equal(refused.body.reason, 'SESSION_ENDED');

  const there = new URL(body.location);
  assert.equal(there.origin, suite.issuer);
  const page = await (await browser.request('GET', there.href)).text();
  const [, action] = /action="([^"]+)"/.exec(page);
  const [, xsrf] = /name="xsrf" value="([^"]+)"/.exec(page);
  let answer = await browser.request('POST', action, { body: new URLSearchParams({ xsrf, logout: 'yes' }) });
  while (!answer.headers.get('location').startsWith(`${suite.url}/`)) {
    answer = await browser.request('GET', new URL(answer.headers.get('location'), suite.issuer).href);
  }
  // Signing in again asks who one is, instead of remembering.
  const begun = await browser.request('GET', '/sign-in');
  const next = await browser.request('GET', begun.headers.get('location'));
  assert.match(next.headers.get('location'), /\/sign-in\//);
});

test('SigningOutEverywhereEndsAllSessionsOfThePersonAndOfNobodyElse', async () => {
  const [here, there, other] = [await signedIn(officer), await signedIn(officer), await signedIn(employee)];
  assert.equal((await here.api('POST', '/sign-out?everywhere=true')).status, 200);
  assert.equal((await there.api('GET', '/v1/session')).status, 401);
  assert.equal((await other.api('GET', '/v1/session')).status, 200);
});

test('PeopleSeeTheirSessionsAndEndEach', async () => {
  const [here, there, other] = [await signedIn(officer), await signedIn(officer), await signedIn(employee)];
  const list = async (browser) => (await browser.api('GET', '/v1/sessions')).body.sessions;
  const seen = await list(here);
  assert.equal(seen.filter(({ current }) => current).length, 1);
  for (const session of seen) {
    assert.deepEqual(Object.keys(session), ['name', 'sign_in_time', 'last_use_time', 'expire_time', 'current']);
    assert.ok(Date.parse(session.sign_in_time) <= Date.parse(session.last_use_time));
  }
  const named = async (browser) => (await list(browser)).find(({ current }) => current).name;
  const [mine, lost, theirs] = [await named(here), await named(there), await named(other)];
  assert.ok(seen.some(({ name }) => name === lost));
  assert.ok(!seen.some(({ name }) => name === theirs));
  assert.equal((await here.api('DELETE', `/v1/sessions/${lost}`, undefined, { 'avvik-request': undefined })).body.reason, 'FORGERY');
  assert.equal((await here.api('DELETE', `/v1/sessions/${theirs}`)).body.reason, 'NO_SUCH_SESSION');
  assert.equal((await here.api('DELETE', `/v1/sessions/${lost}`)).status, 200);
  assert.equal((await there.api('GET', '/v1/cases')).status, 401);
  assert.equal((await other.api('GET', '/v1/session')).status, 200);
  assert.equal((await here.api('GET', '/v1/cases')).status, 200);
  assert.equal((await here.api('DELETE', `/v1/sessions/${mine}`)).status, 200);
  assert.equal(here.cookies.has(SESSION), false);
});

test('SigningInGivesANewSessionAndEndsTheOneBefore', async () => {
  const browser = await signedIn(employee);
  const before = browser.cookies.get(SESSION);
  await browser.signIn(employee.login);
  assert.notEqual(browser.cookies.get(SESSION), before);
  browser.cookies.set(SESSION, before);
  assert.equal((await browser.api('GET', '/v1/session')).status, 401);
  // An id that somebody else put there is never taken over.
  const planted = 'A'.repeat(43);
  const victim = new Browser(suite);
  victim.cookies.set(SESSION, planted);
  await victim.signIn(employee.login);
  assert.notEqual(victim.cookies.get(SESSION), planted);
});

test('RequestsForgedByOtherSitesAreRefused', async () => {
  const browser = await signedIn(employee);
  const forged = [
    { 'avvik-request': undefined },
    { 'avvik-request': undefined, 'sec-fetch-site': undefined },
    { 'sec-fetch-site': undefined, origin: undefined },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${suite.port + 1}` },
  ];
  const countReports = async () => (await suite.psql('intake', 'SELECT count(*) FROM report'))[0].count;
  const before = await countReports();
  for (const headers of forged) {
    for (const [path, body] of [['/v1/reports', report()], ['/sign-out', undefined]]) {
      const answer = await browser.api('POST', path, body, headers);
      assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`);
      assert.equal(answer.body.reason, 'FORGERY');
    }
  }
  assert.equal(await countReports(), before);
  assert.equal((await browser.api('GET', '/v1/session', undefined, { 'sec-fetch-site': 'cross-site' })).status, 403);
  assert.equal((await browser.api('GET', '/v1/session')).status, 200);
  // No other origin is ever told that it may read or send.
  const preflight = await browser.request('OPTIONS', '/v1/reports', {
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST', 'sec-fetch-site': 'cross-site' },
  });
  assert.equal([...preflight.headers.keys()].some((name) => name.startsWith('access-control-')), false);
});

test('LiveEventsComeByCookieAndEndWithTheSession', async () => {
  const browser = await signedIn(officer);
  const response = await browser.request('GET', '/v1/situation:watch', { headers: { accept: 'text/event-stream' } });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = response.body.getReader();
  assert.match(Buffer.from((await reader.read()).value).toString(), /event: Situation/);
  assert.equal((await browser.api('POST', '/sign-out')).status, 200);
  const ended = (async () => {
    for (;;) if ((await reader.read()).done) return true;
  })();
  assert.equal(await Promise.race([ended, new Promise((done) => { setTimeout(done, 10_000, false).unref(); })]), true);
});

test('RedisHoldsNoTokenAndNoName', async () => {
  const browser = await signedIn(officer);
  const keys = (await suite.redisCli('keys', 'avvik:session*')).split('\n');
  const stdout = (await Promise.all(keys.map(async (key) => `${key} ${await suite.redisCli('dump', key)}`))).join('\n');
  assert.match(stdout, /avvik:session:[0-9a-f]{64}/);
  for (const secret of ['eyJ', officer.login, officer.name, browser.cookies.get(SESSION)]) {
    assert.equal(stdout.includes(secret), false, secret);
  }
});

test('LogsHoldNoTokenNoCookieAndNoName', async () => {
  const browser = await signedIn(officer);
  await browser.api('GET', '/v1/cases');
  const log = readFileSync(join(suite.home, 'log/gateway.log'), 'utf8');
  for (const secret of ['eyJ', officer.login, browser.cookies.get(SESSION), 'refresh_token']) {
    assert.equal(log.includes(secret), false, secret);
  }
  assert.match(log, /"event":"signed_in"/);
});

test('EveryAnswerHasTheSecurityHeaders', async () => {
  const browser = await signedIn(officer);
  for (const path of ['/', '/proof_of_work.js', '/openapi.json', '/healthz', '/v1/cases', '/v1/session', '/v1/nothing', '/sign-in']) {
    const { headers } = await browser.request('GET', path);
    const policy = headers.get('content-security-policy');
    assert.match(policy, /default-src 'self'/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe|\*/, path);
    // Icons of the style sheet.
    assert.doesNotMatch(policy.replace(/img-src [^;]*/, ''), /data:|blob:/, path);
    const expected = {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    };
    for (const [name, value] of Object.entries(expected)) assert.equal(headers.get(name), value, `${path} ${name}`);
    assert.ok(headers.get('permissions-policy'), path);
    if (path.startsWith('/v1/') || path === '/sign-in') assert.equal(headers.get('cache-control'), 'no-store', path);
  }
});

test('PagesHaveNoInlineScriptOrStyle', async () => {
  for (const path of ['/', '/privacy.html']) {
    const response = await fetch(suite.url + path);
    assert.equal(response.status, 200, path);
    const page = await response.text();
    for (const [script] of page.matchAll(/<script[^>]*>/g)) assert.match(script, / src="\//);
    assert.doesNotMatch(page, /<style|style="| on[a-z]+="|javascript:/);
  }
});

// What the trace has of a person's sessions, when all that is sealed.
async function sessionRecords(login, enough) {
  let records;
  await waitFor(async () => {
    const { status, stdout, stderr } = await suite.avvik('audit', 'show', '--person', login, '--as', officer.login, '--json');
    assert.equal(status, 0, stderr);
    records = JSON.parse(stdout).records.filter((record) => record.did === 'session');
    return enough(records);
  }, { seconds: 20, what: `the sessions of ${login} in the trace` });
  return records;
}
const deedOf = (record) => record.detail.split(' ')[0].replace('deed=SESSION_DEED_', '');

test('WhoSignedInAndOutIsInTheTraceWithWhenAndFromWhere', async () => {
  const coordinator = suite.person('COORDINATOR');
  const here = await signedIn(coordinator);
  await signedIn(coordinator);
  const others = (await here.api('GET', '/v1/sessions')).body.sessions.filter((session) => !session.current);
  assert.equal((await here.api('DELETE', `/v1/sessions/${others[0].name}`)).status, 200);
  assert.equal((await here.api('POST', '/sign-out')).status, 200);
  const records = await sessionRecords(coordinator.login, (found) => found.length >= 4);
  assert.deepEqual(records.map(deedOf), ['SIGNED_IN', 'SIGNED_IN', 'ENDED', 'SIGNED_OUT']);
  for (const record of records) {
    assert.equal(record.service, 'triage');
    assert.equal(record.actor, coordinator.login);
    assert.ok(!record.machine);
    assert.equal(record.client, '127.0.0.1');
    assert.equal(record.subject, 'sessions');
    assert.equal(record.outcome, 'OUTCOME_ALLOWED');
    assert.ok(Math.abs(Date.parse(record.time) - Date.now()) < 120_000);
  }
});

test('TriageThatIsAwayStopsNobodyFromSigningInAndTheTraceHasItAfterwards', async () => {
  const owner = suite.person('SYSTEM_OWNER');
  const pid = suite.pid('triage');
  process.kill(pid, 'SIGSTOP');
  try {
    await signedIn(owner);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const records = await sessionRecords(owner.login, (found) => found.length >= 1);
  assert.deepEqual(records.map(deedOf), ['SIGNED_IN'], 'once, however often it was sent');
});

test('WithoutRedisSessionsAreUnavailableAndBearerTokensGoOn', async () => {
  const browser = await signedIn(officer);
  const token = await suite.token(officer.login);
  process.kill(suite.pid('redis'), 'SIGSTOP');
  try {
    const answer = await browser.api('GET', '/v1/cases');
    assert.equal(answer.status, 503);
    assert.equal(answer.body.reason, 'SESSIONS_UNAVAILABLE');
    assert.equal((await suite.api('GET', '/v1/cases', undefined, token)).status, 200);
  } finally {
    process.kill(suite.pid('redis'), 'SIGCONT');
  }
  assert.equal((await waitFor(async () => {
    const again = await browser.api('GET', '/v1/cases');
    return again.status === 200 && again;
  }, { seconds: 10, what: 'sessions' })).status, 200);
});
