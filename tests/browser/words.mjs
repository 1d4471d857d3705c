// The application's own words in a language, by which tests find what they look for: the files it is built from.
//
//   const t = wordsOf('da');     t('case.actions.close')     t('cases.selected', { count: 2 })     t.term('CASE_STATE_CLOSED')

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/suite.mjs';

const locales = { sv: 'sv-SE', da: 'da-DK', en: 'en-GB' };
const made = new Map();

function make(language) {
  const areas = new Map();
  const area = (name) => {
    if (!areas.has(name)) areas.set(name, JSON.parse(readFileSync(join(root, `web/src/i18n/messages/${language}/${name}.json`), 'utf8')));
    return areas.get(name);
  };
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(locales[language]);
  const t = (key, values = {}) => {
    const [name, ...path] = key.split('.');
    const found = path.reduce((inner, part) => inner?.[part], area(name));
    const text = typeof found === 'object' ? found[plural.select(Number(values.count))] ?? found.other : found;
    if (typeof text !== 'string') throw new Error(`no text ${key} in ${language}`);
    return text.replace(/\{(\w+)\}/g, (_, value) => (typeof values[value] === 'number' ? number.format(values[value]) : String(values[value])));
  };
  t.term = (value) => t(`terms.${value}`);
  t.locale = locales[language];
  return t;
}

export function wordsOf(language) {
  if (!made.has(language)) made.set(language, make(language));
  return made.get(language);
}

// A pattern for a text that begins so.
export const begins = (text) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`);
