// Days of the calendar, `2026-11-21`, where the municipality is.

import { appearance } from '../../app/appearance.svelte';

export const today = () => new Intl.DateTimeFormat('sv-SE', { timeZone: appearance.timeZone }).format(new Date());
export function dayBefore(day: string): string {
  const date = new Date(`${day}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}
