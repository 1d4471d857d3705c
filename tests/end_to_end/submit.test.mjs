// Submitting a report: once is once, bad input changes nothing, and only those who may.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite, services, waitFor } from '../harness/suite.mjs';

let suite;
let employee;
let officer;
let unit;

before(async () => {
  suite = await Suite.start();
  employee = await suite.token(suite.person('EMPLOYEE').login);
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  const { body } = await suite.api('GET', '/v1/organisation', undefined, employee);
  unit = body.organisation.units.find((entry) => entry.type === 'UNIT_TYPE_ADMINISTRATION').id;
});
after(() => suite?.stop());

const submit = (report, token = employee, requestId = randomUUID()) =>
  suite.api('POST', '/v1/reports', { request_id: requestId, report }, token);

async function counts() {
  const [row] = await suite.psql('intake',
    'SELECT (SELECT count(*) FROM report) AS reports, (SELECT count(*) FROM event_log) AS events');
  return row;
}

test('SameRequestFiftyTimesOverTenConnectionsIsOneReportOneCaseAndOneAnswer', async () => {
  const before = await counts();
  const requestId = randomUUID();
  const report = { title: 'Brev till fel person', unit, personal_data: 'ANSWER_YES' };
  // Ten at a time: fetch opens a connection for each that is under way.
  const answers = [];
  for (let round = 0; round < 5; round += 1) {
    answers.push(...await Promise.all(Array.from({ length: 10 }, () => submit(report, employee, requestId))));
  }
  assert.equal(answers.length, 50);
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, answers[0].body);
  }
  const now = await counts();
  assert.equal(now.reports - before.reports, 1);
  await settle(suite);
  const { status, body } = await suite.api('GET', `/v1/cases/${answers[0].body.number}`, undefined, officer);
  assert.equal(status, 200);
  assert.equal(body.report_id, answers[0].body.report_id);
});

test('RequestIdUsedForAnotherReportIsRefused', async () => {
  const requestId = randomUUID();
  assert.equal((await submit({ title: 'Ett' }, employee, requestId)).status, 200);
  const second = await submit({ title: 'Två' }, employee, requestId);
  assert.equal(second.status, 409);
  assert.equal(second.body.reason, 'REQUEST_ID_REUSED');
});

const tooDeep = `{"request_id":"${randomUUID()}","report":${'{"origin":'.repeat(200)}{}${'}'.repeat(200)}}`;
const id = randomUUID();
const sql = "'; DROP TABLE report; --";
const bad = [
  ['a missing title', { request_id: id, report: {} }, 'report.title'],
  ['a blank title', { request_id: id, report: { title: ' \u00a0' } }, 'report.title'],
  ['a missing report', { request_id: id }, 'report'],
  ['a missing request id', { report: { title: 'x' } }, 'request_id'],
  ['an unknown unit', { request_id: id, report: { title: 'x', unit: 'no-such-unit' } }, 'report.unit'],
  ['an unknown system', { request_id: id, report: { title: 'x', system: 'no-such-system' } }, 'report.system'],
  ['invalid UTF-8', Buffer.concat([Buffer.from(`{"request_id":"${id}","report":{"title":"x`), Buffer.from([0xff, 0xfe]), Buffer.from('"}}')]), 'report.title'],
  ['a NUL byte', `{"request_id":"${id}","report":{"title":"x\\u0000y"}}`, 'report.title'],
  ['a date in 2090', { request_id: id, report: { title: 'x', occurred_time: '2090-01-01T00:00:00Z' } }, 'report.occurred_time'],
  ['no date at all', { request_id: id, report: { title: 'x', occurred_time: 'yesterday' } }, 'report.occurred_time'],
  ['an unknown field', { request_id: id, report: { title: 'x', colour: 'red' } }, 'report.colour'],
  ['a wrong type', { request_id: id, report: { title: 7 } }, 'report.title'],
  ['an unknown enumeration value', { request_id: id, report: { title: 'x', category: 'CATEGORY_FIRE' } }, 'report.category'],
  ['a number out of range', { request_id: id, report: { title: 'x', affected_persons: -1 } }, 'report.affected_persons'],
  ['a title too long', { request_id: id, report: { title: 'å'.repeat(201) } }, 'report.title'],
  ['a description too long', { request_id: id, report: { title: 'x', description: 'å'.repeat(20001) } }, 'report.description'],
  ['SQL as the request id', { request_id: sql, report: { title: 'x' } }, 'request_id'],
  ['SQL as the unit', { request_id: id, report: { title: 'x', unit: sql } }, 'report.unit'],
  ['SQL as the system', { request_id: id, report: { title: 'x', system: sql } }, 'report.system'],
  ['SQL as the language', { request_id: id, report: { title: 'x', language: sql } }, 'report.language'],
  ['SQL as the category', { request_id: id, report: { title: 'x', category: sql } }, 'report.category'],
];
for (const [what, body, field] of bad) {
  test(`InputWith ${what} is refused, names ${field}, and stores nothing`, async () => {
    const before = await counts();
    const answer = await suite.api('POST', '/v1/reports', body, employee);
    assert.equal(answer.status, 400, JSON.stringify(answer.body));
    assert.ok(answer.body.errors.some((error) => error.field === field), JSON.stringify(answer.body));
    assert.deepEqual(await counts(), before);
  });
}

