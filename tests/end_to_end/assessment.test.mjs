// What the rules make of a case, through the gateway: the questions they ask, what answers change, the log of what was decided, and
// the register of breaches, also as the command line takes it out.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite } from '../harness/suite.mjs';

let suite;
let officer;
let login;
let number;

async function ok(method, path, body) {
  const answer = await suite.api(method, path, body, officer);
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const assessment = () => ok('GET', `/v1/cases/${number}/assessment`);
const answer = (answers, etag) => ok('POST', `/v1/cases/${number}/assessment:answer`, { answers, etag });
const of = (assessed, regime) => assessed.results.find((result) => result.regime === regime);
const asked = (assessed) => assessed.open_questions.map(({ question }) => question.id);

before(async () => {
  suite = await Suite.start();
  login = suite.person('INFORMATION_SECURITY_OFFICER').login;
  officer = await suite.token(login);
  const report = await ok('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'En bärbar dator är stulen', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40' },
  });
  number = report.number;
  await settle(suite);
});
after(() => suite?.stop());

test('WhatIsNotKnownIsAskedInThreeLanguages', async () => {
  const before = await assessment();
  assert.equal(of(before, 'SE-GDPR-33').result, 'ASSESSMENT_RESULT_REQUIRED');
  assert.ok(of(before, 'SE-GDPR-33').duty_id);
  assert.equal(of(before, 'SE-GDPR-34').result, 'ASSESSMENT_RESULT_MAY_BE');
  assert.equal(of(before, 'SE-CER'), undefined);
  const risk = before.open_questions.find(({ question }) => question.id === 'high-risk');
  for (const language of ['sv', 'da', 'en']) assert.ok(risk.question.text[language], language);
});

test('AnswerOpensADutyAndSaysWhatChanged', async () => {
  const { etag } = await assessment();
  const after = await answer([{ question: 'high-risk', yes_no: 'ANSWER_YES' }], etag);
  assert.deepEqual(after.changes.map(({ regime, before: was, after: is }) => [regime, was, is]),
    [['SE-GDPR-34', 'ASSESSMENT_RESULT_MAY_BE', 'ASSESSMENT_RESULT_REQUIRED']]);
  assert.ok(!asked(after).includes('high-risk'));
  const { duties } = await ok('GET', `/v1/duties?case_id=${number}`);
  assert.deepEqual(duties.map(({ regime }) => regime).sort(), ['SE-GDPR-33', 'SE-GDPR-34']);
  const stale = await suite.api('POST', `/v1/cases/${number}/assessment:answer`, { answers: [{ question: 'high-risk', yes_no: 'ANSWER_NO' }], etag }, officer);
  assert.equal(stale.status, 409);
  const wrong = await suite.api('POST', `/v1/cases/${number}/assessment:answer`, { answers: [{ question: 'high-risk', choices: ['x'] }] }, officer);
  assert.equal(wrong.status, 400);
});

test('WhatWasDecidedIsLoggedAndTheRegisterHoldsTheBreach', async () => {
  await answer([{ question: 'breach-remedies', choices: ['locked', 'police'] }]);
  const { decisions } = await ok('GET', `/v1/cases/${number}/decisions`);
  assert.equal(decisions[0].cause, 'DECISION_CAUSE_ANSWERS');
  assert.equal(decisions[0].regime, 'SE-GDPR-34');
  assert.ok(decisions[0].facts.includes('high-risk=yes'));
  assert.ok(decisions.some(({ regime, cause }) => regime === 'SE-GDPR-33' && cause === 'DECISION_CAUSE_FACTS'));
  const { breaches } = await ok('GET', '/v1/breaches');
  assert.deepEqual(breaches.map((breach) => breach.number), [number]);
  const taken = await suite.avvik('export', 'breaches', '--as', login);
  assert.equal(taken.status, 0, taken.stderr);
  const [titles, line] = taken.stdout.trim().split('\r\n');
  assert.match(titles, /^"number","aware"/);
  assert.ok(line.startsWith(`"${number}",`));
  assert.ok(line.includes('"locked, police"'));
});
