// The organisation as a file, as in deploy/organisations: YAML, in which the values of enums stand without their prefixes.

import { isMap, LineCounter, parseDocument, stringify } from 'yaml';
import type { Organisation } from './file.svelte';

type Entry = Record<string, unknown>;
const prefixes: Record<string, Record<string, string>> = {
  units: { type: 'UNIT_TYPE_' },
  bodies: { type: 'BODY_TYPE_' },
  routing: { to: 'ROUTE_TO_', categories: 'CATEGORY_', personal_data: 'ANSWER_', national_security: 'ANSWER_' },
  retention: { category: 'CATEGORY_' },
};

function mapEnums(whole: Entry, change: (value: string, prefix: string) => string): Entry {
  const result: Entry = { ...whole };
  for (const [list, fields] of Object.entries(prefixes)) {
    if (!Array.isArray(whole[list])) continue;
    result[list] = (whole[list] as unknown[]).map((entry) => {
      if (typeof entry !== 'object' || entry === null) return entry;
      const changed: Entry = { ...entry as Entry };
      for (const [field, prefix] of Object.entries(fields)) {
        const value = changed[field];
        if (typeof value === 'string') changed[field] = change(value, prefix);
        if (Array.isArray(value)) changed[field] = value.map((one) => (typeof one === 'string' ? change(one, prefix) : one));
      }
      return changed;
    });
  }
  return result;
}

export class FileFault extends Error {
  constructor(message: string, readonly line: number) {
    super(message);
  }
}

// What a file says; throws a FileFault that names the line. JSON is YAML too.
export function readFile(text: string): Organisation {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw new FileFault(error.message.split('\n')[0]!, error.linePos?.[0].line ?? 1);
  if (!isMap(document.contents)) throw new FileFault('', 1);
  return mapEnums(document.toJS() as Entry, (value, prefix) => (value.startsWith(prefix) ? value : prefix + value)) as unknown as Organisation;
}

// Without what is empty. `anonymous_reporting` is the one field for which no is something else than nothing.
function withoutEmpty(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.map((one) => withoutEmpty(one)) : undefined;
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner, key)] as const).filter(([, inner]) => inner !== undefined);
    return kept.length > 0 ? Object.fromEntries(kept) : undefined;
  }
  if (value === '' || value === null || value === 0 || (value === false && name !== 'anonymous_reporting')) return undefined;
  if (typeof value === 'string' && value.endsWith('UNSPECIFIED')) return undefined;
  return value;
}

export function writeFile(organisation: Organisation): string {
  const short = mapEnums(organisation as unknown as Entry, (value, prefix) => (value.startsWith(prefix) ? value.slice(prefix.length) : value));
  return stringify(withoutEmpty(short), { lineWidth: 0 });
}
