// Reports and cases for tests of the workbench and the case page.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { waitFor } from '../harness/suite.mjs';

// Reports something as a person (by default one who holds no function), and waits for its case: the case, as the officer sees it.
export async function newCase(suite, report = {}, login = suite.person('EMPLOYEE').login) {
  const { status, body } = await suite.api('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'Brev till fel person', description: 'Ett brev om hemtjänst kom till grannen.', category: 'CATEGORY_MISDIRECTED_MESSAGE', unit: 'hemtjanst', ...report },
  }, await suite.token(login));
  assert.equal(status, 200, JSON.stringify(body));
  return waitFor(async () => readCase(suite, body.number), { what: `the case of ${body.number}` });
}

export async function readCase(suite, number, login = suite.person('INFORMATION_SECURITY_OFFICER').login) {
  const { status, body } = await suite.api('GET', `/v1/cases/${number}`, undefined, await suite.token(login));
  return status === 200 ? body : undefined;
}

// Does something to a case as the API does, beside the browser.
export async function act(suite, number, command, fields, login = suite.person('INFORMATION_SECURITY_OFFICER').login) {
  const { status, body } = await suite.api('POST', `/v1/cases/${number}:${command}`, fields, await suite.token(login));
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

// Many at once: how many cases there are afterwards is waited for.
export async function manyCases(suite, count, make) {
  const token = await suite.token(suite.person('EMPLOYEE').login);
  let next = 0;
  let last;
  const worker = async () => {
    while (next < count) {
      const at = next++;
      const { status, body } = await suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: make(at) }, token);
      assert.equal(status, 200, JSON.stringify(body));
      last = body;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await waitFor(() => readCase(suite, last.number), { seconds: 120, what: 'the last case' });
}
