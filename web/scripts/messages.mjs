// Checks the messages and derives their types (src/i18n/keys.d.ts). Fails, naming each place, when a language lacks a
// message that another has, when placeholders differ, when a plural lacks a form its language needs, and when an enum of
// the API has a value without a term.
//
//   node scripts/messages.mjs

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = resolve(fileURLToPath(import.meta.url), '../..');
const folder = join(here, 'src/i18n/messages');
const languages = ['sv', 'da', 'en'];
const forms = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);
const faults = [];

const isPlural = (value) => typeof value === 'object' && 'other' in value && Object.keys(value).every((key) => forms.has(key));
// A group whose keys all happen to be names of plural forms is taken for a plural: what cannot be one is said clearly.
function pluralFault(value, language) {
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const strange = Object.keys(value).filter((form) => !needed.includes(form));
  const why = Object.values(value).some((text) => typeof text !== 'string') ? 'a form of it is not a text'
    : strange.length > 0 ? `there is no form "${strange[0]}" in this language`
      : needed.some((form) => !(form in value)) ? `it lacks "${needed.find((form) => !(form in value))}"`
        : !/\{\w+\}/.test(value.other) ? '"other" says no number, such as {count}' : undefined;
  return why && `is taken for a plural, because its keys (${Object.keys(value).join(', ')}) are names of plural forms, but ${why}. If it is a group of messages, call the key "other" something else`;
}

// The messages of a file by key, `area.path.to.it`.
function flatten(value, key, into, where) {
  const fault = value && typeof value === 'object' && isPlural(value) ? pluralFault(value, where.split('/')[1]) : undefined;
  if (fault) {
    faults.push(`${where}: ${key} ${fault}`);
  } else if (typeof value === 'string' || (value && isPlural(value))) {
    into.set(key, value);
  } else if (value && typeof value === 'object' && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) flatten(inner, `${key}.${name}`, into, where);
  } else {
    faults.push(`${where}: ${key} is neither a text, nor a plural, nor a group`);
  }
}

function placeholdersOf(text) {
  return new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
}

function placeholders(message) {
  if (typeof message === 'string') return placeholdersOf(message);
  return new Set(['count', ...Object.values(message).flatMap((text) => [...placeholdersOf(text)])]);
}

const read = new Map(languages.map((language) => [language, new Map()]));
const areas = new Set(languages.flatMap((language) => readdirSync(join(folder, language)).map((file) => basename(file, '.json'))));
for (const language of languages) {
  for (const area of areas) {
    const where = `messages/${language}/${area}.json`;
    const path = join(folder, language, `${area}.json`);
    if (!existsSync(path)) {
      faults.push(`${where} is missing`);
      continue;
    }
    try {
      flatten(JSON.parse(readFileSync(path, 'utf8')), area, read.get(language), where);
    } catch (error) {
      faults.push(`${where}: ${error.message}`);
    }
  }
}

const keys = [...new Set(languages.flatMap((language) => [...read.get(language).keys()]))].sort();
const same = (a, b) => a.size === b.size && [...a].every((name) => b.has(name));
for (const key of keys) {
  const first = languages.find((language) => read.get(language).has(key));
  for (const language of languages) {
    const message = read.get(language).get(key);
    const [area] = key.split('.');
    const where = `messages/${language}/${area}.json: ${key}`;
    if (message === undefined) {
      faults.push(`${where} is missing (${first} has it)`);
      continue;
    }
    const texts = typeof message === 'string' ? [message] : Object.values(message);
    if (texts.some((text) => typeof text !== 'string' || text.trim() === '')) faults.push(`${where} is empty`);
    if (!same(placeholders(message), placeholders(read.get(first).get(key)))) {
      faults.push(`${where} has other placeholders than ${first}: ${[...placeholders(message)]} / ${[...placeholders(read.get(first).get(key))]}`);
    }
    if ((typeof message === 'string') !== (typeof read.get(first).get(key) === 'string')) faults.push(`${where} is a plural in one language only`);
  }
}

// The vocabulary of the API: `terms.json` has a word for every value of these enums.
const shown = ['CaseState', 'Resolution', 'Category', 'Kind', 'SecurityProperty', 'Severity', 'Sphere', 'Answer', 'Role', 'UnitType',
  'DutyState', 'StageState', 'Confidence', 'EntityUnit', 'NoticeState', 'AttachmentState', 'AttachmentRefusal', 'CampaignState',
  'Confidentiality', 'MessageAuthor', 'ReportState', 'RevealReason', 'Outcome', 'RebuildState', 'BodyType', 'RouteTo', 'ChangeKind',
  'AssessmentResult', 'DecisionCause', 'FieldKind', 'DutyKind', 'ErasureGround', 'RoutingEffect', 'Cause', 'MeasureKind', 'MeasureState', 'SimilarityGround', 'TimelineKind',
  'DossierState', 'ValueOrigin', 'ProblemKind', 'ReceiptKind', 'DossierFormat'];
const description = process.env.AVVIK_OPENAPI ?? resolve(here, '..', process.env.AVVIK_BUILD ?? 'build/release', 'share/openapi.json');
if (existsSync(description)) {
  const { schemas } = JSON.parse(readFileSync(description, 'utf8')).components;
  for (const [name, schema] of Object.entries(schemas)) {
    if (!shown.includes(name.split('.').pop())) continue;
    for (const value of schema.enum ?? []) {
      if (!String(value).endsWith('_UNSPECIFIED') && !read.get('sv').has(`terms.${value}`)) {
        faults.push(`messages/*/terms.json: no term for ${value} of ${name}`);
      }
    }
  }
}

if (faults.length > 0) {
  console.error(faults.join('\n'));
  console.error(`${faults.length} faults in the messages`);
  process.exit(1);
}

const lines = keys.map((key) => {
  const message = read.get('sv').get(key);
  const names = [...placeholders(message)].map((name) =>
    `${name}: ${name === 'count' && typeof message !== 'string' ? 'number' : 'string | number'}`);
  return `  ${JSON.stringify(key)}: ${names.length > 0 ? `{ ${names.join('; ')} }` : 'Record<never, never>'};`;
});
const types = `// Made by scripts/messages.mjs from messages/.
export type Area = ${[...areas].sort().map((area) => JSON.stringify(area)).join(' | ')};
export interface Messages {
${lines.join('\n')}
}
`;
const target = join(here, 'src/i18n/keys.d.ts');
if (!existsSync(target) || readFileSync(target, 'utf8') !== types) writeFileSync(target, types);
console.log(`messages: ${keys.length} in ${languages.length} languages`);
