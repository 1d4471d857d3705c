// Deadlines by day or by week, where the municipality is; what is overdue by itself, first.

import type { Schema } from '../../api/client';
import { appearance } from '../../app/appearance.svelte';
import { formatDate } from '../../i18n/format';
import { i18n, t } from '../../i18n/i18n.svelte';

export type Deadline = Schema<'escalation.v1.Deadline'>;
export type By = 'day' | 'week';
export interface Group { key: string; title: string; overdue: boolean; deadlines: Deadline[] }

const dayOf = (instant: string | Date) => new Intl.DateTimeFormat('sv-SE', { timeZone: appearance.timeZone }).format(new Date(instant));
function shifted(day: string, days: number): string {
  const noon = new Date(`${day}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() + days);
  return noon.toISOString().slice(0, 10);
}
const mondayOf = (day: string) => shifted(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7));
// ISO 8601: the week that has the year's first Thursday is its first.
function weekOf(monday: string): number {
  const thursday = new Date(`${shifted(monday, 3)}T12:00:00Z`);
  return 1 + Math.floor((thursday.getTime() - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / 604_800_000);
}
const shortDay = (day: string) => new Intl.DateTimeFormat(i18n.locale, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`));
const longDay = (day: string) => `${new Intl.DateTimeFormat(i18n.locale, { weekday: 'long', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`))} ${formatDate(`${day}T12:00:00Z`)}`;

function titleOf(key: string, by: By, today: string): string {
  if (by === 'week') return t('deadlines.week_of', { week: weekOf(key), from: shortDay(key), until: shortDay(shifted(key, 6)) });
  if (key === today) return t('deadlines.today', { day: longDay(key) });
  if (key === shifted(today, 1)) return t('deadlines.tomorrow', { day: longDay(key) });
  const day = longDay(key);
  return day[0]!.toLocaleUpperCase(i18n.locale) + day.slice(1);
}

export function grouped(deadlines: Deadline[], by: By, now: Date): Group[] {
  const today = dayOf(now);
  const groups = new Map<string, Group>();
  for (const deadline of deadlines) {
    if (!deadline.target_time) continue;
    const overdue = new Date(deadline.target_time) < now;
    const day = dayOf(deadline.target_time);
    const key = overdue ? '' : by === 'week' ? mondayOf(day) : day;
    const group = groups.get(key) ?? { key, overdue, title: overdue ? t('deadlines.overdue') : titleOf(key, by, today), deadlines: [] };
    groups.set(key, group);
    group.deadlines.push(deadline);
  }
  return [...groups.values()].sort((a, b) => a.key.localeCompare(b.key));
}
