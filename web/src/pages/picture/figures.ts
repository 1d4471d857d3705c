// What the page says of the figures, in words.

import { organisation } from '../../app/organisation.svelte';
import { formatDuration, formatList, formatNumber, formatShare } from '../../i18n/format';
import { i18n, t, term } from '../../i18n/i18n.svelte';
import type { Situation } from './situation.svelte';

export type Indicator = Situation['indicators'][number];

export const properties = ['SECURITY_PROPERTY_CONFIDENTIALITY', 'SECURITY_PROPERTY_ACCURACY', 'SECURITY_PROPERTY_AVAILABILITY', 'SECURITY_PROPERTY_TRACEABILITY'] as const;

export const unitName = (id: string) => (id === '-' || id === '' ? t('picture.no_unit') : organisation.unit(id));
export const systemName = (id: string) => (id === '-' || id === '' ? t('picture.no_system') : organisation.system(id));
export const causeName = (id: string) => (id === '-' || id === '' ? t('picture.no_cause') : term(id));

export const indicator = (situation: Situation, id: string): Indicator | undefined => situation.indicators.find((one) => one.id === id && !one.group);
// Of an int64; undefined when it is withheld.
export const countOf = (count: string | number | undefined, suppressed: boolean | undefined) => (suppressed ? undefined : Number(count ?? 0));
// What stands for a figure withheld of a small group.
export const withheld = (situation: Situation) => t('picture.fewer', { count: situation.smallest_group || 5 });

// The same where there is little room.
export const withheldShort = (situation: Situation) => `< ${formatNumber(situation.smallest_group || 5)}`;

export function format(unit: string, value: number): string {
  if (unit === 'seconds') return formatDuration(value);
  if (unit === 'share') return formatShare(value);
  return formatNumber(value);
}
export function formatIndicator(situation: Situation, one: Indicator | undefined): string {
  if (!one) return '–';
  if (one.suppressed) return withheld(situation);
  return one.value === undefined || one.value === null ? '–' : format(one.unit, one.value);
}

// The present month where the municipality is.
export function thisMonth(timeZone: string, now: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' }).formatToParts(now);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}`;
}
// `maj 25`, for axes.
export function shortMonth(month: string): string {
  const date = new Date(`${month}-15T12:00:00Z`);
  if (Number.isNaN(date.getTime())) return month;
  return new Intl.DateTimeFormat(i18n.locale, { month: 'short', year: '2-digit', timeZone: 'UTC' }).format(date).replace('.', '');
}

// `november 2026`, for sentences.
export function longMonth(month: string): string {
  const date = new Date(`${month}-15T12:00:00Z`);
  if (Number.isNaN(date.getTime())) return month;
  return new Intl.DateTimeFormat(i18n.locale, { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(date);
}

export const isEmpty = (situation: Situation) => ['reports', 'cases', 'duties', 'open_measures'].every((id) => {
  const one = indicator(situation, id);
  return !one || (!one.suppressed && !one.value);
});

export const trend = (situation: Situation, id: string) => situation.trends.find((one) => one.id === id);

// How the last month compares with the one before.
export function trendWords(situation: Situation): string {
  const points = trend(situation, 'reports')?.points ?? [];
  const [before, last] = points.slice(-2);
  if (!last) return t('shell.no_figures');
  // With a month withheld there is no sum.
  const sum = points.reduce((all, { value }) => all + (value ?? 0), 0);
  const total = points.some(({ suppressed }) => suppressed) ? '' : t('picture.trends.total', { count: sum, months: points.length });
  if (last.suppressed || before?.suppressed || last.value === undefined || !before) return total || t('picture.trends.withheld');
  const difference = last.value - (before.value ?? 0);
  const month = longMonth(last.month);
  const words = difference > 0 ? t('picture.trends.more', { month, count: last.value, difference })
    : difference < 0 ? t('picture.trends.fewer', { month, count: last.value, difference: -difference })
      : t('picture.trends.same', { month, count: last.value });
  return `${words} ${total}`;
}

// `Hemtjänsten (12) och It-enheten (7)`: the largest, at most two.
export function largest(groups: { name: string; count: number | undefined }[]): string {
  return formatList(groups.filter(({ count }) => count).sort((a, b) => b.count! - a.count!).slice(0, 2).map(({ name, count }) => `${name} (${formatNumber(count)})`));
}
