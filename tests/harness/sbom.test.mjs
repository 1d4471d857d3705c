// deploy/sbom: what CycloneDX 1.5 demands of a bill of materials, and that nothing linked or pinned is missing.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './suite.mjs';

const print = () => execFileSync(join(root, 'deploy/sbom'), { encoding: 'utf8', env: { ...process.env, SOURCE_DATE_EPOCH: '1795000000' } });
const text = print();
const bill = JSON.parse(text);

test('the bill has the fields that CycloneDX 1.5 demands', () => {
  assert.equal(bill.bomFormat, 'CycloneDX');
  assert.equal(bill.specVersion, '1.5');
  assert.match(bill.serialNumber, /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.ok(Number.isInteger(bill.version) && bill.version >= 1);
  assert.equal(bill.metadata.timestamp, '2026-11-18T11:06:40.000Z');
  const refs = new Set([bill.metadata.component['bom-ref']]);
  for (const component of [bill.metadata.component, ...bill.components]) {
    assert.match(component.type, /^(application|library)$/);
    assert.ok(component.name && component.version, JSON.stringify(component));
    assert.match(component.purl, /^pkg:(generic|deb|npm)\/\S+@\S+$/);
    assert.ok(['required', 'optional', 'excluded', undefined].includes(component.scope));
    for (const hash of component.hashes ?? []) {
      assert.ok(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].includes(hash.alg));
      assert.match(hash.content, /^([0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/);
    }
    for (const choice of component.licenses ?? []) {
      assert.ok(choice.expression ?? choice.license.id ?? choice.license.name, JSON.stringify(component));
    }
    refs.add(component['bom-ref']);
  }
  assert.equal(refs.size, bill.components.length + 1, 'no bom-ref twice');
  for (const { ref, dependsOn } of bill.dependencies) {
    for (const each of [ref, ...dependsOn]) assert.ok(refs.has(each), each);
  }
});

test('every npm package of the lock file is there with its integrity', () => {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages).filter(([key, value]) => key !== '' && !value.link)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const component = bill.components.find((one) => one.name === name && one.version === entry.version);
    assert.ok(component, `${name} ${entry.version}`);
    const digest = Buffer.from(entry.integrity.split('-').slice(1).join('-'), 'base64').toString('hex');
    assert.equal(component.hashes[0].content, digest);
  }
});

test('what the services are linked with is there, by Debian package', () => {
  const names = bill.components.filter(({ purl }) => purl.startsWith('pkg:deb/')).map(({ name }) => name);
  for (const name of ['libgrpc++1.51', 'libprotobuf32', 'libssl3', 'libpq5', 'libhiredis0.14', 'libc6', 'nlohmann-json3-dev']) {
    assert.ok(names.includes(name), `${name} of ${names.join(' ')}`);
  }
});

test('the same packages give the same bill', () => assert.equal(print(), text));
