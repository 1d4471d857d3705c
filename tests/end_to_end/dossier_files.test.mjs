// What is written to an authority, as files through the gateway: for people, and for machines; a draft is one at first sight.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite } from '../harness/suite.mjs';

let suite;
let officer; // Writes.
let dpo; // Approves.
let number;
let duty;

const path = (rest) => `/v1/duties/${duty.duty_id}/stages/anmalan/${rest}`;
async function ok(method, target, body, token = officer) {
  const answer = await suite.api(method, target, body, token);
  assert.equal(answer.status, 200, `${method} ${target}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const course = 'En bärbar dator <stals> ur en bil på Ærø & i Österbybruk.';

async function file(format) {
  const response = await fetch(suite.url + path(`dossier:export?format=DOSSIER_FORMAT_${format}`), { headers: { authorization: `Bearer ${officer}` } });
  assert.equal(response.status, 200, format);
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  return {
    type: response.headers.get('content-type'),
    disposition: response.headers.get('content-disposition'),
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}

// What a reader of PDF says of it.
function read(program, args, bytes) {
  const { status, stdout, stderr } = spawnSync(program, args, { input: bytes, encoding: 'utf8', maxBuffer: 1 << 24 });
  assert.equal(status, 0, stderr);
  return stdout;
}
const words = (pdf) => read('pdftotext', ['-', '-'], pdf);

before(async () => {
  suite = await Suite.start();
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  dpo = await suite.token(suite.person('DATA_PROTECTION_OFFICER').login);
  ({ number } = await ok('POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'En bärbar dator är stulen', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES', affected_persons: '40' },
  }));
  await settle(suite);
  duty = (await ok('GET', `/v1/duties?case_id=${number}`)).duties.find(({ regime }) => regime === 'SE-GDPR-33');
  assert.ok(duty);
  const text = (field, value) => ({ field, value: { text: value } });
  const chosen = (field, ...options) => ({ field, value: { choices: { options } } });
  await ok('POST', path('dossier:save'), { values: [chosen('type', 'stolen'), chosen('cause', 'human'), text('course', course),
    chosen('groups', 'clients'), chosen('data', 'health', 'identity'), chosen('consequences', 'secrecy'),
    text('measures', 'Datorn spärrades.'), { field: 'informed', value: { yes_no: 'ANSWER_NO' } }] });
});
after(() => suite?.stop());

test('DraftIsADraftAtFirstSight', async () => {
  const pdf = await file('PDF');
  assert.equal(pdf.type, 'application/pdf');
  assert.match(pdf.disposition, new RegExp(`^attachment;.*${number}-anmalan-v1\\.pdf`));
  const said = words(pdf.bytes);
  assert.ok(said.includes('Utkast – inte godkänt'));
  assert.ok(said.includes(course));
  assert.ok(said.includes(number));
});

test('ApprovedOneSaysWhoApprovedItAndIsNoDraft', async () => {
  await ok('POST', path('dossier:askForReview'), {});
  const { etag } = await ok('GET', path('dossier'), undefined, dpo);
  await ok('POST', path('dossier:approve'), { etag }, dpo);
  const said = words((await file('PDF')).bytes);
  assert.ok(!said.includes('Utkast'));
  assert.match(said, /Godkänd av/);
  assert.match(said, /1, godkänd/);
});

test('PdfCanBeHeard', async () => {
  const { bytes } = await file('PDF');
  assert.match(read('pdfinfo', ['-'], bytes), /Tagged: +yes/);
  const tree = read('pdfinfo', ['-struct-text', '-'], bytes);
  assert.match(tree, /^ +H1 /m);
  assert.match(tree, /\/Scope \/Row/);
  assert.ok(tree.includes('Datorn spärrades.'));
});

test('MachinesReadTheSame', async () => {
  const json = JSON.parse((await file('JSON')).bytes);
  assert.equal(json.schema.message, 'avvik.escalation.v1.Dossier');
  assert.equal(json.fields.find(({ field }) => field === 'course').value.text, course);
  assert.equal(json.state, 'DOSSIER_STATE_APPROVED');

  const iodef = await file('IODEF');
  assert.equal(iodef.type, 'application/xml');
  const xml = iodef.bytes.toString();
  assert.match(xml, /<IODEF-Document version="2\.00"/);
  assert.match(xml, /purpose="reporting"/);
  assert.ok(xml.includes('En bärbar dator &lt;stals&gt; ur en bil på Ærø &amp; i Österbybruk.'));

  const stix = await file('STIX');
  assert.equal(stix.type, 'application/stix+json');
  const { type, objects } = JSON.parse(stix.bytes);
  assert.equal(type, 'bundle');
  const incident = objects.find((one) => one.type === 'incident');
  assert.ok(incident.description.includes(course));
  assert.equal(incident.external_references[0].external_id, number);
});
