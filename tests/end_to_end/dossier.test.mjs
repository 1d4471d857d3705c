// What is written to an authority, through the gateway: filled in, written on, approved by somebody else, told, with the authority's
// receipt; what blocks, what others do not see, and what an erased case leaves.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite } from '../harness/suite.mjs';

let suite;
let officer; // Writes.
let dpo; // Approves.
let employee;
let number;
let duty;

const path = (rest = '') => `/v1/duties/${duty.duty_id}/stages/anmalan/${rest}`;
const call = async (method, target, body, token) => suite.api(method, target, body, token);
async function ok(method, target, body, token = officer) {
  const answer = await call(method, target, body, token);
  assert.equal(answer.status, 200, `${method} ${target}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
async function refused(reason, status, method, target, body, token = officer) {
  const answer = await call(method, target, body, token);
  assert.equal(answer.status, status, `${method} ${target}: ${JSON.stringify(answer.body)}`);
  assert.ok(JSON.stringify(answer.body).includes(reason), `${reason} in ${JSON.stringify(answer.body)}`);
}
const dossier = (token) => ok('GET', path('dossier'), undefined, token);
const save = (values, token) => ok('POST', path('dossier:save'), { values }, token);
const text = (field, value) => ({ field, value: { text: value } });
const chosen = (field, ...options) => ({ field, value: { choices: { options } } });
const field = (of, id) => of.fields.find((one) => one.field === id);

// What the authority demands and the data do not know.
const complete = (course) => [chosen('type', 'stolen'), chosen('cause', 'human'), text('course', course), chosen('groups', 'clients'),
  chosen('data', 'health', 'identity'), chosen('consequences', 'secrecy'), text('measures', 'Datorn spärrades.'),
  { field: 'informed', value: { yes_no: 'ANSWER_NO' } }];

async function put(target, name, content, token = officer) {
  const response = await fetch(suite.url + target, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${name}"` },
    body: content,
  });
  return { status: response.status, body: await response.json() };
}

before(async () => {
  suite = await Suite.start();
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  dpo = await suite.token(suite.person('DATA_PROTECTION_OFFICER').login);
  employee = await suite.token('nils.engman');
  ({ number } = await ok('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'En bärbar dator är stulen', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40' },
  }));
  await settle(suite);
  const { duties } = await ok('GET', `/v1/duties?case_id=${number}`);
  duty = duties.find(({ regime }) => regime === 'SE-GDPR-33');
  assert.ok(duty);
});
after(() => suite?.stop());

test('WhatIsKnownIsFilledInInTheAuthoritysOrder', async () => {
  const known = await dossier();
  assert.equal(known.version ?? 0, 0);
  assert.deepEqual(known.fields.slice(0, 3).map((one) => [one.number, one.field]),
    [['1', 'controller'], ['2', 'organisation-number'], ['3', 'address']]);
  assert.equal(field(known, 'controller').value.text, duty.entity_name);
  assert.equal(field(known, 'controller').origin, 'VALUE_ORIGIN_ORGANISATION');
  assert.equal(field(known, 'own-reference').value.text, number);
  assert.match(field(known, 'contact').value.text, /^Dataskyddsombudet\n/);
  assert.ok(known.missing.includes('course'));
});

test('SomebodyElseApprovesWhatWasWritten', async () => {
  const first = await save(complete('En dator stals ur en bil.'));
  assert.equal(first.version, 1);
  assert.deepEqual(first.missing ?? [], []);
  const asked = await ok('POST', path('dossier:askForReview'), { etag: first.etag });
  assert.equal(asked.state, 'DOSSIER_STATE_IN_REVIEW');
  await refused('FOUR_EYES', 400, 'POST', path('dossier:approve'), { etag: asked.etag });
  const back = await ok('POST', path('dossier:return'), { reason: 'Skriv när.', etag: asked.etag }, dpo);
  assert.equal(back.return_reason, 'Skriv när.');
  const second = await save([text('course', 'En dator stals ur en bil natten till fredagen.')]);
  assert.equal(second.version, 2);
  const again = await ok('POST', path('dossier:askForReview'), {});
  const approved = await ok('POST', path('dossier:approve'), { etag: again.etag }, dpo);
  assert.equal(approved.state, 'DOSSIER_STATE_APPROVED');
  assert.equal(approved.approved.person_name, suite.person('DATA_PROTECTION_OFFICER').name);
  assert.equal(field(await ok('GET', path('dossier?version=1')), 'course').value.text, 'En dator stals ur en bil.');
});

