// Colours that underline what the laws say; the words say the same.

export const resultColor = (result: string) => (({
  ASSESSMENT_RESULT_REQUIRED: 'danger', ASSESSMENT_RESULT_MAY_BE: 'warning', ASSESSMENT_RESULT_HANDLED_ELSEWHERE: 'info',
} as Record<string, 'danger' | 'warning' | 'info'>)[result] ?? 'neutral');
