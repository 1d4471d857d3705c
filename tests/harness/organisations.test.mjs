// What people who try Avvik out may expect of the example organisations.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readOrganisation } from '../../deploy/local/lib/people.mjs';
import { root } from './suite.mjs';

const folder = join(root, 'deploy/organisations');
const organisations = readdirSync(folder).filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ file, ...readOrganisation(join(folder, file)) }));

// The roles that people hold, by the proto.
function rolesOfPeople() {
  const proto = readFileSync(join(root, 'proto/avvik/organisation/v1/organisation.proto'), 'utf8');
  const [, body] = /enum Role \{(.*?)\n\}/s.exec(proto);
  const names = [...body.matchAll(/^\s+([A-Z_]+) = \d+;/gm)].map(([, name]) => name);
  return names.filter((name) => !['ROLE_UNSPECIFIED', 'EMPLOYEE', 'SERVICE', 'TICKET_SYSTEM', 'ANONYMOUS'].includes(name));
}

test('There are the five organisations of the design', () => {
  assert.equal(organisations.length, 5, organisations.map(({ file }) => file).join(' '));
});

for (const { file, people } of organisations) {
  test(`${file} has somebody for each role and a plain employee`, () => {
    const held = new Set(people.flatMap(({ roles }) => roles.map(({ role }) => role)));
    assert.deepEqual(rolesOfPeople().filter((role) => !held.has(role)), []);
    assert.ok(people.some(({ roles }) => roles.every(({ role }) => role === 'EMPLOYEE')));
  });
}

test('No login is in two organisations, so that all can be tried side by side', () => {
  const logins = organisations.flatMap(({ people }) => people.map(({ login }) => login));
  assert.deepEqual(logins.filter((login, at) => logins.indexOf(login) !== at), []);
});
