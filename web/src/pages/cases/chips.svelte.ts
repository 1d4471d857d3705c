// The filters in force in words, each with what takes it away.

import { organisation } from '../../app/organisation.svelte';
import { setQuery } from '../../app/router.svelte';
import { formatDate } from '../../i18n/format';
import { t, term } from '../../i18n/i18n.svelte';
import type { Filters } from './filters';

export interface Chip { id: string; label: string; remove: () => void }

export function chipsOf(filters: Filters): Chip[] {
  const chips: Chip[] = [];
  const one = (name: keyof Filters, label: string) => chips.push({ id: name, label, remove: () => setQuery({ [name]: '' }) });
  const some = (name: 'state' | 'category' | 'property' | 'sphere' | 'cause', prefix: string) => {
    for (const value of filters[name]) {
      chips.push({ id: `${name}-${value}`, label: term(prefix + value), remove: () => setQuery({ [name]: filters[name].filter((other) => other !== value) }) });
    }
  };
  some('state', 'CASE_STATE_');
  if (filters.unit) one('unit', t('cases.chip.unit', { unit: organisation.unit(filters.unit) }));
  if (filters.system) one('system', organisation.system(filters.system));
  if (filters.owner) one('owner', t('cases.chip.owner', { owner: filters.owner === 'me' ? t('cases.chip.me') : organisation.person(filters.owner) }));
  if (filters.severity) one('severity', t('cases.chip.severity', { severity: term(`SEVERITY_${filters.severity}`) }));
  some('category', 'CATEGORY_');
  some('property', 'SECURITY_PROPERTY_');
  some('sphere', 'SPHERE_');
  some('cause', 'CAUSE_');
  if (filters.from) one('from', t('cases.chip.from', { date: formatDate(filters.from) }));
  if (filters.before) one('before', t('cases.chip.before', { date: formatDate(filters.before) }));
  if (filters.overdue) one('overdue', filters.overdue === 'yes' ? t('cases.chip.overdue') : t('cases.chip.not_overdue'));
  if (filters.grouped) one('grouped', filters.grouped === 'yes' ? t('cases.chip.grouped') : t('cases.chip.not_grouped'));
  if (filters.held) one('held', filters.held === 'yes' ? t('cases.chip.held') : t('cases.chip.not_held'));
  return chips;
}

export function clearAll(): void {
  setQuery(Object.fromEntries(['state', 'unit', 'system', 'owner', 'severity', 'category', 'property', 'sphere', 'cause', 'from', 'before', 'overdue', 'grouped', 'held'].map((name) => [name, ''])));
}
