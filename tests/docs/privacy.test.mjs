// docs/privacy.md: every table of every service is described, with the columns that name people; what it names exists.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../harness/suite.mjs';
import { holdsTest, isTestFile, links, read, rows } from './document.mjs';

const document = 'docs/privacy.md';
const text = read(document);

// The migrations below a folder, in the order they run.
function migrations(folder) {
  const found = readdirSync(join(root, folder), { recursive: true }).map(String)
    .filter((path) => /(^|\/)migrations\/.*\.sql$/.test(path) && !path.includes('build/'));
  return found.sort().map((path) => read(`${folder}/${path}`));
}

// What scripts leave: a map from table to the set of its columns.
function tablesOf(scripts) {
  const tables = new Map();
  for (const script of scripts) {
    const sql = script.replace(/--.*$/gm, '');
    for (const [statement] of sql.matchAll(/\b(CREATE|ALTER|DROP) TABLE\b[^;]*/g)) {
      const [, verb, name] = /^(CREATE|ALTER|DROP) TABLE (?:IF (?:NOT )?EXISTS )?(?:ONLY )?(\w+)/.exec(statement);
      if (verb === 'DROP') tables.delete(name);
      if (verb === 'CREATE') tables.set(name, new Set());
      const columns = tables.get(name);
      if (verb === 'CREATE') {
        for (const [, column] of statement.matchAll(/^ {2}([a-z_0-9]+) +[a-z]/gm)) columns.add(column);
      }
      if (verb === 'ALTER') {
        for (const [, column] of statement.matchAll(/\bDROP (?:COLUMN )?(?!CONSTRAINT)([a-z_0-9]+)/g)) columns.delete(column);
        for (const [, column] of statement.matchAll(/\bADD (?:COLUMN )?([a-z_0-9]+)/g)) columns.add(column);
        for (const [, column] of statement.matchAll(/^ {6}([a-z_0-9]+) +[a-z]/gm)) columns.add(column);
      }
    }
  }
  return tables;
}

const tables = tablesOf([...migrations('common'), ...migrations('services')]);
const described = new Map(rows(text).filter(([name, ...rest]) => /^`\w+`$/.test(name) && rest.length === 3)
  .map(([name, ...rest]) => [name.slice(1, -1), rest]));

// Columns whose names say that they are about people.
const aboutPeople = /login|person|people|reporter|recipient|author|handler|actor|client|owner|named_|drawn_in|parties|on_behalf|email|holder$|reason$/;
// Codes and counts.
const aboutNobody = { audit_record: ['reason'], report: ['personal_data', 'affected_persons'] };

test('PagesTellInThreeLanguagesWhatIsKeptAndWhy', () => {
  const sections = (path) => new Map([...read(path).matchAll(/<section id="(\w+)" lang="\1".*?<\/section>/gs)].map(([section, language]) => [language, section.replace(/\s+/g, ' ')]));
  const [welcome, told] = [sections('web/static/index.html'), sections('web/static/privacy.html')];
  for (const language of ['sv', 'da', 'en']) {
    assert.ok(welcome.get(language).includes(`href="/privacy.html#${language}"`), language);
    // Reporting, working, the ground in law, for how long, one's rights.
    assert.equal([...told.get(language).matchAll(/<h3>/g)].length, 5, language);
    assert.match(told.get(language), /6\(1\)\(e\)|6\.1 e|litra e/, language);
    assert.match(told.get(language), language === 'da' ? /datatilsynet\.dk/ : /imy\.se/, language);
  }
});

test('MigrationsAreReadAsTheyRun', () => {
  const made = tablesOf([
    'CREATE TABLE a (\n  id uuid PRIMARY KEY,\n  owner_login text NOT NULL,  -- Who.\n  CHECK (id = 1)\n);\nCREATE TABLE b (\n  c text\n);',
    'ALTER TABLE a\n  DROP COLUMN owner_login,\n  ADD COLUMN title bytea,\n  ADD UNIQUE (id);\nDROP TABLE b;\nALTER TABLE a ADD sphere smallint;',
  ]);
  assert.deepEqual([...made.keys()], ['a']);
  for (const column of ['id', 'title', 'sphere']) assert.ok(made.get('a').has(column), column);
  assert.ok(!made.get('a').has('owner_login'));
  assert.ok(tables.size > 25, `${tables.size} tables`);
  assert.ok(tables.get('report').has('reporter_pseudonym') && !tables.get('report').has('reporter_login'));
});

test('EveryTableIsDescribed', () => {
  assert.deepEqual([...tables.keys()].filter((name) => !described.has(name)), [], 'in the migrations, and not described');
  assert.deepEqual([...described.keys()].filter((name) => !tables.has(name)), [], 'described, and not in the migrations');
  for (const [name, [data, sealed, gone]] of described) {
    for (const cell of [data, sealed, gone]) assert.ok(cell.length > 0, `${name} leaves nothing unsaid`);
  }
});

test('EveryColumnThatNamesPeopleIsDescribed', () => {
  let found = 0;
  for (const [name, columns] of tables) {
    for (const column of columns) {
      if (!aboutPeople.test(column) || aboutNobody[name]?.includes(column)) continue;
      found += 1;
      assert.ok(described.get(name)[0].includes(`\`${column}\``), `${name}.${column}`);
      assert.ok(!described.get(name)[0].startsWith('none'), `${name} has ${column}`);
    }
  }
  assert.ok(found > 20, `${found} columns`);
});

test('RetentionIsThatOfTheOrganisationFiles', () => {
  const rules = readdirSync(join(root, 'deploy/organisations')).filter((file) => file.endsWith('.yaml'))
    .map((file) => parse(read(`deploy/organisations/${file}`)).retention.map(({ category = '', years }) => `${category} ${years}`).join());
  const section = text.split('\n## How long\n')[1].split('\n## ')[0];
  const said = Object.fromEntries(rows(section));
  assert.deepEqual([...new Set(rules)], [`SUSPICIOUS_MESSAGE ${said['suspicious messages']}, ${said['everything else']}`]);
});

test('EveryTestAndFileThatIsNamedExists', () => {
  const named = links(text, document);
  assert.deepEqual(named.filter(({ path }) => !existsSync(join(root, path))).map(({ path }) => path), []);
  const tests = named.filter(({ path, code }) => code && isTestFile(path));
  assert.ok(tests.length > 15);
  assert.deepEqual(tests.filter(({ text: name, path }) => !holdsTest(path, name)), []);
});

// The paths of the API, as the protos declare them.
function apiPaths() {
  const protos = readdirSync(join(root, 'proto'), { recursive: true }).map(String).filter((path) => path.endsWith('.proto'));
  return new Set(protos.flatMap((path) => [...read(`proto/${path}`).matchAll(/\b(get|post|put|delete|patch): "([^"]+)"/g)]
    .map(([, method, template]) => `${method.toUpperCase()} ${template.replace(/\{\w+\}/g, '{}')}`)));
}

test('EveryCallThatIsNamedExists', () => {
  const paths = apiPaths();
  const own = new Set(['POST /sign-out']);
  const named = [...text.matchAll(/\b(GET|POST) (\/[^\s`"]+)/g)].map(([, method, path]) =>
    `${method} ${path.replace(/\?.*$/, '').replace(/\{\w+\}|AVV-\d+-\d+/g, '{}')}`);
  assert.ok(named.length > 8);
  assert.deepEqual(named.filter((call) => !paths.has(call) && !own.has(call)), []);
});