test('BodyOfElevenMegabytesIsRefusedAsTooLarge', async () => {
  const before = await counts();
  const body = JSON.stringify({ request_id: id, report: { title: 'x', description: 'x'.repeat(11 * 1024 * 1024) } });
  const answer = await suite.api('POST', '/v1/reports', body, employee);
  assert.equal(answer.status, 413);
  assert.ok(answer.body.errors.some((error) => error.field === 'body'), JSON.stringify(answer.body));
  assert.deepEqual(await counts(), before);
});

test('JsonThatIsBrokenOrTooDeepIsRefused', async () => {
  for (const body of ['', '{', '[]', '"x"', 'null', '{"report":{"title":"x"}', tooDeep]) {
    const answer = await suite.api('POST', '/v1/reports', body, employee);
    assert.equal(answer.status, 400, body.slice(0, 40));
  }
});

test('SqlInFreeTextIsKeptToTheLetterAndDoesNothing', async () => {
  const title = `${sql} "å" \\ $1 %s`;
  const answer = await submit({ title, description: `${title}\n${title}` });
  assert.equal(answer.status, 200);
  const read = await suite.api('GET', `/v1/reports/${answer.body.report_id}`, undefined, employee);
  assert.equal(read.body.title, title);
  assert.equal(read.body.description, `${title}\n${title}`);
});

test('CallWithoutTokenIs401AndARoleWithoutThePermission403', async () => {
  assert.equal((await suite.api('POST', '/v1/reports', { request_id: id, report: { title: 'x' } })).status, 401);
  assert.equal((await suite.api('GET', '/v1/cases', undefined, 'not.a.token')).status, 401);
  const denied = await suite.api('GET', '/v1/cases', undefined, employee);
  assert.equal(denied.status, 403);
  assert.equal(denied.body.reason, 'PERMISSION');
});

test('EmployeeReadsTheirOwnReportAndNobodyElses', async () => {
  const mine = await submit({ title: 'Min' });
  const theirs = await submit({ title: 'Någon annans' }, officer);
  assert.equal((await suite.api('GET', `/v1/reports/${mine.body.report_id}`, undefined, employee)).status, 200);
  assert.equal((await suite.api('GET', `/v1/reports/${theirs.body.report_id}`, undefined, employee)).status, 404);
});

