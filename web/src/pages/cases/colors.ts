// Colours that underline states and severities; the words say the same.

type Color = 'neutral' | 'accent' | 'info' | 'success' | 'warning' | 'danger';

export const stateColor = (state: string): Color => ({
  CASE_STATE_OPEN: 'warning', CASE_STATE_ASSIGNED: 'info', CASE_STATE_ACKNOWLEDGED: 'accent', CASE_STATE_CLOSED: 'success',
} as Record<string, Color>)[state] ?? 'neutral';
export const severityColor = (severity: string): Color => ({ SEVERITY_CRITICAL: 'danger', SEVERITY_HIGH: 'warning' } as Record<string, Color>)[severity] ?? 'neutral';
export const stageColor = (state: string): Color => ({
  STAGE_STATE_OVERDUE: 'danger', STAGE_STATE_DUE_SOON: 'warning', STAGE_STATE_RUNNING: 'info', STAGE_STATE_SUBMITTED: 'success', STAGE_STATE_SUBMITTED_LATE: 'warning',
} as Record<string, Color>)[state] ?? 'neutral';
export const dutyColor = (state: string): Color => ({
  DUTY_STATE_TO_ASSESS: 'warning', DUTY_STATE_REQUIRED: 'danger', DUTY_STATE_FULFILLED: 'success',
} as Record<string, Color>)[state] ?? 'neutral';
