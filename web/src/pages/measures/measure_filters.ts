// Which measures are shown, as it stands in the address, and the same for the API.

import type { Schema } from '../../api/client';
import type { operations } from '../../api/schema';
import { organisation } from '../../app/organisation.svelte';
import { setQuery } from '../../app/router.svelte';
import { t, term } from '../../i18n/i18n.svelte';
import type { Chip } from '../cases/chips.svelte';

export type View = 'mine' | 'unit' | 'all';
export interface Filters { view: View; state: string[]; overdue: string; unit: string; owner: string }
export type MeasureQuery = NonNullable<operations['Measures_ListMeasures']['parameters']['query']>;

export const views: View[] = ['mine', 'unit', 'all'];
export const states = ['OPEN', 'DONE', 'DROPPED'];

// What the address says; what it cannot mean is left out.
export function readFilters(query: URLSearchParams, otherwise: View): Filters {
  const view = query.get('view') as View;
  return {
    view: views.includes(view) ? view : otherwise, state: query.getAll('state').filter((state) => states.includes(state)),
    overdue: query.get('overdue') === 'yes' ? 'yes' : '', unit: query.get('unit') ?? '', owner: query.get('owner') ?? '',
  };
}

// `myUnit` is the unit that *my unit's* means.
export function toQuery(filters: Filters, myUnit: string): MeasureQuery {
  const unit = filters.unit || (filters.view === 'unit' ? myUnit : '');
  const owner = filters.view === 'mine' ? 'me' : filters.owner;
  return {
    // What has ended is asked for by its state.
    states: (filters.state.length > 0 ? filters.state : ['OPEN']).map((state) => `MEASURE_STATE_${state}` as Schema<'triage.v1.MeasureState'>),
    ...(unit ? { unit } : {}), ...(owner ? { owner } : {}), ...(filters.overdue ? { overdue: true } : {}),
  };
}

export const isNarrowed = ({ state, overdue, unit, owner, view }: Filters): boolean => state.length > 0 || Boolean(overdue || unit || (owner && view !== 'mine'));

export function chipsOf(filters: Filters): Chip[] {
  const one = (name: string, label: string): Chip => ({ id: name, label, remove: () => setQuery({ [name]: '' }) });
  return [
    ...filters.state.map((state) => ({ id: `state-${state}`, label: term(`MEASURE_STATE_${state}`), remove: () => setQuery({ state: filters.state.filter((other) => other !== state) }) })),
    ...(filters.overdue ? [one('overdue', t('measures.chip.overdue'))] : []),
    ...(filters.unit ? [one('unit', t('measures.chip.unit', { unit: organisation.unit(filters.unit) }))] : []),
    ...(filters.owner && filters.view !== 'mine' ? [one('owner', t('measures.chip.owner', { owner: organisation.person(filters.owner) }))] : []),
  ];
}

export const clearAll = (): void => setQuery({ state: '', overdue: '', unit: '', owner: '' });
