// Where the cases behind a figure are listed; the workbench reads its filters from the address. Only for those whose rights reach
// more than their own cases: others would find a list that does not match the figure.

import { session } from '../../app/session.svelte';
import type { Part } from './situation.svelte';

interface Wanted { state?: string[]; unit?: string; system?: string; property?: string; cause?: string; from?: string; before?: string; overdue?: string }

export const everyState = ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED', 'CLOSED'];
export const openStates = ['OPEN', 'ASSIGNED', 'ACKNOWLEDGED'];

// First and last day of a month, `2026-11`.
export const firstDay = (month: string) => `${month}-01`;
export function lastDay(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, '0')}`;
}
// So many days before today.
export function dayBefore(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() - days);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, '0')}-${String(day.getDate()).padStart(2, '0')}`;
}

export function casesHref(part: Part, wanted: Wanted = {}): string | undefined {
  if (!session.mayBeyondOwn('cases.read')) return undefined;
  const query = new URLSearchParams({ view: 'all' });
  const whole: Wanted = { unit: part.unit, from: part.from && firstDay(part.from), before: part.to && lastDay(part.to), state: everyState, ...wanted };
  for (const [name, value] of Object.entries(whole)) {
    // `-` stands for none, which no filter asks for.
    if (value === '-') return undefined;
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, one as string);
  }
  return `/cases?${query}`;
}

export const caseHref = (number: string) => (session.mayBeyondOwn('cases.read') ? `/cases/${encodeURIComponent(number)}` : undefined);
