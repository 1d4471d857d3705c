// Several municipalities in one installation are strictly apart: in the databases, by row-level security, and in the API.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { readOrganisation } from '../../deploy/local/lib/people.mjs';
import { listAll, settle } from '../harness/state.mjs';
import { organisationFile, run, Suite } from '../harness/suite.mjs';

const databases = ['intake', 'triage', 'escalation', 'metrics', 'delivery'];

let suite;
const towns = {};

// What psql prints for a query, as the service's own role in a scope; '' is none.
async function asRole(service, scope, query) {
  const conninfo = suite.conninfo(service).replace('avvik.tenant=*', `avvik.tenant=${scope}`);
  const { status, stdout, stderr } = await run(suite.postgresTool('psql'), ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', conninfo],
    { input: query });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

// Every table of a service but the list of migrations, as schema-qualified names.
async function tables(service) {
  const rows = await suite.psql(service, `SELECT format('%I.%I', nspname, relname) AS name, relrowsecurity AND relforcerowsecurity AS guarded
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND nspname NOT LIKE 'pg_%' AND nspname <> 'information_schema' AND relname <> 'schema_migration'`);
  assert.ok(rows.length > 3, `${service} has tables`);
  return rows;
}

before(async () => {
  suite = await Suite.start({ organisation: 'kalix' });
  const second = await suite.run('--detach', '--organisation', 'kalundborg');
  assert.equal(second.status, 0, second.stderr);
  for (const tenant of ['kalix', 'kalundborg']) {
    const { people } = readOrganisation(organisationFile(tenant));
    const employee = people.find((person) => person.roles.length === 0 || person.roles.every((held) => held.role === 'EMPLOYEE'));
    const officer = people.find((person) => person.roles.some((held) => held.role === 'INFORMATION_SECURITY_OFFICER'));
    const town = { employee: await suite.token(employee.login), officer: await suite.token(officer.login) };
    const { status, body } = await suite.api('POST', '/v1/reports', {
      request_id: randomUUID(),
      report: { title: `Laptop i ${tenant}`, category: 'CATEGORY_LOST_DEVICE', personal_data: 'ANSWER_YES' },
    }, town.employee);
    assert.equal(status, 200, JSON.stringify(body));
    town.report = body;
    towns[tenant] = town;
  }
  // Both are at rest when the events of both are heard; the lists are the first one's.
  await settle(suite);
});

after(() => suite?.stop());

test('EveryTableIsGuarded', async () => {
  for (const service of databases) {
    const open = (await tables(service)).filter((table) => !table.guarded).map((table) => table.name);
    assert.deepEqual(open, [], service);
  }
});

test('WithoutTheTenantNotOneRowIsVisibleToTheRoleOfTheService', async () => {
  for (const service of databases) {
    let rows = 0;
    for (const { name } of await tables(service)) {
      rows += Number(await asRole(service, '*', `SELECT count(*) FROM ${name}`));
      assert.equal(await asRole(service, '', `SELECT count(*) FROM ${name}`), '0', `${service}: ${name}`);
    }
    assert.ok(rows > 0, `${service} holds something`);
  }
});

test('RoleInTheScopeOfATenantSeesOnlyThatTenantsRows', async () => {
  for (const service of databases) {
    const withTenant = await suite.psql(service, `SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
      WHERE column_name = 'tenant' AND table_schema NOT IN ('pg_catalog', 'information_schema')`);
    let seen = 0;
    for (const { name } of withTenant) {
      const tenants = await asRole(service, 'kalundborg', `SELECT string_agg(DISTINCT tenant, ',') FROM ${name}`);
      assert.ok(tenants === '' || tenants === 'kalundborg', `${service}: ${name}: ${tenants}`);
      seen += tenants === '' ? 0 : 1;
    }
    assert.ok(seen > 0, `${service} holds something of kalundborg`);
  }
});

test('ReportAndCaseOfAnotherTownAreNotThere', async () => {
  const [kalix, kalundborg] = [towns.kalix, towns.kalundborg];
  assert.equal(kalix.report.number, kalundborg.report.number, 'each town counts for itself');
  for (const [mine, theirs] of [[kalix, kalundborg], [kalundborg, kalix]]) {
    assert.equal((await suite.api('GET', `/v1/reports/${mine.report.report_id}`, undefined, mine.officer)).status, 200);
    assert.equal((await suite.api('GET', `/v1/reports/${theirs.report.report_id}`, undefined, mine.officer)).status, 404);
    const cases = await listAll(suite, '/v1/cases', 'cases', mine.officer);
    assert.deepEqual(cases.map((entry) => entry.title), [mine.report.title]);
    const { body } = await suite.api('GET', '/v1/indicators', undefined, mine.officer);
    assert.equal(Number(body.indicators.find((indicator) => indicator.id === 'reports').value), 1);
  }
});
