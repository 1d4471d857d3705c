// deploy/outdated: what of the bill of materials the security archive has newer.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root, run } from './suite.mjs';

const folder = mkdtempSync(join(tmpdir(), 'avvik-outdated-'));
after(() => rmSync(folder, { recursive: true }));

const component = (name, version) => ({ name, version, purl: `pkg:deb/debian/${name}@${encodeURIComponent(version)}` });
const bill = {
  components: [
    component('libssl3', '3.0.17-1~deb12u2'), component('libpq5', '15.14-0+deb12u1'), component('libhiredis0.14', '0.14.1-3'),
    component('libcurl4', '1:9.0-1'), { name: 'yaml', version: '1.0.0', purl: 'pkg:npm/yaml@1.0.0' },
  ],
};

async function outdated(index, of = bill) {
  writeFileSync(join(folder, 'bill.json'), JSON.stringify(of));
  writeFileSync(join(folder, 'Packages'), index.map(([name, version]) =>
    `Package: ${name}\nArchitecture: amd64\nVersion: ${version}\nDescription: ${name}\n`).join('\n'));
  return run(join(root, 'deploy/outdated'), ['--bill', join(folder, 'bill.json'), '--index', join(folder, 'Packages')]);
}

test('WhatTheSecurityArchiveHasNewerIsNamed', async () => {
  // A later revision, an earlier one of two, a lower epoch, what is not linked, and a name of npm's.
  const { status, stdout, stderr } = await outdated([['libssl3', '3.0.17-1~deb12u3'], ['libssl3', '3.0.17-1~deb12u1'], ['libpq5', '15.14-0+deb12u1'],
    ['libcurl4', '99.0-1'], ['nginx', '99'], ['yaml', '99']]);
  assert.equal(status, 1, stderr);
  assert.equal(stdout, 'libssl3 3.0.17-1~deb12u2 3.0.17-1~deb12u3\n');
});

test('NothingIsSaidWhenNothingIsNewer', async () => {
  assert.deepEqual(await outdated([['libssl3', '3.0.17-1~deb12u2'], ['libhiredis0.14', '0.14.1-3~']]), { status: 0, stdout: '', stderr: '' });
});

test('WhatCannotBeComparedIsNoneOfTheTwo', async () => {
  assert.equal((await outdated([])).status, 2);
  assert.equal((await outdated([['libssl3', '9']], { components: [] })).status, 2);
  assert.equal((await run(join(root, 'deploy/outdated'), ['--bill', '/nowhere', '--index', '/nowhere'])).status, 2);
  assert.equal((await run(join(root, 'deploy/outdated'), ['--indexes', 'x'])).status, 2);
});
