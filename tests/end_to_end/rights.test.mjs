// Who may, in the whole suite: by unit and what lies below it, by sphere, by name, by function, by group of the sign-in
// provider, in somebody's place, and after one person's cases went to another. What holds of a case holds of its report
// and of its duties.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { listAll, settle } from '../harness/state.mjs';
import { organisationFile, Suite, waitFor } from '../harness/suite.mjs';

const file = readFileSync(organisationFile('kalix'), 'utf8');
// The municipality's coordinators: of the social services, of the schools and of the central administration.
const owner = 'fatima.haddad';
const other = 'mikael.rova';
const successor = 'jenny.astrom';

let suite;

const as = async (login, method, path, body) => suite.api(method, path, body, await suite.token(login));

async function ok(login, method, path, body) {
  const answer = await as(login, method, path, body);
  assert.equal(answer.status, 200, `${method} ${path} as ${login}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

// Reports as an employee of the home-help service, below the social services, and waits until everybody has heard.
async function report(content = {}) {
  const made = await ok('nils.engman', 'POST', '/v1/reports', {
    request_id: randomUUID(), report: { title: 'Rättigheter', unit: 'hemtjanst', personal_data: 'ANSWER_NO', ...content },
  });
  await settle(suite);
  return made.number;
}

const caseStatus = async (login, number) => (await as(login, 'GET', `/v1/cases/${number}`)).status;
const reportStatus = async (login, number) => (await as(login, 'GET', `/v1/reports/${number}`)).status;

async function command(login, number, verb, body) {
  const done = await ok(login, 'POST', `/v1/cases/${number}:${verb}`, { reason: 'Prövning', ...body });
  await settle(suite);
  return done;
}

const dutiesOf = async (login, number) =>
  (await listAll(suite, '/v1/duties', 'duties', await suite.token(login))).filter((duty) => duty.number === number).length;

// Puts an organisation in force, and waits until every service goes by it.
async function apply(text) {
  const path = join(suite.home, 'kalix.yaml');
  writeFileSync(path, text);
  const { status, stderr } = await suite.avvik('organisation', 'apply', path);
  assert.equal(status, 0, stderr);
  const [{ version }] = await suite.psql('triage', "SELECT max(version) AS version FROM organisation WHERE tenant = 'kalix'");
  for (const service of ['intake', 'escalation', 'metrics', 'delivery']) {
    await waitFor(async () => (await suite.psql(service,
      "SELECT version FROM organisation_snapshot WHERE tenant = 'kalix'"))[0]?.version === version,
    { what: `the organisation in ${service}` });
  }
}

const day = (daysFromNow) => new Date(Date.now() + daysFromNow * 86_400_000).toISOString().slice(0, 10);
const standIn = (first, last) => file.replace('stand_ins:', `stand_ins:
  - {id: prov, person: ${other}, absent: ${owner}, first_day: "${day(first)}", last_day: "${day(last)}"}`);

before(async () => {
  suite = await Suite.start({ organisation: 'kalix' });
});
after(() => suite?.stop());

test('RoleHoldsForItsUnitAndWhatLiesBelow', async () => {
  const number = await report();
  for (const login of [owner, 'susanne.karlbom', 'anna.berg', 'birgitta.ahl']) assert.equal(await caseStatus(login, number), 200, login);
  for (const login of [other, 'ingrid.palo', 'roger.ylipaa', 'stefan.kero', 'ulrika.sand']) assert.equal(await caseStatus(login, number), 404, login);
  // A permission that no role of theirs grants.
  for (const login of ['nils.engman', 'karin.waara']) assert.equal(await caseStatus(login, number), 403, login);
  assert.equal(await reportStatus('nils.engman', number), 200);
  assert.equal(await reportStatus('sara.larsson', number), 404);
});

test('SphereDrawsInWhomItConcernsAndNobodyElse', async () => {
  const personal = await report({ personal_data: 'ANSWER_YES' });
  const national = await report({ national_security: 'ANSWER_YES' });
  const of = async (login, number) => {
    const found = await ok(login, 'GET', `/v1/cases/${number}`);
    return { sphere: found.sphere, drawn_in: found.drawn_in.map((party) => party.login) };
  };
  assert.deepEqual(await of('lena.huuva', personal), { sphere: 'SPHERE_PERSONAL_DATA', drawn_in: ['lena.huuva'] });
  assert.deepEqual(await of('stefan.kero', national), { sphere: 'SPHERE_SECURITY_PROTECTION', drawn_in: ['stefan.kero'] });
  assert.equal(await caseStatus('stefan.kero', personal), 404);
  assert.equal(await caseStatus('lena.huuva', national), 404);
  assert.equal(await caseStatus('anna.berg', national), 404);
});

test('ForumSeesWhatIsLiftedToItUntilItIsTakenBack', async () => {
  const number = await report();
  const forum = { role: 'FORUM_MEMBER' };
  assert.equal(await caseStatus('maria.landstrom', number), 404);
  await command(owner, number, 'grantAccess', forum);
  assert.equal(await caseStatus('maria.landstrom', number), 200);
  const lifted = await ok('maria.landstrom', 'GET', '/v1/cases');
  assert.ok(lifted.cases.some((entry) => entry.number === number));
  await command(owner, number, 'revokeAccess', forum);
  assert.equal(await caseStatus('maria.landstrom', number), 404);
});

test('RestrictedCaseIsForItsPartiesAndThoseNamed', async () => {
  const number = await report({ personal_data: 'ANSWER_YES' });
  await command(owner, number, 'restrict', { restricted: true });
  for (const login of ['anna.berg', 'susanne.karlbom', 'birgitta.ahl', other]) {
    assert.equal(await caseStatus(login, number), 404, login);
    assert.ok([403, 404].includes(await reportStatus(login, number)), login);
  }
  for (const login of [owner, 'lena.huuva']) {
    assert.equal(await caseStatus(login, number), 200, login);
    assert.equal(await reportStatus(login, number), 200, login);
  }
  assert.equal(await dutiesOf(other, number), 0);
  await command(owner, number, 'grantAccess', { login: other });
  assert.equal(await caseStatus(other, number), 200);
  assert.equal(await reportStatus(other, number), 200);
  assert.ok(await dutiesOf(other, number) > 0);
  await command(owner, number, 'revokeAccess', { login: other });
  assert.equal(await caseStatus(other, number), 404);
  assert.equal(await reportStatus(other, number), 404);
  assert.equal(await dutiesOf(other, number), 0);
  await command(owner, number, 'restrict', { restricted: false });
  assert.equal(await caseStatus('anna.berg', number), 200);
});

test('WhoStandsInActsForTheOtherOneForTheTime', async () => {
  const number = await report();
  await command(owner, number, 'restrict', { restricted: true });
  await apply(standIn(-9, -2));
  assert.equal(await caseStatus(other, number), 404, 'before or after the time');
  await apply(standIn(-1, 1));
  await ok(other, 'POST', `/v1/cases/${number}:acknowledge`, {});
  assert.equal(await reportStatus(other, number), 200);
  const { case_id } = await ok(owner, 'GET', `/v1/cases/${number}`);
  const [trace] = await suite.psql('triage', `SELECT actor, on_behalf_of FROM audit_record
    WHERE subject = 'cases/${number}' AND method LIKE '%AcknowledgeCase' OR subject = 'cases/${case_id}' AND method LIKE '%AcknowledgeCase'`);
  assert.deepEqual(trace, { actor: other, on_behalf_of: owner });
  await apply(file);
  assert.equal(await caseStatus(other, number), 404);
  assert.equal(await reportStatus(other, number), 404);
});

test('GroupOfTheProviderGivesItsMembersTheirRoles', async () => {
  const number = await report();
  // The local provider puts Lars, who owns a system, in this group.
  assert.equal(await caseStatus('lars.vikstrom', number), 404);
  await apply(file.replace('group_roles:', 'group_roles:\n  - {group: avvik-system-owner, roles: [{role: COORDINATOR, unit: hemtjanst}]}'));
  assert.equal(await caseStatus('lars.vikstrom', number), 200);
  assert.equal(await reportStatus('lars.vikstrom', number), 200);
  await apply(file);
  assert.equal(await caseStatus('lars.vikstrom', number), 404);
});

test('OpenCasePassesOnWithTheFunctionThatOwnsItAndARestrictedOneDoesNot', async () => {
  const open = await report();
  const restricted = await report();
  await command(owner, restricted, 'restrict', { restricted: true });
  const after = file.replace(/(login: mikael\.rova[\s\S]*?unit: )utbildningsnamnden/, '$1socialnamnden')
    .replace(/(login: fatima\.haddad[\s\S]*?unit: )socialnamnden/, '$1utbildningsnamnden');
  assert.notEqual(after, file);
  await apply(after);
  assert.equal(await caseStatus(other, open), 200);
  await ok(other, 'POST', `/v1/cases/${open}:acknowledge`, {});
  assert.equal(await caseStatus(other, restricted), 404);
  assert.equal(await caseStatus(owner, restricted), 200);
  await apply(file);
});

test('EverythingOfOneWhoLeavesIsHandedOverInOneGo', async () => {
  const open = await report();
  const restricted = await report();
  await command(owner, restricted, 'restrict', { restricted: true });
  const handOver = async (...more) => {
    const { status, stdout, stderr } = await suite.avvik('organisation', 'handover', '--from', owner, '--to', successor, '--json', ...more);
    assert.equal(status, 0, stderr);
    return JSON.parse(stdout);
  };
  const counted = await handOver('--dry-run');
  assert.ok(counted.cases >= 2 && counted.owned >= 2 && counted.owned_open >= 2, JSON.stringify(counted));
  assert.equal((await ok(owner, 'GET', `/v1/cases/${open}`)).owner.login, owner);
  const done = await handOver();
  assert.deepEqual({ ...done, dry_run: true }, counted);
  await settle(suite);
  for (const number of [open, restricted]) {
    assert.equal((await ok(successor, 'GET', `/v1/cases/${number}`)).owner.login, successor);
    assert.equal(await reportStatus(successor, number), 200);
  }
  assert.equal(await caseStatus(owner, restricted), 404);
  assert.equal((await handOver()).cases, 0);
  // Who may not hand over is told so, and nothing happens.
  assert.equal((await as(owner, 'POST', '/v1/cases:handOver', { from: successor, to: owner })).status, 403);
});
