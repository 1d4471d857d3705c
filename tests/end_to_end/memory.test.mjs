// What people told is in no process's memory any more when it has passed through.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { solve } from '../../web/static/proof_of_work.js';
import { findInMemory, mayReadMemory } from '../harness/memory.mjs';
import { settle } from '../harness/state.mjs';
import { Suite, services, waitFor } from '../harness/suite.mjs';

// Says why the memory cannot be read here; a sanitizer keeps the heap itself.
const unreadable = mayReadMemory() ? /address|thread/.test(process.env.AVVIK_BUILD ?? '') && 'a sanitizer keeps what is freed'
  : 'reading the memory of the services takes CAP_SYS_PTRACE: run it as root';

// A text that stands nowhere else, and one that is long enough to fill buffers.
const mark = () => `marked-${randomBytes(16).toString('hex')}`;
const long = (text) => Array.from({ length: 60 }, (_, at) => `${text} ${at}`).join('\n');
const all = [];
const marks = () => {
  const made = { title: mark(), description: mark(), filename: mark(), content: mark(), supplement: mark(), note: mark() };
  all.push(...Object.values(made));
  return made;
};

let suite;
let employee;
let officer;

async function ok(answer) {
  const { status, body } = await answer;
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
const named = (name) => ({ 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${name}"` });
const caseOf = (number) => waitFor(async () => {
  const { status, body } = await suite.api('GET', `/v1/cases/${number}`, undefined, officer);
  return status === 200 && body;
}, { what: `the case ${number}` });

// Reads and handles a report with a file as its handler does.
async function handle(number, attachment, text) {
  await caseOf(number);
  await waitFor(async () => {
    const { attachments } = await ok(suite.api('GET', `/v1/reports/${number}/attachments`, undefined, officer));
    return attachments.every(({ state }) => state === 'ATTACHMENT_STATE_CLEAN');
  }, { what: 'the scanner' });
  await ok(suite.api('GET', `/v1/reports/${number}`, undefined, officer));
  await ok(suite.api('GET', `/v1/reports/${number}/attachments/${attachment}`, undefined, officer));
  await ok(suite.api('POST', `/v1/cases/${number}:note`, { request_id: randomUUID(), text }, officer));
}

async function reportConfidentially() {
  const told = marks();
  const { number } = await ok(suite.api('POST', '/v1/reports', { request_id: randomUUID(), report: {
    title: told.title, description: long(told.description), confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL', personal_data: 'ANSWER_YES',
  } }, employee));
  // While it is passing through, it is there to be found.
  assert.notDeepEqual(left(), []);
  const file = await ok(suite.api('PUT', `/v1/reports/${number}/attachments`, long(told.content).repeat(200), employee, named(`${told.filename}.txt`)));
  await ok(suite.api('POST', `/v1/reports/${number}:supplement`, { request_id: randomUUID(), text: told.supplement }, employee));
  await handle(number, file.attachment_id, told.note);
}

async function reportAnonymously() {
  const told = marks();
  const path = (rest) => `/v1/tenants/${suite.organisation.tenant}/${rest}`;
  const post = async (rest, body) => {
    const { challenge, difficulty } = await ok(suite.api('POST', path('challenges'), {}));
    return ok(suite.api('POST', path(rest), { ...body, proof_of_work: await solve(challenge, difficulty) }));
  };
  const { number, receipt } = await post('anonymous-reports', { request_id: randomUUID(), report: { title: told.title, description: long(told.description) } });
  const { upload_ticket: ticket } = await post('receipts:upload', { receipt, filename: `${told.filename}.txt` });
  const file = await ok(suite.api('PUT', path(`uploads/${ticket}`), long(told.content).repeat(200), '', { 'content-type': 'application/octet-stream' }));
  await post('receipts:reply', { receipt, text: told.supplement, request_id: randomUUID() });
  all.push(receipt);
  await handle(number, file.attachment_id, told.note);
}

// Where the marks still are, by service.
function left() {
  return services.flatMap((service) => findInMemory(suite.pid(service), all).map((one) => ({ service, ...one })));
}

before(async () => {
  if (unreadable) return;
  suite = await Suite.start();
  employee = await suite.token(suite.person('EMPLOYEE').login);
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  await settle(suite);
});
after(() => suite?.stop());

test('MarksAreFoundWhereTheyAre', { skip: unreadable }, () => {
  const held = mark();
  assert.ok(findInMemory(process.pid, [held]).length > 0);
});

test('NothingThatWasToldIsLeftInMemory', { skip: unreadable }, async () => {
  await reportConfidentially();
  await reportAnonymously();
  await settle(suite);
  await waitFor(() => {
    const found = left();
    if (found.length > 0) throw new Error(found.map((one) => `${one.service}: ${one.mapping}: ${one.around}`).join('\n'));
    return true;
  }, { seconds: 60, every: 1000, what: 'memory without what was told' });
  // Nor does it come back.
  assert.deepEqual(left(), []);
});
