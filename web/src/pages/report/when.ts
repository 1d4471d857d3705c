// When something happened, by few words, as an instant of the API.

export type When = '' | 'now' | 'today' | 'yesterday' | 'earlier' | 'unknown';

const day = 86_400_000;

// The calendar day of an instant in a time zone, as 2026-11-21.
export function dayIn(zone: string, instant: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(instant);
}

// The instant at which clocks in the zone show this day and time; of a time that there is twice, one of them.
export function instantIn(zone: string, date: string, time: string): Date | undefined {
  const wanted = Date.parse(`${date}T${time || '00:00'}:00Z`);
  if (Number.isNaN(wanted)) return undefined;
  const shown = (at: number) => Date.parse(`${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    .format(at).replace(' ', 'T')}Z`);
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at += wanted - shown(at);
  return new Date(at);
}

export interface Told {
  when: When;
  // Of `now`, when it was said; of `earlier`, the day.
  said: string;
  date: string;
  // Empty when not known: then the day's beginning.
  time: string;
}

// Nothing when it is not known.
export function occurred({ when, said, date, time }: Told, zone: string, now = new Date()): Date | undefined {
  if (when === 'now') return new Date(said || now);
  if (when === 'today') return instantIn(zone, dayIn(zone, now), time);
  if (when === 'yesterday') return instantIn(zone, dayIn(zone, new Date(now.getTime() - day)), time);
  if (when === 'earlier' && date) return instantIn(zone, date, time);
  return undefined;
}
