// Permissions that take a strong sign-in. The local provider says of a script's token and of one by the browser that they are
// of different strength; here the browser's counts.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from '../harness/browser.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

let suite;
let officer;

before(async () => {
  suite = await Suite.start({ env: { AVVIK_STRONG_SIGN_IN_FOR: 'erasures.read,audit.read', AVVIK_STRONG_SIGN_IN: 'urn:avvik:acr:browser,mfa' } });
  officer = suite.person('INFORMATION_SECURITY_OFFICER');
});
after(() => suite?.stop());

test('AdministrationTakesTheSignInThatIsDemandedAndOtherWorkDoesNot', async () => {
  const browser = new Browser(suite);
  await browser.signIn(officer.login);
  assert.equal((await browser.api('GET', '/v1/erasures')).status, 200);
  const token = await suite.token(officer.login);
  const { status, body } = await suite.api('GET', '/v1/erasures', undefined, token);
  assert.equal(status, 403);
  assert.equal(body.reason, 'STRONG_SIGN_IN');
  assert.match(body.detail, /second factor/);
  assert.equal((await suite.api('GET', '/v1/cases', undefined, token)).status, 200);
  await waitFor(async () => (await suite.psql('triage',
    "SELECT count(*) FROM audit_record WHERE outcome = 'denied' AND reason = 'STRONG_SIGN_IN'"))[0].count === 1,
  { what: 'the record' });
});
