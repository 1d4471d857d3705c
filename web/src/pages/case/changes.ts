// What differs between two versions of a case, in words.

import type { Schema } from '../../api/client';
import { organisation } from '../../app/organisation.svelte';
import { formatDateTime, formatList, formatNumber } from '../../i18n/format';
import { t, term } from '../../i18n/i18n.svelte';

type Case = Schema<'triage.v1.Case'>;
type Classification = Schema<'triage.v1.Classification'>;
export interface Change { field: string; label: string; before: string; after: string }

export const impactsInWords = (impacts: Classification['impacts']) => formatList((impacts ?? []).filter(({ level }) => level !== undefined)
  .map(({ property, level }) => `${term(property)} ${level}`));

// Every field that people decide on, by its name in messages `case.field.…`.
const fields: Record<string, (one: Case) => string> = {
  state: (one) => term(one.state),
  owner: (one) => organisation.party(one.owner),
  kind: (one) => term(one.classification?.kind),
  severity: (one) => term(one.classification?.severity),
  impacts: (one) => impactsInWords(one.classification?.impacts),
  personal_data: (one) => term(one.classification?.personal_data),
  affected_persons: (one) => formatNumber(one.classification?.affected_persons),
  national_security: (one) => term(one.classification?.national_security),
  ongoing: (one) => term(one.classification?.ongoing),
  information_system: (one) => term(one.classification?.information_system),
  risk_unlikely: (one) => term(one.classification?.risk_unlikely),
  rsit: (one) => one.classification?.rsit ?? '',
  aware_time: (one) => formatDateTime(one.aware_time),
  sphere: (one) => term(one.sphere),
  named: (one) => formatList(one.named.map((party) => organisation.party(party))),
  drawn_in: (one) => formatList(one.drawn_in.map((party) => organisation.party(party))),
  resolution: (one) => term(one.resolution),
  cause: (one) => term(one.cause),
  outcome: (one) => one.outcome,
  outcome_for_reporter: (one) => one.outcome_for_reporter ?? '',
  hold: (one) => (one.hold_time ? one.hold_reference : ''),
  group: (one) => (one.group_case_id ? t('case.field.in_group') : ''),
  members: (one) => formatNumber(one.member_count),
  reports: (one) => formatNumber(one.report_count),
  notes: (one) => formatNumber(one.notes.length),
  measures: (one) => formatNumber(one.measure_count),
};

export const labelOf = (field: string): string => (field in fields ? t(`case.field.${field}` as 'case.field.state') : field === 'due_time' ? t('case.measures.until') : field);

// A field of a case in words.
export const valueOf = (field: string, one: Case): string => fields[field]?.(one) ?? '';

export function changesBetween(before: Case, after: Case): Change[] {
  return Object.entries(fields).map(([field, words]) => ({ field, label: labelOf(field), before: words(before), after: words(after) }))
    .filter((change) => change.before !== change.after);
}
