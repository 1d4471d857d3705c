// The period of the register as the address has it: days of the calendar where the municipality is, both included.

import { appearance } from '../../app/appearance.svelte';
import { today } from '../administration/days';

export interface Period { from: string; until: string }
export const presets = ['all', 'year', 'last_year', 'months'] as const;
export type Preset = (typeof presets)[number];

const isDay = (text: string | null): text is string => /^\d{4}-\d\d-\d\d$/.test(text ?? '') && !Number.isNaN(Date.parse(`${text}T12:00:00Z`));
export const periodOf = (query: URLSearchParams): Period => ({ from: isDay(query.get('from')) ? query.get('from')! : '', until: isDay(query.get('until')) ? query.get('until')! : '' });

export function daysOf(preset: Preset): Period {
  const now = today();
  const year = Number(now.slice(0, 4));
  if (preset === 'year') return { from: `${year}-01-01`, until: '' };
  if (preset === 'last_year') return { from: `${year - 1}-01-01`, until: `${year - 1}-12-31` };
  if (preset === 'months') return { from: `${year - 1}${now.slice(4)}`.replace('-02-29', '-03-01'), until: '' };
  return { from: '', until: '' };
}
export const presetOf = (period: Period): Preset | undefined => presets.find((preset) => JSON.stringify(daysOf(preset)) === JSON.stringify(period));

// When a day begins where the municipality is, as an instant.
export function dayStart(day: string, days = 0): string {
  const noon = new Date(`${day}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + days);
  const midnight = new Date(`${noon.toISOString().slice(0, 10)}T00:00:00Z`);
  // What the clock on the wall shows then is how far it is ahead.
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en-GB', { timeZone: appearance.timeZone, hour: '2-digit', minute: '2-digit', day: '2-digit', hourCycle: 'h23' })
    .formatToParts(midnight).map(({ type, value }) => [type, value]));
  const ahead = (Number(parts.hour) * 60 + Number(parts.minute)) - (Number(parts.day) === midnight.getUTCDate() ? 0 : 1440);
  return new Date(midnight.getTime() - ahead * 60_000).toISOString();
}

export const toQuery = ({ from, until }: Period) => ({ ...(from ? { from_time: dayStart(from) } : {}), ...(until ? { until_time: dayStart(until, 1) } : {}) });
