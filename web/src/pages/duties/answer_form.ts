// An answer as its form holds it, by the kind of the question.

import { t } from '../../i18n/i18n.svelte';
import { toLocal } from '../case/classification_form';
import type { Given } from './assessment_store.svelte';
import type { Question } from './rule_book.svelte';

export interface TypedUnit { unit: string; aware: string }
export interface Typed {
  // A number, or how many minutes, hours or days.
  count: string;
  times: string;
  choices: string[];
  units: TypedUnit[];
}

// The largest unit of time that the minutes are whole in.
const timesOf = (minutes: number) => (minutes % 1440 === 0 && minutes > 0 ? 1440 : minutes % 60 === 0 ? 60 : 1);

export function typedOf(question: Question, answered: Given | undefined): Typed {
  const minutes = Number(answered?.minutes ?? 0);
  const times = answered?.minutes === undefined ? 60 : timesOf(minutes);
  return {
    count: question.kind === 'ANSWER_KIND_DURATION' ? (answered?.minutes === undefined ? '' : String(minutes / times)) : answered?.number ?? '',
    times: String(times), choices: [...answered?.choices ?? []], units: (answered?.units ?? []).map(({ unit, aware_time: aware }) => ({ unit, aware: toLocal(aware) })),
  };
}
export const isTyped = (question: Question, typed: Typed, answered: Given | undefined) => JSON.stringify(typed) !== JSON.stringify(typedOf(question, answered));

// What is wrong before it is sent; nothing when all is well.
export function faultOf({ kind }: Question, typed: Typed): string {
  if (kind === 'ANSWER_KIND_NUMBER' && !/^\d{1,10}$/.test(typed.count.trim())) return t('duties.asked.need_number');
  if (kind === 'ANSWER_KIND_DURATION' && !/^\d{1,6}([.,]\d{1,2})?$/.test(typed.count.trim())) return t('duties.asked.need_length');
  if (kind === 'ANSWER_KIND_CHOICE' && typed.choices.length === 0) return t('duties.asked.need_choice');
  if (kind === 'ANSWER_KIND_UNITS' && typed.units.length === 0) return t('duties.asked.need_unit');
  return '';
}

export function givenOf({ id, kind }: Question, typed: Typed): Given {
  if (kind === 'ANSWER_KIND_NUMBER') return { question: id, number: typed.count.trim() };
  if (kind === 'ANSWER_KIND_DURATION') return { question: id, minutes: String(Math.round(Number(typed.count.trim().replace(',', '.')) * Number(typed.times))) };
  if (kind === 'ANSWER_KIND_CHOICE') return { question: id, choices: [...typed.choices] };
  return { question: id, units: typed.units.map(({ unit, aware }) => ({ unit, ...(aware ? { aware_time: new Date(aware).toISOString() } : {}) })) };
}
