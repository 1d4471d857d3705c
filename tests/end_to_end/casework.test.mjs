// The work on a case, and what becomes of it for the one who reported: measures, what happened, who has read it, and a
// status in the reporter's words.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

let suite;
let handler;
let reporter;
let officer;

const as = async (login, method, path, body) => suite.api(method, path, body, await suite.token(login));
async function ok(login, method, path, body) {
  const answer = await as(login, method, path, body);
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function report(content, login = reporter) {
  const made = await ok(login, 'POST', '/v1/reports', { request_id: randomUUID(), report: content });
  await settle(suite);
  return made;
}

const statusOf = (made) => ok(reporter, 'GET', `/v1/reports/${made.number}/status`);
const decide = (number, plan) => ok(handler, 'POST', `/v1/cases/${number}/measures`, {
  request_id: randomUUID(), plan: { kind: 'MEASURE_KIND_CORRECTIVE', owner: 'me', ...plan },
});

before(async () => {
  suite = await Suite.start({ organisation: 'kalix' });
  handler = 'fatima.haddad';
  reporter = 'nils.engman';
  officer = 'anna.berg';
  for (const list of ['reports', 'cases', 'measures']) {
    await waitFor(async () => (await as(officer, 'GET', `/v1/${list}`)).status === 200, { what: `the organisation is known to who answers /v1/${list}` });
  }
});
after(() => suite?.stop());

test('ReporterFollowsTheReportInPlainStepsAndReadsWhatCameOfIt', async () => {
  const made = await report({ title: 'Fel mottagare', unit: 'hemtjanst', personal_data: 'ANSWER_YES' });
  const received = await statusOf(made);
  assert.equal(received.progress, 'REPORT_PROGRESS_RECEIVED');
  assert.equal(received.change_time, made.submit_time);
  assert.equal(received.next_step, 'REPORT_NEXT_STEP_LOOK');

  const path = `/v1/cases/${made.number}`;
  await ok(handler, 'POST', `${path}:acknowledge`, {});
  await settle(suite);
  const looked = await statusOf(made);
  assert.equal(looked.progress, 'REPORT_PROGRESS_LOOKED_AT');
  assert.ok(Date.parse(looked.change_time) > Date.parse(received.change_time));

  const due = new Date(Date.now() + 7 * 86400e3).toISOString();
  await decide(made.number, { title: 'Be mottagaren radera', due_time: due });
  await settle(suite);
  const worked = await statusOf(made);
  assert.equal(worked.progress, 'REPORT_PROGRESS_WORKED_ON');
  assert.equal(Date.parse(worked.next_step_time), Date.parse(due));

  await ok(handler, 'POST', `${path}:restrict`, { restricted: true, reason: 'En namngiven kollega' });
  await settle(suite);
  assert.deepEqual(await statusOf(made), worked, 'that it is restricted shows');

  await ok(handler, 'POST', `${path}:close`, {
    resolution: 'RESOLUTION_REMEDIED', outcome: 'Mottagaren är X', cause: 'CAUSE_HUMAN_ERROR', outcome_for_reporter: 'Brevet är raderat. Tack!',
  });
  await settle(suite);
  const done = await statusOf(made);
  assert.equal(done.progress, 'REPORT_PROGRESS_DONE');
  assert.equal(done.outcome, 'Brevet är raderat. Tack!');
  assert.ok(!JSON.stringify(done).includes(handler));
  assert.ok(!JSON.stringify(done).includes('Mottagaren'));
});

test('MyReportsAreOnlyMineNewestFirstEachWithItsStatus', async () => {
  const first = await report({ title: 'Första', unit: 'hemtjanst' });
  const second = await report({ title: 'Andra', unit: 'hemtjanst', confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' });
  await report({ title: 'Någon annans' }, 'mikael.rova');
  const mine = await ok(reporter, 'GET', '/v1/reports?reporter=me');
  assert.deepEqual(mine.reports.slice(0, 2).map(({ number }) => number), [second.number, first.number]);
  for (const entry of mine.reports) assert.ok(entry.status.progress, entry.number);
  assert.ok(mine.reports.every(({ title }) => title !== 'Någon annans'));
  // Whoever sees all has made none.
  const officers = await ok(officer, 'GET', '/v1/reports?reporter=me');
  assert.deepEqual(officers.reports ?? [], []);
  const all = await ok(officer, 'GET', '/v1/reports');
  assert.ok(all.reports.every(({ status }) => status === undefined || status === null));
  assert.equal((await as(officer, 'GET', '/v1/reports?reporter=nils.engman')).status, 400);
});

test('TasksOfOneselfAreThoseOfAllCasesByDueTime', async () => {
  const made = await report({ title: 'Uppgifter', unit: 'hemtjanst' });
  const other = await report({ title: 'Fler uppgifter', unit: 'hemtjanst' });
  const late = await decide(made.number, { title: 'Sedan', due_time: new Date(Date.now() + 9e8).toISOString() });
  const past = await decide(other.number, { title: 'Igår', due_time: new Date(Date.now() - 9e7).toISOString() });
  const mine = await ok(handler, 'GET', '/v1/measures?owner=me&states=MEASURE_STATE_OPEN');
  const ids = mine.measures.map(({ measure_id }) => measure_id);
  assert.ok(ids.indexOf(past.measure_id) < ids.indexOf(late.measure_id));
  const overdue = await ok(handler, 'GET', '/v1/measures?overdue=true');
  assert.deepEqual(overdue.measures.map(({ measure_id, case_number }) => [measure_id, case_number]), [[past.measure_id, other.number]]);
  const done = await ok(handler, 'POST', `/v1/measures/${past.measure_id}:complete`, { note: 'Klart', etag: past.etag });
  assert.equal(done.state, 'MEASURE_STATE_DONE');
  const stale = await as(handler, 'POST', `/v1/measures/${past.measure_id}:reopen`, { reason: 'Nej', etag: past.etag });
  assert.equal(stale.status, 409, JSON.stringify(stale.body));
  assert.deepEqual((await ok(handler, 'GET', '/v1/measures?overdue=true')).measures ?? [], []);
  assert.equal((await as(reporter, 'GET', '/v1/measures')).status, 403);
});

test('TimelineAndReadersTellWhatHappenedAndWhoLookedAndNeverWhoReportedInConfidence', async () => {
  const made = await report({ title: 'I förtroende', unit: 'hemtjanst', confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' });
  const path = `/v1/cases/${made.number}`;
  await ok(reporter, 'POST', `/v1/reports/${made.number}:supplement`, { request_id: randomUUID(), text: 'Mer' });
  await settle(suite);
  await ok(handler, 'POST', `${path}:acknowledge`, {});
  await ok(handler, 'POST', `${path}:note`, { request_id: randomUUID(), text: 'Ringt upp' });
  await as('mikael.rova', 'GET', path);
  const timeline = await ok(handler, 'GET', `${path}/timeline`);
  assert.deepEqual(timeline.entries.map(({ kind }) => kind.replace('TIMELINE_KIND_', '')),
    ['OPENED', 'ASSIGNED', 'SUPPLEMENTED', 'ACKNOWLEDGED', 'NOTED']);
  const [opened, , supplemented, acknowledged, noted] = timeline.entries;
  assert.equal(opened.actor, 'TIMELINE_ACTOR_RULE');
  assert.equal(supplemented.actor, 'TIMELINE_ACTOR_REPORTER');
  assert.equal(acknowledged.by.login, handler);
  assert.equal(noted.text, 'Ringt upp');
  const readers = await waitFor(async () => {
    const list = await ok(handler, 'GET', `${path}/readers`);
    const of = Object.fromEntries(list.readers.map((entry) => [entry.login, entry]));
    return of['mikael.rova'] && of[handler] && of;
  }, { what: 'who has read the case' });
  assert.equal(Number(readers['mikael.rova'].refusals), 1);
  assert.equal(Number(readers['mikael.rova'].reads ?? 0), 0);
  assert.ok(Number(readers[handler].reads) >= 1);
  assert.ok(readers[handler].name);
  assert.ok(!JSON.stringify([timeline, readers]).includes(reporter));
  // Looking at who has read it is on record too.
  const looked = () => suite.psql('triage', "SELECT 1 FROM audit_record WHERE method LIKE '%/ListCaseReaders' AND outcome = 'allowed'");
  await waitFor(async () => (await looked()).length >= 1, { what: 'the record of looking' });
});
