// How long a session lasts: idle and absolute limit, the access token's renewal, and the rate of its requests.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Browser } from '../harness/browser.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

const IDLE_SECONDS = 6;
const LIMIT_SECONDS = 25;
const TOKEN_SECONDS = 12;
const RATE = 20;

let suite;
let officer;

before(async () => {
  suite = await Suite.start({
    env: {
      AVVIK_SESSION_IDLE: `${IDLE_SECONDS}s`,
      AVVIK_SESSION_LIMIT: `${LIMIT_SECONDS}s`,
      AVVIK_TOKEN_SECONDS: String(TOKEN_SECONDS),
      AVVIK_SESSION_RATE: String(RATE),
    },
  });
  officer = suite.person('INFORMATION_SECURITY_OFFICER');
});
after(() => suite?.stop());

async function signedIn() {
  const browser = new Browser(suite);
  await browser.signIn(officer.login);
  browser.began = Date.now();
  return browser;
}

const secondsOf = (browser) => (Date.now() - browser.began) / 1000;

test('SessionInUseOutlivesTheIdleLimitAndItsTokenAndEndsAtTheAbsoluteLimit', async () => {
  const browser = await signedIn();
  let last;
  for (;;) {
    const { status } = await browser.api('GET', '/v1/cases');
    if (status !== 200) {
      assert.equal(status, 401);
      break;
    }
    last = secondsOf(browser);
    await sleep(1000);
  }
  // Past the idle limit, and past the life of two access tokens, which have been renewed.
  assert.ok(last > 2 * TOKEN_SECONDS - 2, `only ${last} s`);
  assert.ok(last < LIMIT_SECONDS + 1, `${last} s`);
  assert.equal(browser.cookies.has('__Host-avvik'), false);
});

test('IdleSessionEndsAndNeitherLookingNorLiveEventsKeepItAlive', async () => {
  const browser = await signedIn();
  const events = await browser.request('GET', '/v1/situation:watch', { headers: { accept: 'text/event-stream' } });
  assert.equal(events.status, 200);
  await waitFor(async () => (await browser.api('GET', '/v1/session')).status === 401,
    { seconds: IDLE_SECONDS + 8, every: 500, what: 'the end of the idle session' });
  assert.ok(secondsOf(browser) >= IDLE_SECONDS - 1);
  assert.ok(secondsOf(browser) < LIMIT_SECONDS - 5);
  const read = async () => {
    for await (const chunk of events.body) assert.ok(chunk);
  };
  await Promise.race([read(), sleep(10_000).then(() => { throw new Error('the live events go on'); })]);
});

test('SessionThatTheProviderNoLongerKnowsEndsWithItsAccessToken', async () => {
  const browser = await signedIn();
  await suite.killService('oidc-provider');  // Its memory of what it granted goes with it.
  await waitFor(() => fetch(`${suite.issuer}/jwks`), { what: 'the provider' });
  const refused = await waitFor(async () => {
    const answer = await browser.api('GET', '/v1/cases');
    return answer.status !== 200 && answer;
  }, { seconds: TOKEN_SECONDS + 5, every: 1000, what: 'the end of the session' });
  assert.equal(refused.status, 401);
  assert.equal(refused.body.reason, 'SESSION_ENDED');
  assert.ok(secondsOf(browser) < LIMIT_SECONDS - 2);
});

test('SessionThatRunsWildIsSlowedAndOthersAreNot', async () => {
  const [wild, calm] = [await signedIn(), await signedIn()];
  const answers = await Promise.all(Array.from({ length: 6 * RATE }, () => wild.api('GET', '/v1/organisation')));
  const slowed = answers.filter(({ status }) => status === 429);
  assert.ok(slowed.length > 0 && slowed.length < 3 * RATE, `${slowed.length}`);
  assert.equal(slowed[0].headers.get('retry-after'), '1');
  assert.equal((await calm.api('GET', '/v1/organisation')).status, 200);
});
