// Which packages of the bill of materials Debian's security archive has newer, for deploy/outdated.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const DAY = 24 * 3600 * 1000;
const OLDEST = 2 * DAY;

function fail(why) {
  process.stderr.write(`outdated: ${why}\n`);
  process.exit(2);
}

const run = (program, ...args) => execFileSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'inherit'] });

// The index of the security archive that `apt-get update` fetched last.
function aptIndex() {
  const files = run('apt-get', 'indextargets', '--format', '$(FILENAME)', 'Created-By: Packages', 'Label: Debian-Security')
    .split('\n').filter((file) => file && existsSync(file));
  if (files.length === 0) fail('apt knows no security archive: see /etc/apt/sources.list, and apt-get update');
  return files.map((file) => {
    // The index keeps the time at which the archive was changed last; of the folder, apt changes the time at each update.
    const age = Date.now() - Math.max(statSync(file).mtimeMs, statSync(dirname(file)).mtimeMs, statSync(join(dirname(file), 'partial')).mtimeMs);
    if (age > OLDEST) fail(`what apt knows is ${Math.floor(age / DAY)} days old: apt-get update`);
    return run('/usr/lib/apt/apt-helper', 'cat-file', file);
  }).join('\n');
}

// The newest version of each package in an index.
function versionsIn(index) {
  const versions = new Map();
  for (const stanza of index.split(/\n\s*\n/)) {
    const name = /^Package: (\S+)$/m.exec(stanza)?.[1];
    const version = /^Version: (\S+)$/m.exec(stanza)?.[1];
    if (name && version && (!versions.has(name) || isNewer(version, versions.get(name)))) versions.set(name, version);
  }
  return versions;
}

const isNewer = (one, other) => spawnSync('dpkg', ['--compare-versions', one, 'gt', other]).status === 0;

let values;
try {
  ({ values } = parseArgs({ options: { bill: { type: 'string' }, index: { type: 'string' } } }));
} catch (error) {
  fail(error.message);
}
try {
  const bill = JSON.parse(values.bill ? readFileSync(values.bill, 'utf8') : run(join(root, 'deploy/sbom')));
  const newest = versionsIn(values.index ? readFileSync(values.index, 'utf8') : aptIndex());
  if (newest.size === 0) fail('the index names no package');
  const debian = bill.components.filter(({ purl }) => purl.startsWith('pkg:deb/'));
  if (debian.length === 0) fail('the bill names no Debian package');
  const outdated = debian.filter(({ name, version }) => newest.has(name) && isNewer(newest.get(name), version));
  for (const { name, version } of outdated) process.stdout.write(`${name} ${version} ${newest.get(name)}\n`);
  process.exitCode = outdated.length > 0 ? 1 : 0;
} catch (error) {
  fail(error.message);
}
