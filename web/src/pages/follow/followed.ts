// A report as the one who made it sees it, whether by sign-in or by receipt.

import type { Schema } from '../../api/client';

export type Followed = Schema<'intake.v1.OpenedReceipt'>;
export type Attachment = Schema<'intake.v1.Attachment'>;
export type Status = Schema<'intake.v1.ReportStatus'>;

export type Step = 'received' | 'looked_at' | 'worked_on' | 'done' | 'elsewhere' | 'withdrawn' | 'erased';

const steps: Record<string, Step> = {
  REPORT_PROGRESS_RECEIVED: 'received', REPORT_PROGRESS_LOOKED_AT: 'looked_at', REPORT_PROGRESS_WORKED_ON: 'worked_on', REPORT_PROGRESS_DONE: 'done',
  REPORT_PROGRESS_HANDLED_ELSEWHERE: 'elsewhere',
};

// Where it stands in one word; what the report says of itself goes before its case.
export function stepOf(state: string | undefined, status: Status | undefined): Step {
  if (state === 'REPORT_STATE_WITHDRAWN') return 'withdrawn';
  if (state === 'REPORT_STATE_ERASED') return 'erased';
  return steps[status?.progress ?? ''] ?? 'received';
}

export const stepColor = {
  received: 'info', looked_at: 'accent', worked_on: 'accent', done: 'success', elsewhere: 'neutral', withdrawn: 'neutral', erased: 'neutral',
} as const;
