// Backup and restore as docs/operations.md says: the databases are dumped, everything that PostgreSQL and Redis hold is
// destroyed, the dumps are put back, and all is as it was.

import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { differences, holdings, settle } from '../harness/state.mjs';
import { Suite, root, run, services, waitFor } from '../harness/suite.mjs';
import { solve } from '../../web/static/proof_of_work.js';

const databases = services.filter((service) => service !== 'gateway').map((service) => `avvik_${service}`);
let suite;
let officer;
let auditor;
let employee;
let folder;
let receipt;
let attachment;
let earlier;
const file = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(300_000)]);

const call = async (person, method, path, body, headers) => {
  const answer = await suite.api(method, path, body, await suite.token(person.login), headers);
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};

// Calls a path that takes no token.
async function anonymous(path, body) {
  for (;;) {
    const { body: { challenge, difficulty } } = await suite.api('POST', `/v1/tenants/${suite.organisation.tenant}/challenges`, {});
    const answer = await suite.api('POST', `/v1/tenants/${suite.organisation.tenant}/${path}`, { ...body, proof_of_work: await solve(challenge, difficulty) });
    if (answer.status !== 429) return answer.body;
    await new Promise((resume) => { setTimeout(resume, 1000 * Number(answer.headers.get('retry-after'))); });
  }
}

// Runs deploy/backup or deploy/restore as the server's superuser.
async function tool(name, ...args) {
  const [, host] = /host=(\S+)/.exec(suite.conninfo('intake'));
  const path = `${dirname(suite.postgresTool('pg_dump'))}:${process.env.PATH}`;
  return run(join(root, 'deploy', name), args, { env: { ...process.env, PATH: path, PGHOST: host, PGUSER: 'avvik_admin' } });
}

async function download() {
  const response = await fetch(`${suite.url}/v1/reports/${attachment.report_id}/attachments/${attachment.attachment_id}`,
    { headers: { authorization: `Bearer ${await suite.token(officer.login)}` } });
  assert.equal(response.status, 200);
  return Buffer.from(await response.arrayBuffer());
}

// What people see: texts that are sealed among it.
async function seen() {
  const state = await holdings(suite);
  const { body } = await suite.api('GET', `/v1/reports/${attachment.report_id}`, undefined, await suite.token(officer.login));
  const { report, messages } = await anonymous('receipts:open', { receipt });
  return { state, report: body, anonymous: { report, messages } };
}

before(async () => {
  suite = await Suite.start();
  officer = suite.person('INFORMATION_SECURITY_OFFICER');
  employee = suite.person('EMPLOYEE');
  auditor = suite.organisation.people.find((person) => person.roles.some(({ role }) => role === 'AUDITOR')) ?? officer;
  await waitFor(async () => (await suite.api('POST', `/v1/tenants/${suite.organisation.tenant}/challenges`, {})).status === 200);
  const reports = [];
  for (const [title, personal] of [['Förlorad dator', 'ANSWER_YES'], ['Skräppost', 'ANSWER_NO'], ['Fel mottagare', 'ANSWER_YES']]) {
    reports.push(await call(employee, 'POST', '/v1/reports', {
      request_id: randomUUID(), report: { title, description: `${title}: en lång berättelse`, personal_data: personal },
    }));
  }
  ({ receipt } = await anonymous('anonymous-reports', { request_id: randomUUID(), report: { title: 'Utan namn', description: 'Ingen vet vem' } }));
  const path = `/v1/reports/${reports[0].report_id}/attachments`;
  attachment = await call(employee, 'PUT', path, file, { 'content-type': 'application/pdf', 'content-disposition': 'attachment; filename=bild.pdf' });
  await settle(suite);
  await call(officer, 'POST', `/v1/cases/${reports[0].number}:note`, { request_id: randomUUID(), text: 'En anteckning' });
  await waitFor(async () => (await call(employee, 'GET', `${path}/${attachment.attachment_id}:describe`)).state === 'ATTACHMENT_STATE_CLEAN', { what: 'the scanner' });
  await settle(suite);
  folder = join(suite.home, 'backup');
});
after(() => suite?.stop());

test('BackupIsRefusedWhileServicesRun', async () => {
  const { status, stderr } = await tool('backup', folder);
  assert.equal(status, 1);
  assert.match(stderr, /stop the services first; connected are avvik-/);
  assert.ok(!existsSync(folder));
});

test('WhatWasDumpedIsThereAgainAfterEverythingWasDestroyed', async () => {
  const witness = join(suite.home, 'trace.jsonl');
  const exported = await suite.avvik('audit', 'export', '--as', auditor.login, '--out', witness);
  assert.equal(exported.status, 0, exported.stderr);
  earlier = await seen();
  assert.deepEqual(await download(), file);
  assert.equal(earlier.state.cases.length, 4);

  assert.equal((await suite.run('--stop')).status, 0);
  await suite.script('lock_home; start_backends; unlock_home');
  const dumped = await tool('backup', folder);
  assert.equal(dumped.status, 0, dumped.stderr);
  assert.deepEqual(readdirSync(folder).sort(), ['SHA256SUMS', ...databases.map((database) => `${database}.dump`)].sort());
  assert.equal(statSync(folder).mode & 0o777, 0o700);

  // All that the backends keep; the keys lie elsewhere.
  await suite.script('lock_home; stop_backends; delete_backend_data; start_backends; unlock_home');
  await suite.findPlaces();
  const restored = await tool('restore', folder);
  assert.equal(restored.status, 0, restored.stderr);
  const again = await suite.run('--detach');
  assert.equal(again.status, 0, again.stderr);

  await settle(suite);
  const now = await seen();
  assert.deepEqual(differences(earlier.state, now.state), []);
  assert.deepEqual(now, earlier);
  assert.deepEqual(await download(), file);
  const verified = await suite.avvik('audit', 'verify', '--as', auditor.login, '--json', '--witness', witness);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  assert.equal(JSON.parse(verified.stdout).sound, true);
});

test('WorkGoesOnWhereItEnded', async () => {
  const { number } = await call(employee, 'POST', '/v1/reports', { request_id: randomUUID(), report: { title: 'Efter återställningen' } });
  assert.ok(number > earlier.state.numbers.at(-1), number);
  await settle(suite);
  assert.equal((await call(officer, 'GET', `/v1/cases/${number}`)).number, number);
  const roles = await suite.psql('intake', "SELECT tableowner FROM pg_tables WHERE tablename = 'report'");
  assert.deepEqual(roles, [{ tableowner: 'avvik_intake_owner' }]);
});

test('NothingIsRestoredOverWhatIsThereNorFromWhatWasAltered', async () => {
  const full = await tool('restore', folder);
  assert.equal(full.status, 1);
  assert.match(full.stderr, /is not empty/);
  writeFileSync(join(folder, 'avvik_intake.dump'), 'x', { flag: 'a' });
  const altered = await tool('restore', folder);
  assert.equal(altered.status, 1);
  assert.match(altered.stderr, /not what was written/);
});
