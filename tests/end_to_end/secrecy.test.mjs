// What was told, and by whom, is in no copy of the databases, streams and logs; a confidential reporter is known to whoever
// may ask and is recorded for it; erasing is for good, and a hold stops it; master keys change while everything is read.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { settle } from '../harness/state.mjs';
import { Suite, run, waitFor } from '../harness/suite.mjs';

const databases = ['intake', 'triage', 'escalation', 'metrics', 'delivery'];
// A text that stands nowhere else.
const mark = () => `marked${randomBytes(8).toString('hex')}`;
const marks = {
  namedTitle: mark(), namedDescription: mark(), supplement: mark(), note: mark(), outcome: mark(), reopen: mark(),
  confidentialTitle: mark(), confidentialDescription: mark(), withdrawReason: mark(), personalTitle: mark(),
  nationalTitle: mark(), nationalDescription: mark(), mailTitle: mark(), answer: mark(), ruleOut: mark(), stageReason: mark(),
  externalId: mark(), measureTitle: mark(), measureNote: mark(), measureAgain: mark(), forReporter: mark(),
};

// A hardware module in software, and its tokens.
const library = '/usr/lib/softhsm/libsofthsm2.so';
const module = mkdtempSync(join(tmpdir(), 'avvik-module-'));

let suite;
let employee;
let confidant;
let confidantPerson;
let officer;
let auditor;
const reports = {};

