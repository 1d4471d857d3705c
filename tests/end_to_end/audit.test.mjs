// The trace: it says who read and who changed what and who was denied, and shows what somebody with all the
// database's rights has done to it.

import assert from 'node:assert/strict';
import { createHash, createPublicKey, randomUUID, verify as verifySignature } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { listAll, settle } from '../harness/state.mjs';
import { Suite, waitFor } from '../harness/suite.mjs';

const services = ['intake', 'triage', 'escalation', 'metrics', 'delivery'];
let suite;
let employee;
let officer;
let auditor;
let auditorToken;
let subject; // The case that everything is about.

const call = async (person, method, path, body, headers) =>
  suite.api(method, path, body, await suite.token(person.login), headers);

before(async () => {
  suite = await Suite.start();
  employee = suite.person('EMPLOYEE');
  officer = suite.person('INFORMATION_SECURITY_OFFICER');
  auditor = suite.organisation.people.find((person) => person.roles.some((held) => held.role === 'AUDITOR')) ?? officer;
  auditorToken = await suite.token(auditor.login);

  const report = await call(employee, 'POST', '/v1/reports', {
    request_id: randomUUID(),
    report: { title: 'Förlorad dator', category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES' },
  });
  assert.equal(report.status, 200, JSON.stringify(report.body));
  await settle(suite);
  const number = report.body.number;
  subject = (await call(officer, 'GET', `/v1/cases/${number}`)).body;
  assert.equal(subject.number, number);
  // Read by an identifier in capitals; where it came from is not the reader's to say.
  const read = await call(officer, 'GET', `/v1/reports/${subject.report_id.toUpperCase()}`, undefined,
    { 'x-forwarded-for': '192.0.2.66' });
  assert.equal(read.status, 200);
  assert.equal((await call(officer, 'GET', '/v1/cases?states=CASE_STATE_OPEN&states=CASE_STATE_ASSIGNED')).status, 200);
  assert.equal((await call(officer, 'POST', `/v1/cases/${number}:note`, { request_id: randomUUID(), text: 'Hemligt ord' })).status, 200);
  // Denied: by permission, and because it is not for them or not there.
  assert.equal((await call(employee, 'GET', `/v1/cases/${number}`)).status, 403);
  assert.equal((await call(officer, 'GET', '/v1/cases/AVV-1999-000001')).status, 404);
  // Something for every service's trace.
  for (const service of services) {
    for (let i = 0; i < 6; i += 1) {
      assert.equal((await suite.api('GET', `/v1/services/${service}/audit-checkpoints`, undefined, auditorToken)).status, 200);
    }
  }
  for (const service of services) {
    await waitFor(async () => (await suite.psql(service,
      'SELECT count(*) AS unsealed FROM audit_record WHERE ordinal NOT IN (SELECT ordinal FROM audit_seal)'))[0].unsealed === 0,
    { seconds: 10, what: `sealing in ${service}` });
  }
});
after(() => suite?.stop());

async function verify(...args) {
  const { status, stdout, stderr } = await suite.avvik('audit', 'verify', '--as', auditor.login, '--json', ...args);
  return { status, stderr, ...JSON.parse(stdout) };
}
const trail = (service) => listAll(suite, `/v1/services/${service}/audit-records`, 'records', auditorToken);

test('TraceOfASoundSuiteIsVerified', async () => {
  const verified = await verify();
  assert.equal(verified.status, 0, JSON.stringify(verified));
  assert.equal(verified.sound, true);
  assert.deepEqual(verified.chains.map((chain) => chain.service), services);
  for (const chain of verified.chains) assert.ok(chain.records >= 6, `${chain.service}: ${chain.records}`);
});

test('WhoReadsTheDocumentVerifiesTheSame', async () => {
  // docs/audit.md, without any code of Avvik's.
  const netstrings = (...texts) => texts.map((text) => `${Buffer.byteLength(text)}:${text},`).join('');
  const micros = (time) => {
    const [, whole, fraction = ''] = /^(.*?)(?:\.(\d+))?Z$/.exec(time);
    return `${whole}.${fraction.padEnd(6, '0')}Z`;
  };
  const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const key = createPublicKey(readFileSync(join(suite.home, 'secrets/audit.pub')));

  await waitFor(async () => (await suite.psql('triage', 'SELECT count(*) AS n FROM audit_checkpoint'))[0].n > 0,
    { seconds: 30, what: 'a checkpoint' });
  const checkpoints = await listAll(suite, '/v1/services/triage/audit-checkpoints', 'checkpoints', auditorToken);
  const records = await trail('triage');
  let hash = sha256(netstrings('avvik-audit-chain-1', 'triage', suite.organisation.tenant));
  for (const [i, r] of records.entries()) {
    assert.equal(Number(r.sequence), i + 1);
    hash = sha256(hash, netstrings('avvik-audit-record-1', r.sequence, r.record_id, r.tenant, micros(r.time), r.actor,
      String(r.machine), r.on_behalf_of, r.client, r.method, r.permission, r.subject,
      r.outcome.replace('OUTCOME_', '').toLowerCase(), r.reason, r.detail, r.trace_parent));
    assert.equal(hash.toString('hex'), r.hash, `record ${r.sequence}`);
  }
  for (const c of checkpoints) {
    assert.equal(c.hash, records[Number(c.sequence) - 1].hash);
    const bytes = netstrings('avvik-audit-checkpoint-1', c.service, c.tenant, c.sequence, c.hash, c.records, micros(c.time), c.key_id);
    assert.ok(verifySignature(null, Buffer.from(bytes), key, Buffer.from(c.signature, 'hex')), `checkpoint ${c.sequence}`);
    const logged = suite.log('triage').find((line) => line.event === 'audit_checkpoint' && String(line.sequence) === c.sequence &&
      line.tenant === c.tenant);
    assert.equal(logged?.signature, c.signature, 'the log is a witness');
  }
});

test('ShowSaysWhoReadACaseWhoChangedItAndWhoWasDenied', async () => {
  const { status, stdout, stderr } = await suite.avvik('audit', 'show', '--case', subject.number, '--as', auditor.login, '--json');
  assert.equal(status, 0, stderr);
  const { records } = JSON.parse(stdout);
  const find = (login, method) => records.find((r) => r.actor === login && r.method.endsWith(`/${method}`));
  assert.equal(find(officer.login, 'GetCase').did, 'read');
  assert.equal(find(officer.login, 'GetCase').client, '127.0.0.1');
  const read = find(officer.login, 'GetReport');
  assert.equal(read.subject, `reports/${subject.report_id}`);
  assert.equal(read.client, '127.0.0.1');
  const note = find(officer.login, 'AddNote');
  assert.equal(note.did, 'change');
  assert.equal(note.detail, 'text');
  assert.equal(find(employee.login, 'SubmitReport').did, 'change');
  const denied = find(employee.login, 'GetCase');
  assert.equal(denied.outcome, 'OUTCOME_DENIED');
  assert.equal(denied.reason, 'PERMISSION');
  const times = records.map((r) => Date.parse(r.time));
  assert.deepEqual(times, [...times].sort((a, b) => a - b));
  const text = await suite.avvik('audit', 'show', '--case', subject.number, '--as', auditor.login);
  assert.match(text.stdout, new RegExp(`read by .*${officer.login}`));
  assert.match(text.stdout, new RegExp(`denied .*${employee.login}`));
});

test('ReadOfWhatIsNotThereForTheReaderIsDeniedWithItsSubject', async () => {
  const record = (await trail('triage')).find((r) => r.subject === 'cases/AVV-1999-000001');
  assert.equal(record.outcome, 'OUTCOME_DENIED');
  assert.equal(record.reason, 'CASE_NOT_FOUND');
});

test('ListLeavesWhatItWasNarrowedTo', async () => {
  const record = (await trail('triage')).find((r) => r.method.endsWith('/ListCases') && r.detail !== '');
  assert.equal(record.subject, 'cases');
  assert.equal(record.detail, 'states=CASE_STATE_OPEN,CASE_STATE_ASSIGNED');
});

test('NoFreeTextIsInTheTrace', async () => {
  for (const service of services) {
    const text = JSON.stringify(await suite.psql(service, 'SELECT * FROM audit_record'));
    for (const secret of ['Hemligt', 'Förlorad']) assert.ok(!text.includes(secret), `${secret} in ${service}`);
  }
});

test('MachineSaysForWhomItActsAndAPersonCannot', async () => {
  const machine = await suite.machineToken('avvik-tickets', 'avvik.tickets');
  const behalf = { 'avvik-on-behalf-of': employee.login };
  const report = { request_id: randomUUID(), report: { title: 'Via ärendesystemet' } };
  const sent = await suite.api('POST', '/v1/reports', report, machine, behalf);
  assert.equal(sent.status, 200, JSON.stringify(sent.body));
  const record = await waitFor(async () => (await trail('intake')).find((r) => r.subject === `reports/${sent.body.report_id}`));
  assert.equal(record.on_behalf_of, employee.login);
  assert.equal(record.machine, true);
  assert.equal((await call(officer, 'GET', `/v1/cases/${subject.number}`, undefined, behalf)).status, 403);
});

test('OnlyThoseWhoMayReadTheTrace', async () => {
  assert.equal((await call(employee, 'GET', '/v1/services/triage/audit-records')).status, 403);
  const { status } = await suite.avvik('audit', 'verify', '--as', employee.login);
  assert.equal(status, 1);
});

test('ExportIsForArchivesAndSiems', async () => {
  const file = join(suite.home, 'trace.jsonl');
  const written = await suite.avvik('audit', 'export', '--out', file, '--as', auditor.login);
  assert.equal(written.status, 0, written.stderr);
  assert.equal((await verify('--file', file)).sound, true);
  const syslog = await suite.avvik('audit', 'export', '--service', 'triage', '--format', 'syslog', '--as', auditor.login);
  const lines = syslog.stdout.trimEnd().split('\n');
  assert.ok(lines.length > 5);
  for (const line of lines) assert.match(line, /^<1(09|10)>1 \d{4}-\d\d-\d\dT[\d:.]+Z - avvik-triage - (record|checkpoint) \[avvik@32473 [^\n]*\] \ufeff/);
});

test('NeitherTheServiceNorTheOwnerOfItsTablesChangesWhatItRecorded', async () => {
  for (const statement of ["UPDATE audit_record SET actor = 'x'", 'DELETE FROM audit_record', 'TRUNCATE audit_record',
    'UPDATE audit_run SET first = 1', 'DELETE FROM audit_run', 'DELETE FROM audit_checkpoint']) {
    await assert.rejects(suite.psqlDo('triage', statement), /permission denied/, statement);
    await assert.rejects(suite.psqlAsOwner('triage', statement), /append-only/, statement);
  }
});

// From here on something is done to one service's trace after the other.
async function findings(service) {
  const verified = await verify('--service', service);
  assert.equal(verified.status, 1, JSON.stringify(verified));
  return verified.chains[0].findings;
}
const tenant = () => suite.organisation.tenant;
const ordinals = (which) => `SELECT ordinal FROM audit_seal WHERE tenant = '${tenant()}' AND sequence ${which}`;
const idAt = async (service, sequence) =>
  (await suite.psql(service, `SELECT id FROM audit_record WHERE ordinal = (${ordinals(`= ${sequence}`)})`))[0].id;
// Writes all that is sealed of the tenant anew, as one run of what `seals`, made of audit_seal, gives in its order.
const sealedAs = (seals) => `
  BEGIN;
  LOCK TABLE audit_run IN EXCLUSIVE MODE;
  CREATE TEMP TABLE anew AS SELECT row_number() OVER (ORDER BY sequence) AS sequence, ordinal, hash
    FROM (${seals}) AS wanted;
  CREATE TEMP TABLE open AS SELECT max(open_from) AS open_from FROM audit_run WHERE tenant = '${tenant()}';
  DELETE FROM audit_run WHERE tenant = '${tenant()}';
  INSERT INTO audit_run SELECT '${tenant()}', 1, array_agg(ordinal ORDER BY sequence), array_agg(hash ORDER BY sequence),
    min(ordinal), max(ordinal), (SELECT open_from FROM open) FROM anew;
  COMMIT;`;

test('AlteredRecordIsPinpointed', async () => {
  const id = await idAt('triage', 4);
  await suite.psqlAsSuperuser('triage', `UPDATE audit_record SET actor = 'nobody' WHERE id = '${id}'`);
  const [finding, ...others] = await findings('triage');
  assert.deepEqual([finding.fault, finding.sequence, finding.record_id], ['altered', 4, id]);
  assert.deepEqual(others, []);
});

test('RemovedRecordIsPinpointed', async () => {
  await suite.psqlAsSuperuser('intake', `DELETE FROM audit_record WHERE ordinal IN (${ordinals('IN (3, 4)')})`);
  const [finding, ...others] = await findings('intake');
  assert.deepEqual([finding.fault, finding.sequence, finding.last_sequence], ['missing', 3, 4]);
  assert.deepEqual(others, []);
});

test('ReorderedRecordsArePinpointed', async () => {
  const id = await idAt('escalation', 3);
  await suite.psqlAsSuperuser('escalation', sealedAs(`
    SELECT CASE sequence WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE sequence END AS sequence, ordinal, hash
      FROM audit_seal WHERE tenant = '${tenant()}'`));
  const [finding, ...others] = await findings('escalation');
  assert.deepEqual([finding.fault, finding.sequence, finding.last_sequence, finding.record_id], ['reordered', 3, 4, id]);
  assert.deepEqual(others, []);
});

test('InsertedRecordIsPinpointed', async () => {
  const id = randomUUID();
  await suite.psqlAsSuperuser('delivery', `
    INSERT INTO audit_record (id, tenant, at, actor, machine, method, permission, subject, outcome, reason, trace_parent, ordinal)
    SELECT '${id}', tenant, at, 'somebody.innocent', false, method, permission, subject, outcome, reason, trace_parent, -1
      FROM audit_record WHERE ordinal = (${ordinals('= 4')});
    ${sealedAs(`SELECT sequence, ordinal, hash FROM audit_seal WHERE tenant = '${tenant()}'
      UNION ALL SELECT 3.5, -1, hash FROM audit_seal WHERE tenant = '${tenant()}' AND sequence = 4`)}`);
  const [finding] = await findings('delivery');
  assert.deepEqual([finding.fault, finding.sequence, finding.record_id], ['inserted', 4, id]);
});

test('RecordsRemovedAtTheEndAreMissed', async () => {
  const signed = await waitFor(async () => (await suite.psql('metrics',
    `SELECT max(sequence) AS sequence FROM audit_checkpoint WHERE tenant = '${tenant()}'`))[0].sequence,
  { seconds: 30, what: 'a checkpoint' });
  await suite.psqlAsSuperuser('metrics', `DELETE FROM audit_record WHERE ordinal IN (${ordinals(`>= ${signed - 1}`)})`);
  const [finding] = await findings('metrics');
  assert.ok(['truncated', 'missing'].includes(finding.fault), JSON.stringify(finding));
  assert.equal(finding.sequence, signed - 1);
});
