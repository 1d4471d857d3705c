// Times, durations and numbers as the language writes them, in the municipality's time zone.

import { appearance } from '../app/appearance.svelte';
import { i18n, t } from './i18n.svelte';
import { numberText } from './number';

const kept = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat | Intl.ListFormat>();

function keep<Format extends Intl.DateTimeFormat | Intl.RelativeTimeFormat | Intl.ListFormat>(key: string, make: () => Format): Format {
  const whole = `${i18n.locale} ${appearance.timeZone} ${key}`;
  if (!kept.has(whole)) kept.set(whole, make());
  return kept.get(whole) as Format;
}

function dates(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return keep(key, () => new Intl.DateTimeFormat(i18n.locale, { timeZone: appearance.timeZone, ...options }));
}

type Instant = string | Date | undefined;
const toDate = (instant: Instant): Date | undefined => {
  if (!instant) return undefined;
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? undefined : date;
};
function show(instant: Instant, format: Intl.DateTimeFormat): string {
  const date = toDate(instant);
  return date ? format.format(date) : '';
}

// 21 november 2026; '' for no time.
export const formatDate = (instant: Instant) => show(instant, dates('date', { dateStyle: 'long' }));
// 2026-11-21 in Sweden, 21.11.2026 in Denmark.
export const formatShortDate = (instant: Instant) => show(instant, dates('short', { dateStyle: 'short' }));
// 14:05.
export const formatTime = (instant: Instant) => show(instant, dates('time', { timeStyle: 'short' }));
// 21 nov. 2026 14:05.
export const formatDateTime = (instant: Instant) => show(instant, dates('both', { dateStyle: 'medium', timeStyle: 'short' }));
// nov. 2026, from `2026-11`.
export function formatMonth(month: string): string {
  const date = new Date(`${month}-15T12:00:00Z`);
  return Number.isNaN(date.getTime()) ? month : keep('month', () => new Intl.DateTimeFormat(i18n.locale, { month: 'short', year: 'numeric', timeZone: 'UTC' })).format(date);
}

export function formatNumber(value: number | string | undefined, options: Intl.NumberFormatOptions = {}): string {
  if (value === undefined || value === '') return '';
  return numberText(Number(value), i18n.locale, options);
}
// 0.42 as 42 %.
export const formatShare = (share: number | undefined) => formatNumber(share, { style: 'percent', maximumFractionDigits: 0 });

// Half a day or 2 days 4 hours: the two largest parts.
export function formatDuration(seconds: number): string {
  const whole = Math.round(Math.abs(seconds));
  const parts: string[] = [];
  let rest = whole;
  for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 || (unit === 'second' && parts.length === 0)) {
      parts.push(numberText(count, i18n.locale, { style: 'unit', unit, unitDisplay: 'long' }));
    } else if (parts.length > 0) break;
    if (parts.length === 2 || (unit === 'minute' && parts.length > 0)) break;
  }
  return parts.join(' ');
}

// in 3 hours, 2 days ago.
export function formatRelative(instant: Instant, now: Date = new Date()): string {
  const date = toDate(instant);
  if (!date) return '';
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const format = keep('relative', () => new Intl.RelativeTimeFormat(i18n.locale, { numeric: 'auto' }));
  for (const [unit, size] of [['year', 31557600], ['month', 2629800], ['week', 604800], ['day', 86400], ['hour', 3600], ['minute', 60]] as const) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return t('shell.just_now');
}

// 1,4 MB.
export function formatBytes(bytes: number): string {
  const [unit, size] = bytes >= 1_000_000 ? ['megabyte', 1_000_000] as const : ['kilobyte', 1000] as const;
  return formatNumber(Math.max(bytes / size, bytes > 0 ? 1 : 0), { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: bytes >= 1_000_000 ? 1 : 0 });
}

// 25 MB, of what is counted in whole ones of 1,024 × 1,024 bytes.
export const formatMegabytes = (bytes: number) => `${formatNumber(Math.round(bytes / 1024 / 1024))}\u00a0MB`;

// Anna, Bo and Cecilia.
export const formatList = (entries: string[]) => keep('list', () => new Intl.ListFormat(i18n.locale)).format(entries);
