// A field of a dossier as the form holds it, by its kind, and in words.

import type { Schema } from '../../api/client';
import { formatDateTime, formatNumber } from '../../i18n/format';
import { t, term } from '../../i18n/i18n.svelte';
import { toLocal } from '../case/classification_form';

export type Field = Schema<'escalation.v1.DossierField'>;
export type Value = Schema<'escalation.v1.FieldValue'>;
// What is typed: one text, or with `CHOICES` several ids.
export interface Typed { text: string; many: string[] }

export function typedOf(kind: Field['kind'], value: Value | undefined): Typed {
  if (kind === 'FIELD_KIND_YES_NO') return { text: value?.yes_no && value.yes_no !== 'ANSWER_UNSPECIFIED' ? value.yes_no : '', many: [] };
  if (kind === 'FIELD_KIND_NUMBER') return { text: value?.number ?? '', many: [] };
  if (kind === 'FIELD_KIND_TIME') return { text: toLocal(value?.time), many: [] };
  if (kind === 'FIELD_KIND_CHOICE') return { text: value?.choices?.options?.[0] ?? '', many: [] };
  if (kind === 'FIELD_KIND_CHOICES') return { text: '', many: [...value?.choices?.options ?? []] };
  return { text: value?.text ?? '', many: [] };
}
export const same = (one: Typed, other: Typed) => one.text === other.text && one.many.join('\n') === other.many.join('\n');
export const isWrong = (kind: Field['kind'], { text }: Typed) => kind === 'FIELD_KIND_NUMBER' && text.trim() !== '' && !/^\d{1,12}$/.test(text.trim());

// Nothing where nothing is filled in.
export function valueOf(kind: Field['kind'], { text, many }: Typed): Value | undefined {
  if (kind === 'FIELD_KIND_CHOICES') return many.length > 0 ? { choices: { options: [...many] } } : undefined;
  if (text.trim() === '') return undefined;
  if (kind === 'FIELD_KIND_YES_NO') return { yes_no: text as Value['yes_no'] };
  if (kind === 'FIELD_KIND_NUMBER') return { number: text.trim() };
  if (kind === 'FIELD_KIND_TIME') return { time: new Date(text).toISOString() };
  if (kind === 'FIELD_KIND_CHOICE') return { choices: { options: [text] } };
  return { text: text.trim() };
}

export function valueWords(field: Field, value: Value | undefined): string {
  if (!value) return '';
  if (value.choices) return (value.choices.options ?? []).map((id) => field.options.find((option) => option.id === id)?.label ?? id).join('\n');
  if (value.yes_no) return term(value.yes_no);
  if (value.number !== undefined) return formatNumber(value.number);
  return value.time ? formatDateTime(value.time) : value.text ?? '';
}

export const labelOf = ({ number, label }: Field) => (number ? `${number}. ${label}` : label);
// What is wrong with it that somebody should know by the field; what is missing is said where they are listed.
export const problemsOf = ({ problems }: Field) => [...new Set(problems.filter(({ kind }) => kind !== 'PROBLEM_KIND_MISSING')
  .map(({ kind, blocks }) => (blocks ? t('dossier.finding', { what: term(kind).toLowerCase() }) : term(kind))))].join(' ');
export const emptyWords = (value: string) => value || t('dossier.empty');