test('FieldsAreTickedOffAsTheyAreCopied', async () => {
  const ticked = await ok('POST', path('dossier:tick'), { version: 2, fields: ['controller', 'course'] });
  assert.deepEqual(ticked.ticked.sort(), ['controller', 'course']);
});

test('ToldIsWhatWasApprovedAndTheReceiptIsKept', async () => {
  const told = await ok('POST', path('').replace(/\/$/, ':submit'), { external_id: 'IMY-2026-17' });
  const stage = told.stages.find((one) => one.stage === 'anmalan');
  assert.equal(stage.dossier_version, 2);
  assert.equal((await dossier()).state, 'DOSSIER_STATE_SENT');
  const { status, body: receipt } = await put(path('receipts?kind=RECEIPT_KIND_RECEIPT'), 'kvittens.pdf', '%PDF-1.7 tack');
  assert.equal(status, 200, JSON.stringify(receipt));
  assert.equal(receipt.media_type, 'application/pdf');
  const file = await fetch(suite.url + path(`receipts/${receipt.receipt_id}`), { headers: { authorization: `Bearer ${dpo}` } });
  assert.equal(file.status, 200);
  assert.equal(file.headers.get('content-type'), 'application/pdf');
  assert.match(file.headers.get('content-disposition'), /^attachment; filename="kvittens\.pdf"/);
  assert.equal(await file.text(), '%PDF-1.7 tack');
  assert.equal((await put(path('receipts?kind=RECEIPT_KIND_REPLY'), 'x.html', '<html>')).status, 400);
});

test('IdentityNumbersAndMarkingsBlockUntilSomebodySaysWhyTheyMayStand', async () => {
  const written = await save([text('course', 'Hon, 900101-2385, ringde. HEMLIG')]);
  assert.deepEqual(written.problems.map(({ kind, field: of, offset, length }) => [kind, of, offset, length]), [
    ['PROBLEM_KIND_SWEDISH_IDENTITY_NUMBER', 'course', 5, 11], ['PROBLEM_KIND_CLASSIFIED_MARKING', 'course', 26, 6]]);
  const { etag } = await ok('POST', path('dossier:askForReview'), {});
  await refused('DOSSIER_FINDINGS', 400, 'POST', path('dossier:approve'), { etag }, dpo);
  const approved = await ok('POST', path('dossier:approve'), { etag, override_reason: 'Ett ordernummer.' }, dpo);
  assert.equal(approved.override_reason, 'Ett ordernummer.');
});

test('OnlyWhoMayApproveDoesAndOthersFindNothing', async () => {
  const { etag } = await dossier();
  const coordinator = await suite.token(suite.person('COORDINATOR').login);
  assert.ok([403, 404].includes((await call('POST', path('dossier:approve'), { etag }, coordinator)).status));
  for (const [method, rest, body] of [['GET', 'dossier'], ['POST', 'dossier:save', { values: [] }]]) {
    const hidden = await call(method, path(rest), body, employee);
    const target = path(rest).replace(duty.duty_id, randomUUID());
    const absent = await call(method, target, body, employee);
    assert.equal(hidden.status, absent.status);
    assert.ok([403, 404].includes(hidden.status));
  }
});

test('NothingThatWasWrittenIsInEventsOrInTheClear', async () => {
  for (const table of ['event_log', 'audit_record', 'dossier_version', 'dossier_step', 'dossier_receipt']) {
    const rows = await suite.psql('escalation', `SELECT count(*)::text AS n FROM ${table} AS t WHERE t::text LIKE '%${Buffer.from('natten till').toString('hex')}%'
      OR t::text LIKE '%natten till%' OR t::text LIKE '%ordernummer%' OR t::text LIKE '%${Buffer.from('ordernummer').toString('hex')}%'`);
    assert.equal(rows[0].n, '0', table);
  }
});

test('ErasedCaseLeavesThatThereWereVersions', async () => {
  await ok('POST', `/v1/cases/${number}:close`, { resolution: 'RESOLUTION_REMEDIED', outcome: 'Klart' });
  await settle(suite);
  await ok('POST', `/v1/cases/${number}:erase`, { ground: 'ERASURE_GROUND_DECISION', decision_reference: 'KS 2026/1' });
  await settle(suite);
  const left = await dossier();
  assert.equal(left.versions.length, 3);
  assert.equal(field(left, 'course').value, undefined);
  await refused('CASE_ERASED', 400, 'POST', path('dossier:save'), { values: [] });
  const [{ n }] = await suite.psql('escalation', 'SELECT (count(v.content) + (SELECT count(content) FROM dossier_receipt))::text AS n FROM dossier_version v');
  assert.equal(n, '0');
});
