// The words of the application: `t('report.title')`. Messages lie in messages/<language>/<area>.json; an area is loaded with
// the page that names it (app/routes.ts). Keys and placeholders are typed (keys.d.ts, by scripts/messages.mjs).

import { remember } from '../app/device';
import type { Area, Messages } from './keys';
import { isLanguage, type Language, wantedLanguage } from './language';
import { numberText } from './number';

export type { Area, Messages } from './keys';
export type { Language } from './language';
export type Key = keyof Messages;
type Text = string | Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
// `[]` for a message without placeholders.
type Values<K extends Key> = keyof Messages[K] extends never ? [] : [values: Messages[K]];

export const languageNames: Record<Language, string> = { sv: 'Svenska', da: 'Dansk', en: 'English' };

const files = import.meta.glob<Record<string, unknown>>(['./messages/*/*.json', '!./messages/*/{report,shell,terms}.json'], { import: 'default' });
const together = import.meta.glob<Record<string, Record<string, unknown>>>('./words/*.ts', { import: 'default' });
const loaded = new Map<string, Promise<void>>();
const texts = new Map<Language, Map<string, Text>>();
const areasInUse = new Set<Area>();
let language = $state<Language>('sv');
let offered = $state<Language[]>(['sv', 'da', 'en']);
// Counts up when texts have come, so that what was shown before is shown anew.
let arrivals = $state(0);

const forms = new Set(['zero', 'one', 'two', 'few', 'many', 'other']);
const isText = (value: unknown): value is Text => typeof value === 'string'
  || (typeof value === 'object' && value !== null && 'other' in value && Object.keys(value).every((key) => forms.has(key)));

function flatten(value: unknown, key: string, into: Map<string, Text>): void {
  if (isText(value)) into.set(key, value);
  else for (const [name, inner] of Object.entries(value as object)) flatten(inner, `${key}.${name}`, into);
}

function loadArea(of: Language, area: Area): Promise<void> {
  const path = `./messages/${of}/${area}.json`;
  let loading = loaded.get(path);
  if (!loading) {
    const coming = files[path]?.() ?? together[`./words/${of}.ts`]!().then((words) => words[area]!);
    loading = coming.then((content) => {
      if (!texts.has(of)) texts.set(of, new Map());
      flatten(content, area, texts.get(of)!);
      arrivals += 1;
    });
    loading.catch(() => loaded.delete(path));
    loaded.set(path, loading);
  }
  return loading;
}

// Loads the texts of these areas in the language shown.
export async function loadAreas(areas: readonly Area[]): Promise<void> {
  for (const area of areas) areasInUse.add(area);
  await Promise.all(areas.map((area) => loadArea(language, area)));
}

// Fetches the texts of these areas in the language that will probably be shown.
export function foresee(areas: readonly Area[]): void {
  const probable = wantedLanguage();
  if (probable) for (const area of areas) void loadArea(probable, area);
}

// Begins with the best language; `inOrder` are the municipality's languages.
export async function startLanguage(inOrder: readonly string[], areas: readonly Area[]): Promise<void> {
  const own = inOrder.filter(isLanguage);
  // All three are complete; the municipality's come first.
  offered = [...own, ...(['sv', 'da', 'en'] as const).filter((other) => !own.includes(other))];
  language = wantedLanguage() ?? offered[0]!;
  document.documentElement.lang = language;
  await loadAreas(areas);
}

// Changes the language and keeps the choice on this device.
export async function chooseLanguage(chosen: Language): Promise<void> {
  await Promise.all([...areasInUse].map((area) => loadArea(chosen, area)));
  language = chosen;
  document.documentElement.lang = chosen;
  remember('language', chosen);
}

export const i18n = {
  get language() { return language; },
  get offered() { return offered; },
  // The tag for Intl: the municipality's country decides how a language writes dates.
  get locale() { return { sv: 'sv-SE', da: 'da-DK', en: 'en-GB' }[language]; },
};

const plurals = new Map<Language, Intl.PluralRules>();
function pluralOf(count: number): Intl.LDMLPluralRule {
  if (!plurals.has(language)) plurals.set(language, new Intl.PluralRules(language));
  return plurals.get(language)!.select(count);
}

function fill(key: string, values: Record<string, string | number> = {}): string {
  void arrivals;
  const found = texts.get(language)?.get(key);
  if (found === undefined) throw new Error(`no text ${key} in ${language}: does the page's row in routes.ts name its area?`);
  const text = typeof found === 'string' ? found : found[pluralOf(Number(values.count))] ?? found.other;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    return typeof value === 'number' ? numberText(value, i18n.locale) : String(value);
  });
}

export function t<K extends Key>(key: K, ...values: Values<K>): string {
  return fill(key, values[0] as Record<string, string | number> | undefined);
}

// The word for a value of one of the API's enums, such as CATEGORY_LOST_DEVICE; empty for none.
export function term(value: string | undefined): string {
  if (!value || value.endsWith('_UNSPECIFIED')) return '';
  return texts.get(language)?.has(`terms.${value}`) ? fill(`terms.${value}`) : value;
}