test('HandlersDoNotSeeTheNameOnAConfidentialReport', async () => {
  const answer = await submit({ title: 'Förtroligt', confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' });
  const seen = await suite.api('GET', `/v1/reports/${answer.body.report_id}`, undefined, officer);
  assert.equal(seen.status, 200);
  assert.equal(seen.body.reporter.withheld, true);
  assert.equal(seen.body.reporter.name, '');
});

test('SupplementIsAddedOnceAndAWithdrawnReportTakesNoMore', async () => {
  const { body: report } = await submit({ title: 'Kompletteras' });
  const supplement = { request_id: randomUUID(), text: 'Det var två brev.' };
  for (let i = 0; i < 2; i += 1) {
    const answer = await suite.api('POST', `/v1/reports/${report.report_id}:supplement`, supplement, employee);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal(answer.body.supplements.length, 1);
  }
  const withdrawn = await suite.api('POST', `/v1/reports/${report.report_id}:withdraw`, { reason: 'Fel' }, employee);
  assert.equal(withdrawn.body.state, 'REPORT_STATE_WITHDRAWN');
  const late = await suite.api('POST', `/v1/reports/${report.report_id}:supplement`, { request_id: randomUUID(), text: 'x' }, employee);
  assert.equal(late.status, 400);
  assert.equal(late.body.reason, 'REPORT_WITHDRAWN');
});

test('EverythingOneReportedIsTakenOutAtOnceAndNothingOfOthers', async () => {
  const person = suite.person('COORDINATOR');
  const token = await suite.token(person.login);
  const ok = async (...args) => {
    const answer = await suite.api(...args);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body;
  };
  const titles = [];
  for (const confidentiality of ['CONFIDENTIALITY_NAMED', 'CONFIDENTIALITY_CONFIDENTIAL', 'CONFIDENTIALITY_NAMED']) {
    const title = `Uttag ${randomUUID()}`;
    const { body: made } = await submit({ title, unit, confidentiality }, token);
    titles.push(title);
    await ok('POST', `/v1/reports/${made.report_id}:supplement`, { request_id: randomUUID(), text: `Mer om ${title}` }, token);
    await ok('POST', `/v1/reports/${made.report_id}/messages`, { request_id: randomUUID(), text: `Fråga om ${title}` }, token);
  }
  const { body: theirs } = await submit({ title: 'En annans', unit }, officer);
  await settle(suite);

  const out = [];
  let page = { next_page_token: '' };
  do {
    const query = new URLSearchParams({ page_size: '2', ...(page.next_page_token ? { page_token: page.next_page_token } : {}) });
    page = await ok('GET', `/v1/me/reports:export?${query}`, undefined, token);
    assert.equal(Number(page.total_size), 3);
    assert.ok(page.reports.length <= 2);
    out.push(...page.reports);
  } while (page.next_page_token);
  assert.deepEqual(out.map(({ report }) => report.title), titles.toReversed());
  for (const { report, messages, proof } of out) {
    assert.equal(report.reporter.login, person.login, 'also of a confidential report: it is their own');
    assert.deepEqual(report.supplements.map(({ text }) => text), [`Mer om ${report.title}`]);
    assert.deepEqual(messages.map(({ text }) => text), [`Fråga om ${report.title}`]);
    assert.equal(proof.number, report.number);
  }
  // Who sees the whole municipality takes out no more than their own.
  const officers = await ok('GET', '/v1/me/reports:export?page_size=50', undefined, officer);
  const own = officers.reports.map(({ report }) => report.report_id);
  assert.ok(own.includes(theirs.report_id));
  assert.ok(officers.reports.every(({ report }) => report.reporter.login === suite.person('INFORMATION_SECURITY_OFFICER').login));

  const { status, stdout, stderr } = await suite.avvik('export', 'mine', '--as', person.login);
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout).reports.map(({ report }) => report.title), titles.toReversed());
});

test('TakingOutWhatOneReportedIsOnRecordWithoutTheReports', async () => {
  const person = suite.person('COORDINATOR');
  let records;
  await waitFor(async () => {
    records = await suite.psql('intake', `SELECT subject, detail FROM audit_record
      WHERE method LIKE '%ExportOwnReports' AND actor = '${person.login}' AND outcome = 'allowed'`);
    return records.length >= 3;
  }, { seconds: 10, what: 'the records of the export' });
  for (const record of records) assert.deepEqual(record, { subject: 'me/reports', detail: '' });
});

test('NationalSecurityLeavesOnlyANeutralStub', async () => {
  const secret = 'karta över bergrummet';
  const answer = await submit({ title: secret, description: secret, national_security: 'ANSWER_YES' });
  assert.equal(answer.status, 200);
  assert.ok(!JSON.stringify(answer.body).includes(secret));
  const rows = await suite.psql('intake', `SELECT count(*) FROM report AS r WHERE r::text LIKE '%${secret}%'`);
  assert.equal(rows[0].count, 0);
});

test('NoServiceEndedBecauseOfAnyOfThis', async () => {
  await settle(suite);
  assert.deepEqual(suite.unexpectedEnds(), []);
  for (const service of services) assert.ok(suite.pid(service) > 0);
});
