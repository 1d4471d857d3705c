// Deadlines by time, and the calendar that telephones follow: read as iCalendar by a library of others, and line by line; who sees
// what in it, and that its secret is nowhere.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import ICAL from 'ical.js';
import { listAll, settle } from '../harness/state.mjs';
import { Suite, services, waitFor } from '../harness/suite.mjs';

const TITLE = 'Hemlig rubrik på åäö';

let suite;
let officer;
let path;

async function ok(method, target, body, token = officer) {
  const answer = await suite.api(method, target, body, token);
  assert.equal(answer.status, 200, `${method} ${target}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function report(content = {}) {
  const made = await ok('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: TITLE, category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40', ...content },
  });
  await settle(suite);
  return made.number;
}

const deadlines = (token = officer) => listAll(suite, '/v1/deadlines', 'deadlines', token);

// The calendar as it comes. One address may be read once a second, and a few times at once.
async function fetchCalendar(address = path, headers = {}) {
  return waitFor(async () => {
    const response = await fetch(suite.url + address, { headers });
    const text = await response.text();
    return response.status !== 429 && { status: response.status, headers: response.headers, text };
  }, { every: 500, what: 'room for a request' });
}

async function events(address = path) {
  const { status, text } = await fetchCalendar(address);
  assert.equal(status, 200, text);
  return new ICAL.Component(ICAL.parse(text)).getAllSubcomponents('vevent');
}

const instant = (time) => time.toJSDate().toISOString();
const whole = (time) => new Date(Math.floor(Date.parse(time) / 1000) * 1000).toISOString();
const of = (all, number) => all.filter((event) => event.getFirstPropertyValue('summary').startsWith(number));

before(async () => {
  suite = await Suite.start();
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  await report();
  ({ path } = await ok('POST', '/v1/calendar-feeds', {}));
});
after(() => suite?.stop());

test('DeadlinesAreTheRunningStagesOfDutiesTheSoonestFirst', async () => {
  const listed = await deadlines();
  const duties = await listAll(suite, '/v1/duties', 'duties', officer);
  const running = duties.flatMap((duty) => duty.stages
    .filter(({ state, target_time: target }) => target && ['RUNNING', 'DUE_SOON', 'OVERDUE'].includes(state.slice('STAGE_STATE_'.length)))
    .map((stage) => `${stage.target_time} ${duty.duty_id} ${stage.stage} ${duty.title} ${stage.title}`));
  assert.ok(running.length > 0);
  assert.deepEqual(listed.map((entry) => `${entry.target_time} ${entry.duty_id} ${entry.stage} ${entry.title} ${entry.stage_title}`).sort(), running.sort());
  const times = listed.map((entry) => Date.parse(entry.target_time));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  const { deadlines: none = [] } = await ok('GET', `/v1/deadlines?until_time=${listed[0].target_time}`);
  assert.deepEqual(none, []);
  const employee = await suite.api('GET', '/v1/deadlines', undefined, await suite.token(suite.person('EMPLOYEE').login));
  assert.equal(employee.status, 403);
});

test('ALibraryOfOthersReadsTheDeadlinesInTheCalendar', async () => {
  const listed = await deadlines();
  const read = await events();
  assert.equal(read.length, listed.length);
  for (const [place, entry] of listed.entries()) {
    const event = read[place];
    const value = (name) => event.getFirstPropertyValue(name);
    assert.equal(value('summary'), `${entry.number} · ${entry.title} · ${entry.stage_title}`);
    assert.equal(instant(value('dtstart')), whole(entry.target_time));
    assert.equal(value('url'), `${suite.url}/cases/${entry.number}`);
    assert.equal(value('status'), entry.duty_state === 'DUTY_STATE_REQUIRED' ? 'CONFIRMED' : 'TENTATIVE');
    assert.equal(value('class'), 'CONFIDENTIAL');
    assert.match(value('uid'), /^[0-9a-f]{32}@avvik$/);
    const [alarm] = event.getAllSubcomponents('valarm');
    assert.equal(alarm.getFirstPropertyValue('action'), 'DISPLAY');
    if (entry.remind_time) assert.equal(instant(alarm.getFirstPropertyValue('trigger')), whole(entry.remind_time));
  }
  assert.equal(new Set(read.map((event) => event.getFirstPropertyValue('uid'))).size, read.length);
});

test('EveryLineIsAsTheStandardDemands', async () => {
  const { text, headers } = await fetchCalendar();
  assert.equal(headers.get('content-type'), 'text/calendar; charset=utf-8');
  assert.ok(text.endsWith('END:VCALENDAR\r\n'));
  assert.equal(text.replaceAll('\r\n', '').search(/[\r\n]/), -1, 'every line ends in CRLF');
  const lines = text.split('\r\n');
  for (const line of lines) assert.ok(Buffer.byteLength(line) <= 75, line);
  assert.ok(lines.some((line) => line.startsWith(' ')), 'nothing was folded');
  const begun = text.replaceAll('\r\n ', '').split('\r\n').filter(Boolean);
  for (const line of begun) assert.match(line, /^[A-Z-]+(;[A-Z-]+=[^:;]+)*:/);
  for (const name of ['VERSION:2.0', 'METHOD:PUBLISH', 'PRODID:-//Avvik//Avvik//SV']) assert.ok(begun.includes(name), name);
  const required = ['UID', 'DTSTAMP', 'DTSTART', 'SEQUENCE', 'SUMMARY', 'STATUS', 'URL'];
  for (const event of begun.join('\n').split('BEGIN:VEVENT').slice(1)) {
    const head = event.split('BEGIN:VALARM')[0].split('\n');
    for (const name of required) assert.equal(head.filter((line) => line.split(/[:;]/)[0] === name).length, 1, name);
  }
});

test('WhatPeopleWroteAndWhoTheyAreIsNotInIt', async () => {
  const { text } = await fetchCalendar();
  const unfolded = text.replaceAll('\r\n ', '');
  assert.ok(!unfolded.includes(TITLE));
  for (const person of suite.organisation.people) {
    assert.ok(!unfolded.includes(person.name), person.name);
    assert.ok(!unfolded.includes(person.login), person.login);
  }
});

test('WhatIsKnownIsNotSentAgain', async () => {
  const first = await fetchCalendar();
  const again = await fetchCalendar(path, { 'if-none-match': first.headers.get('etag') });
  assert.equal(again.status, 304);
  assert.equal(again.text, '');
  await report();
  assert.equal((await fetchCalendar(path, { 'if-none-match': first.headers.get('etag') })).status, 200);
});

test('SequenceRisesWhenTheTargetMovesAndTheUidStays', async () => {
  const number = await report();
  const before = of(await events(), number);
  const { body: found } = await suite.api('GET', `/v1/cases/${number}`, undefined, officer);
  await ok('POST', `/v1/cases/${number}:classify`, {
    classification: { ...found.classification, severity: undefined, severity_reasons: undefined, confirmed: undefined },
    aware_time: new Date(Date.parse(found.aware_time) - 3_600_000).toISOString(),
  });
  await settle(suite);
  const later = of(await events(), number);
  const uid = (event) => event.getFirstPropertyValue('uid');
  assert.deepEqual(later.map(uid).sort(), before.map(uid).sort());
  for (const event of later) {
    const was = before.find((other) => uid(other) === uid(event));
    assert.equal(event.getFirstPropertyValue('sequence'), was.getFirstPropertyValue('sequence') + 1);
    assert.equal(event.getFirstPropertyValue('dtstart').toUnixTime(), was.getFirstPropertyValue('dtstart').toUnixTime() - 3600);
  }
});

test('RestrictedCaseIsOnlyADeadlineAndNationalSecurityIsNotThere', async () => {
  const number = await report();
  const count = of(await events(), number).length;
  assert.ok(count > 0);
  await ok('POST', `/v1/cases/${number}:restrict`, { restricted: true, reason: 'En namngiven kollega' });
  await settle(suite);
  assert.equal((await deadlines()).filter((entry) => entry.number === number).length, count, 'the officer has a part in it');
  const all = await events();
  assert.equal(of(all, number).length, 0);
  const neutral = of(all, 'Tidsfrist i Avvik');
  assert.equal(neutral.length, count);
  for (const event of neutral) assert.equal(event.getFirstPropertyValue('url'), `${suite.url}/`);
  const { text } = await fetchCalendar();
  assert.ok(!text.replaceAll('\r\n ', '').includes(number));

  const chief = await suite.token(suite.person('SECURITY_PROTECTION_CHIEF').login);
  await report({ national_security: 'ANSWER_YES' });
  const { path: theirs } = await ok('POST', '/v1/calendar-feeds', {}, chief);
  assert.ok((await deadlines(chief)).length > 0, 'the chief has nothing that could be in it');
  assert.equal((await events(theirs)).length, 0);
});

test('AddressIsReadWithTheRightsOfTheOneWhoMadeIt', async () => {
  const coordinator = suite.person('COORDINATOR').login;
  const token = await suite.token(coordinator);
  const { path: theirs, feed } = await ok('POST', '/v1/calendar-feeds', {}, token);
  assert.equal((await events(theirs)).length, (await deadlines(token)).length);
  const { feeds } = await ok('GET', '/v1/calendar-feeds', undefined, token);
  assert.deepEqual(feeds.map(({ feed_id: id }) => id), [feed.feed_id]);
  assert.ok(feeds[0].read_time);
  assert.equal((await suite.api('DELETE', `/v1/calendar-feeds/${feed.feed_id}`, undefined, officer)).status, 404, 'another\'s');
  await ok('DELETE', `/v1/calendar-feeds/${feed.feed_id}`, undefined, token);
  assert.equal((await fetchCalendar(theirs)).status, 404);
});

test('SecretIsInNoLogTraceOrMetric', async () => {
  const secret = path.split('.').at(-2);
  assert.equal(secret.length, 43);
  await events();
  assert.equal((await fetchCalendar(path.replace(secret, 'x'.repeat(43)))).status, 404);
  assert.equal((await fetch(suite.url + path, { method: 'POST' })).status, 405);
  const { body: metrics } = await suite.api('GET', '/metrics');
  assert.match(metrics, /route="\/v1\/calendar\/\{address\}"/);
  assert.ok(!metrics.includes(secret));
  const logs = join(suite.home, 'log');
  for (const file of readdirSync(logs)) assert.ok(!readFileSync(join(logs, file), 'utf8').includes(secret), file);
  // What was done is in the trace within a second, without the secret.
  const records = await waitFor(async () => {
    const found = await suite.psql('escalation', 'SELECT * FROM audit_record WHERE method LIKE \'%ReadCalendarFeed\'');
    return found.length > 0 && found;
  }, { what: 'the record of the reading' });
  const login = suite.person('INFORMATION_SECURITY_OFFICER').login;
  assert.ok(records.some((record) => record.on_behalf_of === login && record.machine), JSON.stringify(records[0]));
  assert.ok(!JSON.stringify(records).includes(secret));
  for (const service of services.filter((name) => name !== 'gateway')) {
    const [{ held }] = await suite.psql(service, `SELECT count(*) AS held FROM audit_record AS r WHERE r::text LIKE '%${secret}%'`);
    assert.equal(Number(held), 0, service);
  }
  const [{ kept }] = await suite.psql('escalation', `SELECT count(*) AS kept FROM calendar_feed AS f WHERE f::text LIKE '%${secret}%'`);
  assert.equal(Number(kept), 0);
});
