// Time that runs by the hour, as the laws count it: 71 h 58 min.

import { formatNumber } from '../../i18n/format';

export function hoursAndMinutes(seconds: number): string {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const part = (count: number, unit: 'hour' | 'minute') => formatNumber(count, { style: 'unit', unit, unitDisplay: 'short' });
  return minutes < 60 ? part(minutes, 'minute') : `${part(Math.floor(minutes / 60), 'hour')} ${part(minutes % 60, 'minute')}`;
}