async function ok(method, path, body, token) {
  const answer = await suite.api(method, path, body, token);
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const submit = (report, token) => ok('POST', '/v1/reports', { request_id: randomUUID(), report }, token);
// As the superuser, whom row-level security does not bind.
const admin = (service) => suite.conninfo(service).replace(/user=\S+/, 'user=avvik_admin');
const caseOf = (report) => ok('GET', `/v1/cases/${report.number}`, undefined, officer);
// The duties of a report's case, by regime.
async function dutiesOf(report) {
  const { duties = [] } = await ok('GET', `/v1/duties?case_id=${report.number}`, undefined, officer);
  return Object.fromEntries(duties.map((duty) => [duty.regime, duty]));
}

before(async () => {
  mkdirSync(join(module, 'tokens'));
  writeFileSync(join(module, 'softhsm2.conf'), `directories.tokendir = ${module}/tokens\nobjectstore.backend = file\n`);
  suite = await Suite.start({ env: { SOFTHSM2_CONF: join(module, 'softhsm2.conf') } });
  const plain = suite.organisation.people.filter((person) => person.roles.every((held) => held.role === 'EMPLOYEE'));
  assert.ok(plain.length >= 2, 'two people without a function are needed');
  [, confidantPerson] = plain;
  employee = await suite.token(plain[0].login);
  confidant = await suite.token(confidantPerson.login);
  officer = await suite.token(suite.person('INFORMATION_SECURITY_OFFICER').login);
  auditor = await suite.token(suite.person('AUDITOR').login);

  reports.named = await submit({ title: marks.namedTitle, description: marks.namedDescription }, employee);
  reports.confidential = await submit({
    title: marks.confidentialTitle, description: marks.confidentialDescription, confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL',
  }, confidant);
  reports.personal = await submit({ title: marks.personalTitle, personal_data: 'ANSWER_YES', affected_persons: 3 }, employee);
  reports.national = await submit({
    title: marks.nationalTitle, description: marks.nationalDescription, national_security: 'ANSWER_YES',
  }, employee);
  // The mark is random: it alone may be too short to compare.
  const mail = {
    title: `Konstigt mejl om obetald faktura från leverantören ${marks.mailTitle}`, category: 'CATEGORY_SUSPICIOUS_MESSAGE',
  };
  reports.mail = await submit(mail, employee);
  await settle(suite);
  reports.sameMail = await submit({ ...mail, confidentiality: 'CONFIDENTIALITY_CONFIDENTIAL' }, confidant);
  await settle(suite);

  await ok('POST', `/v1/campaigns/${reports.mail.number}:answer`, { request_id: randomUUID(), text: marks.answer }, officer);
  await ok('POST', `/v1/reports/${reports.named.number}:supplement`, { request_id: randomUUID(), text: marks.supplement }, employee);
  await ok('GET', `/v1/reports/${reports.confidential.number}`, undefined, confidant);
  await ok('POST', `/v1/reports/${reports.confidential.number}:withdraw`, { reason: marks.withdrawReason }, confidant);
  const path = `/v1/cases/${reports.named.number}`;
  await ok('POST', `${path}:note`, { request_id: randomUUID(), text: marks.note }, officer);
  await ok('POST', `${path}:classify`, { classification: {
    kind: 'KIND_INCIDENT', impacts: [{ property: 'SECURITY_PROPERTY_CONFIDENTIALITY', level: 3 }],
    personal_data: 'ANSWER_YES', national_security: 'ANSWER_NO', information_system: 'ANSWER_YES',
  } }, officer);
  await settle(suite);
  const duties = await dutiesOf(reports.named);
  await ok('POST', `/v1/duties/${duties['SE-NIS2'].duty_id}:ruleOut`, { reason: marks.ruleOut }, officer);
  await ok('POST', `/v1/duties/${duties['SE-GDPR-33'].duty_id}/stages/anmalan:submit`,
    { external_id: marks.externalId, reason: marks.stageReason }, officer);
  await ok('POST', `${path}:acknowledge`, {}, officer);
  await ok('POST', `${path}:close`, { resolution: 'RESOLUTION_REMEDIED', outcome: marks.outcome }, officer);
  await ok('POST', `${path}:reopen`, { reason: marks.reopen }, officer);
  const { measure_id } = await ok('POST', `${path}/measures`, {
    request_id: randomUUID(), plan: { title: marks.measureTitle, kind: 'MEASURE_KIND_CORRECTIVE', owner: 'me' },
  }, officer);
  const measure = `/v1/measures/${measure_id}`;
  await ok('POST', `${measure}:drop`, { reason: marks.measureNote }, officer);
  await ok('POST', `${measure}:reopen`, { reason: marks.measureAgain }, officer);
  await ok('POST', `${measure}:complete`, { note: marks.measureNote }, officer);
  await ok('POST', `${path}:close`, {
    resolution: 'RESOLUTION_REMEDIED', outcome: marks.outcome, cause: 'CAUSE_HUMAN_ERROR', outcome_for_reporter: marks.forReporter,
  }, officer);
  await settle(suite);
});
after(async () => {
  await suite?.stop();
  rmSync(module, { recursive: true });
});

// Every copy that somebody could carry away, by name: dumps of the databases, what Redis holds and has written, the logs.
async function copies() {
  const found = new Map();
  for (const service of databases) {
    const dump = await run(suite.postgresTool('pg_dump'), ['-d', admin(service)]);
    assert.equal(dump.status, 0, dump.stderr);
    found.set(`database ${service}`, dump.stdout);
  }
  for (const key of (await suite.redisCli('--scan')).split('\n').filter(Boolean)) {
    found.set(`stream ${key}`, await suite.redisCli('XRANGE', key, '-', '+'));
  }
  const aof = join(suite.home, 'redis/appendonlydir');
  for (const file of readdirSync(aof)) found.set(`redis ${file}`, readFileSync(join(aof, file), 'latin1'));
  for (const file of readdirSync(join(suite.home, 'log'))) {
    found.set(`log ${file}`, readFileSync(join(suite.home, 'log', file), 'latin1'));
  }
  return found;
}
const places = (found, text) => [...found].filter(([, content]) => content.includes(text)
  || content.includes(Buffer.from(text).toString('hex')) || content.includes(Buffer.from(text).toString('base64').slice(0, -4)))
  .map(([name]) => name);

test('NoCopyOfTheDataHoldsWhatWasTold', async () => {
  const found = await copies();
  assert.ok(found.size > 10);
  // The search finds what is there.
  assert.ok(places(found, reports.named.number).includes('database intake'));
  for (const [what, text] of Object.entries(marks)) assert.deepEqual(places(found, text), [], what);
  // And yet it is there for those who may.
  const report = await ok('GET', `/v1/reports/${reports.named.number}`, undefined, officer);
  assert.equal(report.title, marks.namedTitle);
  assert.equal(report.description, marks.namedDescription);
  assert.equal(report.supplements[0].text, marks.supplement);
  const entry = await caseOf(reports.named);
  assert.equal(entry.title, marks.namedTitle);
  assert.deepEqual(entry.notes.map((note) => note.text), [marks.note, marks.reopen, marks.measureAgain]);
  assert.equal(entry.outcome_for_reporter, marks.forReporter);
  const { measures: [measure] } = await ok('GET', `/v1/cases/${reports.named.number}/measures`, undefined, officer);
  assert.deepEqual([measure.title, measure.note], [marks.measureTitle, marks.measureNote]);
  assert.equal((await ok('GET', `/v1/reports/${reports.named.number}/status`, undefined, employee)).outcome, marks.forReporter);
  assert.equal(entry.outcome, marks.outcome);
  const duties = await dutiesOf(reports.named);
  assert.equal(duties['SE-NIS2'].rule_out_reason, marks.ruleOut);
  assert.equal(duties['SE-GDPR-33'].stages[0].reason, marks.stageReason);
  assert.equal(duties['SE-GDPR-33'].stages[0].external_id, marks.externalId);
  assert.equal((await ok('GET', `/v1/campaigns/${reports.mail.number}`, undefined, officer)).answer.text, marks.answer);
  assert.equal((await ok('GET', `/v1/reports/${reports.sameMail.number}/answer`, undefined, confidant)).text, marks.answer);
  const withdrawn = await ok('GET', `/v1/reports/${reports.confidential.number}`, undefined, confidant);
  assert.equal(withdrawn.withdraw_reason, marks.withdrawReason);
  assert.equal(withdrawn.reporter.login, confidantPerson.login);
});

test('NothingPointsToAConfidentialReporterButTheOrganisationItself', async () => {
  // The organisation names its people; what is kept of reports and notices does not.
  for (const service of databases) {
    const dump = await run(suite.postgresTool('pg_dump'), ['-d', admin(service), '-T', '*organisation*']);
    assert.equal(dump.status, 0, dump.stderr);
    const text = dump.stdout;
    for (const value of [confidantPerson.login, confidantPerson.name, confidantPerson.email]) {
      assert.ok(!text.includes(value), `${service} holds ${value}`);
      assert.ok(!text.includes(Buffer.from(value).toString('hex')), `${service} holds ${value} in bytes`);
    }
  }
  const [{ actor, client }] = await suite.psql('intake',
    `SELECT actor, client FROM audit_record WHERE subject = 'reports/${reports.confidential.report_id}' AND method LIKE '%SubmitReport'`);
  assert.match(actor, /^pseudonym:[0-9a-f]{32}$/);
  assert.equal(client, '', 'where the reporter wrote from');
  const [named] = await suite.psql('intake',
    `SELECT client FROM audit_record WHERE subject = 'reports/${reports.named.report_id}' AND method LIKE '%SubmitReport'`);
  assert.equal(named.client, '127.0.0.1');
  const to = suite.mails().map((mail) => JSON.stringify(mail.to)).join();
  assert.ok(to.includes(confidantPerson.email), 'the confidential reporter was not written to');
});

test('HandlersDoNotSeeTheNameUntilWhoeverMayRevealsItAndIsRecorded', async () => {
  const path = `/v1/reports/${reports.confidential.number}`;
  const seen = await ok('GET', path, undefined, officer);
  assert.equal(seen.reporter.withheld, true);
  assert.ok(!JSON.stringify(seen).includes(confidantPerson.login));
  const refused = await suite.api('POST', `${path}:revealReporter`, { reason: 'REVEAL_REASON_PROTECTION' }, auditor);
  assert.equal(refused.status, 403);
  const unsaid = await suite.api('POST', `${path}:revealReporter`, {}, officer);
  assert.equal(unsaid.status, 400);
  const { reporter } = await ok('POST', `${path}:revealReporter`, { reason: 'REVEAL_REASON_PROTECTION' }, officer);
  assert.equal(reporter.login, confidantPerson.login);
  const rows = await suite.psql('intake', `SELECT actor, outcome, reason FROM audit_record
    WHERE method LIKE '%RevealReporter' AND subject = 'reports/${reports.confidential.report_id}' AND outcome = 'allowed'`);
  assert.deepEqual(rows, [{
    actor: suite.person('INFORMATION_SECURITY_OFFICER').login, outcome: 'allowed', reason: 'REVEAL_REASON_PROTECTION',
  }]);
});

test('MatterOfNationalSecurityTakesNoTextLaterEither', async () => {
  const answer = await suite.api('POST', `/v1/reports/${reports.national.number}:supplement`,
    { request_id: randomUUID(), text: 'more' }, employee);
  assert.equal(answer.body.reason, 'HANDLED_ELSEWHERE');
});

test('LegalHoldStopsErasingAndErasingIsForGood', async () => {
  const path = `/v1/cases/${reports.named.number}`;
  const order = { ground: 'ERASURE_GROUND_DECISION', decision_reference: 'KS 2026/12' };
  const other = await ok('GET', `/v1/reports/${reports.personal.number}`, undefined, officer);

  const open = await suite.api('POST', `/v1/cases/${reports.personal.number}:erase`, order, officer);
  assert.equal(open.body.reason, 'CASE_STATE');
  assert.equal((await suite.api('POST', `${path}:erase`, order, employee)).status, 403);
  assert.equal((await suite.api('POST', `${path}:erase`, { ...order, ground: 'ERASURE_GROUND_RETENTION' }, officer)).status, 400);

  const dry = await ok('POST', `${path}:erase`, { ...order, validate_only: true }, officer);
  assert.deepEqual(dry.data_classes, ['title', 'outcome', 'outcome_for_reporter', 'notes=3', 'measures=1', 'report', 'reporter']);
  assert.equal((await caseOf(reports.named)).title, marks.namedTitle);

  assert.equal((await ok('POST', `${path}:hold`, { reference: 'T 77-26' }, officer)).hold_reference, 'T 77-26');
  const held = await suite.api('POST', `${path}:erase`, order, officer);
  assert.equal(held.body.reason, 'CASE_HELD');
  await settle(suite);
  assert.equal((await dutiesOf(reports.named))['SE-NIS2'].rule_out_reason, marks.ruleOut);
  await ok('POST', `${path}:release`, {}, officer);

  const certificate = await ok('POST', `${path}:erase`, order, officer);
  assert.equal(certificate.number, reports.named.number);
  await settle(suite);

  const entry = await caseOf(reports.named);
  assert.ok(entry.erase_time);
  assert.equal(entry.title ?? '', '');
  assert.deepEqual(entry.notes ?? [], []);
  const report = await ok('GET', `/v1/reports/${reports.named.number}`, undefined, officer);
  assert.equal(report.state, 'REPORT_STATE_ERASED');
  assert.equal(report.title ?? '', '');
  assert.equal(report.description ?? '', '');
  assert.equal((await ok('GET', `/v1/reports/${reports.named.number}`, undefined, employee)).state, 'REPORT_STATE_ERASED');
  await ok('GET', '/v1/reports', undefined, employee);
  await ok('GET', '/v1/cases', undefined, officer);

  const duties = await dutiesOf(reports.named);
  const [stage] = duties['SE-GDPR-33'].stages;
  assert.deepEqual([duties['SE-NIS2'].rule_out_reason ?? '', stage.reason ?? '', stage.external_id ?? ''], ['', '', '']);
  // That it was told, and when, is counted still; nothing can be written any more.
  assert.equal(stage.state, 'STAGE_STATE_SUBMITTED');
  for (const duty of Object.values(duties)) {
    assert.ok(duty.erase_time);
    const late = await suite.api('POST', `/v1/duties/${duty.duty_id}:ruleOut`, { reason: 'late' }, officer);
    assert.equal(late.body.reason, 'CASE_ERASED');
  }

  const { erasures } = await ok('GET', '/v1/erasures', undefined, auditor);
  assert.deepEqual(erasures, [certificate]);
  const [mine] = await suite.psql('intake', 'SELECT subject, reference, key_hash FROM erasure');
  assert.equal(mine.subject, `reports/${reports.named.report_id}`);
  assert.equal(mine.reference, `erasures/${certificate.erasure_id}`);
  const told = await suite.psql('escalation',
    'SELECT subject, related, reference, data_classes, length(key_hash) AS hash FROM erasure ORDER BY subject');
  assert.deepEqual(told, [
    [duties['SE-NIS2'], ['rule_out_reason']], [duties['SE-GDPR-33'], ['external_ids=1', 'stage_reasons=1']],
  ].map(([duty, data_classes]) => ({
    subject: `duties/${duty.duty_id}`, related: `cases/${entry.case_id}`, reference: `erasures/${certificate.erasure_id}`,
    data_classes, hash: 32,
  })).sort((a, b) => (a.subject < b.subject ? -1 : 1)));
  assert.deepEqual(await suite.psql('escalation',
    'SELECT 1 FROM duty JOIN duty_stage ON duty_id = id WHERE num_nonnulls(wrapped_key, rule_out_reason, external_id, reason) > 0'), []);
  for (const [service, table, column, id] of [
    ['intake', 'report_key', 'report_id', reports.named.report_id], ['triage', 'case_key', 'case_id', entry.case_id],
  ]) {
    assert.deepEqual(await suite.psql(service, `SELECT 1 FROM ${table} WHERE ${column} = '${id}'`), []);
  }
  assert.equal((await suite.api('POST', `${path}:erase`, order, officer)).body.reason, 'CASE_ERASED');
  // The others are unharmed.
  assert.deepEqual(await ok('GET', `/v1/reports/${reports.personal.number}`, undefined, officer), other);
  assert.equal((await caseOf(reports.personal)).title, marks.personalTitle);
});

test('CampaignIsErasedWithItsCaseAndAnswersNobodyAfterThat', async () => {
  const path = `/v1/cases/${reports.mail.number}`;
  await ok('POST', `${path}:acknowledge`, {}, officer);
  await ok('POST', `${path}:close`, { resolution: 'RESOLUTION_REMEDIED', outcome: 'Klart' }, officer);
  await ok('POST', `${path}:erase`, { ground: 'ERASURE_GROUND_DECISION', decision_reference: 'KS 2026/13' }, officer);
  await settle(suite);
  assert.deepEqual(await suite.psql('intake', 'SELECT 1 FROM campaign_answer'), []);
  assert.equal((await suite.api('GET', `/v1/reports/${reports.sameMail.number}/answer`, undefined, confidant)).status, 404);
  assert.equal((await ok('GET', `/v1/reports/${reports.sameMail.number}`, undefined, confidant)).state, 'REPORT_STATE_ERASED');
  const again = await suite.api('POST', `/v1/campaigns/${reports.mail.number}:answer`, { request_id: randomUUID(), text: 'x' }, officer);
  assert.equal(again.body.reason, 'CAMPAIGN_ERASED');
});

test('MasterKeyIsReplacedWhileReadingAndTheOldOneIsNoLongerNeeded', async () => {
  const file = join(suite.home, 'secrets/master.keys');
  const old = readFileSync(file, 'utf8');
  const fresh = `new-key:${randomBytes(32).toString('base64')}\n`;
  writeFileSync(file, fresh + old);
  const masters = async () => {
    const rows = await Promise.all(['intake', 'triage', 'escalation', 'delivery'].map((service) =>
      suite.psql(service, 'SELECT DISTINCT master_key_id AS id FROM tenant_key')));
    return rows.flat().map((row) => row.id);
  };
  let reads = 0;
  await waitFor(async () => {
    assert.equal((await ok('GET', `/v1/reports/${reports.personal.number}`, undefined, officer)).title, marks.personalTitle);
    assert.equal((await caseOf(reports.personal)).title, marks.personalTitle);
    await submit({ title: 'during rotation' }, employee);
    reads += 1;
    return (await masters()).every((id) => id === 'new-key');
  }, { seconds: 40, every: 100, what: 'the new master key' });
  assert.ok(reads > 0);

  writeFileSync(file, fresh);
  for (const service of ['intake', 'triage', 'escalation', 'delivery']) await suite.killService(service);
  await suite.ready();
  assert.equal((await caseOf(reports.personal)).title, marks.personalTitle);
  assert.equal((await ok('GET', `/v1/reports/${reports.personal.number}`, undefined, employee)).title, marks.personalTitle);
  assert.deepEqual(new Set(await masters()), new Set(['new-key']));
});

test('ServiceWithoutItsMasterKeySaysSoAndDoesNotStart', async () => {
  const other = join(suite.home, 'secrets/other.keys');
  writeFileSync(other, `new-key:${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  const binary = join(process.env.AVVIK_BUILD ?? 'build/release', 'bin/avvik-intake');
  const { status, stderr } = await run(binary, [
    '--listen', `unix:${join(suite.home, 'run/other.sock')}`, '--database', suite.conninfo('intake'),
    '--database-owner', suite.conninfo('intake').replace(/user=\S+/, 'user=avvik_intake_owner'),
    '--redis', join(suite.home, 'run/redis.sock'), '--redis-user', 'avvik-intake', '--redis-password-file', join(suite.home, 'secrets/redis-intake.secret'),
    '--event-key', join(suite.home, 'secrets/event.keys'), '--issuer', suite.issuer, '--client-id', 'avvik-intake',
    '--client-secret-file', join(suite.home, 'secrets/avvik-intake.secret'), '--triage', suite.address('triage'),
    '--master-key', other, '--audit-key', join(suite.home, 'secrets/audit.key'), ...suite.tlsFlags('intake'),
    '--receipt-key', join(suite.home, 'secrets/receipt.key'), '--proof-key', join(suite.home, 'secrets/proof.key'),
  ]);
  assert.equal(status, 1);
  assert.match(stderr, /the master key new-key of .* is not the one that wraps the key of tenant/);
});

test('MasterKeyMovesIntoAModuleWhileEverythingIsReadAndTheFileHoldsNoKeyAnyMore', async () => {
  const env = { ...process.env, SOFTHSM2_CONF: join(module, 'softhsm2.conf') };
  const pin = '31415926';
  for (const [program, ...args] of [
    ['softhsm2-util', '--init-token', '--free', '--label', 'avvik', '--so-pin', '27182818', '--pin', pin],
    ['pkcs11-tool', '--module', library, '--token-label', 'avvik', '--login', '--pin', pin, '--keygen', '--key-type', 'AES:32',
      '--label', 'master-2026', '--sensitive', '--usage-decrypt'],
  ]) {
    const { status, stderr } = await run(program, args, { env });
    assert.equal(status, 0, stderr);
  }
  const pinFile = join(suite.home, 'secrets/hsm.pin');
  writeFileSync(pinFile, pin, { mode: 0o600 });
  const line = `hsm-2026:pkcs11:token=avvik;object=master-2026?module-path=${library}&pin-source=file:${pinFile}\n`;
  const file = join(suite.home, 'secrets/master.keys');
  writeFileSync(file, line + readFileSync(file, 'utf8'));
  const services = ['intake', 'triage', 'escalation', 'delivery'];
  let reads = 0;
  await waitFor(async () => {
    assert.equal((await caseOf(reports.personal)).title, marks.personalTitle);
    reads += 1;
    const rows = await Promise.all(services.map((service) => suite.psql(service, 'SELECT DISTINCT master_key_id AS id FROM tenant_key')));
    return rows.flat().every(({ id }) => id === 'hsm-2026');
  }, { seconds: 60, every: 100, what: 'the key in the module' });
  assert.ok(reads > 0);

  // Now without any key in the file, and after a restart.
  writeFileSync(file, line);
  for (const service of services) await suite.killService(service);
  await suite.ready();
  assert.equal((await caseOf(reports.personal)).title, marks.personalTitle);
  assert.equal((await ok('GET', `/v1/reports/${reports.personal.number}`, undefined, employee)).title, marks.personalTitle);
});
