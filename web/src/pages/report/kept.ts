// Where the device keeps the report that is being written, and for how long.

import { forget, recall, remember } from '../../app/device';

const place = 'report';
const keptFor = 14 * 86_400_000;

// In this window a report is on its way: after reloading it goes on, as it was.
export const underWay = 'report.sending';

export function keptDraft<Kept extends { time: number }>(): Kept | undefined {
  const kept = recall<Kept>(place);
  return kept && Date.now() - kept.time <= keptFor ? kept : undefined;
}

// Whether it could be kept.
export const keepDraft = (values: object): boolean => remember(place, { ...values, time: Date.now() });
export const forgetDraft = () => forget(place);
