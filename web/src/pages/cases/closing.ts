// How cases end, as a form holds it and as the API takes it: one case and many alike.

import type { Schema } from '../../api/client';
import { t } from '../../i18n/i18n.svelte';

export interface Closing { resolution: string; cause: string; outcome: string; told: string }
export type ClosingFaults = Partial<Record<keyof Closing, string>>;

export const resolutions = ['REMEDIED', 'RISK_ACCEPTED', 'NO_DEVIATION', 'DUPLICATE', 'HANDLED_ELSEWHERE', 'WITHDRAWN'];

export const emptyClosing = (): Closing => ({ resolution: '', cause: '', outcome: '', told: '' });

export const isTyped = ({ outcome, told }: Closing): boolean => outcome !== '' || told !== '';

export function faultsOf({ resolution, outcome }: Closing): ClosingFaults {
  return {
    ...(resolution ? {} : { resolution: t('cases.closing.need_resolution') }),
    ...(outcome.trim() ? {} : { outcome: t('cases.closing.need_outcome') }),
  };
}

// Only what is said is sent.
export function bodyOf({ resolution, cause, outcome, told }: Closing) {
  return {
    resolution: resolution as Schema<'triage.v1.Resolution'>, outcome: outcome.trim(),
    ...(cause ? { cause: cause as Schema<'triage.v1.Cause'> } : {}), ...(told.trim() ? { outcome_for_reporter: told.trim() } : {}),
  };
}
