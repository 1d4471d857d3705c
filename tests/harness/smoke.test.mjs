// The shortest way through everything: a report becomes an owned case, is counted, and a mail goes out.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Suite, waitFor } from './suite.mjs';

let suite;
before(async () => { suite = await Suite.start(); });
after(() => suite?.stop());

test('A report becomes an owned case, is counted, and its owner gets a mail', async () => {
  const employee = await suite.token(suite.person('EMPLOYEE').login);
  const officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);

  const submitted = await suite.api('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'Lost laptop', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES' },
  }, employee);
  assert.equal(submitted.status, 200, JSON.stringify(submitted.body));

  const case_ = await waitFor(async () => {
    const { status, body } = await suite.api('GET', `/v1/cases/${submitted.body.number}`, undefined, officer);
    return status === 200 && body.owner?.login && body;
  }, { what: 'a case with an owner' });

  await waitFor(async () => {
    const { body } = await suite.api('GET', '/v1/indicators', undefined, officer);
    return body.indicators.some(({ id, value }) => id === 'cases' && Number(value) === 1);
  }, { what: 'the case among the indicators' });

  const owner = suite.organisation.people.find(({ login }) => login === case_.owner.login);
  await waitFor(() => suite.mails().some(({ to }) => to === owner.email), { what: `a mail to ${owner.email}` });
});

test('A call without a token is refused', async () => {
  assert.equal((await suite.api('GET', '/v1/cases')).status, 401);
});
