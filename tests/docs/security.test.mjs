// docs/security.md: every requirement is answered, every test it names exists, every arrow of the architecture has its threats.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../harness/suite.mjs';
import { holdsTest, isTestFile, links, read, rows } from './document.mjs';

const document = 'docs/security.md';
const text = read(document);
const requirements = rows(text).filter(([id]) => /^V\d+\.\d+\.\d+$/.test(id));
const threats = rows(text).filter(([letter, ...rest]) => /^[STRIDE]$/.test(letter) && rest.length === 3);
const tests = (cell) => links(cell, document).filter(({ path }) => isTestFile(path));

test('EveryRequirementStandsExactlyOnce', () => {
  const asked = read('docs/asvs-4.0.3-level-2.txt').split('\n').filter(Boolean);
  assert.equal(asked.length, 259);
  assert.deepEqual(requirements.map(([id]) => id), asked);
});

test('EveryRequirementIsAnsweredInOneOfThreeWays', () => {
  for (const [id, asked, status, why, ...rest] of requirements) {
    assert.equal(rest.length, 0, `${id} has four cells`);
    assert.ok(asked.length > 8, `${id} says what is asked`);
    assert.ok(['met', 'not applicable', 'open'].includes(status), `${id} is ${status}`);
    if (status === 'met') assert.ok(tests(why).length > 0, `${id} is met, by no test`);
    else assert.ok(why.replace(/\[[^\]]*\]\([^)]*\)/g, '').length > 15, `${id} is ${status}, without a reason`);
  }
});

test('SummaryCountsTheRequirements', () => {
  const count = (status) => requirements.filter((row) => row[2] === status).length;
  const said = `Of ${requirements.length} requirements **${count('met')} are met**, ${count('not applicable')} are not applicable and ${count('open')} are open.`;
  assert.ok(text.includes(said), said);
});

test('EveryNamedTestExists', () => {
  const named = tests(text);
  assert.ok(named.length > 300);
  const missing = new Set(named.filter(({ text: name, path }) => !holdsTest(path, name)).map(({ text: name, path }) => `${name} in ${path}`));
  assert.deepEqual([...missing], []);
  // The search finds what is there and nothing else.
  assert.ok(holdsTest('tests/docs/security.test.mjs', 'EveryNamedTestExists'));
  assert.ok(!holdsTest('tests/docs/security.test.mjs', 'EveryNamedTest'));
  assert.ok(!holdsTest('tests/docs/nowhere.test.mjs', 'EveryNamedTestExists'));
  assert.ok(!holdsTest('common/log/log_test.cc', 'LineIsOneJsonObject'));
});

test('EveryLinkedFileExists', () => {
  const paths = links(text, document).map(({ path }) => path);
  assert.deepEqual(paths.filter((path) => !existsSync(join(root, path))), []);
});

// The arrows of the picture, `from → to`.
function arrowsOf(picture) {
  const names = (side) => side.split('&').map((node) => /^\s*(\w+)/.exec(node)[1]);
  return new Set(picture.split('\n').flatMap((line) => {
    const parts = line.split(/\s(?:--|==|-\.)\s.*?\s(?:-->|==>|\.->|\.-)\s/);
    return parts.length === 2 ? names(parts[0]).flatMap((from) => names(parts[1]).map((to) => `${from} → ${to}`)) : [];
  }));
}

test('EveryArrowOfThePictureHasItsThreats', () => {
  assert.deepEqual([...arrowsOf('  a[(x)] == y ==> b\n  c -- z --> d & e\n  f -. g .- h\n  flowchart LR')], ['a → b', 'c → d', 'c → e', 'f → h']);
  const drawn = arrowsOf(/```mermaid\n(.*?)```/s.exec(read('docs/architecture.md'))[1]);
  assert.ok(drawn.size > 15);
  const sections = text.split(/^### /m).filter((section) => /^(Arrows|Not drawn): /m.test(section));
  const judged = sections.flatMap((section) => (/^Arrows: (.+)$/m.exec(section)?.[1] ?? '').split(';').filter(Boolean).flatMap((group) => {
    const [from, to] = group.split('→').map((side) => side.trim());
    return to.split(',').map((name) => `${from} → ${name.trim()}`);
  }));
  assert.deepEqual([...drawn].filter((arrow) => !judged.includes(arrow)), [], 'drawn, and not judged');
  assert.deepEqual(judged.filter((arrow) => !drawn.has(arrow)), [], 'judged, and not drawn');
  for (const section of sections) {
    const letters = rows(section).map(([letter]) => letter);
    for (const letter of 'STRIDE') assert.ok(letters.includes(letter), `${section.split('\n')[0]} thinks of ${letter}`);
  }
});

test('EveryThreatIsShownOrSaidToBeOpenOrAccepted', () => {
  assert.ok(threats.length > 70);
  for (const [letter, threat, measure, shown] of threats) {
    const said = /\*\*(open|accepted)[*:]/.test(measure + shown);
    assert.ok(tests(shown).length > 0 || said, `${letter} ${threat}`);
    if (/^\*\*/.test(shown)) assert.match(measure, /\*\*(open|accepted):\*\* .{20}/, `${letter} ${threat}: why`);
  }
});

test('EveryServiceIsDescribed', () => {
  const described = rows(read('docs/architecture.md')).map(([name]) => name);
  const services = readdirSync(join(root, 'services'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.ok(services.length >= 6);
  for (const { name } of services) assert.ok(described.includes(name), `${name} stands in docs/architecture.md`);
});

test('EveryKeyIsDescribed', () => {
  const described = rows(text.split('\n## Keys\n')[1].split('\n## ')[0]).map(([name]) => name).join(' ');
  const sources = ['common', 'services'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${folder}/${path}`).filter((path) => path.endsWith('.cc') && !path.endsWith('_test.cc')));
  // Settings of services that hold a secret or say where it is, and tables and columns of wrapped keys.
  const flags = sources.flatMap((path) => [...read(path).matchAll(/Text\("([a-z-]*(?:key|secret|password|certificate|authority)[a-z-]*)"/g)]
    .map(([, flag]) => `--${flag}`));
  assert.ok(flags.includes('--master-key') && flags.length > 8, flags.join());
  const names = [...flags, 'tenant_key', 'report_key', 'case_key', 'address_key'];
  assert.deepEqual(names.filter((name) => !described.includes(`\`${name}\``)), []);
});
