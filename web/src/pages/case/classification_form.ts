// A classification as a form holds it, and what of it somebody has touched.

import type { Schema } from '../../api/client';
import type { Case } from './case_store.svelte';

export interface Typed {
  kind: string;
  impacts: Record<string, string>;
  personal_data: string;
  affected_persons: string;
  national_security: string;
  ongoing: string;
  information_system: string;
  risk_unlikely: string;
  rsit: string;
  aware_time: string;
}
export const properties = ['CONFIDENTIALITY', 'ACCURACY', 'AVAILABILITY', 'TRACEABILITY'].map((name) => `SECURITY_PROPERTY_${name}`);
export const questions = ['personal_data', 'risk_unlikely', 'ongoing', 'information_system', 'national_security'] as const;

// Where a fact is said in the form, by what the rules call it: `personal_data`, `availability`.
export function fieldOf(fact: string): string {
  if (fact === 'severity' || fact === 'kind') return 'classify-kind';
  return `classify-${fact === 'impact' ? 'confidentiality' : fact}`;
}

const given = (value: string | undefined) => (value && !value.endsWith('_UNSPECIFIED') ? value : '');

// A time as an input of the kind `datetime-local` has it.
export function toLocal(instant: string | undefined): string {
  if (!instant) return '';
  const date = new Date(instant);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function typedOf(one: Case): Typed {
  const held = one.classification;
  return {
    kind: given(held?.kind), personal_data: given(held?.personal_data), national_security: given(held?.national_security), ongoing: given(held?.ongoing),
    information_system: given(held?.information_system), risk_unlikely: given(held?.risk_unlikely), affected_persons: held?.affected_persons ?? '', rsit: held?.rsit ?? '',
    impacts: Object.fromEntries(properties.map((property) => [property, String(held?.impacts?.find((impact) => impact.property === property)?.level ?? '')])),
    aware_time: toLocal(one.aware_time),
  };
}

// Fields that differ from what they were when the form was opened.
export function touched(typed: Typed, base: Case): (keyof Typed)[] {
  const before = typedOf(base);
  return (Object.keys(typed) as (keyof Typed)[]).filter((field) => JSON.stringify(typed[field]) !== JSON.stringify(before[field]));
}

// What is touched on top of the case as it is: what another changed and I did not stays theirs.
export function bodyOf(typed: Typed, base: Case, on: Case): { classification: Schema<'triage.v1.Classification'>; aware_time?: string; etag: string } {
  const mine = touched(typed, base);
  const whole = { ...typedOf(on), ...Object.fromEntries(mine.map((field) => [field, typed[field]])) } as Typed;
  return {
    classification: {
      kind: (whole.kind || 'KIND_UNSPECIFIED') as Schema<'type.v1.Kind'>,
      impacts: properties.filter((property) => whole.impacts[property] !== '').map((property) => ({ property: property as Schema<'type.v1.SecurityProperty'>, level: Number(whole.impacts[property]) })),
      ...Object.fromEntries(questions.map((question) => [question, whole[question] || 'ANSWER_UNSPECIFIED'])),
      ...(whole.affected_persons ? { affected_persons: whole.affected_persons } : {}),
      rsit: whole.rsit,
    },
    ...(mine.includes('aware_time') && typed.aware_time ? { aware_time: new Date(typed.aware_time).toISOString() } : {}),
    etag: on.etag,
  };
}
