// Cases as public records, through the gateway and the command line: registration numbers, what everybody may read, markings of
// secrecy, which documents are public, and the extract of the register.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite } from '../harness/suite.mjs';

const TITLE = 'Hemlig rubrik om Anna';

let suite;
let login;
let officer;
let number;

async function ok(method, path, body, token = officer) {
  const answer = await suite.api(method, path, body, token);
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
async function refused(method, path, body, status, reason) {
  const answer = await suite.api(method, path, body, officer);
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  if (reason) assert.equal(answer.body.reason, reason);
  return answer.body;
}
async function report(content = {}) {
  const made = await ok('POST', '/v1/reports', {
    request_id: randomUUID(), report: { title: TITLE, category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', ...content },
  });
  await settle(suite);
  return made.number;
}
const record = (of = number) => ok('GET', `/v1/cases/${of}/record`);
const change = (verb, body, of = number) => ok('POST', `/v1/cases/${of}/record:${verb}`, body);
const register = (query = '') => ok('GET', `/v1/register${query}`);
const year = () => new Intl.DateTimeFormat('sv', { year: 'numeric', timeZone: 'Europe/Stockholm' }).format(new Date());

before(async () => {
  suite = await Suite.start();
  login = suite.person('INFORMATION_SECURITY_OFFICER').login;
  officer = await suite.token(login);
  number = await report();
});
after(() => suite?.stop());

test('CaseHasANeutralTitleUntilSomebodyWritesOne', async () => {
  const found = await record();
  assert.equal(found.registration_number ?? '', '');
  assert.match(found.public_title, /som rör informationssäkerhet$/);
  assert.ok(!JSON.stringify(found).includes(TITLE));
  assert.deepEqual(found.documents.map(({ kind, public: open, reasons }) => [kind, open, reasons]), [
    ['DOCUMENT_KIND_REPORT', true, ['DOCUMENT_REASON_RECEIVED']], ['DOCUMENT_KIND_RECEIPT', true, ['DOCUMENT_REASON_DISPATCHED']]]);
  await refused('POST', `/v1/cases/${number}/record:describe`, { public_title: 'Om 811218-9876' }, 400);
  assert.equal((await change('describe', { public_title: 'Förlorad dator', correspondent: 'Polisen' })).public_title, 'Förlorad dator');
});

test('NumbersAreTakenFromTheSeriesOfTheAuthorityOrGivenByHand', async () => {
  assert.equal((await register()).unregistered_count, '1');
  const first = await change('register', {});
  assert.match(first.registration_number, new RegExp(`^[A-Z0-9-]+ ${year()}/1$`));
  assert.equal(first.registered_by, login);
  assert.equal((await change('register', {})).registration_number, first.registration_number);
  await refused('POST', `/v1/cases/${number}/record:register`, { registration_number: 'KS 2026/1' }, 400, 'CASE_REGISTERED');
  const other = await report();
  await refused('POST', `/v1/cases/${other}/record:register`, { registration_number: first.registration_number }, 409, 'REGISTRATION_NUMBER_TAKEN');
  assert.equal((await change('register', { registration_number: 'KS 2026/00123' }, other)).registration_number, 'KS 2026/00123');
  const third = await report();
  assert.match((await change('register', {}, third)).registration_number, new RegExp(` ${year()}/2$`));
});

test('SecrecyIsMarkedByParagraphAndAssessedAnewWhenSomebodyAsks', async () => {
  await refused('POST', `/v1/cases/${number}/record:mark`, { ground: 'hemligt' }, 400);
  const { markings: [marking] } = await change('mark', { ground: '18 kap. 8 § OSL' });
  assert.deepEqual([marking.ground, marking.marked_by, marking.stands], ['18 kap. 8 § OSL', login, true]);
  const { markings: [partly] } = await change('assess', { marking_id: marking.marking_id, outcome: 'SECRECY_OUTCOME_PARTLY' });
  assert.equal(partly.assessments[0].assessed_by, login);
  const entry = (await register()).entries.find(({ subject }) => subject === 'Förlorad dator');
  assert.deepEqual(entry.grounds, ['18 kap. 8 § OSL']);
  await change('assess', { marking_id: marking.marking_id, outcome: 'SECRECY_OUTCOME_RELEASED' });
  await refused('POST', `/v1/cases/${number}/record:assess`, { marking_id: marking.marking_id, outcome: 'SECRECY_OUTCOME_WITHHELD' }, 404, 'MARKING_NOT_FOUND');
});

test('ClosedCaseHasItsDecisionAndLetterAndDossierAsPublicDocuments', async () => {
  const [duty] = (await ok('GET', `/v1/duties?case_id=${number}`)).duties;
  await ok('POST', `/v1/duties/${duty.duty_id}/stages/${duty.stages[0].stage}:submit`, { external_id: 'IMY-2026-17' });
  await ok('POST', `/v1/cases/${number}:acknowledge`, {});
  await ok('POST', `/v1/cases/${number}:close`, {
    resolution: 'RESOLUTION_REMEDIED', outcome: 'Återfunnen', outcome_for_reporter: 'Datorn är tillbaka.',
  });
  await settle(suite);
  const { documents } = await record();
  const of = (kind) => documents.find((document) => document.kind === `DOCUMENT_KIND_${kind}`);
  assert.deepEqual(of('DECISION').reasons, ['DOCUMENT_REASON_SETTLED']);
  assert.ok(of('LETTER').public && of('DOSSIER').public && of('DOSSIER').time);
});

test('RegisterHasWhatTheLawAsksForAndNothingOfSecurityProtection', async () => {
  const secret = await report({ national_security: 'ANSWER_YES' });
  await refused('GET', `/v1/cases/${secret}/record`, undefined, 404);
  const restricted = await report();
  await change('register', {}, restricted);
  await change('describe', { public_title: 'Något om en kollega', correspondent: 'Polisen' }, restricted);
  await ok('POST', `/v1/cases/${restricted}:restrict`, { restricted: true, reason: 'En namngiven kollega' });
  const { entries, unregistered_count: unregistered } = await register();
  assert.equal(unregistered, '0');
  assert.equal(entries.length, 4);
  const times = entries.map((entry) => Date.parse(entry.receive_time));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  for (const entry of entries) assert.ok(entry.registration_number && entry.receive_time);
  assert.deepEqual(entries.at(-1).left_out, ['LEFT_OUT_CORRESPONDENT', 'LEFT_OUT_SUBJECT']);
  assert.equal(entries.at(-1).subject ?? '', '');
  assert.ok(!JSON.stringify(entries).includes(TITLE));
  const before = await register(`?until_time=${entries[1].receive_time}`);
  assert.equal(before.entries.length, 1);
});

test('CommandLineTakesTheRegisterOutAsATableAndAsJson', async () => {
  const { entries } = await register();
  const table = await suite.avvik('export', 'register', '--as', login);
  assert.equal(table.status, 0, table.stderr);
  const lines = table.stdout.split('\r\n');
  assert.equal(lines[0], '"received","registration number","from or to","concerns","secrecy","left out"');
  assert.equal(lines.length, entries.length + 2);
  assert.ok(lines[1].includes('"Polisen","Förlorad dator"'), lines[1]);
  const json = await suite.avvik('export', 'register', '--as', login, '--json', '--from', entries[1].receive_time);
  assert.equal(json.status, 0, json.stderr);
  const told = (entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value.length > 0));
  assert.deepEqual(JSON.parse(json.stdout).entries, entries.slice(1).map(told));
  const employee = await suite.avvik('export', 'register', '--as', suite.person('EMPLOYEE').login);
  assert.notEqual(employee.status, 0);
});
